"""Member states of the European Union without a file of their own.

Invoices: Directive 2006/112/EC, art. 219 to 240, which each state has made its law; numbers of VAT:
art. 215 and the syntax of VIES. Rates: art. 96 to 105, as the states notify them to the Commission
(Taxes in Europe Database). What a state asks for beyond the directive is not known here.
"""

from __future__ import annotations

from datetime import date

from facturier.rules import identifiers
from facturier.rules.document import Draft, Kind, Totals
from facturier.rules.refusal import Refused
from facturier.rules.regions import asking, wording
from facturier.rules.regions.base import IdentifierField, Region, TaxCodeSeed, TaxComponentSeed, words
from facturier.rules.regions.generic import places, seeds
from facturier.rules.regions.seeds import rates
from facturier.rules.regions.wording import four

# Per state: the standard rate with its days, then the reduced ones, each as its days stand.
_RATES = """
AT: 1984-01-01 20 | 2016-01-01 13 | 1984-01-01 10
BE: 1996-01-01 21 | 2000-01-01 12 | 2000-01-01 6
BG: 1999-01-01 20 | 2011-04-01 9
CY: 2014-01-13 19 | 2014-01-13 9 | 2004-05-01 5 | 2023-07-21 3
CZ: 2013-01-01 21 | 2024-01-01 12
DK: 1992-01-01 25
EE: 2009-07-01 20, 2024-01-01 22, 2025-07-01 24 | 2009-01-01 9 | 2025-01-01 13
ES: 2012-09-01 21 | 2012-09-01 10 | 1995-01-01 4
FI: 2013-01-01 24, 2024-09-01 25.5 | 2013-01-01 14, 2026-01-01 13.5 | 2013-01-01 10
GR: 2016-06-01 24 | 2011-01-01 13 | 2015-07-20 6
HR: 2012-03-01 25 | 2014-01-01 13 | 2013-01-01 5
HU: 2012-01-01 27 | 2009-07-01 18 | 2004-01-01 5
IE: 2012-01-01 23, 2020-09-01 21, 2021-03-01 23 | 2003-01-01 13.5 | 2011-07-01 9 | 2005-01-01 4.8
LT: 2009-09-01 21 | 2026-01-01 12 | 2009-01-01 5
LU: 2015-01-01 17, 2023-01-01 16, 2024-01-01 17 | 2015-01-01 14, 2023-01-01 13, 2024-01-01 14 \
| 2015-01-01 8, 2023-01-01 7, 2024-01-01 8 | 1992-01-01 3
LV: 2012-07-01 21 | 2011-01-01 12 | 2018-01-01 5
MC: 2014-01-01 20 | 2014-01-01 10 | 2007-01-01 5.5 | 1989-01-01 2.1
MT: 2004-01-01 18 | 2024-01-01 12 | 2011-01-01 7 | 2004-01-01 5
NL: 2012-10-01 21 | 2019-01-01 9
PL: 2011-01-01 23 | 2011-01-01 8 | 2011-01-01 5
PT: 2011-01-01 23 | 2010-07-01 13 | 2010-07-01 6
RO: 2017-01-01 19, 2025-08-01 21 | 2025-08-01 11
SE: 1990-07-01 25 | 1996-01-01 12 | 1996-01-01 6
SI: 2013-07-01 22 | 2013-07-01 9.5 | 2020-01-01 5
SK: 2011-01-01 20, 2025-01-01 23 | 2025-01-01 19 | 2025-01-01 5
"""


def _steps(text: str) -> tuple[tuple[date, str], ...]:
    pairs = [part.split() for part in text.split(",")]
    return tuple((date.fromisoformat(day), percent) for day, percent in pairs)


_BY_STATE = {
    line[:2]: tuple(_steps(part) for part in line[3:].split("|")) for line in _RATES.strip().splitlines()
}
COUNTRIES = frozenset(_BY_STATE)
# Greece writes EL before its VAT numbers; Monaco's are French (agreement of 18 May 1963).
_PREFIX = {"GR": "EL", "MC": "FR"}

_VAT = four(fr="TVA", it="IVA", de="MwSt.", en="VAT")


def _taxed(steps: tuple[tuple[date, str], ...]) -> TaxCodeSeed:
    """Make a code of a rate, named after its newest percentage."""
    percent = steps[-1][1]
    comma = percent.replace(".", ",")
    labels = four(fr=f"TVA {comma} %", it=f"IVA {comma} %", de=f"MwSt. {comma} %", en=f"VAT {percent} %")
    component = TaxComponentSeed("VAT", "S", _VAT, seeds.TAX_ACCOUNT, rates(*steps))
    return TaxCodeSeed(f"VAT{percent}", labels, (component,))


