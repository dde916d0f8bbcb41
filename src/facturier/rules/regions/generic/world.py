"""Every other country: no tax until the seller writes down its own, and no mention but the terms.

The taxes of a few neighbours are known: Switzerland and Liechtenstein (MWSTG, SR 641.20, art. 25),
Norway (Merverdiavgiftsloven, § 5), Iceland (lög nr. 50/1988, 14. gr.), Australia (A New Tax System
(Goods and Services Tax) Act 1999, s. 9-70), New Zealand (Goods and Services Tax Act 1985, s. 8).
"""

from __future__ import annotations

from datetime import date

from facturier.rules import identifiers
from facturier.rules.document import Draft, Kind, Totals
from facturier.rules.refusal import Refused
from facturier.rules.regions import asking, wording
from facturier.rules.regions.base import (
    IdentifierField,
    Labels,
    Region,
    TaxCodeSeed,
    TaxComponentSeed,
)
from facturier.rules.regions.generic import places, seeds
from facturier.rules.regions.seeds import ALWAYS, rates
from facturier.rules.regions.wording import four

_VAT = four(fr="TVA", it="IVA", de="MwSt.", en="VAT")
_GST = four(fr="GST", it="GST", de="GST", en="GST")
_TAX = four(fr="Taxe", it="Imposta", de="Steuer", en="Tax")

_SWISS = (
    ((date(2018, 1, 1), "7.7"), (date(2024, 1, 1), "8.1")),
    ((date(2018, 1, 1), "3.7"), (date(2024, 1, 1), "3.8")),
    ((date(2018, 1, 1), "2.5"), (date(2024, 1, 1), "2.6")),
)
_RATES = {
    "AU": ("GST", _GST, (((date(2000, 7, 1), "10"),),)),
    "CH": ("VAT", _VAT, _SWISS),
    "IS": ("VAT", _VAT, (((date(2015, 1, 1), "24"),), ((date(2015, 1, 1), "11"),))),
    "LI": ("VAT", _VAT, _SWISS),
    "NO": (
        "VAT",
        _VAT,
        (((date(2005, 1, 1), "25"),), ((date(2012, 1, 1), "15"),), ((date(2018, 1, 1), "12"),)),
    ),
    "NZ": ("GST", _GST, (((date(2010, 10, 1), "15"),),)),
}


def _tax_codes(country: str) -> tuple[TaxCodeSeed, ...]:
    scheme, name, known = _RATES.get(country, ("TAX", _TAX, ()))
    taxed = tuple(_taxed(scheme, name, steps) for steps in known)
    none = seeds.untaxed(
        scheme,
        name,
        "NO-TAX",
        "O",
        four(fr="Sans taxe", it="Senza imposta", de="Ohne Steuer", en="No tax"),
        four(
            fr="Aucune taxe n’est perçue",
            it="Nessuna imposta applicata",
            de="Es wird keine Steuer berechnet",
            en="No tax is charged",
        ),
    )
    exempt = seeds.untaxed(
        scheme,
        name,
        "EXEMPT",
        "E",
        four(fr="Exonéré", it="Esente", de="Steuerbefreit", en="Exempt"),
        four(
            fr="Opération exonérée",
            it="Operazione esente",
            de="Steuerfreier Umsatz",
            en="Exempt supply",
        ),
    )
    zero = TaxCodeSeed(
        "ZERO",
        four(fr="Taux zéro", it="Aliquota zero", de="Nullsatz", en="Zero-rated"),
        (TaxComponentSeed(scheme, "Z", name, seeds.TAX_ACCOUNT, rates((ALWAYS, "0"))),),
    )
    return (*taxed, none, zero, exempt)


def _taxed(scheme: str, name: Labels, steps: tuple[tuple[date, str], ...]) -> TaxCodeSeed:
    percent = steps[-1][1]
    comma = percent.replace(".", ",")
    labels = four(
        fr=f"{name['fr']} {comma} %",
        it=f"{name['it']} {comma} %",
        de=f"{name['de']} {comma} %",
        en=f"{name['en']} {percent} %",
    )
    component = TaxComponentSeed(scheme, "S", name, seeds.TAX_ACCOUNT, rates(*steps))
    return TaxCodeSeed(f"{scheme}{percent}", labels, (component,))


_IDENTIFIERS = (
    IdentifierField("tax_id", seeds.TAX_NUMBER, seeds.TAX_NUMBER, identifiers.check_any_number),
    IdentifierField(
        "registration", seeds.REGISTRATION, seeds.REGISTRATION_PRINTED, identifiers.check_any_number
    ),
)


def _missing(draft: Draft, issue_date: date) -> list[Refused]:
    charges = any(tax.rate for tax in asking.taxes_of(draft))
    if draft.kind is Kind.PRO_FORMA or not charges or draft.seller.identifier("tax_id"):
        return []
    return [asking.of_seller("The seller charges tax and has no tax number.", scheme="tax_id")]


def _mentions(draft: Draft, totals: Totals, due_date: date) -> tuple[str, ...]:
    said = [*wording.of_kind(draft), *wording.of_exemptions(draft)]
    if draft.kind is Kind.INVOICE:
        said.append(wording.of_terms(draft))
    return tuple(said)


def region(country: str) -> Region:
    """Make the region of a country (ISO 3166-1 alpha-2)."""
    return Region(
        code=country,
        country=country,
        labels=places.name(country),
        currency=places.currency(country),
        languages=places.languages(country),
        locale_of=places.locale_of(country),
        time_zone=places.time_zone(country),
        payment_days=30,
        strict_issuing=True,  # what the country allows is not known here
        retention_years=10,  # likewise: the longest that is usual
        series=seeds.SERIES,
        accounts=seeds.ACCOUNTS,
        tax_codes=_tax_codes(country),
        identifiers=_IDENTIFIERS,
        missing=_missing,
        mentions=_mentions,
        states_tax_at_home=False,
        epc_qr=places.currency(country) == "EUR",
    )
