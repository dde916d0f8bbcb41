"""What a door hands over about a seller, checked and tidied before it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from babel.numbers import get_territory_currencies
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from facturier.organisations.models import LANGUAGES
from facturier.rules.identifiers import check_bic, check_iban
from facturier.rules.refusal import Refused, refuse_all
from facturier.rules.regions.base import IdentifierField, Region
from facturier.rules.regions.generic.places import countries

MAX_PAYMENT_DAYS = 365
LONGEST = {
    "name": 100,
    "legal_name": 200,
    "legal_note": 300,
    "line1": 200,
    "line2": 200,
    "postcode": 20,
    "city": 100,
    "subdivision": 10,
    "email": 254,
    "phone": 40,
    "account_name": 100,
    "payment_instructions": 300,
    "footer": 300,
    "message": 2000,
}
_LINES = {"message"}  # texts that keep their line breaks
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a seller states about itself, as a door hands it over; identifiers by scheme."""

    name: str
    legal_name: str
    country: str
    language: str
    currency: str
    payment_days: int
    identifiers: Mapping[str, str]
    legal_note: str = ""
    line1: str = ""
    line2: str = ""
    postcode: str = ""
    city: str = ""
    subdivision: str = ""
    email: str = ""
    phone: str = ""
    account_name: str = ""
    iban: str = ""
    bic: str = ""
    payment_instructions: str = ""
    accent: str = "#17563f"
    footer: str = ""
    message: str = ""
    vat_on_debits: bool = False


def seller_identifiers(region: Region) -> list[IdentifierField]:
    """Return the numbers that a seller of this region may state."""
    return [one for one in region.identifiers if one.seller]


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """Return the codes of ISO 4217 that are somewhere legal tender today."""
    return frozenset(
        code for country in countries() for code in get_territory_currencies(country, non_tender=False)
    )


def checked(region: Region, given: Stated) -> Stated:
    """Return the values tidied: blanks collapsed, numbers compact.

    Raises Refused, or RefusedTogether, naming every field to mend.
    """
    refusals: list[Refused] = []
    texts = {name: _tidy(name, getattr(given, name), refusals) for name in LONGEST}
    if not texts["name"]:
        refusals.append(Refused("Name the organisation.", field="name"))
    if not texts["legal_name"]:
        refusals.append(Refused("State the legal name.", field="legal_name"))
    if texts["email"]:
        _email(texts["email"], refusals)
    iban = _number(given.iban, check_iban, "iban", refusals)
    bic = _number(given.bic, check_bic, "bic", refusals)
    accent = given.accent.strip().lower()
    if not _COLOUR.fullmatch(accent):
        refusals.append(Refused("Write a colour as #17563f.", field="accent"))
    if given.country not in countries():
        refusals.append(Refused("Choose a country.", field="country"))
    if given.language not in dict(LANGUAGES):
        refusals.append(Refused("Choose one of the four languages.", field="language"))
    if given.currency not in currencies():
        refusals.append(Refused("A currency has three letters, e.g. EUR.", field="currency"))
    if not 0 <= given.payment_days <= MAX_PAYMENT_DAYS:
        refusals.append(
            Refused(
                "A payment term has 0 to %(most)s days.",
                field="payment_days",
                values={"most": MAX_PAYMENT_DAYS},
            )
        )
    identifiers = _identifiers(region, given.identifiers, refusals)
    if given.vat_on_debits and not region.vat_on_debits:
        refusals.append(
            Refused("Sellers cannot opt for this where they are established.", field="vat_on_debits")
        )
    refuse_all(refusals)
    return replace(given, **texts, iban=iban, bic=bic, accent=accent, identifiers=identifiers)


def _tidy(name: str, text: str, refusals: list[Refused]) -> str:
    lines = text.strip().splitlines() if name in _LINES else [text]
    tidy = "\n".join(" ".join(line.split()) for line in lines)
    if len(tidy) > LONGEST[name]:
        refusals.append(
            Refused(
                "This is too long: at most %(longest)s characters.",
                field=name,
                values={"longest": LONGEST[name]},
            )
        )
    return tidy


def _email(address: str, refusals: list[Refused]) -> None:
    try:
        validate_email(address)
    except ValidationError:
        refusals.append(
            Refused("“%(email)s” is no e-mail address.", field="email", values={"email": address})
        )


def _number(text: str, check: Callable[[str], str], place: str, refusals: list[Refused]) -> str:
    """Return the compact form of a number, nothing for nothing; note what is wrong with it."""
    if not text.strip():
        return ""
    try:
        return check(text.strip())
    except ValueError as error:
        refusals.append(Refused(str(error).replace("%", "%%"), field=place))
        return ""


def _identifiers(region: Region, given: Mapping[str, str], refusals: list[Refused]) -> dict[str, str]:
    known = {one.scheme: one for one in seller_identifiers(region)}
    found: dict[str, str] = {}
    for scheme, text in given.items():
        if scheme not in known:
            refusals.append(
                Refused(
                    "Sellers have no number of the kind “%(scheme)s” here.",
                    field=f"identifiers.{scheme}",
                    values={"scheme": scheme},
                )
            )
        elif number := _number(text, known[scheme].check, f"identifiers.{scheme}", refusals):
            found[scheme] = number
    return found
