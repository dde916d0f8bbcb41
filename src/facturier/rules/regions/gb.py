"""United Kingdom.

VAT invoices: Value Added Tax Regulations 1995 (SI 1995/2518), reg. 13, 14 and 16A; VAT Act 1994. A
company puts its registered name on invoices (SI 2015/17, reg. 24), and place, number and office of
registration on its letters (reg. 25): they have fields, and nothing is refused without them.
"""

from __future__ import annotations

from datetime import date

from facturier.rules import identifiers
from facturier.rules.document import Draft, Kind, Totals
from facturier.rules.numbering import NumberFormat
from facturier.rules.refusal import Refused
from facturier.rules.regions import asking, wording
from facturier.rules.regions.base import (
    IdentifierField,
    Labels,
    Region,
    TaxCodeSeed,
    TaxComponentSeed,
    words,
)
from facturier.rules.regions.seeds import ALWAYS, accounts, rates, untaxed
from facturier.rules.regions.wording import four
from facturier.rules.totals import totals

# No chart is prescribed: the nominal codes that most British bookkeeping software starts with.
_ACCOUNTS = accounts("""
1100 | receivable | Clients | Crediti verso clienti | Forderungen | Trade debtors
4000 | revenue | Prestations de services | Prestazioni di servizi | Dienstleistungen | Sales of services
4001 | revenue goods | Ventes de marchandises | Vendite di merci | Warenverkäufe | Sales of goods
4905 | revenue | Frais refacturés | Spese riaddebitate | Weiterberechnete Kosten | Costs recharged
4009 | revenue | Remises accordées | Sconti concessi | Gewährte Nachlässe | Discounts allowed
2200 | tax | TVA collectée | IVA a debito | Umsatzsteuer | VAT on sales
1200 | bank | Banque | Banca | Bank | Bank
7400 | expense | Frais de déplacement | Spese di viaggio | Reisekosten | Travelling
8100 | expense | Créances irrécouvrables | Perdite su crediti | Forderungsverluste | Bad debts
8250 | rounding | Écarts d’arrondi | Arrotondamenti | Rundungsdifferenzen | Rounding
""")

_VAT = four(fr="TVA", it="IVA", de="MwSt.", en="VAT")


def _taxed(code: str, category: str, labels: Labels, *steps: tuple[date, str]) -> TaxCodeSeed:
    return TaxCodeSeed(code, labels, (TaxComponentSeed("VAT", category, _VAT, "2200", rates(*steps)),))


def _untaxed(code: str, category: str, *, labels: Labels, reason: Labels) -> TaxCodeSeed:
    return untaxed(code, category, name=_VAT, account="2200", labels=labels, reason=reason)


def _construction(percent: str) -> TaxCodeSeed:
    """Make a code of the domestic reverse charge, which names the rate that the customer owes."""
    return _untaxed(
        f"CONSTRUCTION{percent}",
        "AE",
        labels=four(
            fr=f"Construction : autoliquidation, {percent} %",
            it=f"Edilizia: inversione contabile, {percent} %",
            de=f"Bauleistungen: Umkehr der Steuerschuld, {percent} %",
            en=f"Construction: reverse charge, {percent} %",
        ),
        reason=four(
            fr=f"Autoliquidation : le client doit la TVA de {percent} % à HMRC (VATA 1994, s. 55A)",
            it=f"Inversione contabile: il cliente versa l’IVA del {percent} % a HMRC (VATA 1994, s. 55A)",
            de=f"Steuerschuldnerschaft des Leistungsempfängers: {percent} % MwSt. an HMRC"
            " (VATA 1994, s. 55A)",
            en=f"Reverse charge: customer to pay the VAT of {percent} % to HMRC (VATA 1994, s. 55A)",
        ),
    )


