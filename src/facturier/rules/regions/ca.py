"""Canada, Québec.

GST/HST: Excise Tax Act (R.S.C. 1985, c. E-15), s. 165, 221, 223, and Input Tax Credit Information
(GST/HST) Regulations (SOR/91-45), s. 3. QST: Act respecting the Québec sales tax (c. T-0.1), s. 16,
425, and its Regulation (c. T-0.1, r. 2), with the same thresholds since 20 April 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from facturier.rules import identifiers
from facturier.rules.document import Address, Draft, Kind, Totals
from facturier.rules.numbering import NumberFormat
from facturier.rules.refusal import Refused
from facturier.rules.regions import asking, wording
from facturier.rules.regions.base import (
    DatedRate,
    IdentifierField,
    Labels,
    Region,
    TaxCodeSeed,
    TaxComponentSeed,
    words,
)
from facturier.rules.regions.seeds import ALWAYS, accounts, rates
from facturier.rules.regions.wording import four
from facturier.rules.totals import totals

# General Index of Financial Information (CRA guide RC4088), with sub-accounts for each tax.
_ACCOUNTS = accounts("""
1060 | receivable | Comptes clients | Crediti verso clienti | Forderungen | Accounts receivable
8000 | revenue | Ventes de biens et services | Ricavi | Erlöse | Sales of goods and services
8010 | revenue goods | Impression | Stampa | Druckerlöse | Printing
8020 | revenue | Infographie et prépresse | Grafica | Gestaltung, Druckvorstufe | Design, prepress
8030 | revenue | Livraison refacturée | Trasporto | Weiterberechneter Versand | Delivery recharged
8090 | revenue | Remises accordées | Sconti concessi | Gewährte Nachlässe | Discounts granted
8230 | revenue | Autres revenus | Altri ricavi | Sonstige Erlöse | Other revenue
2681 | tax | TPS à payer | GST a debito | GST-Verbindlichkeit | GST payable
2682 | tax | TVQ à payer | QST a debito | QST-Verbindlichkeit | QST payable
2683 | tax | TVH à payer | HST a debito | HST-Verbindlichkeit | HST payable
1002 | bank | Banque | Banca | Bank | Bank
9200 | expense | Frais de déplacement | Spese di viaggio | Reisekosten | Travel
8590 | expense | Créances irrécouvrables | Perdite su crediti | Forderungsverluste | Bad debts
9270 | rounding | Écarts d’arrondi | Arrotondamenti | Rundungsdifferenzen | Rounding
""")

_GST = four(fr="TPS", it="GST", de="GST", en="GST")
_QST = four(fr="TVQ", it="QST", de="QST", en="QST")
_HST = four(fr="TVH", it="HST", de="HST", en="HST")

# Excise Tax Act, s. 165 (1).
_GST_RATES = rates((date(1991, 1, 1), "7"), (date(2006, 7, 1), "6"), (date(2008, 1, 1), "5"))
# c. T-0.1, s. 16. Before 2013 the QST was charged on the GST too, which is another computation.
_QST_RATES = rates((date(2013, 1, 1), "9.975"))
_ZERO = rates((ALWAYS, "0"))


def _both(
    code: str,
    category: str,
    *,
    labels: Labels,
    gst: Sequence[DatedRate] = _ZERO,
    qst: Sequence[DatedRate] = _ZERO,
    reason: Labels | None = None,
) -> TaxCodeSeed:
    """Make a code of GST and QST, each on the price alone."""
    return TaxCodeSeed(
        code,
        labels,
        (
            TaxComponentSeed("GST", category, _GST, "2681", gst, reason),
            TaxComponentSeed("QST", category, _QST, "2682", qst, reason),
        ),
    )


def _hst(province: str, name: Labels, *steps: tuple[date, str]) -> TaxCodeSeed:
    """Make the HST code of a participating province (Excise Tax Act, s. 165 (2) and sch. VIII)."""
    labels = {language: f"{words(_HST, language)} {name[language]}" for language in name}
    component = TaxComponentSeed("HST", "S", _HST, "2683", rates(*steps))
    return TaxCodeSeed(f"TVH-{province}", labels, (component,))


_TAX_CODES = (
    _both(
        "TPS-TVQ",
        "S",
        labels=four(
            fr="TPS 5 % et TVQ 9,975 %",
            it="GST 5 % e QST 9,975 %",
            de="GST 5 % und QST 9,975 %",
            en="GST 5 % and QST 9.975 %",
        ),
        gst=_GST_RATES,
        qst=_QST_RATES,
    ),
    TaxCodeSeed(
        "TPS",
        four(
            fr="TPS 5 % seule (hors Québec)",
            it="Solo GST 5 % (fuori dal Québec)",
            de="Nur GST 5 % (außerhalb Québecs)",
            en="GST 5 % only (outside Québec)",
        ),
        (TaxComponentSeed("GST", "S", _GST, "2681", _GST_RATES),),
    ),
    _hst(
        "ON",
        four(fr="Ontario", it="Ontario", de="Ontario", en="Ontario"),
        (date(2010, 7, 1), "13"),
    ),
    _hst(
        "NB",
        four(fr="Nouveau-Brunswick", it="Nuovo Brunswick", de="Neubraunschweig", en="New Brunswick"),
        (date(2008, 1, 1), "13"),
        (date(2016, 7, 1), "15"),
    ),
    _hst(
        "NL",
        four(
            fr="Terre-Neuve-et-Labrador",
            it="Terranova e Labrador",
            de="Neufundland und Labrador",
            en="Newfoundland and Labrador",
        ),
        (date(2008, 1, 1), "13"),
        (date(2016, 7, 1), "15"),
    ),
    _hst(
        "NS",
        four(fr="Nouvelle-Écosse", it="Nuova Scozia", de="Neuschottland", en="Nova Scotia"),
        (date(2010, 7, 1), "15"),
        (date(2025, 4, 1), "14"),
    ),
    _hst(
        "PE",
        four(
            fr="Île-du-Prince-Édouard",
            it="Isola del Principe Edoardo",
            de="Prinz-Edward-Insel",
            en="Prince Edward Island",
        ),
        (date(2013, 4, 1), "14"),
        (date(2016, 10, 1), "15"),
    ),
    _both(  # Excise Tax Act, sch. VI; c. T-0.1, title I, chapter IV: exports too
        "DETAXE",
        "Z",
        labels=four(fr="Détaxé (0 %)", it="Ad aliquota zero", de="Nullsatz (0 %)", en="Zero-rated (0 %)"),
    ),
    _both(
        "EXONERE",
        "E",
        labels=four(fr="Exonéré", it="Esente", de="Steuerbefreit", en="Exempt"),
        reason=four(
            fr="Fourniture exonérée de TPS et de TVQ",
            it="Operazione esente da GST e QST",
            de="Von GST und QST befreite Leistung",
            en="Supply exempt from GST and QST",
        ),
    ),
    _both(  # Excise Tax Act, s. 148, 166; c. T-0.1, s. 294
        "NON-INSCRIT",
        "O",
        labels=four(
            fr="Petit fournisseur non inscrit",
            it="Piccolo fornitore non registrato",
            de="Nicht registrierter Kleinunternehmer",
            en="Small supplier, not registered",
        ),
        reason=four(
            fr="Petit fournisseur non inscrit à la TPS et à la TVQ",
            it="Piccolo fornitore non registrato ai fini GST e QST",
            de="Für GST und QST nicht registrierter Kleinunternehmer",
            en="Small supplier not registered for GST and QST",
        ),
    ),
)

_GST_NUMBER = four(fr="N° TPS", it="N. GST", de="GST-Nr.", en="GST no.")
_QST_NUMBER = four(fr="N° TVQ", it="N. QST", de="QST-Nr.", en="QST no.")
_NEQ = four(fr="NEQ", it="NEQ", de="NEQ", en="NEQ")

_IDENTIFIERS = (
    IdentifierField(
        "gst",
        four(
            fr="Numéro de TPS/TVH",
            it="Numero GST/HST",
            de="GST/HST-Nummer",
            en="GST/HST number",
        ),
        _GST_NUMBER,
        identifiers.check_gst,
        buyer=False,
    ),
    IdentifierField(
        "qst",
        four(fr="Numéro de TVQ", it="Numero QST", de="QST-Nummer", en="QST number"),
        _QST_NUMBER,
        identifiers.check_qst,
        buyer=False,
    ),
    IdentifierField("neq", _NEQ, _NEQ, identifiers.check_neq),
)

# SOR/91-45, s. 3 (b) as amended on 2021-04-20: from this total on, the supplier's number is stated.
_NUMBERS_FROM = 100


def _missing(draft: Draft, issue_date: date) -> list[Refused]:
    if draft.kind is Kind.PRO_FORMA:
        return []  # claims no tax
    schemes = {tax.scheme for tax in asking.taxes_of(draft) if tax.category in ("S", "Z")}
    found = []
    if schemes & {"GST", "HST"} and not draft.seller.identifier("gst"):
        found.append(asking.of_seller("The seller has no GST/HST number.", scheme="gst"))
    if "QST" in schemes and not draft.seller.identifier("qst"):
        found.append(asking.of_seller("The seller has no QST number.", scheme="qst"))
    # A credit note that adjusts tax states them whatever it comes to (SOR/91-44, s. 3 (b); c. T-0.1, r. 2,
    # s. 449R1).
    asked = draft.kind is Kind.CREDIT_NOTE or _states_numbers(draft)
    return found if found and asked else []


def _states_numbers(draft: Draft) -> bool:
    if draft.currency != "CAD":
        return True  # what it comes to in dollars may change with the rate
    sums = totals(draft.lines, draft.adjustments, currency=draft.currency)
    return abs(sums.gross.amount) >= _NUMBERS_FROM


# Civil Code of Québec, art. 1617; Interest Act (R.S.C. 1985, c. I-15), s. 3: where no other
# rate was agreed.
_INTEREST = four(
    fr="Tout solde en souffrance porte intérêt au taux légal de 5 % par an.",
    it="Ogni saldo scaduto produce interessi al tasso legale del 5 % annuo.",
    de="Überfällige Beträge werden mit dem gesetzlichen Satz von 5 % pro Jahr verzinst.",
    en="Overdue balances bear interest at the legal rate of 5 % per year.",
)


def province(address: Address) -> str:
    """Return the two letters of a province: QC for "CA-QC" and "Québec"."""
    text = address.subdivision.strip().upper().removeprefix("CA-")
    return "QC" if text in ("QUÉBEC", "QUEBEC") else text


def _proposes(address: Address) -> str:
    """Propose the code by the customer's province (SOR/2010-117, s. 13; c. T-0.1, s. 22.15.0.1)."""
    if address.country not in ("", "CA"):
        return "DETAXE"
    where = province(address)
    if where in ("", "QC"):
        return "TPS-TVQ"
    return f"TVH-{where}" if where in ("ON", "NB", "NL", "NS", "PE") else "TPS"


