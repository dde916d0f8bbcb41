"""A real mail server, and documents to send by it."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from aiosmtpd.smtp import SMTP

from facturier.catalogue.models import GLAccount, TaxCode
from facturier.customers.models import Customer
from facturier.invoices import operations as invoices
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft, NewLine
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope

DAY = date(2026, 11, 20)


def issue(organisation: Organisation, customers: Sequence[Customer]) -> list[Invoice]:
    """Issue one invoice for each of the customers named, in their order."""
    actor = Actor.system(organisation.pk)
    with scope(organisation.pk):
        line = NewLine(
            description="Maintenance",
            quantity=Decimal(3),
            unit_price=Decimal("85.5"),
            tax_code_id=TaxCode.objects.order_by("pk").first().pk,
            account_id=GLAccount.objects.filter(role="revenue").order_by("pk").first().pk,
        )
        drafts = [NewDraft(customer, lines=[line]) for customer in customers]
        created = invoices.create_many(organisation, actor=actor, drafts=drafts, today=DAY)
        outcome = invoices.finalise_many(
            organisation, actor=actor, invoice_ids=created.invoice_ids, issue_date=DAY
        )
        assert not outcome.refusals
        return list(Invoice.objects.filter(pk__in=outcome.numbers).order_by("sort_key"))


@dataclass(slots=True)
class Received:
    """A message that the server accepted."""

    sender: str
    recipients: list[str]
    message: Any

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"]).strip()

    @property
    def attachments(self) -> list[Any]:
        return list(self.message.iter_attachments())


Answer = Callable[[str], str | None]


@dataclass(slots=True)
class Server:
    """A mail server's manners: `on_rcpt` answers to addresses, `on_data` to messages; None accepts."""

    received: list[Received] = field(default_factory=list)
    on_mail: Answer = lambda _sender: None
    on_rcpt: Answer = lambda _address: None
    on_data: Answer = lambda _message_id: None
    slow: float = 0
    port: int = 0

    async def handle_MAIL(self, server, session, envelope, address, options):  # type: ignore[no-untyped-def]  # noqa: N802
        envelope.mail_from = address
        return self.on_mail(address) or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # type: ignore[no-untyped-def]  # noqa: N802
        answer = self.on_rcpt(address)
        if answer is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        answer = self.on_data(str(message["Message-ID"]))
        if answer is not None:
            return answer
        self.received.append(Received(envelope.mail_from, list(envelope.rcpt_tos), message))
        await asyncio.sleep(self.slow)
        return "250 2.0.0 queued as 4711"


@contextlib.contextmanager
def mail_server() -> Iterator[Server]:
    """Run a mail server on a port of its own choice."""
    server = Server()
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    def listen() -> None:
        # In a thread of its own from the start: a browser's test has a loop in its thread already.
        listening = loop.run_until_complete(
            loop.create_server(lambda: SMTP(server, hostname="mail.example", loop=loop), "127.0.0.1", 0)
        )
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()
        loop.run_forever()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def mailers(port: int, *, seconds: float = 5) -> dict[str, Any]:
    """Settings of a mailer that speaks with the server at a port."""
    options = {"host": "127.0.0.1", "port": port, "timeout": seconds}
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
