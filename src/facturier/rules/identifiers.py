"""Registration, tax and bank numbers: each check returns the compact form, or says what is wrong.

Every check raises ValueError with an English sentence for the person who typed the number. Check
digits come from python-stdnum; where the law publishes no check digit (Québec), the form alone is
checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban
from stdnum.ca import bn
from stdnum.ch import uid
from stdnum.de import handelsregisternummer, stnr
from stdnum.de import vat as german
from stdnum.eu import vat as european
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidLength, ValidationError
from stdnum.fr import siren, siret, tva
from stdnum.gb import vat as british
from stdnum.it import codicefiscale, iva
from stdnum.no import mva
from stdnum.us import ein

_BLANKS = re.compile(r"[\s.\-]+")
_GST = re.compile(r"\d{9}RT\d{4}")
_QST = re.compile(r"\d{10}TQ\d{4}")
_NEQ = re.compile(r"(11|22|33|88)\d{8}")  # company, sole trader or partnership, other, public body
_SWISS_ENDING = re.compile(r"(MWST|TVA|IVA|TPV)$")
_REA = re.compile(r"([A-Z]{2})(\d{1,7})")
_REGIME = re.compile(r"RF(0[1-9]|1\d|20)")
_SDI = re.compile(r"[A-Z0-9]{6,7}")
_CRN = re.compile(r"(\d{8}|[A-Z]{2}\d{6})")
_ANY = re.compile(r"[\w./ -]{1,40}")
_APE = re.compile(r"\d{4}[A-Z]")


def _checked(validate: Callable[[str], str], number: str, *, form: str, what: str) -> str:
    """Run a check of stdnum and word its refusal: `form` says how the number is written."""
    try:
        return validate(number)
    except InvalidChecksum:
        raise ValueError(f"{what} has a wrong check digit: look for a typing error.") from None
    except InvalidLength:
        raise ValueError(f"{what} has the wrong length: {form}.") from None
    except ValidationError:
        raise ValueError(f"{what} is not written as it should be: {form}.") from None


def check_siren(number: str) -> str:
    """Check a French SIREN (nine digits, Luhn)."""
    return _checked(siren.validate, number, what="This SIREN", form="a SIREN has 9 digits")


def check_siret(number: str) -> str:
    """Check a French SIRET (SIREN and five digits, Luhn; La Poste by its own rule)."""
    return _checked(siret.validate, number, what="This SIRET", form="a SIRET has 14 digits")


def check_ape(number: str) -> str:
    """Check the form of a French APE code (NAF rev. 2): four digits and a letter."""
    code = _BLANKS.sub("", number).upper()
    if not _APE.fullmatch(code):
        raise ValueError("This APE code is not written as it should be: 4 digits and a letter.")
    return code


def check_french_vat(number: str) -> str:
    """Check a French VAT number; returns it with its prefix FR (CGI, art. 286 ter)."""
    form = "FR, two characters and the SIREN"
    compact = _checked(tva.validate, number, what="This French VAT number", form=form)
    return f"FR{compact}"


def check_german_vat(number: str) -> str:
    """Check a USt-IdNr; returns it with its prefix DE (§ 27a UStG)."""
    form = "DE and 9 digits"
    compact = _checked(german.validate, number, what="This German VAT number", form=form)
    return f"DE{compact}"


def check_italian_vat(number: str) -> str:
    """Check a Partita IVA; returns it with its prefix IT (DPR 633/1972, art. 35)."""
    form = "IT and 11 digits"
    compact = _checked(iva.validate, number, what="This Partita IVA", form=form)
    return f"IT{compact}"


def check_fiscal_code(number: str) -> str:
    """Check a codice fiscale: 16 characters of a person, 11 digits of a company (DM 23/12/1976)."""
    form = "16 letters and digits, or the 11 digits of a company"
    return _checked(codicefiscale.validate, number, what="This codice fiscale", form=form)


def check_rea(number: str) -> str:
    """Check the form of an entry of the REA: province and up to seven digits, e.g. MI-1234567."""
    compact = _REA.fullmatch(_BLANKS.sub("", number).upper())
    if not compact:
        raise ValueError("A REA number has the letters of its province and digits, e.g. MI-1234567.")
    return f"{compact[1]}-{compact[2]}"


def check_italian_regime(code: str) -> str:
    """Check a regime fiscale: RF01 ordinary, RF19 forfettario and their like (FatturaPA 1.2.1.8)."""
    compact = _BLANKS.sub("", code).upper()
    if not _REGIME.fullmatch(compact) or compact == "RF03":
        raise ValueError("A regime fiscale is written RF01 (ordinary), RF19 (forfettario) and the like.")
    return compact


def check_sdi_code(code: str) -> str:
    """Check a codice destinatario: 7 characters, or the 6 of a public office (FatturaPA 1.1.4)."""
    compact = _BLANKS.sub("", code).upper()
    if not _SDI.fullmatch(compact):
        raise ValueError("A codice destinatario has 7 letters and digits, 6 for a public office.")
    return compact


def check_vat(number: str) -> str:
    """Check the VAT number of a customer anywhere in the EU, Great Britain, Switzerland or Norway.

    Returns it with its country's prefix, as Directive 2006/112/EC, art. 215 and VIES write it.
    """
    compact = _BLANKS.sub("", number).upper()
    prefix = compact[:2]
    what = "This VAT number"
    if prefix == "GB":
        form = "GB and 9 or 12 digits"
        return "GB" + _checked(british.validate, compact, what=what, form=form)
    if prefix == "CH":
        form = "CHE and 9 digits"
        ending = _SWISS_ENDING.search(compact)
        suffix = ending.group() if ending else ""  # names the language, adds nothing to the number
        return _checked(uid.validate, compact.removesuffix(suffix), what=what, form=form) + suffix
    if prefix == "NO":
        form = "NO, 9 digits and MVA"
        return "NO" + _checked(mva.validate, compact, what=what, form=form)
    try:
        european.compact(compact)
    except InvalidComponent:
        raise ValueError("A VAT number begins with the letters of its country, e.g. DE.") from None
    return _checked(european.validate, compact, what=what, form="as its country prescribes")


def vat_check(prefix: str) -> Callable[[str], str]:
    """Return the check of a seller's VAT number in one member state; it adds the prefix where it lacks."""

    def check(number: str) -> str:
        compact = _BLANKS.sub("", number).upper()
        return check_vat(compact if compact.startswith(prefix) else prefix + compact)

    return check