_TAX_CODES = (
    _taxed(  # VAT Act 1994, s. 2 (1)
        "VAT20",
        "S",
        four(
            fr="TVA 20 % (taux normal)",
            it="IVA 20 % (aliquota ordinaria)",
            de="MwSt. 20 % (Normalsatz)",
            en="VAT 20 % (standard rate)",
        ),
        (date(1991, 4, 1), "17.5"),
        (date(2008, 12, 1), "15"),
        (date(2010, 1, 1), "17.5"),
        (date(2011, 1, 4), "20"),
    ),
    _taxed(  # s. 29A
        "VAT5",
        "S",
        four(
            fr="TVA 5 % (taux réduit)",
            it="IVA 5 % (aliquota ridotta)",
            de="MwSt. 5 % (ermäßigter Satz)",
            en="VAT 5 % (reduced rate)",
        ),
        (date(1997, 9, 1), "5"),
    ),
    _taxed(  # s. 30 and sch. 8: exports of goods too
        "ZERO",
        "Z",
        four(fr="TVA 0 % (taux zéro)", it="IVA 0 %", de="MwSt. 0 % (Nullsatz)", en="VAT 0 % (zero rate)"),
        (ALWAYS, "0"),
    ),
    _untaxed(
        "EXEMPT",
        "E",
        labels=four(fr="Exonéré de TVA", it="Esente da IVA", de="Von der MwSt. befreit", en="VAT exempt"),
        reason=four(
            fr="Exonéré de TVA (VATA 1994, sch. 9)",
            it="Esente da IVA (VATA 1994, sch. 9)",
            de="Von der MwSt. befreit (VATA 1994, sch. 9)",
            en="Exempt from VAT (VATA 1994, sch. 9)",
        ),
    ),
    _construction("20"),
    _construction("5"),
    _untaxed(
        "OVERSEAS",
        "O",
        labels=four(
            fr="Prestation à une entreprise à l’étranger",
            it="Servizi a un’impresa estera",
            de="Leistung an ein Unternehmen im Ausland",
            en="Services to a business overseas",
        ),
        reason=four(
            fr="Hors du champ de la TVA britannique (VATA 1994, s. 7A) ; la taxe éventuelle est due par le"
            " client dans son pays",
            it="Fuori campo IVA nel Regno Unito (VATA 1994, s. 7A); l’eventuale imposta è dovuta dal cliente"
            " nel suo Paese",
            de="Im Vereinigten Königreich nicht steuerbar (VATA 1994, s. 7A); eine Steuer schuldet der"
            " Leistungsempfänger in seinem Land",
            en="Outside the scope of UK VAT (VATA 1994, s. 7A); any tax is due by the customer in its"
            " country",
        ),
    ),
    _untaxed(
        "UNREGISTERED",
        "O",
        labels=four(
            fr="Vendeur non inscrit à la TVA",
            it="Venditore non registrato ai fini IVA",
            de="Verkäufer nicht zur MwSt. registriert",
            en="Seller not registered for VAT",
        ),
        reason=four(
            fr="Vendeur non inscrit à la TVA britannique",
            it="Venditore non registrato ai fini dell’IVA britannica",
            de="Nicht zur britischen MwSt. registriert",
            en="Not registered for VAT",
        ),
    ),
)

_VAT_LABELS = four(fr="Numéro de TVA", it="Partita IVA", de="USt-IdNr.", en="VAT number")
_VAT_PRINTED = four(fr="N° TVA", it="Partita IVA", de="USt-IdNr.", en="VAT no.")
_COMPANY = four(fr="Numéro de société", it="Numero di società", de="Gesellschaftsnummer", en="Company number")
_COMPANY_PRINTED = four(fr="N° société", it="N. società", de="Gesellschaftsnr.", en="Company no.")

_IDENTIFIERS = (
    IdentifierField("vat", _VAT_LABELS, _VAT_PRINTED, identifiers.check_british_vat, buyer=False),
    IdentifierField("vat", _VAT_LABELS, _VAT_PRINTED, identifiers.check_vat, seller=False),
    IdentifierField("crn", _COMPANY, _COMPANY_PRINTED, identifiers.check_company_number),
)

_SIMPLIFIED_TO = 250  # GBP with VAT: reg. 16A


