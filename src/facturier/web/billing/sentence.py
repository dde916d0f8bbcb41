"""The filters of the list as a sentence: each piece of it is a menu whose label says what it does now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from facturier.invoices.models import KINDS
from facturier.rules.money import minor_digits
from facturier.web import speech
from facturier.web.billing import asking
from facturier.web.billing.asking import OFFERED, Question
from facturier.web.templatetags.words import STATUS

_KIND_WORDS = dict(KINDS)


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of a menu: a link, or a box to tick where there is a value."""

    label: Any
    url: str = ""
    value: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the sentence; `kept` is what a form in its menu sends along, `clear` leads away from it."""

    label: Any
    is_set: bool
    clear: str
    kept: list[tuple[str, str]]
    choices: list[Choice]


class Sentence:
    """What a question comes to in words, and the ways to change it."""

    def __init__(self, question: Question, *, currency: str, today: date) -> None:
        self.question = question
        self.chosen = question.chosen
        self.currency = currency
        self.today = today

    def _piece(self, label: Any, is_set: bool, *names: str, choices: list[Choice] | None = None) -> Piece:
        asked = self.question
        return Piece(label, is_set, asked.link(*names), asked.without(*names), choices or [])

    @cached_property
    def status(self) -> Piece:
        statuses = self.chosen.statuses
        if self.chosen.overdue_on:
            label = _("overdue")
        elif not statuses:
            label = _("all but closed")
        elif len(statuses) > 2:
            count = len(statuses)
            label = ngettext("%(count)s status", "%(count)s statuses", count) % {"count": count}
        else:
            label = ", ".join(str(STATUS[one][0]) for one in statuses)
        offered = [*OFFERED, *(one for one in statuses if one not in OFFERED)]
        choices = [Choice(STATUS[one][0], value=one, current=one in statuses) for one in offered]
        is_set = bool(statuses or self.chosen.overdue_on)
        return self._piece(label, is_set, "status", "overdue", choices=choices)

    @cached_property
    def customer(self) -> Piece:
        is_set = self.chosen.customer_id is not None
        named = _("for %(customer)s") % {"customer": self.question.customer}
        return self._piece(named if is_set else _("for all customers"), is_set, "customer")

    @cached_property
    def period(self) -> Piece:
        since, until = self.chosen.since, self.chosen.until
        choices = [
            Choice(
                one.label,
                self.question.link(since=one.since.isoformat(), until=one.until.isoformat()),
                current=(since, until) == (one.since, one.until),
            )
            for one in asking.periods(self.today)
        ]
        return self._piece(
            _period_words(since, until), bool(since or until), "since", "until", choices=choices
        )

    @cached_property
    def kind(self) -> Piece:
        kinds = self.chosen.kinds
        choices = [Choice(words, value=kind, current=kind in kinds) for kind, words in KINDS]
        label = ", ".join(str(_KIND_WORDS[one]) for one in kinds)
        return self._piece(label, bool(kinds), "kind", choices=choices)

    @cached_property
    def batch(self) -> Piece:
        label = _("in the batch %(batch)s") % {"batch": self.chosen.batch_name}
        return self._piece(label, bool(self.chosen.batch_name), "batch")

    @cached_property
    def amount(self) -> Piece:
        least, most = self.chosen.least_minor, self.chosen.most_minor
        written = {
            "least": speech.money_text(least or 0, self.currency),
            "most": speech.money_text(most or 0, self.currency),
        }
        if least is None:
            label = _("up to %(most)s") % written
        elif most is None:
            label = _("from %(least)s") % written
        else:
            label = _("from %(least)s to %(most)s") % written
        return self._piece(label, least is not None or most is not None, "least", "most")

    @cached_property
    def search(self) -> Piece:
        label = _("with “%(words)s”") % {"words": self.chosen.search}
        return self._piece(label, bool(self.chosen.search), "q")

    @cached_property
    def more(self) -> Piece:
        """The filters that join the sentence once they are set."""
        return self._piece("", False, "kind", "batch", "least", "most")

    @property
    def least(self) -> str:
        return self._major(self.chosen.least_minor)

    @property
    def most(self) -> str:
        return self._major(self.chosen.most_minor)

    def _major(self, minor: int | None) -> str:
        """Write an amount as a field of numbers takes it, with a point."""
        return "" if minor is None else str(Decimal(minor).scaleb(-minor_digits(self.currency)))

    @cached_property
    def orders(self) -> list[Choice]:
        """The orders, for phones, where there are no heads to touch."""
        asked = (
            (_("newest first"), "-number"),
            (_("oldest first"), "number"),
            (_("largest amount first"), "-amount"),
            (_("smallest amount first"), "amount"),
            (_("due first"), "due"),
            (_("due last"), "-due"),
        )
        return [
            Choice(label, self.question.link(sort=order), current=order == self.question.order)
            for label, order in asked
        ]

    @property
    def order(self) -> Any:
        return next(one.label for one in self.orders if one.current)


def _period_words(since: date | None, until: date | None) -> str:
    if since and until:
        if asking.is_month(since, until):
            return _("of %(period)s") % {"period": speech.month_text(since)}
        if asking.is_year(since, until):
            return _("of %(period)s") % {"period": since.year}
        days = {"first": speech.day_text(since), "last": speech.day_text(until)}
        return _("from %(first)s to %(last)s") % days
    if since:
        return _("since %(day)s") % {"day": speech.day_text(since)}
    if until:
        return _("until %(day)s") % {"day": speech.day_text(until)}
    return _("of any date")
