"""Italy.

Invoices: DPR 633/1972, art. 21; business letters of companies: Codice civile, art. 2250. Between
those established in Italy the invoice is the XML that passes the Sistema di Interscambio (D.Lgs.
127/2015, art. 1 (3)), so what is printed for them says that it is a courtesy copy.
"""

from __future__ import annotations

import re
from datetime import date

from facturier.rules import identifiers
from facturier.rules.document import Draft, Kind, LineKind, Tax, Totals
from facturier.rules.money import Money
from facturier.rules.numbering import NumberFormat
from facturier.rules.refusal import Refused
from facturier.rules.regions import asking, wording
from facturier.rules.regions.base import IdentifierField, Region, words
from facturier.rules.regions.it.taxes import TAX_CODES
from facturier.rules.regions.seeds import accounts
from facturier.rules.regions.wording import four, same

# No chart is prescribed (Codice civile, art. 2424, 2425 give the headings): a usual short one.
_ACCOUNTS = accounts("""
1501 | receivable | Clients | Crediti verso clienti | Forderungen an Kunden | Trade receivables
5801 | revenue | Prestations de services | Ricavi per prestazioni di servizi | Dienstleistungen | Services
5802 | revenue goods | Ventes de biens | Ricavi per cessioni di beni | Warenverkäufe | Sales of goods
5803 | revenue | Honoraires | Compensi professionali | Honorare | Professional fees
5804 | revenue | Débours refacturés | Rimborsi spese art. 15 | Durchlaufende Posten | Disbursements
5805 | revenue | Droit de timbre refacturé | Rivalsa bollo | Weiterberechnete Stempelsteuer | Stamp duty
5809 | revenue | Remises accordées | Sconti e abbuoni passivi | Gewährte Nachlässe | Discounts granted
2601 | tax | TVA collectée 22 % | IVA a debito 22 % | Umsatzsteuer 22 % | Output VAT 22 %
2602 | tax | TVA collectée 10 % | IVA a debito 10 % | Umsatzsteuer 10 % | Output VAT 10 %
2603 | tax | TVA collectée 5 % | IVA a debito 5 % | Umsatzsteuer 5 % | Output VAT 5 %
2604 | tax | TVA collectée 4 % | IVA a debito 4 % | Umsatzsteuer 4 % | Output VAT 4 %
1801 | bank | Banque | Banca c/c | Bank | Bank
6801 | expense | Voyages et déplacements | Viaggi e trasferte | Reisekosten | Travel
6805 | expense | Pertes sur créances | Perdite su crediti | Forderungsverluste | Bad debts
6809 | rounding | Écarts d’arrondi | Arrotondamenti | Rundungsdifferenzen | Rounding
""")

_VAT_LABELS = four(fr="Numéro de TVA", it="Partita IVA", de="USt-IdNr.", en="VAT number")
_VAT_PRINTED = four(fr="N° TVA", it="Partita IVA", de="USt-IdNr.", en="VAT no.")
_FISCAL_CODE = four(
    fr="Code fiscal italien", it="Codice fiscale", de="Italienische Steuernummer", en="Italian tax code"
)
_SDI = four(
    fr="Code destinataire SdI", it="Codice destinatario", de="SdI-Empfängercode", en="SdI recipient code"
)
_REGIME = four(fr="Régime fiscal", it="Regime fiscale", de="Steuerregime", en="Tax regime")
FLAT_RATE = "RF19"

_IDENTIFIERS = (
    IdentifierField("vat", _VAT_LABELS, _VAT_PRINTED, identifiers.check_italian_vat, buyer=False),
    IdentifierField("vat", _VAT_LABELS, _VAT_PRINTED, identifiers.check_vat, seller=False),
    IdentifierField("fiscal_code", _FISCAL_CODE, _FISCAL_CODE, identifiers.check_fiscal_code),
    IdentifierField("rea", same("REA"), same("REA"), identifiers.check_rea, buyer=False),
    IdentifierField("regime", _REGIME, _REGIME, identifiers.check_italian_regime, buyer=False),
    IdentifierField("sdi", _SDI, _SDI, identifiers.check_sdi_code, seller=False),
)

