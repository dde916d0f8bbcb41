"""From draft to document: what is missing, what it comes to, what it must say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from facturier.rules.document import Document, Draft, Kind, Totals
from facturier.rules.refusal import Refused, refuse_all
from facturier.rules.regions import asking
from facturier.rules.regions.base import Region, missing_everywhere
from facturier.rules.totals import totals


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """A document that lacks nothing but its number, which is taken last."""

    content: Draft
    issue_date: date
    due_date: date
    totals: Totals
    mentions: tuple[str, ...]

    def numbered(self, number: str) -> Document:
        return Document(
            content=self.content,
            number=number,
            issue_date=self.issue_date,
            due_date=self.due_date,
            totals=self.totals,
            mentions=self.mentions,
        )


def missing(draft: Draft, *, region: Region, issue_date: date) -> list[Refused]:
    """List everything that keeps a draft from being issued, each naming the field to mend.

    A pro forma is in no ledger: its lines need no GL account before the invoice that is made from it.
    """
    found = [*missing_everywhere(draft), *region.missing(draft, issue_date)]
    if draft.kind is Kind.PRO_FORMA:
        found = [one for one in found if not (one.field or "").endswith(".account")]
    else:
        found += asking.delivery_address(draft)
        if region.states_tax_at_home:
            found += asking.exchange(draft, currency=region.currency)
    if draft.kind is Kind.CREDIT_NOTE and not draft.preceding:
        found.append(Refused("A credit note names the invoice that it corrects.", field="preceding"))
    return found


def prepare(draft: Draft, *, region: Region, issue_date: date) -> Unnumbered:
    """Add up, date and word a draft without checking it: the way of every preview."""
    sums = totals(
        draft.lines,
        draft.adjustments,
        currency=draft.currency,
        prepaid_minor=draft.prepaid_minor,
        exchange=draft.exchange,
        taxes_left=draft.taxes_left,
    )
    due_date = issue_date + timedelta(days=draft.payment_days)
    return Unnumbered(draft, issue_date, due_date, sums, region.mentions(draft, sums, due_date))


def preview(draft: Draft, *, region: Region, issue_date: date) -> Document:
    """Return the document that issuing would give, without its number."""
    return prepare(draft, region=region, issue_date=issue_date).numbered("")


def issue(draft: Draft, *, region: Region, issue_date: date) -> Unnumbered:
    """Return a draft ready for its number, or raise Refused naming all that it lacks."""
    refuse_all(missing(draft, region=region, issue_date=issue_date))
    return prepare(draft, region=region, issue_date=issue_date)
