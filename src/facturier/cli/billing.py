"""Bill what was worked: prepare a batch, and if wished finalise and send it."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from facturier.cli.arguments import Commands, add_organisation, add_period, day
from facturier.rules.settling import Method

if TYPE_CHECKING:
    from facturier.batches.models import Batch
    from facturier.batches.queries import Preview

WAIT = 0.5  # seconds between looks at a run that another worker has taken


def add_to(commands: Commands) -> None:
    batch = commands.add_parser("batch", help="bill the work of a period")
    actions = batch.add_subparsers(title="actions", metavar="ACTION", required=True)
    run = actions.add_parser(
        "run",
        help="save a batch and make its drafts",
        description="Put the unbilled work of a period into a batch and make its drafts; with --finalise "
        "also number them. What could not be done is listed, and the rest is done.",
    )
    add_organisation(run)
    add_period(run)
    run.add_argument("--name", default="", help="the batch's name (default: its period)")
    run.add_argument(
        "--by", choices=["customer", "contract"], default="customer", help="one invoice for each"
    )
    run.add_argument("--dry-run", action="store_true", help="say what would be billed, and touch nothing")
    run.add_argument("--finalise", action="store_true", help="number the drafts")
    run.add_argument("--send", action="store_true", help="number the drafts and e-mail them")
    run.add_argument("--issue-date", type=day, metavar="DATE", help="date of the invoices (default: today)")
    run.set_defaults(run=_batch_run)

    payment = commands.add_parser("payment", help="record what was paid")
    payments = payment.add_subparsers(title="actions", metavar="ACTION", required=True)
    record = payments.add_parser(
        "record",
        help="record a payment of an invoice",
        description="Record a payment of an invoice; what is more than its balance stays as credit.",
    )
    record.add_argument("invoice", help="as on the document: F2026-00042")
    record.add_argument("amount", type=Decimal, help="in the invoice's currency: 120.50")
    add_organisation(record)
    record.add_argument("--date", type=day, metavar="DATE", help="day of the payment (default: today)")
    record.add_argument("--method", choices=[one.value for one in Method], default=Method.TRANSFER.value)
    record.add_argument("--reference", default="", help="as on the bank statement")
    record.set_defaults(run=_payment_record)


def _payment_record(chosen: argparse.Namespace) -> int:
    from django.utils import timezone

    from facturier.cli.papers import find
    from facturier.organisations.access import Actor, organisation
    from facturier.organisations.tenancy import scope
    from facturier.payments import operations
    from facturier.rules.money import Money
    from facturier.rules.settling import payable_minor, refuse_paying

    seller, today = organisation(chosen.organisation), timezone.localdate()
    with scope(seller.pk):
        invoice = find(chosen.invoice)
        customer = invoice.customer
    refuse_paying(invoice.facts)
    amount = Money.rounded(chosen.amount, invoice.currency)
    part = min(amount.minor, payable_minor(invoice.facts))
    payment = operations.record(
        customer,
        actor=Actor.system(seller.pk),
        payment=operations.NewPayment(
            chosen.date or today,
            amount.minor,
            Method(chosen.method),
            chosen.reference,
            currency=invoice.currency,
        ),
        today=today,
        parts={invoice.pk: part},
    )
    credit = Money(payment.credit_minor, invoice.currency)
    print(f"{amount} recorded on {invoice}." + (f" {credit} stay as credit." if credit else ""))
    return 0


def _batch_run(chosen: argparse.Namespace) -> int:
    from django.utils import timezone

    from facturier.batches import operations, queries
    from facturier.batches.choice import Choice
    from facturier.batches.models import Grouping, RunKind
    from facturier.organisations.access import Actor, organisation
    from facturier.organisations.tenancy import scope

    seller = organisation(chosen.organisation)
    actor = Actor.system(seller.pk)
    today = timezone.localdate()
    choice = Choice(chosen.since, chosen.until, grouping=Grouping(chosen.by))
    with scope(seller.pk):
        found = queries.preview(seller, choice=choice, today=today)
    _say_preview(found)
    if chosen.dry_run:
        return 0
    batch = operations.save(seller, actor=actor, choice=choice, today=today, name=chosen.name)
    print(f"Batch “{batch.name}” was saved.")
    operations.start(
        batch,
        actor=actor,
        kind=RunKind.GENERATE,
        now=timezone.now(),
        issue_date=chosen.issue_date or today,
        then=_following(chosen),
    )
    _work_until_done(seller.pk, batch.pk)
    return _say_result(seller.pk, batch)


def _following(chosen: argparse.Namespace) -> list[Any]:
    from facturier.batches.models import RunKind

    if chosen.send:
        return [RunKind.FINALISE, RunKind.SEND]
    return [RunKind.FINALISE] if chosen.finalise else []


def _say_preview(found: Preview) -> None:
    from facturier.rules.money import Money

    sums = ", ".join(str(Money(one.gross_minor, one.currency)) for one in found.sums)
    print(f"{len(found.proposals)} documents to make, {sums or 'nothing'} with tax.")
    if found.left_out:
        print(f"{len(found.left_out)} pieces of work are left out; the page New batch lists why.")


def _work_until_done(organisation_id: int, batch_id: int) -> None:
    """Do the background work that is due in this process too, until the batch's runs have ended."""
    from facturier.batches.models import BatchRun
    from facturier.config.background import work
    from facturier.organisations.background import State
    from facturier.organisations.tenancy import scope

    while True:
        work(threading.Event(), once=True)
        with scope(organisation_id):
            active = BatchRun.objects.filter(batch=batch_id, state__in=[State.QUEUED, State.RUNNING])
            if not active.exists():
                return
        time.sleep(WAIT)


def _say_result(organisation_id: int, batch: Batch) -> int:
    from facturier.batches import queries
    from facturier.batches.models import RunFailure
    from facturier.organisations.tenancy import scope
    from facturier.rules.refusal import Refused

    with scope(organisation_id):
        standing = queries.standings([batch])[batch.pk]
        failures = list(RunFailure.objects.filter(run__batch=batch).select_related("customer"))
    print(f"{standing.drafts} drafts, {standing.issued} issued.")
    for failure in failures:
        reasons = " ".join(str(Refused(one["message"], values=one["values"])) for one in failure.refusals)
        print(f"{failure.customer.name}: {reasons}", file=sys.stderr)
    return 1 if failures or standing.waiting else 0
