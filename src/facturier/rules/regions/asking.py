"""Questions that several countries ask of a draft: each returns what is missing from it."""

from __future__ import annotations

from collections.abc import Iterator

from facturier.rules.document import Address, Draft, LineKind, Tax
from facturier.rules.refusal import Refused

# Where an address without a postal code is incomplete.
_WITH_POSTCODE = frozenset(
    ("AT", "BE", "CA", "CH", "DE", "DK", "ES", "FI", "FR", "GB", "IT", "LU", "MC", "NL", "NO", "US")
)

_SELLER_ADDRESS = {
    "line1": "The seller's address has no street.",
    "postcode": "The seller's address has no postal code.",
    "city": "The seller's address has no city.",
    "country": "The seller's address has no country.",
}
_CUSTOMER_ADDRESS = {
    "line1": "The customer's address has no street.",
    "postcode": "The customer's address has no postal code.",
    "city": "The customer's address has no city.",
    "country": "The customer's address has no country.",
}


def seller_address(draft: Draft) -> list[Refused]:
    """Ask for the seller's full address."""
    return [
        Refused(_SELLER_ADDRESS[part], field=f"seller.address.{part}", link="organisation")
        for part in _lacking(draft.seller.address)
    ]


def customer_address(draft: Draft) -> list[Refused]:
    """Ask for the customer's full address."""
    return [
        Refused(_CUSTOMER_ADDRESS[part], field=f"customer.address.{part}", link="customer")
        for part in _lacking(draft.buyer.address)
    ]


def _lacking(address: Address) -> list[str]:
    parts = ["line1", "city", "country"]
    if address.country in _WITH_POSTCODE:
        parts.insert(1, "postcode")
    return [part for part in parts if not getattr(address, part).strip()]


def of_seller(message: str, *, scheme: str) -> Refused:
    """Refuse for want of a number of the seller."""
    return Refused(message, field=f"seller.identifiers.{scheme}", link="organisation")


def of_customer(message: str, *, scheme: str) -> Refused:
    """Refuse for want of a number of the customer."""
    return Refused(message, field=f"customer.identifiers.{scheme}", link="customer")


def taxes_of(draft: Draft) -> Iterator[Tax]:
    """Walk through the taxes of every amount and adjustment of a draft."""
    for line in draft.lines:
        if line.kind is LineKind.AMOUNT:
            yield from line.taxes
    for adjustment in draft.adjustments:
        yield from adjustment.taxes or ()


def categories(draft: Draft) -> frozenset[str]:
    """Return the EN 16931 tax categories that a draft uses."""
    return frozenset(tax.category for tax in taxes_of(draft))


def quantities(draft: Draft) -> list[Refused]:
    """Ask for a quantity on each amount (Directive 2006/112/EC, art. 226, no. 6)."""
    return [
        Refused(
            "Line %(line)s has no quantity.",
            field=f"lines.{position}.quantity",
            link="draft",
            values={"line": position},
        )
        for position, line in enumerate(draft.lines, start=1)
        if line.kind is LineKind.AMOUNT and not line.quantity
    ]


def exemption_reasons(draft: Draft) -> list[Refused]:
    """Ask why no tax is charged (Directive 2006/112/EC, art. 226, nos. 11 and 11a; BR-E-10)."""
    return [
        Refused(
            "Line %(line)s: the tax code does not say why no tax is charged.",
            field=f"lines.{position}.tax_code",
            link="draft",
            values={"line": position},
        )
        for position, line in enumerate(draft.lines, start=1)
        if line.kind is LineKind.AMOUNT
        and any(tax.category in ("E", "AE", "K", "G", "O") for tax in line.taxes)
        and not all(tax.exemption_reason.strip() for tax in line.taxes if tax.category not in "SZ")
    ]


def exchange(draft: Draft, *, currency: str) -> list[Refused]:
    """Ask for the rate at which a tax in another currency is stated in the region's own.

    Directive 2006/112/EC, art. 230 and 91 (2); CGI, art. 289, VII; § 16 (6) UStG.
    """
    if draft.currency == currency or not any(tax.rate for tax in taxes_of(draft)):
        return []
    values = {"own": currency, "currency": draft.currency}
    if draft.exchange is None or draft.exchange.currency != currency:
        return [
            Refused(
                "State the tax in %(own)s too: enter the exchange rate of %(own)s to %(currency)s.",
                field="exchange_rate",
                link="draft",
                values=values,
            )
        ]
    if not draft.exchange.source.strip():
        return [Refused("Say where the exchange rate comes from.", field="exchange_source", link="draft")]
    return []


_DELIVERY = {
    "line1": "The delivery address has no street.",
    "postcode": "The delivery address has no postal code.",
    "city": "The delivery address has no city.",
    "country": "The delivery address has no country.",
}


def delivery_address(draft: Draft) -> list[Refused]:
    """Ask for the whole of a delivery address that is going to be printed."""
    place = draft.deliver_to
    if place is None:
        return []
    return [
        Refused(_DELIVERY[part], field=f"delivery.{part}", link="draft") for part in _lacking(place.address)
    ]
