"""Germany.

Invoices: §§ 14, 14a UStG, §§ 33 and 34a UStDV. Business letters, which invoices are: § 37a HGB,
§ 35a GmbHG, § 80 AktG. The words that § 14a (5) and (6) UStG prescribe are kept to the letter.
"""

from __future__ import annotations

import re
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
)
from facturier.rules.regions.seeds import accounts, rates, untaxed
from facturier.rules.regions.wording import four
from facturier.rules.totals import totals

# DATEV SKR03, the chart of most small businesses.
_ACCOUNTS = accounts("""
1400 | receivable | Créances clients | Crediti verso clienti | Forderungen aus L+L | Receivables
8400 | revenue | Ventes à 19 % | Ricavi 19 % | Erlöse 19 % USt | Revenue 19 % VAT
8300 | revenue | Ventes à 7 % | Ricavi 7 % | Erlöse 7 % USt | Revenue 7 % VAT
8337 | revenue | Ventes § 13b UStG | Ricavi § 13b UStG | Erlöse § 13b UStG | Revenue § 13b UStG
8336 | revenue | Services UE | Servizi UE | Erlöse EU-Leistungen § 3a UStG | EU services § 3a UStG
8338 | revenue | Services hors UE | Servizi extra UE | Erlöse Drittland | Services outside the EU
8125 | revenue goods | Livraisons UE | Cessioni UE | Steuerfreie ig. Lieferungen | EU supplies of goods
8120 | revenue goods | Exportations | Esportazioni | Steuerfreie Ausfuhren § 4 Nr. 1a UStG | Exports
8110 | revenue | Ventes exonérées | Ricavi esenti | Sonstige steuerfreie Umsätze | Exempt revenue
8195 | revenue | Ventes § 19 UStG | Ricavi § 19 UStG | Erlöse Kleinunternehmer | Revenue § 19 UStG
8700 | revenue | Remises accordées | Sconti concessi | Erlösschmälerungen | Discounts granted
1776 | tax | TVA collectée 19 % | IVA a debito 19 % | Umsatzsteuer 19 % | Output VAT 19 %
1771 | tax | TVA collectée 7 % | IVA a debito 7 % | Umsatzsteuer 7 % | Output VAT 7 %
1770 | tax | TVA collectée | IVA a debito | Umsatzsteuer | Output VAT
1200 | bank | Banque | Banca | Bank | Bank
4660 | expense | Frais de déplacement | Spese di viaggio | Reisekosten Arbeitnehmer | Travel
2400 | expense | Pertes sur créances | Perdite su crediti | Forderungsverluste | Bad debts
2300 | rounding | Écarts d’arrondi | Arrotondamenti | Sonstige Aufwendungen (Rundung) | Rounding
""")

_VAT = four(fr="TVA", it="IVA", de="USt.", en="VAT")


def _taxed(code: str, account: str, labels: Labels, *steps: tuple[date, str]) -> TaxCodeSeed:
    component = TaxComponentSeed("VAT", "S", _VAT, account, rates(*steps))
    return TaxCodeSeed(code, labels, (component,))


def _untaxed(code: str, category: str, *, labels: Labels, reason: Labels) -> TaxCodeSeed:
    return untaxed(code, category, name=_VAT, account="1770", labels=labels, reason=reason)


