"""What a door hands over about a person's place, and the tokens of invitations."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

VALID = timedelta(days=7)  # how long an invitation can be accepted
LONGEST_TOKEN = 80


@dataclass(frozen=True, slots=True)
class Granted:
    """What a member may; an administrator may everything."""

    is_admin: bool = False
    may_process_billing: bool = False
    may_export: bool = False
    may_manage_settings: bool = False

    @classmethod
    def of(cls, row: Any) -> Granted:
        """Return what a membership or an invitation grants."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})

    def names(self) -> list[str]:
        """List what is granted, as the audit log keeps it."""
        return [name for name, yes in asdict(self).items() if yes]


def new_token(organisation_id: int) -> str:
    """Return a token of 256 random bits that also tells the organisation it is for."""
    return f"{organisation_id:x}-{secrets.token_urlsafe(32)}"


def organisation_of(token: str) -> int | None:
    """Return the organisation that a token names, or None where it is none of ours."""
    head, _dash, rest = token.partition("-")
    if len(token) > LONGEST_TOKEN or len(head) > 12 or len(rest) < 40:
        return None
    try:
        return int(head, 16)
    except ValueError:
        return None


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
