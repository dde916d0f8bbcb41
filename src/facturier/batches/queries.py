"""Read batches: what one would bill, and where saved ones stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from facturier.batches import claimed
from facturier.batches.choice import Choice
from facturier.batches.finding import Found, Held, find
from facturier.batches.models import Batch, BatchRun, BilledWork, RunKind
from facturier.batches.proposing import Proposal, Sums, by_name, fingerprint, propose, sums_of
from facturier.customers.models import Customer
from facturier.delivery.models import Delivery
from facturier.delivery.refusals import OPEN
from facturier.invoices.models import Invoice
from facturier.organisations.background import State
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.rules.billing import Work


@dataclass(slots=True)
class Preview:
    """What a choice would bill. `excluded` is by customer: what was left out by hand."""

    choice: Choice
    proposals: Sequence[Proposal]
    excluded: dict[int, list[Work]]
    left_out: Sequence[Held]
    sums: Sequence[Sums]
    customers: dict[int, Any] = field(repr=False)

    @property
    def tickets(self) -> int:
        return len(set().union(*(one.ticket_ids for one in self.proposals)))

    @property
    def seconds(self) -> int:
        return sum(one.seconds for one in self.proposals)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.proposals)


def preview(organisation: Organisation, *, choice: Choice, today: date) -> Preview:
    """Say what a batch of this choice would hold, and what it leaves out and why; nothing is written.

    A constant number of queries. Raises Refused for a period that cannot be.
    """
    with scope(organisation.pk):
        return preview_of(organisation, choice=choice, today=today)


def preview_of(organisation: Organisation, *, choice: Choice, today: date, lock: bool = False) -> Preview:
    """The preview inside of a scope; `lock` keeps what it shows from changing until the commit."""
    found = find(choice, today=today, lock=lock)
    included = [one for one in found.works if not choice.excludes(one[1].key, one[0])]
    excluded: dict[int, list[Work]] = {}
    if len(included) < len(found.works):
        for customer_id, work in found.works:
            if choice.excludes(work.key, customer_id):
                excluded.setdefault(customer_id, []).append(work)
    proposals = propose(included, codes=found.codes, grouping=choice.grouping, batch_name="", today=today)
    return Preview(
        choice=choice,
        proposals=proposals,
        excluded=excluded,
        left_out=_in_order(found),
        sums=sums_of(proposals),
        customers=found.codes.customers,
    )


def _in_order(found: Found) -> list[Held]:
    names = {pk: customer.name.casefold() for pk, customer in found.codes.customers.items()}
    return sorted(
        found.held.values(),
        key=lambda one: (one.hold, names.get(one.customer_id or 0, ""), one.first_day, one.label),
    )


def documents(batch: Batch) -> QuerySet[Any]:
    """The documents that bill a batch's work."""
    claims = BilledWork.objects.filter(batch=batch, invoice__isnull=False)
    return Invoice.objects.filter(pk__in=claims.values("invoice_id"))


def count_left(batch: Batch, kind: str) -> int:
    """Count the documents that a run of that kind would work on."""
    if kind == RunKind.GENERATE:
        columns = ["customer_id", "contract_id"] if batch.by_contract else ["customer_id"]
        return int(claimed.pending(batch).values(*columns).distinct().count())
    return int((drafts(batch) if kind == RunKind.FINALISE else unsent(batch)).count())


def drafts(batch: Batch) -> QuerySet[Any]:
    """The documents of a batch that are not issued."""
    return documents(batch).filter(number=None)


def unsent(batch: Batch) -> QuerySet[Any]:
    """The issued documents of a batch that were not sent and that no message carries at the moment."""
    open_ones = Delivery.objects.filter(state__in=OPEN).values("invoice_id")
    return documents(batch).filter(number__isnull=False, sent_at=None).exclude(pk__in=open_ones)


