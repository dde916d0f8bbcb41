"""The views of the list of documents as tabs: those that there always are, and those that were saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from facturier.invoices.counting import counts
from facturier.invoices.queries import COUNTED, Filter
from facturier.organisations.models import SavedView
from facturier.organisations.queries import saved_views
from facturier.rules.lifecycle import Status
from facturier.web import speech
from facturier.web.billing import asking
from facturier.web.billing.asking import Question

TO_SEND = (Status.FINAL,)
DRAFTS = (Status.DRAFT,)
PRO_FORMAS = (Status.PRO_FORMA_PREPARING, Status.PRO_FORMA_SENT, Status.FINAL)
_PRO_FORMAS = "?" + urlencode([("status", one.value) for one in PRO_FORMAS])


@dataclass(frozen=True, slots=True)
class Tab:
    """A view of the list, and how many documents it shows."""

    label: str
    url: str
    count: str
    current: bool


class Tabs:
    """The tabs of one answer: two queries, however many views were saved."""

    def __init__(self, request: Any, question: Question, *, today: date) -> None:
        self.request = request
        self.question = question
        self.today = today
        self.asked = question.link().removeprefix("?")

    def __iter__(self) -> Any:
        return iter(self._tabs)

    @cached_property
    def saved(self) -> list[SavedView]:
        return saved_views(self.request.membership.pk)

    @cached_property
    def current(self) -> SavedView | None:
        """The saved view that asks what is asked now; one's own before everybody's."""
        return next((view for view in reversed(self.saved) if view.query == self.asked), None)

    @cached_property
    def lacks_changing(self) -> Any:
        """Why the current view cannot be renamed or deleted by this person, or None."""
        shared = self.current is not None and self.current.is_shared
        return self.request.actor.lacks("organisations.change") if shared else None

    @property
    def can_save(self) -> bool:
        """Whether what is asked is worth a name: it has filters or an order, and no name yet."""
        return bool(self.asked) and self.current is None

    @cached_property
    def _tabs(self) -> list[Tab]:
        currency = self.request.organisation.currency
        views = [
            *self._always(),
            *(
                (
                    view.name,
                    f"?{view.query}",
                    asking.read_filter(view.query, currency=currency, today=self.today),
                    view == self.current,
                )
                for view in self.saved
            ),
        ]
        found = counts([shown for _label, _url, shown, _current in views])
        return [
            Tab(label, url, count_text(count), current)
            for (label, url, _shown, current), count in zip(views, found, strict=True)
        ]

    def _always(self) -> list[tuple[str, str, Filter, bool]]:
        chosen, none = self.question.chosen, self.current is None
        unfiltered = not chosen.statuses and chosen.overdue_on is None
        views = [
            (pgettext("documents", "All"), "?", Filter(), unfiltered),
            (_("To send"), "?status=final", Filter(statuses=TO_SEND), chosen.statuses == TO_SEND),
            (_("Overdue"), "?overdue=1", Filter(overdue_on=self.today), chosen.overdue_on is not None),
            (_("Drafts"), "?status=draft", Filter(statuses=DRAFTS), chosen.statuses == DRAFTS),
            (_("Pro formas"), _PRO_FORMAS, Filter(statuses=PRO_FORMAS), chosen.statuses == PRO_FORMAS),
        ]
        return [(label, url, shown, none and current) for label, url, shown, current in views]


def count_text(count: int) -> str:
    """Write a count that was capped: 1 000+ stands for more."""
    return f"{speech.number_text(COUNTED)}+" if count > COUNTED else speech.number_text(count)
