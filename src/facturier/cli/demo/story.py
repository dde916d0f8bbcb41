"""What the three stories share: months, customers, and how documents grow old."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from facturier.audit import operations as audit
from facturier.batches import operations as batches
from facturier.batches.choice import Choice
from facturier.batches.models import Batch, BatchRun, RunKind
from facturier.cli.demo.settling import settle
from facturier.customers import operations as customers
from facturier.customers.models import Customer
from facturier.customers.values import NewContact, NewCustomer
from facturier.invoices import operations as invoices
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft
from facturier.organisations import background
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.rules.lifecycle import Status

MONTHS = 12
SENT_AFTER = timedelta(days=2)
CLOSED_AFTER = timedelta(days=50)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, by its first day."""

    start: date

    @property
    def next(self) -> Month:
        return Month((self.start + timedelta(days=32)).replace(day=1))

    @property
    def last_day(self) -> date:
        return self.next.start - timedelta(days=1)

    def day(self, number: int) -> date:
        return self.start.replace(day=min(number, self.last_day.day))

    def working_day(self, chance: random.Random, *, until: date) -> date:
        """A Monday to Friday of the month, not after a day."""
        days = [
            self.start + timedelta(days=k) for k in range((min(self.last_day, until) - self.start).days + 1)
        ]
        return chance.choice([day for day in days if day.weekday() < 5] or days)


def past_months(today: date) -> list[Month]:
    """The twelve months before this one, the oldest first."""
    month = Month(today.replace(day=1))
    months = []
    for _ in range(MONTHS):
        month = Month((month.start - timedelta(days=1)).replace(day=1))
        months.append(month)
    return months[::-1]


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer of the demo, as its file states it."""

    name: str
    line1: str
    postcode: str
    city: str
    contact: str
    email: str
    identifiers: dict[str, str]
    country: str
    subdivision: str = ""
    language: str = ""
    delivery: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def together(seller: Organisation) -> Iterator[Actor]:
    """Do many operations in one transaction, with one append to the audit log."""
    actor = Actor.system(seller.pk)
    with transaction.atomic(), scope(seller.pk), audit.recording(seller.pk, actor):
        yield actor


def add_customers(seller: Organisation, buyers: Iterable[Buyer]) -> list[Customer]:
    actor = Actor.system(seller.pk)
    return [
        customers.add(
            seller,
            actor=actor,
            customer=NewCustomer(
                name=buyer.name,
                line1=buyer.line1,
                postcode=buyer.postcode,
                city=buyer.city,
                country=buyer.country,
                subdivision=buyer.subdivision,
                identifiers=buyer.identifiers,
                delivery=buyer.delivery,
                language=buyer.language or seller.language,
                contacts=[NewContact(email=buyer.email, name=buyer.contact, is_billing=True)],
            ),
        )
        for buyer in buyers
    ]


def bill(seller: Organisation, month: Month, *, issue_date: date, name: str = "") -> Batch:
    """Save a month's batch, make its drafts and finalise them, as the pages do."""
    actor = Actor.system(seller.pk)
    batch = save(seller, month, name=name, today=issue_date)
    run = batches.start(
        batch,
        actor=actor,
        kind=RunKind.GENERATE,
        now=datetime.now(UTC),
        issue_date=issue_date,
        then=[RunKind.FINALISE],
    )
    background.run(BatchRun._meta.label, seller.pk, run.pk)
    with scope(seller.pk):
        following = BatchRun.objects.filter(batch=batch).latest("pk").pk
    background.run(BatchRun._meta.label, seller.pk, following)
    return batch


def save(seller: Organisation, month: Month, *, name: str = "", today: date) -> Batch:
    """Save a month's batch and leave it there."""
    choice = Choice(month.start, month.last_day)
    return batches.save(seller, actor=Actor.system(seller.pk), choice=choice, today=today, name=name)


def issue(seller: Organisation, drafts: Sequence[NewDraft], *, issue_date: date) -> None:
    """Create drafts and finalise them. Raises Refused for the first that cannot be."""
    actor = Actor.system(seller.pk)
    created = invoices.create_many(seller, actor=actor, drafts=drafts, today=issue_date)
    outcome = invoices.finalise_many(
        seller, actor=actor, invoice_ids=created.invoice_ids, issue_date=issue_date
    )
    for refusal in outcome.refusals.values():
        raise refusal


def grow_old(seller: Organisation, *, today: date) -> int:
    """Mark documents as sent and closed by their age, but for a few that are late; count all of them."""
    with together(seller) as actor:
        rows = list(Invoice.objects.exclude(number=None).order_by("sort_key"))
        for row in rows:
            assert row.issue_date is not None
            age = today - row.issue_date
            if age > SENT_AFTER:
                morning = datetime.combine(row.issue_date + timedelta(days=1), time(8, 30), UTC)
                invoices.mark_sent(row, actor=actor, at=morning, to=[])
        settle(seller, rows, actor=actor, today=today)
        paid = Invoice.objects.filter(status=Status.PAID).order_by("sort_key")
        for place, row in enumerate(list(paid)):
            assert row.issue_date is not None
            if today - row.issue_date > CLOSED_AFTER and place % 3:
                invoices.close(row, actor=actor, now=datetime.now(UTC))
        return Invoice.objects.count()