PAGE = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page of the documents that a saved batch will make; `refused` customers lack a tax code or rate."""

    proposals: Sequence[Proposal]
    refused: Sequence[Customer]
    total: int


def waiting(batch: Batch, *, offset: int, today: date) -> Waiting:
    """Show what is not made yet, for some customers in the order of their names."""
    ids = claimed.pending(batch).values("customer_id")
    ordered = sorted(Customer.objects.filter(pk__in=ids).only("pk", "name"), key=by_name)
    found = claimed.read(batch, customer_ids=[one.pk for one in ordered[offset : offset + PAGE]])
    works = [one for one in found.works if one[0] not in found.refusals]
    proposals = propose(works, codes=found.codes, grouping=batch.grouping, batch_name="", today=today)
    refused = sorted((found.codes.customers[pk] for pk in found.refusals), key=by_name)
    return Waiting(proposals, refused, len(ordered))


@dataclass(frozen=True, slots=True)
class Sending:
    """How far the messages with a batch's documents are; `doubtful` ones wait for a person.

    Of those that wait, no worker has begun the `queued` ones.
    """

    waiting: int
    queued: int
    failed: int
    doubtful: int


def sending(batch: Batch) -> Sending:
    """Count the messages with a batch's documents: one query."""
    messages = Delivery.objects.filter(invoice__in=documents(batch).values("pk"))
    unsent_yet = Q(invoice__sent_at=None)
    return Sending(
        **messages.aggregate(
            waiting=Count("pk", filter=Q(state__in=[State.QUEUED, State.RUNNING])),
            queued=Count("pk", filter=Q(state=State.QUEUED)),
            failed=Count("invoice_id", distinct=True, filter=Q(state=State.FAILED) & unsent_yet),
            doubtful=Count("pk", filter=Q(state=State.UNKNOWN)),
        )
    )


@dataclass(slots=True)
class Standing:
    """Where a batch stands, in documents; `waiting` counts those whose drafts are not made yet."""

    waiting: int = 0
    drafts: int = 0
    issued: int = 0
    sent: int = 0

    @property
    def made(self) -> int:
        return self.drafts + self.issued

    @property
    def key(self) -> str:
        """Return “saved”, “drafted”, “issued” or “sent”: how far all of the batch has come."""
        if self.waiting or not self.made:
            return "saved"
        if self.drafts:
            return "drafted"
        return "sent" if self.sent == self.issued else "issued"


def standings(batches: Sequence[Batch]) -> dict[int, Standing]:
    """Say where batches stand: two queries for any number of them."""
    keys = [batch.pk for batch in batches]
    found = {pk: Standing() for pk in keys}
    claims = BilledWork.objects.filter(batch__in=keys)
    by_contract = {batch.pk for batch in batches if batch.by_contract}
    for row in (
        claims.filter(invoice=None)
        .values("batch_id")
        .annotate(
            customers=Count("customer_id", distinct=True),
            contracts=Count(Coalesce("contract_id", -F("customer_id")), distinct=True),
        )
    ):
        column = "contracts" if row["batch_id"] in by_contract else "customers"
        found[row["batch_id"]].waiting = row[column]
    issued = Q(invoice__number__isnull=False)
    for row in (
        claims.filter(invoice__isnull=False)
        .values("batch_id")
        .annotate(
            drafts=Count("invoice_id", distinct=True, filter=~issued),
            issued=Count("invoice_id", distinct=True, filter=issued),
            sent=Count("invoice_id", distinct=True, filter=issued & Q(invoice__sent_at__isnull=False)),
        )
    ):
        one = found[row["batch_id"]]
        one.drafts, one.issued, one.sent = row["drafts"], row["issued"], row["sent"]
    return found


def sums_of_documents(batch: Batch) -> list[Sums]:
    """Add up the documents that a batch has become, per currency."""
    rows = (
        documents(batch)
        .values("currency")
        .annotate(count=Count("pk"), net=Sum("net_minor"), tax=Sum("tax_minor"), gross=Sum("gross_minor"))
        .order_by("currency")
    )
    return [Sums(row["currency"], row["count"], row["net"], row["tax"], row["gross"]) for row in rows]


def latest_run(batch: Batch) -> BatchRun | None:
    """Return the last run that was ordered for a batch, if any."""
    run: BatchRun | None = batch.runs.order_by("-pk").first()
    return run


def why_not_deleted(batch: Batch, standing: Standing) -> str:
    """Return the English sentence that says why a batch cannot be deleted, or an empty one."""
    run = latest_run(batch)
    if run is not None and run.is_active:
        return "A run is at work on this batch: stop it first."
    return "Documents of this batch are issued: credit them instead." if standing.issued else ""