_TAX_CODES = (
    _taxed(  # § 12 (1) UStG; second half of 2020: § 28 (1) UStG
        "UST19",
        "1776",
        four(
            fr="TVA 19 % (taux normal)",
            it="IVA 19 % (aliquota ordinaria)",
            de="USt. 19 % (Regelsteuersatz)",
            en="VAT 19 % (standard rate)",
        ),
        (date(2007, 1, 1), "19"),
        (date(2020, 7, 1), "16"),
        (date(2021, 1, 1), "19"),
    ),
    _taxed(  # § 12 (2) UStG; second half of 2020: § 28 (2) UStG
        "UST7",
        "1771",
        four(
            fr="TVA 7 % (taux réduit)",
            it="IVA 7 % (aliquota ridotta)",
            de="USt. 7 % (ermäßigter Steuersatz)",
            en="VAT 7 % (reduced rate)",
        ),
        (date(1983, 7, 1), "7"),
        (date(2020, 7, 1), "5"),
        (date(2021, 1, 1), "7"),
    ),
    _untaxed(
        "P13B",
        "AE",
        labels=four(
            fr="Autoliquidation en Allemagne (§ 13b UStG)",
            it="Inversione contabile in Germania (§ 13b UStG)",
            de="Steuerschuldnerschaft des Leistungsempfängers (§ 13b UStG)",
            en="Reverse charge within Germany (§ 13b UStG)",
        ),
        reason=four(
            fr="Autoliquidation par le preneur (§ 13b UStG)",
            it="Inversione contabile (§ 13b UStG)",
            de="Steuerschuldnerschaft des Leistungsempfängers (§ 13b UStG)",
            en="Reverse charge (§ 13b UStG)",
        ),
    ),
    _untaxed(
        "EU-LEISTUNG",
        "AE",
        labels=four(
            fr="Prestation à une entreprise de l’UE",
            it="Servizi a un’impresa dell’UE",
            de="Sonstige Leistung an Unternehmer im EU-Ausland",
            en="Services to a business in the EU",
        ),
        reason=four(
            fr="Autoliquidation, articles 44 et 196 de la directive 2006/112/CE",
            it="Inversione contabile, artt. 44 e 196 della direttiva 2006/112/CE",
            de="Steuerschuldnerschaft des Leistungsempfängers (§ 3a Abs. 2 UStG, Art. 44 und 196"
            " der Richtlinie 2006/112/EG)",
            en="Reverse charge, articles 44 and 196 of Directive 2006/112/EC",
        ),
    ),
    _untaxed(
        "IG-LIEFERUNG",
        "K",
        labels=four(
            fr="Livraison intracommunautaire de biens",
            it="Cessione intracomunitaria di beni",
            de="Innergemeinschaftliche Lieferung",
            en="Intra-Community supply of goods",
        ),
        reason=four(
            fr="Livraison intracommunautaire exonérée de TVA (§ 4 Nr. 1 b, § 6a UStG)",
            it="Cessione intracomunitaria non imponibile (§ 4 Nr. 1 b, § 6a UStG)",
            de="Steuerfreie innergemeinschaftliche Lieferung (§ 4 Nr. 1 Buchst. b i. V. m. § 6a UStG)",
            en="VAT exempt intra-Community supply (§ 4 no. 1 b, § 6a UStG)",
        ),
    ),
    _untaxed(
        "AUSFUHR",
        "G",
        labels=four(
            fr="Exportation de biens hors UE",
            it="Esportazione di beni fuori dall’UE",
            de="Ausfuhrlieferung in ein Drittland",
            en="Export of goods outside the EU",
        ),
        reason=four(
            fr="Exportation exonérée de TVA (§ 4 Nr. 1 a, § 6 UStG)",
            it="Cessione all’esportazione non imponibile (§ 4 Nr. 1 a, § 6 UStG)",
            de="Steuerfreie Ausfuhrlieferung (§ 4 Nr. 1 Buchst. a i. V. m. § 6 UStG)",
            en="VAT exempt export (§ 4 no. 1 a, § 6 UStG)",
        ),
    ),
    _untaxed(
        "DRITTLAND",
        "O",
        labels=four(
            fr="Prestation à une entreprise hors UE",
            it="Servizi a un’impresa fuori dall’UE",
            de="Sonstige Leistung an Unternehmer im Drittland",
            en="Services to a business outside the EU",
        ),
        reason=four(
            fr="Non soumis à la TVA allemande (§ 3a Abs. 2 UStG)",
            it="Fuori campo IVA in Germania (§ 3a Abs. 2 UStG)",
            de="Nicht im Inland steuerbare Leistung (§ 3a Abs. 2 UStG)",
            en="Outside the scope of German VAT (§ 3a (2) UStG)",
        ),
    ),
    _untaxed(
        "P4",
        "E",
        labels=four(
            fr="Exonéré de TVA (§ 4 UStG)",
            it="Esente da IVA (§ 4 UStG)",
            de="Steuerfrei (§ 4 UStG)",
            en="VAT exempt (§ 4 UStG)",
        ),
        reason=four(
            fr="Opération exonérée de TVA (§ 4 UStG)",
            it="Operazione esente da IVA (§ 4 UStG)",
            de="Steuerfreier Umsatz nach § 4 UStG",
            en="VAT exempt supply (§ 4 UStG)",
        ),
    ),
    _untaxed(  # since 2025 an exemption, to be named on the invoice: § 34a UStDV
        "P19",
        "E",
        labels=four(
            fr="Petite entreprise (§ 19 UStG)",
            it="Piccola impresa (§ 19 UStG)",
            de="Kleinunternehmer (§ 19 UStG)",
            en="Small business (§ 19 UStG)",
        ),
        reason=four(
            fr="Opération exonérée de TVA, régime allemand des petites entreprises (§ 19 UStG)",
            it="Operazione esente da IVA, regime tedesco delle piccole imprese (§ 19 UStG)",
            de="Steuerfreier Umsatz eines Kleinunternehmers nach § 19 Abs. 1 UStG",
            en="VAT exempt, German small business scheme (§ 19 (1) UStG)",
        ),
    ),
)

_VAT_LABELS = four(fr="Numéro de TVA", it="Partita IVA", de="USt-IdNr.", en="VAT number")
_VAT_PRINTED = four(fr="N° TVA", it="Partita IVA", de="USt-IdNr.", en="VAT no.")
_TAX_NUMBER = four(
    fr="Numéro fiscal allemand", it="Codice fiscale tedesco", de="Steuernummer", en="Tax number"
)
_REGISTER = four(fr="Registre du commerce", it="Registro delle imprese", de="Registergericht", en="Register")

