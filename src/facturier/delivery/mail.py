"""Speak with the mail server, and know at every moment whether a message may be sent again.

The point of no return is the dot that ends the message: a server that has not seen it must not deliver
(RFC 5321, sections 4.1.1.4 and 4.1.1.10), one that has seen it may have delivered although its answer never
came (section 4.5.3.2.6 asks for patience there, RFC 1047 tells why). So everything but the dot is sent first,
then `hand_over` is asked, which writes down that the dot comes next, and only then the dot goes out.
"""

from __future__ import annotations

import contextlib
import email
import email.message
import email.policy
import re
import select
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from facturier.delivery.models import Delivery
from facturier.delivery.recipients import one_line
from facturier.organisations.models import Organisation

# Seven bits, so that no server on the way has a reason to change a byte.
POLICY = email.policy.SMTP.clone(cte_type="7bit")
_SPECIAL = re.compile(r'[()<>\[\]:;@\\,."]')
_DOT = re.compile(rb"^\.", re.MULTILINE)
_PATIENCE = 4  # attempts for which one recipient's temporary refusal holds up the others


class Ending(StrEnum):
    ACCEPTED = "accepted"  # by the server, for at least one recipient
    LATER = "later"  # certainly not accepted; may be tried again
    REFUSED = "refused"  # certainly not accepted; trying again would not help
    UNKNOWN = "unknown"  # the dot was sent, no answer came
    OVERTAKEN = "overtaken"  # another worker has the message by now; nothing was sent


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: what the server said, and what it said to single recipients."""

    ending: Ending
    answer: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)


def compose(delivery: Delivery, *, organisation: Organisation, file_name: str, pdf: bytes) -> EmailMessage:
    """Build the message: from the organisation, by the installation's address, with the PDF attached."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    message = EmailMessage(
        subject=one_line(delivery.subject),
        body=delivery.body,
        from_email=sender(one_line(organisation.name), address),
        to=delivery.to,
        cc=delivery.cc,
        reply_to=[organisation.email] if organisation.email else None,
        headers={"Message-ID": delivery.message_id},
    )
    message.attach(file_name, pdf, "application/pdf")
    return message


@lru_cache(maxsize=256)
def sender(name: str, address: str) -> str:
    """Return a From header that reads back as it was meant.

    Python folds a long name that needs quotes into two addresses or into one with a blank too many (seen in
    3.13); such a name loses its punctuation.
    """
    plain = " ".join(_SPECIAL.sub(" ", name).split())
    return next(
        (value for one in (name, plain) if _reads_back(value := str(Address(one, addr_spec=address)), one)),
        address,
    )


def _reads_back(value: str, name: str) -> bool:
    written = email.message.EmailMessage(policy=POLICY)
    written["From"] = value
    read: Any = email.message_from_bytes(written.as_bytes(), policy=email.policy.default)["From"]
    return [one.display_name for one in read.addresses] == [name]


@contextlib.contextmanager
def sending(message: EmailMessage, *, hand_over: Callable[[], bool], attempt: int) -> Iterator[Outcome]:
    """Send a message and yield how it ended; the connection is closed after the block.

    The block writes the outcome down, so that nothing stands between the server's answer and the database but
    that. `hand_over` is called just before the point of no return; where it returns False nothing is sent.
    """
    backend = mailers.default
    if not isinstance(backend, SmtpBackend):
        yield _by_other(backend, message, hand_over)
        return
    transfer = _Transfer(backend, message, hand_over, patient=attempt <= _PATIENCE)
    try:
        yield transfer.run()
    finally:
        transfer.end()


