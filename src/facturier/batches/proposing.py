"""From work to the documents that bill it: one way for the preview, for saving and for generating."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from facturier.batches.models import Grouping
from facturier.batches.reading import Codes
from facturier.catalogue.queries import TaxTable
from facturier.customers.models import Customer
from facturier.invoices.writing import NewDraft, NewLine, draft_totals
from facturier.rules.billing import BilledLine, Spending, Terms, Time, Work, lines
from facturier.rules.document import Nature, Totals


@dataclass(frozen=True)
class Proposal:
    """One document to be: its draft, and the lines with the work behind each."""

    customer: Customer
    terms: Terms | None  # the contract, where each contract gets its own document
    draft: NewDraft
    lines: Sequence[BilledLine]
    taxes: TaxTable = field(repr=False)
    today: date

    @cached_property
    def totals(self) -> Totals:
        """What it comes to. Raises Refused where a tax code has no rate on its day."""
        return draft_totals(
            self.draft,
            currency=self.customer.currency,
            language=self.customer.language,
            taxes=self.taxes,
            today=self.today,
        )

    @property
    def works(self) -> list[Work]:
        return [work for line in self.lines for work in line.works]

    @property
    def seconds(self) -> int:
        return sum(work.billed_seconds for work in self.works if isinstance(work, Time))

    @property
    def ticket_ids(self) -> set[int]:
        return {
            work.ticket.ticket_id
            for work in self.works
            if isinstance(work, Time | Spending) and work.ticket is not None
        }


@dataclass(slots=True)
class Sums:
    """What documents of one currency come to, in its minor unit."""

    currency: str
    documents: int = 0
    net_minor: int = 0
    tax_minor: int = 0
    gross_minor: int = 0

    def add(self, totals: Totals) -> None:
        self.documents += 1
        self.net_minor += totals.net.minor
        self.tax_minor += totals.tax.minor
        self.gross_minor += totals.gross.minor


def propose(
    works: Iterable[tuple[int, Work]], *, codes: Codes, grouping: str, batch_name: str, today: date
) -> list[Proposal]:
    """Group work by customer, or by contract, into documents in the order of the customers' names."""
    groups: dict[tuple[int, int], list[Work]] = {}
    for customer_id, work in works:
        contract_id = work.terms.contract_id if grouping == Grouping.CONTRACT and work.terms else 0
        groups.setdefault((customer_id, contract_id), []).append(work)
    found = [
        _proposal(
            codes.customers[customer_id],
            group,
            terms=group[0].terms if contract_id else None,
            codes=codes,
            batch_name=batch_name,
            today=today,
        )
        for (customer_id, contract_id), group in groups.items()
    ]
    return sorted(found, key=_place)


def by_name(customer: Customer) -> tuple[str, int]:
    """Order customers as people look for them, alike on both databases."""
    return customer.name.casefold(), customer.pk


def _place(one: Proposal) -> tuple[object, ...]:
    contract = (one.terms.name, one.terms.contract_id) if one.terms else ("", 0)
    return (*by_name(one.customer), *contract)


def _proposal(
    customer: Customer,
    works: Sequence[Work],
    *,
    terms: Terms | None,
    codes: Codes,
    batch_name: str,
    today: date,
) -> Proposal:
    billed = lines(works, language=customer.language)
    references = {line.order_reference for line in billed}
    shared = next(iter(references)) if len(references) == 1 else ""
    draft = NewDraft(
        customer=customer,
        lines=[_new_line(line, with_reference=not shared) for line in billed],
        order_reference=shared or None,
        subject=terms.name if terms else "",
        batch_name=batch_name,
    )
    return Proposal(customer, terms, draft, billed, codes.taxes, today)


def _new_line(line: BilledLine, *, with_reference: bool) -> NewLine:
    return NewLine(
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        tax_code_id=line.coding.tax_code_id,
        account_id=line.coding.account_id,
        service_start=line.service.start,
        service_end=line.service.last,
        order_reference=line.order_reference if with_reference else "",
        nature=None if isinstance(line.works[0], Spending) else Nature.SERVICES,
    )


def sums_of(proposals: Iterable[Proposal]) -> list[Sums]:
    """Add documents up, per currency."""
    found: dict[str, Sums] = {}
    for one in proposals:
        currency = one.customer.currency
        found.setdefault(currency, Sums(currency)).add(one.totals)
    return [found[currency] for currency in sorted(found)]


def fingerprint(proposals: Sequence[Proposal]) -> str:
    """Name what a person has seen: the work and the sums; it changes with either."""
    digest = hashlib.sha256()
    for one in proposals:
        digest.update(f"{one.customer.pk} {one.totals.gross} ".encode())
        digest.update(" ".join(work.key for work in one.works).encode())
    return digest.hexdigest()
