"""France.

Invoices: CGI, art. 289 and annexe II, art. 242 nonies A; Code de commerce, art. L441-9, L441-10,
D441-5 and R123-237. VAT was moved from the CGI to the CIBS by ordonnance 2025-1247; references to
the articles of the CGI stay valid on invoices until 31 December 2027.

Décret 2022-1299, art. 1, added to art. 242 nonies A, I: the customer's SIREN, the address where goods are
delivered, whether goods or services are supplied, and the option for VAT on debits. They are demanded with
the duty to issue e-invoices (loi 2023-1322, art. 91; décret 2024-266): of large and mid-sized sellers since
1 September 2026, of small ones from 1 September 2027. We print them at once, which no text forbids.
"""

from __future__ import annotations

import re
from datetime import date

from facturier.rules import identifiers
from facturier.rules.document import Draft, Kind
from facturier.rules.numbering import NumberFormat
from facturier.rules.refusal import Refused
from facturier.rules.regions import asking, fr_mentions
from facturier.rules.regions.base import (
    IdentifierField,
    Labels,
    Region,
    TaxCodeSeed,
    TaxComponentSeed,
)
from facturier.rules.regions.seeds import accounts, rates, untaxed
from facturier.rules.regions.wording import four, same
from facturier.rules.totals import totals

# Plan comptable général (ANC, règlement 2014-03): three digits are the law's, the rest is usage.
_ACCOUNTS = accounts("""
411000 | receivable | Clients | Clienti | Kunden | Trade receivables
706000 | revenue | Prestations de services | Prestazioni di servizi | Dienstleistungen | Services
707000 | revenue goods | Ventes de marchandises | Vendite di merci | Warenverkäufe | Sales of goods
704000 | revenue | Travaux | Lavori | Werkleistungen | Contract works
708500 | revenue | Ports et frais refacturés | Spese accessorie | Nebenkosten | Costs recharged
708800 | revenue | Autres produits annexes | Altri proventi | Sonstige Nebenerlöse | Other income
709000 | revenue | Rabais, remises, ristournes | Sconti concessi | Nachlässe | Discounts granted
445710 | tax | TVA collectée 20 % | IVA a debito 20 % | Umsatzsteuer 20 % | Output VAT 20 %
445711 | tax | TVA collectée 10 % | IVA a debito 10 % | Umsatzsteuer 10 % | Output VAT 10 %
445712 | tax | TVA collectée 5,5 % | IVA a debito 5,5 % | Umsatzsteuer 5,5 % | Output VAT 5.5 %
445713 | tax | TVA collectée 2,1 % | IVA a debito 2,1 % | Umsatzsteuer 2,1 % | Output VAT 2.1 %
512000 | bank | Banque | Banca | Bank | Bank
625100 | expense | Voyages et déplacements | Viaggi e trasferte | Reisekosten | Travel
654000 | expense | Créances irrécouvrables | Perdite su crediti | Forderungsverluste | Bad debts
658000 | rounding | Écarts d’arrondi | Arrotondamenti | Rundungsdifferenzen | Rounding differences
""")

_VAT = four(fr="TVA", it="IVA", de="MwSt.", en="VAT")


def _taxed(code: str, account: str, labels: Labels, *steps: tuple[date, str]) -> TaxCodeSeed:
    component = TaxComponentSeed("VAT", "S", _VAT, account, rates(*steps))
    return TaxCodeSeed(code, labels, (component,))


def _untaxed(code: str, category: str, *, labels: Labels, reason: Labels) -> TaxCodeSeed:
    return untaxed(code, category, name=_VAT, account="445710", labels=labels, reason=reason)