def check_german_tax_number(number: str) -> str:
    """Check the form of a Steuernummer (10, 11 or 13 digits, by federal state)."""
    form = "a Steuernummer has 10, 11 or 13 digits"
    return _checked(stnr.validate, number, what="This Steuernummer", form=form)


def check_german_register(number: str) -> str:
    """Check an entry of the Handelsregister: court, HRA or HRB and number (§ 9 HRV)."""
    form = "the court, HRA or HRB and the number, e.g. München HRB 123456"
    what = "This register entry"
    return _checked(handelsregisternummer.validate, number, what=what, form=form)


def check_gst(number: str) -> str:
    """Check a GST/HST number: business number (nine digits, Luhn), RT and four digits."""
    compact = _BLANKS.sub("", number).upper()
    if not _GST.fullmatch(compact):
        raise ValueError("A GST/HST number has 9 digits, RT and 4 digits, e.g. 123456782RT0001.")
    return _checked(bn.validate, compact, what="This GST/HST number", form="9 digits, RT, 4 digits")


def check_qst(number: str) -> str:
    """Check the form of a QST number: ten digits, TQ and four digits (Revenu Québec)."""
    compact = _BLANKS.sub("", number).upper()
    if not _QST.fullmatch(compact):
        raise ValueError("A QST number has 10 digits, TQ and 4 digits, e.g. 1234567890TQ0001.")
    return compact


def check_neq(number: str) -> str:
    """Check the form of a Québec enterprise number: ten digits from 11, 22, 33 or 88 on."""
    compact = _BLANKS.sub("", number)
    if not _NEQ.fullmatch(compact):
        raise ValueError("A NEQ has 10 digits and begins with 11, 22, 33 or 88.")
    return compact


def check_business_number(number: str) -> str:
    """Check a business number of Canada: nine digits, Luhn."""
    form = "a business number has 9 digits"
    return _checked(bn.validate, number, what="This business number", form=form)


def check_british_vat(number: str) -> str:
    """Check a VAT number of the United Kingdom; returns it with its prefix GB (SI 1995/2518, reg. 14)."""
    form = "GB and 9 or 12 digits"
    return "GB" + _checked(british.validate, number, what="This VAT number", form=form)


def check_company_number(number: str) -> str:
    """Check the form of a number of Companies House: 8 digits, or two letters and 6 digits."""
    compact = _BLANKS.sub("", number).upper()
    if compact.isdigit():
        compact = compact.zfill(8)  # people leave leading zeros out
    if not _CRN.fullmatch(compact):
        raise ValueError("A company number has 8 digits, or two letters and 6 digits, e.g. SC123456.")
    return compact


def check_ein(number: str) -> str:
    """Check an EIN: nine digits of which the first two are in use (IRS); returned as 12-3456789."""
    compact = _checked(ein.validate, number, what="This EIN", form="an EIN has 9 digits, e.g. 12-3456789")
    return f"{compact[:2]}-{compact[2:]}"


def check_any_number(number: str) -> str:
    """Check a number whose form no one publishes: up to 40 letters, digits and . / -"""
    compact = " ".join(number.split())
    if not _ANY.fullmatch(compact):
        raise ValueError("This number may hold letters, digits, blanks and . / - only, 40 at most.")
    return compact


def check_iban(number: str) -> str:
    """Check an IBAN (ISO 13616: country, length, structure, modulo 97)."""
    form = "the country's letters, two check digits and the account"
    return _checked(stdnum_iban.validate, number, what="This IBAN", form=form)


def check_bic(number: str) -> str:
    """Check the form of a BIC (ISO 9362: 8 or 11 characters)."""
    form = "a BIC has 8 or 11 letters and digits"
    return _checked(stdnum_bic.validate, number, what="This BIC", form=form)
