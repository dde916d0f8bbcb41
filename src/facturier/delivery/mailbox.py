"""Messages kept as files where no mail server is set, so that a person can read what would have been sent.

The folder is a Maildir (`tmp/`, `new/`): a message is written aside, then renamed into place, so that a
reader never sees half of one. Its file is named after its Message-ID: written twice, it is still one message.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage as Parsed
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

from facturier.delivery.mail import POLICY


class FolderBackend(BaseEmailBackend):
    """Django's mailer that writes each message into the folder settings.MAIL_DIR."""

    idempotent = True

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            content = message.message(policy=POLICY)
            _write(_path(str(content["Message-ID"])), content.as_bytes())
        return len(email_messages)


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content_type: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Kept:
    """A message as it was written."""

    sender: str
    to: str
    cc: str
    reply_to: str
    subject: str
    body: str
    attachments: tuple[Attachment, ...]
    source: bytes


def in_use() -> bool:
    """Say whether messages are kept in the folder instead of being sent."""
    backend = settings.MAILERS.get("default", {}).get("BACKEND")
    return backend is not None and issubclass(import_string(backend), FolderBackend)


def read(message_id: str) -> Kept | None:
    """Return the message with that Message-ID, or None where the folder has none.

    The caller has found the Message-ID on a delivery of its own organisation: that is what keeps the messages
    of organisations apart.
    """
    path = _path(message_id)
    if not path.exists():
        return None
    source = path.read_bytes()
    message: Any = email.message_from_bytes(source, policy=email.policy.default)
    body = message.get_body(("plain",))
    return Kept(
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        cc=str(message["Cc"] or ""),
        reply_to=str(message["Reply-To"] or ""),
        subject=str(message["Subject"] or ""),
        body=body.get_content() if body else "",
        attachments=tuple(_attachment(part) for part in message.iter_attachments()),
        source=source,
    )


def _attachment(part: Parsed) -> Attachment:
    content = part.get_payload(decode=True)
    return Attachment(
        part.get_filename() or "", part.get_content_type(), content if isinstance(content, bytes) else b""
    )


def _path(message_id: str) -> Path:
    name = hashlib.sha256(message_id.strip().encode()).hexdigest()[:40]
    return Path(settings.MAIL_DIR) / "new" / f"{name}.eml"


def _write(path: Path, content: bytes) -> None:
    aside = path.parent.parent / "tmp" / f"{path.name}.{os.getpid()}"
    for folder in (path.parent, aside.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
