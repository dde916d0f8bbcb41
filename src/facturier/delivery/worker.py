"""Send one queued message: what the background engine calls with a row that it has claimed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial

from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from facturier.delivery import mail, operations, papers
from facturier.delivery.mail import Ending, Outcome
from facturier.delivery.models import Delivery
from facturier.delivery.pdf import RenderError
from facturier.invoices.models import Invoice
from facturier.organisations.access import Actor
from facturier.organisations.background import in_organisation

log = logging.getLogger(__name__)

LOST = "The worker stopped before the mail server answered."
INSIST = 10  # times that an answer of the mail server is tried to be written down
PAUSE = 1.0  # seconds between two of them


def deliver(delivery: Delivery) -> None:
    """Send a message, or park it when an earlier worker went past the point of no return with it."""
    actor = Actor.system(delivery.organisation_id)
    settle = partial(operations.settle, delivery, actor=actor)
    if delivery.handing_over:
        settle(outcome=Outcome(Ending.UNKNOWN, LOST), now=timezone.now())
        return
    with in_organisation(delivery.organisation_id):
        invoice = Invoice.objects.select_related("organisation", "customer").get(pk=delivery.invoice_id)
    try:
        paper = papers.pdf_of(invoice, now=timezone.now())
    except RenderError as error:
        settle(outcome=Outcome(Ending.REFUSED, f"The PDF cannot be made: {error}"), now=timezone.now())
        return
    message = mail.compose(
        delivery,
        organisation=invoice.organisation,
        file_name=papers.file_name(invoice),
        pdf=bytes(paper.content),
    )

    def hand_over() -> bool:
        return operations.hand_over(delivery, actor=actor, sha256=paper.sha256, now=timezone.now())

    with mail.sending(message, hand_over=hand_over, attempt=delivery.attempts) as outcome:
        _insist(lambda: settle(outcome=outcome, now=timezone.now(), sha256=paper.sha256))


def _insist(write: Callable[[], object]) -> None:
    """Write down what the mail server said, through a database that is away for a moment."""
    for left in range(INSIST, 0, -1):
        try:
            write()
            return
        except (OperationalError, InterfaceError):
            if left == 1:
                raise
            log.exception("An answer of the mail server could not be kept: trying again.")
            close_old_connections()
            time.sleep(PAUSE)