def _missing(draft: Draft, issue_date: date) -> list[Refused]:
    used = asking.categories(draft)
    if draft.kind is Kind.PRO_FORMA or not used & {"S", "Z", "AE"}:
        return []  # no VAT invoice: a pro forma, an exempt supply, a seller without registration
    found = asking.seller_address(draft)
    if not draft.seller.identifier("vat"):  # reg. 14 (1) (d)
        found.append(asking.of_seller("The seller has no VAT number.", scheme="vat"))
    if not _is_simplified(draft):
        found += asking.customer_address(draft)  # reg. 14 (1) (e)
    # reg. 14 (1) (h), (n), (o)
    return [*found, *asking.quantities(draft), *asking.exemption_reasons(draft)]


def _is_simplified(draft: Draft) -> bool:
    sums = totals(draft.lines, draft.adjustments, currency=draft.currency)
    return draft.currency == "GBP" and abs(sums.gross.amount) <= _SIMPLIFIED_TO


# Late Payment of Commercial Debts (Interest) Act 1998, s. 1, 5A, 6; SI 2002/1675.
_LATE_PAYMENT = four(
    fr="Entre entreprises, tout retard de paiement donne lieu à des intérêts légaux de 8 %% au-dessus du"
    " taux de la Banque d’Angleterre et à une indemnité forfaitaire de %s.",
    it="Tra imprese, il ritardo nel pagamento comporta interessi legali dell’8 %% oltre il tasso della"
    " Banca d’Inghilterra e un’indennità forfettaria di %s.",
    de="Zwischen Unternehmen fallen bei Zahlungsverzug gesetzliche Zinsen von 8 %% über dem Satz der Bank"
    " of England und eine Pauschale von %s an.",
    en="Between businesses, late payment bears statutory interest at 8 %% over the Bank of England base"
    " rate and fixed compensation of %s.",
)
_ANY_SUM = four(
    fr="40 £, 70 £ ou 100 £ selon le montant",
    it="40 £, 70 £ o 100 £ secondo l’importo",
    de="40 £, 70 £ oder 100 £ je nach Betrag",
    en="£40, £70 or £100 by its amount",
)


def _compensation(draft: Draft, totals: Totals) -> str:
    """Word the fixed sum of s. 5A: 40 below 1,000, 70 below 10,000, 100 from there on (GBP)."""
    if draft.currency != "GBP":
        return words(_ANY_SUM, draft.language)
    amount = totals.gross.amount
    pounds = 40 if amount < 1000 else 70 if amount < 10_000 else 100
    return f"£{pounds}" if draft.language not in ("fr", "it", "de") else f"{pounds} £"


def _mentions(draft: Draft, totals: Totals, due_date: date) -> tuple[str, ...]:
    said = [
        *wording.of_kind(draft),
        *wording.of_exemptions(draft),
        *wording.of_service_date(draft),  # reg. 14 (1) (b)
    ]
    if draft.kind is Kind.INVOICE:
        said.append(words(_LATE_PAYMENT, draft.language) % _compensation(draft, totals))
    return tuple(said)


GB = Region(
    code="GB",
    country="GB",
    labels=four(fr="Royaume-Uni", it="Regno Unito", de="Vereinigtes Königreich", en="United Kingdom"),
    currency="GBP",
    languages=("en", "fr", "de", "it"),
    locale_of={"fr": "fr_FR", "it": "it_IT", "de": "de_DE", "en": "en_GB"},
    time_zone="Europe/London",
    payment_days=30,  # Act of 1998, s. 4
    strict_issuing=True,  # reg. 14 (1) (a): sequential numbers
    retention_years=6,  # VAT Act 1994, sch. 11, para. 6 (3)
    series={
        Kind.PRO_FORMA: NumberFormat("PF-", yearly=False),
        Kind.INVOICE: NumberFormat("INV-", yearly=False),
        Kind.CREDIT_NOTE: NumberFormat("CN-", yearly=False),
    },
    accounts=_ACCOUNTS,
    tax_codes=_TAX_CODES,
    identifiers=_IDENTIFIERS,
    missing=_missing,
    mentions=_mentions,
)
