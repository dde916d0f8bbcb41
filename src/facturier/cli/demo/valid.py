"""Numbers of people who do not exist, valid by their check digits."""

from __future__ import annotations

from stdnum import iso7064, luhn
from stdnum.de import vat as german_vat


def siren(seed: int) -> str:
    """A SIREN: nine digits, the last by Luhn."""
    body = f"{80_000_000 + seed * 7_919:08d}"
    return body + luhn.calc_check_digit(body)


def french_vat(of_siren: str) -> str:
    """The VAT number that goes with a SIREN (CGI, annexe II, art. 215): its key is 12 + 3 × SIREN mod 97."""
    return f"FR{(12 + 3 * (int(of_siren) % 97)) % 97:02d}{of_siren}"


def german_vat_number(seed: int) -> str:
    """A USt-IdNr: eight digits, and the check digit of ISO 7064 mod 11, 10."""
    body = f"{26_000_000 + seed * 4_099:08d}"
    number = "DE" + body + iso7064.mod_11_10.calc_check_digit(body)
    german_vat.validate(number)
    return number


def business_number(seed: int) -> str:
    """A Canadian business number: nine digits, the last by Luhn."""
    body = f"{12_300_000 + seed * 5_303:08d}"
    return body + luhn.calc_check_digit(body)
