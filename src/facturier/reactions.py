"""What follows what: the one table, and the only file below the doors that sees every room.

A reaction runs in the transaction of its cause. Nothing slow and no network here: what has to leave the
house is written down as a row (a Delivery, a BatchRun) for a worker to do.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from facturier.audit import operations as audit
from facturier.audit.operations import Happened, Reaction, ReactionToAll
from facturier.batches import moving
from facturier.batches import runs as batch_runs
from facturier.batches.models import BatchRun
from facturier.catalogue import operations as catalogue
from facturier.delivery.bundles import making
from facturier.delivery.models import Bundle, Delivery
from facturier.delivery.worker import deliver
from facturier.invoices import copying
from facturier.invoices import operations as invoices
from facturier.invoices.models import Invoice
from facturier.organisations import background
from facturier.organisations.access import Actor
from facturier.organisations.background import Handler, Leased
from facturier.organisations.models import Organisation
from facturier.payments import operations as payments
from facturier.people.models import Invitation
from facturier.people.posting import deliver_invitation


def furnish(happened: Happened) -> None:
    """A new seller starts with the accounts, tax codes and number series of its region."""
    organisation = Organisation.objects.get(pk=happened.subject_id)
    actor = Actor.system(organisation.pk)
    catalogue.seed(organisation, actor=actor)
    invoices.seed(organisation, actor=actor)


def close_paid(happened: Sequence[Happened]) -> None:
    """Invoices that are paid leave the default list, where the seller wants that."""
    organisation = Organisation.objects.get(pk=happened[0].organisation_id)
    if organisation.closes_paid:
        actor = Actor.system(organisation.pk)
        keys = [one.subject_id for one in happened]
        invoices.close_many(organisation, actor=actor, invoice_ids=keys, now=datetime.now(UTC))


def set_off(happened: Happened) -> None:
    """A credit note settles its own invoice as far as that is open; the rest is the customer's credit."""
    note = Invoice.objects.select_related("credits").get(pk=happened.subject_id)
    assert note.credits is not None
    minor = min(note.balance_minor, note.credits.balance_minor)
    if minor > 0:
        actor = Actor.system(note.organisation_id)
        payments.set_against(note, actor=actor, parts={note.credits.pk: minor})


def release(happened: Happened) -> None:
    """The work of an invoice that was credited in full can be billed again."""
    moving.release(Invoice.objects.get(pk=happened.subject_id))


REACTIONS: dict[str, list[Reaction]] = {
    "invoice.corrects": [set_off],
    "invoice.credited_whole": [release],
    "organisation.created": [furnish],
}
# The same for what may happen to a thousand documents at once: called once with all of them.
REACTIONS_TO_ALL: dict[str, list[ReactionToAll]] = {
    "invoice.settled": [close_paid],
}

# Which function does the work of which rows in the background: organisations/background.py.
WORKERS: dict[type[Leased], Handler] = {
    BatchRun: batch_runs.work,
    Bundle: making.work,
    Delivery: deliver,
    Invitation: deliver_invitation,
}


def connect() -> None:
    """Fill all of it into the ports of the rooms below; called once, when Django has started."""
    copying.on_move(moving.move)
    for model, handler in WORKERS.items():
        background.register(model, handler)
    for name, reactions in REACTIONS.items():
        for reaction in reactions:
            audit.react(name, reaction)
    for name, reactions_to_all in REACTIONS_TO_ALL.items():
        for reaction_to_all in reactions_to_all:
            audit.react_to_all(name, reaction_to_all)
