"""Why a document is not sent: the reasons that pages show before, and operations give after, one tries."""

from __future__ import annotations

from facturier.delivery.models import Delivery
from facturier.invoices.models import Invoice
from facturier.organisations.background import State
from facturier.organisations.models import Organisation, Plan
from facturier.rules import lifecycle
from facturier.rules.refusal import Refused

OPEN = (State.QUEUED, State.RUNNING, State.UNKNOWN)  # a document has at most one message in these

ON_TRIAL = "On the trial plan documents cannot be e-mailed. Download the PDF, or subscribe."
BEING_SENT = "The document is being sent."
IN_DOUBT = "Whether the last message arrived is not known: resend it, or say that it arrived."
ALREADY_SENT = "The document was sent already: send it again by itself."
NO_ADDRESS = "The customer has no contact that receives the documents."
NOT_OWNER = "Only an owner of this customer, or an administrator, may do this."
NOT_FOUND = "There is no such document."


def refuse_plan(organisation: Organisation) -> None:
    """Raise Refused unless the organisation's plan includes e-mail (SPEC, section 1)."""
    if organisation.plan != Plan.SUBSCRIBED:
        raise Refused(ON_TRIAL)


def refuse_unready(invoice: Invoice) -> None:
    """Raise Refused unless the document can no longer change; a pro forma takes its number on the way."""
    lifecycle.refuse_sending(invoice.facts)


def refuse_open(invoice: Invoice) -> None:
    """Raise Refused while an earlier message with the document is on its way or in doubt."""
    state = Delivery.objects.filter(invoice=invoice, state__in=OPEN).values_list("state", flat=True).first()
    if state is not None:
        raise open_as(state)


def open_as(state: str) -> Refused:
    """The refusal for a document whose message is in an open state."""
    return Refused(IN_DOUBT if state == State.UNKNOWN else BEING_SENT)