_IDENTIFIERS = (
    IdentifierField("vat", _VAT_LABELS, _VAT_PRINTED, identifiers.check_german_vat, buyer=False),
    IdentifierField("vat", _VAT_LABELS, _VAT_PRINTED, identifiers.check_vat, seller=False),
    IdentifierField("tax_number", _TAX_NUMBER, _TAX_NUMBER, identifiers.check_german_tax_number, buyer=False),
    IdentifierField("register", _REGISTER, _REGISTER, identifiers.check_german_register, buyer=False),
)

# Forms whose letters must name the register, its number and who manages them.
_REGISTERED = re.compile(r"\b(GmbH|gGmbH|mbH|UG|AG|SE|KGaA|KG|OHG|eG)\b|\be\. ?K\.|\b(e\. ?Kfm|e\. ?Kfr)\b")


def _missing(draft: Draft, issue_date: date) -> list[Refused]:
    if draft.kind is Kind.PRO_FORMA:
        return []  # not an invoice in the sense of § 14 (1) UStG
    address = asking.customer_address(draft)
    if address and _is_small(draft):
        address = []
    return [
        *asking.seller_address(draft),
        *_missing_of_seller(draft),
        *address,
        *_missing_of_customer(draft),
        *asking.quantities(draft),
        *asking.exemption_reasons(draft),
    ]


def _is_small(draft: Draft) -> bool:
    """Tell an invoice of up to 250 EUR with tax, which need not name the customer (§ 33 UStDV).

    Supplies across a border and those of § 14a UStG are never small.
    """
    if asking.categories(draft) & {"AE", "K"}:
        return False
    sums = totals(draft.lines, draft.adjustments, currency=draft.currency)
    return draft.currency == "EUR" and abs(sums.gross.amount) <= 250


def _missing_of_seller(draft: Draft) -> list[Refused]:
    found = []
    seller = draft.seller
    vat, tax_number = seller.identifier("vat"), seller.identifier("tax_number")
    if not vat and _is_cross_border(draft):  # § 14a (1) and (3) UStG
        found.append(asking.of_seller("The seller has no VAT number (USt-IdNr).", scheme="vat"))
    elif not (vat or tax_number) and not _is_small(draft):  # § 14 (4) no. 2 UStG
        message = "The seller has neither a Steuernummer nor a VAT number (USt-IdNr)."
        found.append(asking.of_seller(message, scheme="tax_number"))
    if _REGISTERED.search(seller.name):  # § 37a HGB, § 35a GmbHG, § 80 AktG
        if not seller.identifier("register") and not re.search(r"\bHR[AB]\b", seller.legal_note):
            message = "The seller has no entry of the Handelsregister."
            found.append(asking.of_seller(message, scheme="register"))
        if not seller.legal_note.strip():
            found.append(
                Refused(
                    "State the seller's registered seat and managing directors.",
                    field="seller.legal_note",
                    link="organisation",
                )
            )
    return found


def _is_cross_border(draft: Draft) -> bool:
    used = asking.categories(draft)
    return "K" in used or ("AE" in used and draft.buyer.address.country != "DE")


def _missing_of_customer(draft: Draft) -> list[Refused]:
    if draft.buyer.identifier("vat") or not _is_cross_border(draft):
        return []
    # § 14a (1) and (3) UStG
    return [asking.of_customer("The customer has no VAT number.", scheme="vat")]


def _mentions(draft: Draft, totals: Totals, due_date: date) -> tuple[str, ...]:
    return (
        *wording.of_kind(draft),
        *wording.of_exemptions(draft),
        *wording.of_service_date(draft),  # § 14 (4) no. 6 UStG, § 31 (4) UStDV
    )


DE = Region(
    code="DE",
    country="DE",
    labels=four(fr="Allemagne", it="Germania", de="Deutschland", en="Germany"),
    currency="EUR",
    languages=("de", "en", "fr", "it"),
    locale_of={"fr": "fr_FR", "it": "it_IT", "de": "de_DE", "en": "en_GB"},
    time_zone="Europe/Berlin",
    payment_days=14,  # usage; the law's own default is 30 days after receipt (§ 286 (3) BGB)
    strict_issuing=True,
    retention_years=8,  # § 14b (1) UStG, § 147 (3) AO since 2025 (BEG IV)
    series={
        Kind.PRO_FORMA: NumberFormat("PF-"),
        Kind.INVOICE: NumberFormat("R"),
        # "Rechnungskorrektur": a "Gutschrift" is the customer's self-billing (§ 14 (2) UStG).
        Kind.CREDIT_NOTE: NumberFormat("K"),
    },
    accounts=_ACCOUNTS,
    tax_codes=_TAX_CODES,
    identifiers=_IDENTIFIERS,
    missing=_missing,
    mentions=_mentions,
    epc_qr=True,
)