_COMPANY = re.compile(
    r"\bs\. ?(r\. ?l|p\. ?a|a\. ?p\. ?a|c\. ?r\. ?l|c\. ?p\. ?a)\b|\b(srls?|spa|sapa)\b", re.IGNORECASE
)


def _missing(draft: Draft, issue_date: date) -> list[Refused]:
    if draft.kind is Kind.PRO_FORMA:
        return []  # not an invoice in the sense of art. 21
    return [
        *asking.seller_address(draft),
        *_missing_of_seller(draft),
        *asking.customer_address(draft),
        *_missing_of_customer(draft),
        *asking.quantities(draft),
        *asking.exemption_reasons(draft),
    ]


def _missing_of_seller(draft: Draft) -> list[Refused]:
    found = []
    seller = draft.seller
    if not seller.identifier("vat"):  # art. 21 (2) d
        found.append(asking.of_seller("The seller has no Partita IVA.", scheme="vat"))
    if _COMPANY.search(seller.name) and not seller.legal_note.strip():  # Codice civile, art. 2250
        found.append(
            Refused(
                "State the company's register office, registration number and paid-up capital.",
                field="seller.legal_note",
                link="organisation",
            )
        )
    if seller.identifier("regime") == FLAT_RATE:  # L. 190/2014, art. 1 (58) a
        found += [
            Refused(
                "Line %(line)s charges VAT, which the regime forfettario (RF19) does not.",
                field=f"lines.{position}.tax_code",
                link="draft",
                values={"line": position},
            )
            for position, line in enumerate(draft.lines, start=1)
            if line.kind is LineKind.AMOUNT and any(tax.rate for tax in line.taxes)
        ]
    return found


def _missing_of_customer(draft: Draft) -> list[Refused]:
    buyer = draft.buyer
    if buyer.identifier("vat"):
        return []
    if asking.categories(draft) & {"AE", "K"}:  # art. 21 (2) f; DL 331/1993, art. 46 (2)
        return [asking.of_customer("The customer has no VAT number.", scheme="vat")]
    if buyer.address.country == "IT" and not buyer.identifier("fiscal_code"):  # art. 21 (2) f
        message = "The customer has neither a Partita IVA nor a codice fiscale."
        return [asking.of_customer(message, scheme="fiscal_code")]
    return []


_COURTESY_COPY = four(
    fr="Copie de courtoisie sans valeur fiscale : l’original est le fichier XML transmis au système"
    " d’échange italien (SdI).",
    it="Copia di cortesia priva di valore fiscale: l’originale è il file XML trasmesso al Sistema di"
    " Interscambio (SdI).",
    de="Kopie ohne steuerliche Wirkung: Das Original ist die XML-Datei, die an das italienische"
    " Austauschsystem (SdI) übermittelt wird.",
    en="Courtesy copy without tax validity: the original is the XML file sent through the Italian"
    " exchange system (SdI).",
)
_STAMP_DUTY = four(
    fr="Droit de timbre de 2,00 € acquitté par voie virtuelle, art. 6, c. 2 DM 17/6/2014.",
    it="Imposta di bollo di 2,00 € assolta in modo virtuale ai sensi dell’art. 6, c. 2 DM 17/6/2014.",
    de="Stempelsteuer von 2,00 € virtuell entrichtet, Art. 6 Abs. 2 DM 17.6.2014.",
    en="Stamp duty of €2.00 paid virtually, art. 6 (2) DM 17/6/2014.",
)
_NO_WITHHOLDING = four(
    fr="Sans retenue à la source, art. 1, c. 67, L. 190/2014.",
    it="Compenso non soggetto a ritenuta d’acconto, art. 1, c. 67, L. 190/2014.",
    de="Ohne Steuerabzug an der Quelle, Art. 1 Abs. 67 L. 190/2014.",
    en="No tax withheld at source, art. 1 (67) L. 190/2014.",
)
# D.Lgs. 231/2002, art. 4, 5, 6: what the law itself grants between businesses and from public bodies.
_LATE_PAYMENT = four(
    fr="Dans les transactions commerciales, tout retard de paiement donne lieu de plein droit à des"
    " intérêts au taux de la BCE majoré de 8 points et à 40 € pour frais de recouvrement (D.Lgs. 231/2002).",
    it="Nelle transazioni commerciali il ritardo nel pagamento comporta di diritto interessi moratori al"
    " tasso BCE maggiorato di 8 punti e 40 € per spese di recupero (D.Lgs. 231/2002).",
    de="Im Geschäftsverkehr fallen bei Zahlungsverzug ohne Mahnung Zinsen von 8 Prozentpunkten über dem"
    " EZB-Satz und 40 € Beitreibungskosten an (D.Lgs. 231/2002).",
    en="In business transactions late payment bears interest at the ECB rate plus 8 points as of right,"
    " and €40 for recovery costs (D.Lgs. 231/2002).",
)


