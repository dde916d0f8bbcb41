"""What a door hands over about a customer, checked and tidied before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from babel.numbers import is_currency
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from facturier.organisations.models import LANGUAGES, Organisation
from facturier.rules.refusal import Refused, refuse_all
from facturier.rules.regions.base import IdentifierField
from facturier.rules.regions.generic.places import countries

MAX_PAYMENT_DAYS = 365
DELIVERY = ("name", "line1", "line2", "postcode", "city", "subdivision", "country")
_LONGEST = {
    "number": 20,
    "name": 200,
    "line1": 200,
    "line2": 200,
    "postcode": 20,
    "city": 100,
    "subdivision": 10,
    "order_reference": 100,
}


@dataclass(frozen=True, slots=True)
class NewContact:
    """A person at the customer, as a door hands it over."""

    email: str
    name: str = ""
    phone: str = ""
    is_billing: bool = False
    gets_copy: bool = False


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer as a door hands it over. Empty number, language, currency and country: see `checked`.

    `delivery` has the keys of `DELIVERY`; empty, goods go to the customer's address.
    """

    name: str
    number: str = ""
    line1: str = ""
    line2: str = ""
    postcode: str = ""
    city: str = ""
    subdivision: str = ""
    country: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    currency: str = ""
    payment_days: int | None = None
    tax_code_id: int | None = None
    order_reference: str = ""
    order_required: bool = False
    note: str = ""
    delivery: Mapping[str, str] = field(default_factory=dict)
    contacts: Sequence[NewContact] = ()
    owner_ids: Sequence[int] | None = None  # memberships; None leaves the owners as they are


def identifier_fields(organisation: Organisation) -> list[IdentifierField]:
    """Return the numbers that a customer of this seller may state."""
    return [one for one in organisation.rules.identifiers if one.buyer]


def checked(organisation: Organisation, given: NewCustomer) -> NewCustomer:
    """Return the values tidied: blanks collapsed, numbers compact, language and currency the seller's.

    Raises Refused, or RefusedTogether, naming every field to mend.
    """
    refusals: list[Refused] = []
    texts = {name: " ".join(getattr(given, name).split()) for name in _LONGEST}
    if not texts["name"]:
        refusals.append(Refused("Name the customer.", field="name"))
    for name, longest in _LONGEST.items():
        if len(texts[name]) > longest:
            refusals.append(
                Refused(
                    "This is too long: at most %(longest)s characters.",
                    field=name,
                    values={"longest": longest},
                )
            )
    country = given.country.strip().upper()
    if country and country not in countries():
        refusals.append(Refused("A country has two letters, e.g. FR.", field="country"))
    language = given.language or organisation.language
    if language not in dict(LANGUAGES):
        refusals.append(Refused("Choose one of the four languages.", field="language"))
    currency = given.currency.strip().upper() or organisation.currency
    if not is_currency(currency):
        refusals.append(Refused("A currency has three letters, e.g. EUR.", field="currency"))
    if given.payment_days is not None and not 0 <= given.payment_days <= MAX_PAYMENT_DAYS:
        refusals.append(
            Refused(
                "A payment term has 0 to %(most)s days.",
                field="payment_days",
                values={"most": MAX_PAYMENT_DAYS},
            )
        )
    delivery = checked_delivery(given.delivery, country=country, refusals=refusals)
    identifiers = _identifiers(organisation, given.identifiers, refusals)
    contacts = _contacts(given.contacts, refusals)
    refuse_all(refusals)
    return replace(
        given,
        **texts,
        country=country,
        language=language,
        currency=currency,
        delivery=delivery,
        identifiers=identifiers,
        contacts=contacts,
        note=given.note.strip(),
    )


def checked_delivery(given: Mapping[str, str], *, country: str, refusals: list[Refused]) -> dict[str, str]:
    """Return the parts of a delivery address that are not empty, none where it names no place.

    A place without a country is in the given one. Adds to `refusals` what is wrong.
    """
    found = {part: " ".join(given.get(part, "").split()) for part in DELIVERY}
    found["country"] = found["country"].upper()
    if not any(found[part] for part in DELIVERY if part != "country"):
        return {}
    found["country"] = found["country"] or country
    for part, text in found.items():
        if len(text) > _LONGEST.get(part, 2):
            refusals.append(
                Refused(
                    "This is too long: at most %(longest)s characters.",
                    field=f"delivery.{part}",
                    values={"longest": _LONGEST.get(part, 2)},
                )
            )
    if found["country"] and found["country"] not in countries():
        refusals.append(Refused("A country has two letters, e.g. FR.", field="delivery.country"))
    return {part: text for part, text in found.items() if text}


def _identifiers(
    organisation: Organisation, given: Mapping[str, str], refusals: list[Refused]
) -> dict[str, str]:
    known = {one.scheme: one for one in identifier_fields(organisation)}
    found: dict[str, str] = {}
    for scheme, text in given.items():
        if not text.strip():
            continue
        place = f"identifiers.{scheme}"
        if scheme not in known:
            refusals.append(
                Refused(
                    "Customers have no number of the kind “%(scheme)s” here.",
                    field=place,
                    values={"scheme": scheme},
                )
            )
            continue
        try:
            found[scheme] = known[scheme].check(text.strip())
        except ValueError as error:
            refusals.append(Refused(str(error).replace("%", "%%"), field=place))
    return found


def _contacts(given: Sequence[NewContact], refusals: list[Refused]) -> tuple[NewContact, ...]:
    """Tidy the contacts; where none is to be billed, the first one is."""
    found: list[NewContact] = []
    seen: set[str] = set()
    for position, contact in enumerate(given):
        place = f"contacts.{position}.email"
        address = contact.email.strip()
        try:
            validate_email(address)
        except ValidationError:
            refusals.append(
                Refused("“%(email)s” is no e-mail address.", field=place, values={"email": address})
            )
            continue
        if address.casefold() in seen:
            refusals.append(Refused("%(email)s stands here twice.", field=place, values={"email": address}))
        seen.add(address.casefold())
        name, phone = contact.name.strip(), contact.phone.strip()
        if len(name) > 100 or len(phone) > 40:
            refusals.append(Refused("This name or telephone number is too long.", field=place))
        found.append(replace(contact, email=address, name=name, phone=phone))
    if sum(contact.is_billing for contact in found) > 1:
        words = "One contact receives the documents; the others get copies."
        refusals.append(Refused(words, field="contacts"))
    elif found and not any(contact.is_billing for contact in found):
        found[0] = replace(found[0], is_billing=True)
    return tuple(found)