class _Transfer:
    """One message on its way to an SMTP server."""

    def __init__(
        self, backend: SmtpBackend, message: EmailMessage, hand_over: Callable[[], bool], *, patient: bool
    ) -> None:
        self.backend = backend
        self.message = message
        self.hand_over = hand_over
        self.patient = patient
        self.refused: dict[str, str] = {}
        self.is_polite = False  # whether the server waits for a command, so that QUIT means to quit

    def run(self) -> Outcome:
        try:
            self.backend.open()
            smtp = self.backend.connection
            smtp.ehlo_or_helo_if_needed()
        except OSError as error:  # smtplib's own errors are OSErrors
            return Outcome(Ending.LATER, _text_of(error))
        try:
            ended = self._envelope(smtp) or self._content(smtp)
        except OSError as error:
            return Outcome(Ending.LATER, _text_of(error))
        except ValueError as error:  # an address or header that no message can carry
            return Outcome(Ending.REFUSED, str(error))
        if ended is not None:
            return ended
        if not self.hand_over():
            return Outcome(Ending.OVERTAKEN)
        return self._dot(smtp)

    def _envelope(self, smtp: smtplib.SMTP) -> Outcome | None:
        """Name sender and recipients; returns how it ended, or None to go on."""
        self.is_polite = True
        sender = self.backend.prep_address(self.message.from_email)
        code, answer = smtp.mail(sender)
        if code != 250:
            return self._failed(code, answer)
        accepted, temporary, worst = 0, False, (0, b"")
        for address in self.message.recipients():
            code, answer = smtp.rcpt(self.backend.prep_address(address))
            if code in (250, 251):
                accepted += 1
                continue
            self.refused[address] = _text(code, answer)
            temporary = temporary or not _is_final(code)
            worst = (code, answer)
        if temporary and (self.patient or not accepted):
            return Outcome(Ending.LATER, "; ".join(self.refused.values()), self.refused)
        if not accepted:
            return self._failed(*worst)
        return None

    def _content(self, smtp: smtplib.SMTP) -> Outcome | None:
        """Send the whole message but for the dot that ends it."""
        code, answer = smtp.docmd("DATA")
        if code != 354:
            return self._failed(code, answer)
        self.is_polite = False
        smtp.sock.settimeout(settings.MAIL_ANSWER_SECONDS)
        content = self.message.message(policy=POLICY).as_bytes()
        smtp.send(_DOT.sub(b"..", content))
        if not content.endswith(b"\r\n"):
            smtp.send(b"\r\n")
        return None

    def _dot(self, smtp: smtplib.SMTP) -> Outcome:
        """Send the dot, and return what the server says to it."""
        try:
            _look_alive(smtp.sock)
            smtp.send(b".\r\n")
        except OSError as error:  # the dot itself could not be sent
            return Outcome(Ending.LATER, _text_of(error))
        try:
            code, answer = smtp.getreply()
        except OSError as error:
            return Outcome(Ending.UNKNOWN, _text_of(error), self.refused)
        if not 200 <= code < 600:
            return Outcome(Ending.UNKNOWN, _text(code, answer), self.refused)
        self.is_polite = True
        if code < 300:
            return Outcome(Ending.ACCEPTED, _text(code, answer), self.refused)
        return self._failed(code, answer)

    def _failed(self, code: int, answer: bytes) -> Outcome:
        return Outcome(Ending.REFUSED if _is_final(code) else Ending.LATER, _text(code, answer), self.refused)

    def end(self) -> None:
        """Take leave, or hang up where the server waits for the rest of a message."""
        if not self.is_polite and self.backend.connection is not None:
            self.backend.connection.close()
            self.backend.connection = None
        with contextlib.suppress(OSError):
            self.backend.close()


def _by_other(backend: object, message: EmailMessage, hand_over: Callable[[], bool]) -> Outcome:
    """Send by a mailer that tells no steps apart: whatever fails in it may have been sent.

    A backend that says `idempotent = True` keeps one message per Message-ID: it may be asked again.
    """
    idempotent = getattr(backend, "idempotent", False)
    if not idempotent and not hand_over():
        return Outcome(Ending.OVERTAKEN)
    try:
        sent = backend.send_messages([message])  # type: ignore[attr-defined]
    except Exception as error:  # a mailer's own errors are of any kind; their text is kept and shown
        ending = Ending.LATER if idempotent else Ending.UNKNOWN
        return Outcome(ending, _text_of(error))
    if not sent:
        return Outcome(Ending.REFUSED, "The mailer took no message.")
    return Outcome(Ending.ACCEPTED)


def accepted(recipients: Sequence[str], outcome: Outcome) -> list[str]:
    """List the recipients for whom the server took the message."""
    return [address for address in recipients if address not in outcome.refused]


def _look_alive(connection: socket.socket) -> None:
    """Raise OSError where the server has hung up already: it waits for the dot and has nothing to say."""
    if isinstance(connection, ssl.SSLSocket):
        return  # what arrives there may belong to TLS itself
    readable, _, _ = select.select([connection], [], [], 0)
    if readable:
        raise ConnectionAbortedError("The mail server hung up before the end of the message.")


def _is_final(code: int) -> bool:
    return 500 <= code < 600


def _text(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode('utf-8', 'replace')}".strip()[:1000]


def _text_of(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _text(error.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    return f"{type(error).__name__}: {error}"[:1000]