def _mentions(draft: Draft, totals: Totals, due_date: date) -> tuple[str, ...]:
    language = draft.language
    said = [*wording.of_kind(draft), *wording.of_exemptions(draft)]
    if draft.kind is Kind.PRO_FORMA:
        return tuple(said)
    said += wording.of_service_date(draft)
    if bears_stamp_duty(draft, totals):
        said.append(words(_STAMP_DUTY, language))
    if draft.seller.identifier("regime") == FLAT_RATE:
        said.append(words(_NO_WITHHOLDING, language))
    if draft.kind is Kind.INVOICE:
        said.append(words(_LATE_PAYMENT, language))
    if draft.buyer.address.country == "IT":
        said.append(words(_COURTESY_COPY, language))
    return tuple(said)


# What the tax agency counts (provvedimento 34958/2021), and advances excluded by art. 15; exports and
# supplies within the EU are free of it (DPR 642/1972, tabella, art. 15), taxed ones too (art. 6).
_STAMPED = frozenset({"N1", "N2.1", "N2.2", "N3.5", "N3.6", "N4"})
_STAMPED_ABOVE = 7747  # cents: DPR 642/1972, tariffa, art. 13, nota 2


def bears_stamp_duty(draft: Draft, totals: Totals) -> bool:
    """Tell whether the bollo of 2 EUR is due: over 77.47 EUR without VAT (DPR 642/1972, art. 13).

    The bollo that is itself charged to the customer does not count. Documents in another currency
    are left to the seller, for they do not say what they come to in euros.
    """
    if draft.currency != "EUR":
        return False
    pairs = zip(draft.lines, totals.lines, strict=True)
    counted = [
        total.net
        for line, total in pairs
        if line.kind is LineKind.AMOUNT and line.tax_code != "BOLLO" and _is_stamped(line.taxes)
    ]
    counted += [
        one.amount if one.is_charge else -one.amount for one in totals.adjustments if _is_stamped(one.taxes)
    ]
    return Money.total(counted, "EUR").minor > _STAMPED_ABOVE


def _is_stamped(taxes: tuple[Tax, ...]) -> bool:
    return any(tax.exemption_code in _STAMPED for tax in taxes)


IT = Region(
    code="IT",
    country="IT",
    labels=four(fr="Italie", it="Italia", de="Italien", en="Italy"),
    currency="EUR",
    languages=("it", "en", "de", "fr"),
    locale_of={"fr": "fr_FR", "it": "it_IT", "de": "de_DE", "en": "en_GB"},
    time_zone="Europe/Rome",
    payment_days=30,  # D.Lgs. 231/2002, art. 4 (2)
    strict_issuing=True,
    retention_years=10,  # Codice civile, art. 2220
    series={
        Kind.PRO_FORMA: NumberFormat("PF-"),
        Kind.INVOICE: NumberFormat("FT"),
        Kind.CREDIT_NOTE: NumberFormat("NC"),
    },
    accounts=_ACCOUNTS,
    tax_codes=TAX_CODES,
    identifiers=_IDENTIFIERS,
    missing=_missing,
    mentions=_mentions,
    epc_qr=True,
)