_TAX_CODES = (
    _taxed(  # CGI, art. 278
        "TVA20",
        "445710",
        four(
            fr="TVA 20 % (taux normal)",
            it="IVA 20 % (aliquota ordinaria)",
            de="MwSt. 20 % (Normalsatz)",
            en="VAT 20 % (standard rate)",
        ),
        (date(2000, 4, 1), "19.6"),
        (date(2014, 1, 1), "20"),
    ),
    _taxed(  # CGI, art. 278 bis, 279
        "TVA10",
        "445711",
        four(
            fr="TVA 10 % (taux intermédiaire)",
            it="IVA 10 % (aliquota intermedia)",
            de="MwSt. 10 % (Zwischensatz)",
            en="VAT 10 % (intermediate rate)",
        ),
        (date(2012, 1, 1), "7"),
        (date(2014, 1, 1), "10"),
    ),
    _taxed(  # CGI, art. 278-0 bis
        "TVA55",
        "445712",
        four(
            fr="TVA 5,5 % (taux réduit)",
            it="IVA 5,5 % (aliquota ridotta)",
            de="MwSt. 5,5 % (ermäßigter Satz)",
            en="VAT 5.5 % (reduced rate)",
        ),
        (date(1982, 7, 1), "5.5"),
    ),
    _taxed(  # CGI, art. 281 quater to 281 nonies, 298 septies
        "TVA21",
        "445713",
        four(
            fr="TVA 2,1 % (taux particulier)",
            it="IVA 2,1 % (aliquota speciale)",
            de="MwSt. 2,1 % (Sondersatz)",
            en="VAT 2.1 % (special rate)",
        ),
        (date(1989, 1, 1), "2.1"),
    ),
    _untaxed(
        "EXO",
        "E",
        labels=four(fr="Exonéré de TVA", it="Esente da IVA", de="Von der MwSt. befreit", en="VAT exempt"),
        reason=four(
            fr="Exonération de TVA, article 261 du CGI",
            it="Operazione esente da IVA, art. 261 del CGI (codice tributario francese)",
            de="Steuerfrei nach Art. 261 CGI (französisches Steuergesetzbuch)",
            en="VAT exempt, article 261 of the CGI (French tax code)",
        ),
    ),
    _untaxed(
        "FRANCHISE",
        "E",
        labels=four(
            fr="Franchise en base de TVA",
            it="Regime di franchigia IVA",
            de="Kleinunternehmer (Franchise en base)",
            en="VAT small business exemption",
        ),
        reason=four(
            fr="TVA non applicable, art. 293 B du CGI",
            it="IVA non applicabile, art. 293 B del CGI (regime francese di franchigia)",
            de="Keine Mehrwertsteuer, Art. 293 B CGI (französische Kleinunternehmerregelung)",
            en="VAT not applicable, article 293 B of the CGI (French small business exemption)",
        ),
    ),
    _untaxed(
        "AUTOLIQ",
        "AE",
        labels=four(
            fr="Autoliquidation en France",
            it="Inversione contabile in Francia",
            de="Steuerschuldnerschaft des Leistungsempfängers in Frankreich",
            en="Reverse charge within France",
        ),
        reason=four(
            fr="Autoliquidation, article 283-2 nonies du CGI",
            it="Inversione contabile, art. 283-2 nonies del CGI (codice tributario francese)",
            de="Steuerschuldnerschaft des Leistungsempfängers, Art. 283-2 nonies CGI",
            en="Reverse charge, article 283-2 nonies of the CGI (French tax code)",
        ),
    ),
    _untaxed(
        "INTRA-S",
        "AE",
        labels=four(
            fr="Prestation intracommunautaire",
            it="Prestazione di servizi intracomunitaria",
            de="Innergemeinschaftliche sonstige Leistung",
            en="Services to a business in the EU",
        ),
        reason=four(
            fr="Autoliquidation, article 259-1° du CGI et articles 44 et 196 de la directive 2006/112/CE",
            it="Inversione contabile, art. 259-1° del CGI e artt. 44 e 196 della direttiva 2006/112/CE",
            de="Steuerschuldnerschaft des Leistungsempfängers, Art. 259-1° CGI und Art. 44 und 196"
            " der Richtlinie 2006/112/EG",
            en="Reverse charge, article 259-1° of the CGI and articles 44 and 196 of Directive 2006/112/EC",
        ),
    ),
    _untaxed(
        "INTRA-B",
        "K",
        labels=four(
            fr="Livraison intracommunautaire de biens",
            it="Cessione intracomunitaria di beni",
            de="Innergemeinschaftliche Lieferung",
            en="Intra-Community supply of goods",
        ),
        reason=four(
            fr="Livraison intracommunautaire exonérée de TVA, article 262 ter, I du CGI",
            it="Cessione intracomunitaria non imponibile, art. 262 ter, I del CGI",
            de="Steuerfreie innergemeinschaftliche Lieferung, Art. 262 ter, I CGI",
            en="VAT exempt intra-Community supply, article 262 ter, I of the CGI",
        ),
    ),
    _untaxed(
        "EXPORT",
        "G",
        labels=four(
            fr="Exportation de biens hors UE",
            it="Esportazione di beni fuori dall’UE",
            de="Ausfuhrlieferung außerhalb der EU",
            en="Export of goods outside the EU",
        ),
        reason=four(
            fr="Exportation exonérée de TVA, article 262, I du CGI",
            it="Cessione all’esportazione non imponibile, art. 262, I del CGI",
            de="Steuerfreie Ausfuhrlieferung, Art. 262, I CGI",
            en="VAT exempt export, article 262, I of the CGI",
        ),
    ),
    _untaxed(
        "HORS-UE",
        "O",
        labels=four(
            fr="Prestation à une entreprise hors UE",
            it="Servizi a un’impresa fuori dall’UE",
            de="Leistung an ein Unternehmen außerhalb der EU",
            en="Services to a business outside the EU",
        ),
        reason=four(
            fr="TVA non applicable, article 259-1° du CGI",
            it="Fuori campo IVA in Francia, art. 259-1° del CGI",
            de="In Frankreich nicht steuerbar, Art. 259-1° CGI",
            en="Outside the scope of French VAT, article 259-1° of the CGI",
        ),
    ),
)