# Directive 2006/112/EC: the words of art. 226, nos. 11 and 11a, with the article that frees from VAT.
_UNTAXED = tuple(
    seeds.untaxed("VAT", _VAT, code, category, labels, reason)
    for code, category, labels, reason in (
        (
            "EXEMPT",
            "E",
            four(fr="Exonéré de TVA", it="Esente da IVA", de="Von der MwSt. befreit", en="VAT exempt"),
            four(
                fr="Exonéré de TVA, directive 2006/112/CE, art. 132 à 137",
                it="Esente da IVA, direttiva 2006/112/CE, artt. da 132 a 137",
                de="Von der MwSt. befreit, Richtlinie 2006/112/EG, Art. 132 bis 137",
                en="VAT exempt, Directive 2006/112/EC, art. 132 to 137",
            ),
        ),
        (
            "SMALL",
            "E",
            four(
                fr="Franchise des petites entreprises",
                it="Franchigia delle piccole imprese",
                de="Kleinunternehmer",
                en="Small enterprise",
            ),
            four(
                fr="TVA non applicable, régime des petites entreprises, directive 2006/112/CE, art. 284",
                it="IVA non applicabile, regime delle piccole imprese, direttiva 2006/112/CE, art. 284",
                de="Steuerfrei, Kleinunternehmerregelung, Richtlinie 2006/112/EG, Art. 284",
                en="VAT exempt, small enterprise scheme, Directive 2006/112/EC, art. 284",
            ),
        ),
        (
            "REVERSE",
            "AE",
            four(
                fr="Autoliquidation dans le pays",
                it="Inversione contabile interna",
                de="Umkehr der Steuerschuld im Inland",
                en="Reverse charge within the country",
            ),
            four(
                fr="Autoliquidation, directive 2006/112/CE, art. 199",
                it="Inversione contabile, direttiva 2006/112/CE, art. 199",
                de="Steuerschuldnerschaft des Leistungsempfängers, Richtlinie 2006/112/EG, Art. 199",
                en="Reverse charge, Directive 2006/112/EC, art. 199",
            ),
        ),
        (
            "EU-SERVICES",
            "AE",
            four(
                fr="Prestation à une entreprise de l’UE",
                it="Servizi a un’impresa dell’UE",
                de="Leistung an ein Unternehmen in der EU",
                en="Services to a business in the EU",
            ),
            four(
                fr="Autoliquidation, directive 2006/112/CE, art. 44 et 196",
                it="Inversione contabile, direttiva 2006/112/CE, artt. 44 e 196",
                de="Steuerschuldnerschaft des Leistungsempfängers, Richtlinie 2006/112/EG, Art. 44 und 196",
                en="Reverse charge, Directive 2006/112/EC, art. 44 and 196",
            ),
        ),
        (
            "EU-GOODS",
            "K",
            four(
                fr="Livraison intracommunautaire de biens",
                it="Cessione intracomunitaria di beni",
                de="Innergemeinschaftliche Lieferung",
                en="Intra-Community supply of goods",
            ),
            four(
                fr="Livraison intracommunautaire exonérée de TVA, directive 2006/112/CE, art. 138",
                it="Cessione intracomunitaria esente da IVA, direttiva 2006/112/CE, art. 138",
                de="Steuerfreie innergemeinschaftliche Lieferung, Richtlinie 2006/112/EG, Art. 138",
                en="VAT exempt intra-Community supply, Directive 2006/112/EC, art. 138",
            ),
        ),
        (
            "EXPORT",
            "G",
            four(
                fr="Exportation de biens hors UE",
                it="Esportazione di beni fuori dall’UE",
                de="Ausfuhrlieferung außerhalb der EU",
                en="Export of goods outside the EU",
            ),
            four(
                fr="Exportation exonérée de TVA, directive 2006/112/CE, art. 146",
                it="Esportazione esente da IVA, direttiva 2006/112/CE, art. 146",
                de="Steuerfreie Ausfuhrlieferung, Richtlinie 2006/112/EG, Art. 146",
                en="VAT exempt export, Directive 2006/112/EC, art. 146",
            ),
        ),
        (
            "OUTSIDE",
            "O",
            four(
                fr="Prestation à une entreprise hors UE",
                it="Servizi a un’impresa fuori dall’UE",
                de="Leistung an ein Unternehmen außerhalb der EU",
                en="Services to a business outside the EU",
            ),
            four(
                fr="Hors du champ de la TVA, directive 2006/112/CE, art. 44",
                it="Fuori campo IVA, direttiva 2006/112/CE, art. 44",
                de="Nicht steuerbar, Richtlinie 2006/112/EG, Art. 44",
                en="Outside the scope of VAT, Directive 2006/112/EC, art. 44",
            ),
        ),
    )
)

