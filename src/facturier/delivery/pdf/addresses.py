"""Postal addresses as the post of their country writes them.

UPU S42; DIN 5008 (Germany), NF Z 10-011 (France), Canada Post Addressing Guidelines.
"""

from __future__ import annotations

from collections.abc import Callable

from facturier.rules.document import Address


def address_lines(
    address: Address, *, sender_country: str, country_name: Callable[[str], str]
) -> tuple[str, ...]:
    """Return the lines of an address; the country is named only where it is not the sender's."""
    lines = [*address.line1.splitlines(), *address.line2.splitlines(), *_locality(address)]
    if address.country and address.country != sender_country:
        lines.append(country_name(address.country).upper())
    return tuple(line.strip() for line in lines if line.strip())


def _locality(address: Address) -> list[str]:
    place, code, part = address.city.strip(), address.postcode.strip(), address.subdivision.strip()
    part = part.rpartition("-")[2]  # ISO 3166-2 "CA-QC" is written QC
    if address.country in ("CA", "US", "AU"):
        return ["  ".join(one for one in (" ".join(x for x in (place, part) if x), code) if one)]
    if address.country == "GB":
        return [place, code]
    if address.country == "IT" and part:
        return [f"{code} {place} ({part})".strip()]
    return [f"{code} {place}".strip()]