def _mentions(draft: Draft, totals: Totals, due_date: date) -> tuple[str, ...]:
    said = [*wording.of_kind(draft), *wording.of_exemptions(draft), *wording.of_french(draft)]
    if draft.kind is Kind.INVOICE:  # terms: SOR/91-45, s. 3 (c) (iv), from 500 CAD on
        said += [wording.of_terms(draft), words(_INTEREST, draft.language)]
    return tuple(said)


CA_QC = Region(
    code="CA-QC",
    country="CA",
    labels=four(fr="Canada (Québec)", it="Canada (Québec)", de="Kanada (Québec)", en="Canada (Québec)"),
    currency="CAD",
    languages=("fr", "en", "it", "de"),
    locale_of={"fr": "fr_CA", "it": "it_IT", "de": "de_DE", "en": "en_CA"},
    time_zone="America/Toronto",
    payment_days=30,
    strict_issuing=False,
    retention_years=6,  # Excise Tax Act, s. 286 (3); Tax Administration Act (c. ), s. 35.1
    series={
        # No law asks for a new run each year: one run that never starts anew is the usage.
        Kind.PRO_FORMA: NumberFormat("PF-", yearly=False),
        Kind.INVOICE: NumberFormat("F", yearly=False),
        Kind.CREDIT_NOTE: NumberFormat("NC", yearly=False),
    },
    accounts=_ACCOUNTS,
    tax_codes=_TAX_CODES,
    identifiers=_IDENTIFIERS,
    missing=_missing,
    mentions=_mentions,
    states_tax_at_home=False,  # converted in the return, not on the invoice (Excise Tax Act, s. 159)
    proposes=_proposes,
)