_VAT_LABELS = four(fr="Numéro de TVA", it="Partita IVA", de="USt-IdNr.", en="VAT number")
_VAT_PRINTED = four(fr="N° TVA", it="Partita IVA", de="USt-IdNr.", en="VAT no.")

# Directive 2011/7/EU, art. 3, 4 and 6: at least eight points above the reference rate, and 40 EUR.
_LATE_PAYMENT = four(
    fr="Entre professionnels, tout retard de paiement donne lieu, sans rappel, aux intérêts légaux et à au"
    " moins 40 € pour frais de recouvrement (directive 2011/7/UE).",
    it="Tra imprese, il ritardo nel pagamento comporta, senza sollecito, gli interessi legali e almeno 40 €"
    " per spese di recupero (direttiva 2011/7/UE).",
    de="Zwischen Unternehmen fallen bei Zahlungsverzug ohne Mahnung die gesetzlichen Zinsen und mindestens"
    " 40 € Beitreibungskosten an (Richtlinie 2011/7/EU).",
    en="Between businesses, late payment bears statutory interest without reminder and at least €40 for"
    " recovery costs (Directive 2011/7/EU).",
)


def _missing(draft: Draft, issue_date: date) -> list[Refused]:
    if draft.kind is Kind.PRO_FORMA:
        return []
    used = asking.categories(draft)
    found = asking.seller_address(draft)
    if not draft.seller.identifier("vat") and used & {"S", "Z", "AE", "K", "G"}:  # art. 226, no. 3
        found.append(asking.of_seller("The seller has no VAT number.", scheme="vat"))
    found += asking.customer_address(draft)  # no. 5
    if not draft.buyer.identifier("vat") and used & {"AE", "K"}:  # no. 4
        found.append(asking.of_customer("The customer has no VAT number.", scheme="vat"))
    return [*found, *asking.quantities(draft), *asking.exemption_reasons(draft)]


def _mentions(draft: Draft, totals: Totals, due_date: date) -> tuple[str, ...]:
    said = [
        *wording.of_kind(draft),
        *wording.of_exemptions(draft),
        *wording.of_service_date(draft),  # art. 226, no. 7
    ]
    if draft.kind is Kind.INVOICE:
        said.append(words(_LATE_PAYMENT, draft.language))
    return tuple(said)


def region(country: str) -> Region:
    """Make the region of a member state (ISO 3166-1 alpha-2), or of Monaco. Raises KeyError for others."""
    currency = places.currency(country)
    number = identifiers.vat_check(_PREFIX.get(country, country))
    return Region(
        code=country,
        country=country,
        labels=places.name(country),
        currency=currency,
        languages=places.languages(country),
        locale_of=places.locale_of(country),
        time_zone=places.time_zone(country),
        payment_days=30,  # Directive 2011/7/EU, art. 3 (3)
        strict_issuing=True,  # art. 226, no. 2: sequential numbers
        retention_years=10,  # the longest that is usual: art. 247 leaves it to the states
        series=seeds.SERIES,
        accounts=seeds.ACCOUNTS,
        tax_codes=(*(_taxed(steps) for steps in _BY_STATE[country]), *_UNTAXED),
        identifiers=(
            IdentifierField("vat", _VAT_LABELS, _VAT_PRINTED, number, buyer=False),
            IdentifierField("vat", _VAT_LABELS, _VAT_PRINTED, identifiers.check_vat, seller=False),
            IdentifierField(
                "registration", seeds.REGISTRATION, seeds.REGISTRATION_PRINTED, identifiers.check_any_number
            ),
            IdentifierField(
                "tax_id", seeds.TAX_NUMBER, seeds.TAX_NUMBER, identifiers.check_any_number, buyer=False
            ),
        ),
        missing=_missing,
        mentions=_mentions,
        epc_qr=currency == "EUR",
    )