_IDENTIFIERS = (
    IdentifierField("siren", same("SIREN"), same("SIREN"), identifiers.check_siren),
    IdentifierField("siret", same("SIRET"), same("SIRET"), identifiers.check_siret),
    IdentifierField(
        "vat",
        four(fr="Numéro de TVA", it="Partita IVA", de="USt-IdNr.", en="VAT number"),
        four(fr="N° TVA", it="Partita IVA", de="USt-IdNr.", en="VAT no."),
        identifiers.check_french_vat,
        buyer=False,
    ),
    IdentifierField(
        "vat",
        four(fr="Numéro de TVA", it="Partita IVA", de="USt-IdNr.", en="VAT number"),
        four(fr="N° TVA", it="Partita IVA", de="USt-IdNr.", en="VAT no."),
        identifiers.check_vat,
        seller=False,
    ),
    IdentifierField(
        "ape",
        four(fr="Code APE", it="Codice APE", de="APE-Code", en="APE code"),
        same("APE"),
        identifiers.check_ape,
        buyer=False,
    ),
)

# When small and medium sellers must state it, and anybody does; see the head of this file.
_CUSTOMER_SIREN_FROM = date(2027, 9, 1)
_SOLE_TRADER = re.compile(r"\bEI\b|entrepreneure? individuel", re.IGNORECASE)


def _missing(draft: Draft, issue_date: date) -> list[Refused]:
    if draft.kind is Kind.PRO_FORMA:
        return []  # not an invoice in the sense of art. 289 of the CGI
    return [
        *asking.seller_address(draft),
        *_missing_of_seller(draft),
        *asking.customer_address(draft),
        *_missing_of_customer(draft, issue_date),
        *asking.quantities(draft),
        *asking.exemption_reasons(draft),
    ]


def _missing_of_seller(draft: Draft) -> list[Refused]:
    found = []
    seller = draft.seller
    if not (seller.identifier("siren") or seller.identifier("siret")):  # C. com., art. R123-237
        found.append(asking.of_seller("The seller has no SIREN.", scheme="siren"))
    if not seller.legal_note.strip() and not _SOLE_TRADER.search(seller.name):
        # C. com., art. R123-237 and R123-238; for sole traders art. R526-27.
        found.append(
            Refused(
                "State the seller's legal form, capital and RCS entry, or put EI in its name.",
                field="seller.legal_note",
                link="organisation",
            )
        )
    if not seller.identifier("vat") and _states_vat_number(draft):
        found.append(asking.of_seller("The seller has no VAT number.", scheme="vat"))
    return found


def _states_vat_number(draft: Draft) -> bool:
    """Tell whether the seller's VAT number is demanded (annexe II, art. 242 nonies A, I, 2° to 4°).

    It is on every taxed invoice above 150 EUR net, and on supplies within the EU and under reverse
    charge whatever they come to.
    """
    used = asking.categories(draft)
    if used & {"AE", "K"}:
        return True
    if not used & {"S", "Z", "G"}:
        return False
    if draft.currency != "EUR":
        return True  # what it comes to in euros may change with the rate: the number never harms
    sums = totals(draft.lines, draft.adjustments, currency=draft.currency)
    return abs(sums.net.amount) > 150


def _missing_of_customer(draft: Draft, issue_date: date) -> list[Refused]:
    found = []
    buyer = draft.buyer
    vat = buyer.identifier("vat")
    if not vat and asking.categories(draft) & {"AE", "K"}:  # 242 nonies A, I, 3° and 4°
        found.append(asking.of_customer("The customer has no VAT number.", scheme="vat"))
    is_french_business = buyer.address.country == "FR" and vat.startswith("FR")
    if (
        is_french_business
        and issue_date >= _CUSTOMER_SIREN_FROM
        and not (buyer.identifier("siren") or buyer.identifier("siret"))
    ):
        found.append(asking.of_customer("The customer has no SIREN.", scheme="siren"))
    return found


FR = Region(
    code="FR",
    country="FR",
    labels=four(fr="France", it="Francia", de="Frankreich", en="France"),
    currency="EUR",
    languages=("fr", "en", "de", "it"),
    locale_of={"fr": "fr_FR", "it": "it_IT", "de": "de_DE", "en": "en_GB"},
    time_zone="Europe/Paris",
    payment_days=30,  # C. com., art. L441-10, I
    strict_issuing=True,
    retention_years=10,  # C. com., art. L123-22
    series={
        Kind.PRO_FORMA: NumberFormat("PF-"),
        Kind.INVOICE: NumberFormat("F"),
        Kind.CREDIT_NOTE: NumberFormat("A"),
    },
    accounts=_ACCOUNTS,
    tax_codes=_TAX_CODES,
    identifiers=_IDENTIFIERS,
    missing=_missing,
    mentions=fr_mentions.mentions,
    epc_qr=True,
    vat_on_debits=True,
)
