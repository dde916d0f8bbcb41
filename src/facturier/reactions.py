"""What follows what: the one table, and the only file below the doors that sees every room.

A reaction runs in the transaction of its cause. Nothing slow and no network here: what has to leave the
house is written down as a row (a Delivery, a BatchRun) for a worker to do.
"""

from facturier.audit import operations as audit
from facturier.audit.operations import Happened
from facturier.catalogue import operations as catalogue
from facturier.invoices import operations as invoices
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation


def furnish(happened: Happened) -> None:
    """A new seller starts with the accounts, tax codes and number series of its region."""
    organisation = Organisation.objects.get(pk=happened.subject_id)
    actor = Actor.system(organisation.pk)
    catalogue.seed(organisation, actor=actor)
    invoices.seed(organisation, actor=actor)


REACTIONS = {
    "organisation.created": [furnish],
}


def connect() -> None:
    """Fill the table's reactions into the audit log's port; called once, when Django has started."""
    for name, reactions in REACTIONS.items():
        for reaction in reactions:
            audit.react(name, reaction)
