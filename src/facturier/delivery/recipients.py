"""Whom a message goes to: addresses as people type them, checked before anything is queued."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from email.utils import parseaddr

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from facturier.rules.refusal import Refused

MOST = 50
_BETWEEN = re.compile(r"[,;\s]*[,;\n\r]\s*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def split(text: str) -> list[str]:
    """Take apart what was typed into one field: addresses between commas, semicolons or lines."""
    return [part for part in _BETWEEN.split(text.strip()) if part]


def checked(typed: Iterable[str], *, field: str, seen: Sequence[str] = ()) -> tuple[list[str], list[Refused]]:
    """Return the addresses of `typed` without repetitions, and what is wrong with the others.

    Reads “Ana Keller <ana@lumen.example>” too. `seen` are addresses that get the message already.
    """
    known = {address.lower() for address in seen}
    found: list[str] = []
    wrong: list[Refused] = []
    for one in typed:
        address = parseaddr(one)[1] if "<" in one else one.strip()
        if not is_address(address):
            wrong.append(
                Refused("“%(address)s” is not an e-mail address.", field=field, values={"address": one})
            )
        elif address.lower() not in known:
            known.add(address.lower())
            found.append(address)
    if found and len(known) > MOST:
        wrong.append(
            Refused("One message goes to %(most)s addresses at most.", field=field, values={"most": MOST})
        )
    return found, wrong


def is_address(text: str) -> bool:
    """Say whether a text is one e-mail address and nothing else."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def one_line(text: str) -> str:
    """Make a text fit for a header: no line breaks or control characters, single blanks."""
    return " ".join(_CONTROL.sub(" ", text).split())
