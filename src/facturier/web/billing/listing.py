"""The list of documents as its template shows it: rows, tabs, the sentence of filters, what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from facturier.customers.models import CustomerOwner
from facturier.invoices import queries, sums
from facturier.invoices.queries import COUNTED, Filter, Page, Row
from facturier.rules.document import Kind
from facturier.rules.lifecycle import Status
from facturier.web import speech
from facturier.web.billing import asking, columns
from facturier.web.billing.asking import Question
from facturier.web.billing.sentence import Sentence
from facturier.web.billing.tabs import Tabs
from facturier.web.templatetags.words import document_name

TO_SEND = (Status.FINAL,)
DRAFTS = (Status.DRAFT,)
# What is under way with pro formas: in preparation, sent, and the invoices that wait to be sent.


@dataclass(frozen=True, slots=True)
class Entry:
    """A row, where it leads, and which of the bulk actions would take it."""

    row: Row
    name: str
    url: str
    can: str


class Listing:
    """One answer to one question. Nothing is looked up before the template asks for it."""

    def __init__(self, request: Any, *, limit: int, is_wide: bool) -> None:
        self.request = request
        self.organisation = request.organisation
        self.is_wide = is_wide
        self.today = timezone.localdate()
        self.currency = request.organisation.currency
        self.question: Question = asking.read(request.GET, currency=self.currency, today=self.today)
        self.chosen = self.question.chosen
        self._limit = limit

    @cached_property
    def page(self) -> Page:
        asked = self.question
        return queries.documents(
            self.chosen,
            today=self.today,
            sort=asked.sort,
            descending=asked.descending,
            after=asked.after,
            before=asked.before,
            limit=self._limit,
        )

    @cached_property
    def entries(self) -> list[Entry]:
        owned = self._owned()
        return [
            Entry(row, document_name(row), self._url(row.pk), self._can(row, owned)) for row in self.page.rows
        ]

    def _url(self, pk: int) -> str:
        try:
            return reverse("document", kwargs={"organisation": self.organisation.slug, "pk": pk})
        except NoReverseMatch:
            return ""

    def _owned(self) -> set[int] | None:
        """The customers on this page that the person owns; None means all of them."""
        actor = self.request.actor
        if actor.is_admin:
            return None
        customers = {row.customer_id for row in self.page.rows}
        rows = CustomerOwner.objects.filter(membership_id=actor.membership_id, customer__in=customers)
        return set(rows.values_list("customer_id", flat=True))

    def _can(self, row: Row, owned: set[int] | None) -> str:
        """Name the bulk actions that would take a row; the server looks again before it does anything."""
        pro_forma = row.kind is Kind.PRO_FORMA
        can = []
        if owned is None or row.customer_id in owned:
            if row.is_draft and not pro_forma:
                can.append("finalise")
            elif row.sent_at is None and row.status is not Status.PRO_FORMA_CONVERTED:
                can.append("send")
        if row.status is not Status.CLOSED and (pro_forma or not row.is_draft):
            can.append("close")
        if row.kind is Kind.INVOICE and not row.is_draft and row.balance_minor > 0:
            can.append("pay")
        return " ".join(can)

    @cached_property
    def extent(self) -> sums.Extent:
        return sums.extent(self.chosen, dated=self.question.sort == "due")

    @cached_property
    def extent_text(self) -> str:
        """How many documents the filter shows, and what they come to."""
        found = self.extent
        if found.is_capped:
            return _("more than %(count)s documents") % {"count": speech.number_text(COUNTED)}
        text = ngettext("%(count)s document", "%(count)s documents", found.documents)
        text %= {"count": speech.number_text(found.documents)}
        if found.minor is None or not found.documents:
            return text
        return f"{text}, {speech.money_text(found.minor, found.currency)}"

    @property
    def leaves_drafts_out(self) -> bool:
        return self.question.sort == "due" and self.chosen.overdue_on is None

    @cached_property
    def is_untouched(self) -> bool:
        """Whether nothing was asked for but the list itself."""
        return self.chosen == Filter()

    @cached_property
    def tabs(self) -> Tabs:
        return Tabs(self.request, self.question, today=self.today)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns beside the number: on the Billing page a few, on the list those that one chose."""
        return columns.chosen_by(self.request.membership) if self.is_wide else columns.ON_BILLING

    @property
    def spares_width(self) -> bool:
        """Whether columns give way on a narrower screen: those that a person chose do not."""
        return not (self.is_wide and self.request.membership.document_columns)

    @property
    def column_choices(self) -> list[columns.Choice]:
        return columns.choices(self.columns)

    @cached_property
    def sentence(self) -> Sentence:
        return Sentence(self.question, currency=self.currency, today=self.today)

    @property
    def newer(self) -> str:
        return self.question.link(before=self.page.before) if self.page.before else ""

    @property
    def older(self) -> str:
        return self.question.link(after=self.page.after) if self.page.after else ""

    @property
    def export_query(self) -> str:
        return self.question.link()
