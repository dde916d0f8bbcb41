"""United States of America.

No VAT and no federal law of invoices. Sales tax is a matter of states, counties and cities, and most
services bear none: a seller writes down the rates of the places where it must collect, as tax codes
of its own with the scheme SALES. The forms of numbers are those of the Internal Revenue Service.
"""

from __future__ import annotations

from datetime import date

from facturier.rules import identifiers
from facturier.rules.document import Draft, Kind, Totals
from facturier.rules.numbering import NumberFormat
from facturier.rules.refusal import Refused
from facturier.rules.regions import wording
from facturier.rules.regions.base import IdentifierField, Labels, Region, TaxCodeSeed, TaxComponentSeed
from facturier.rules.regions.seeds import ALWAYS, accounts, rates
from facturier.rules.regions.wording import four

_ACCOUNTS = accounts("""
1200 | receivable | Clients | Crediti verso clienti | Forderungen | Accounts receivable
4000 | revenue | Prestations de services | Prestazioni di servizi | Dienstleistungen | Service revenue
4100 | revenue goods | Ventes de marchandises | Vendite di merci | Warenverkäufe | Sales of goods
4200 | revenue | Frais refacturés | Spese riaddebitate | Weiterberechnete Kosten | Reimbursed expenses
4900 | revenue | Remises accordées | Sconti concessi | Gewährte Nachlässe | Discounts given
2200 | tax | Taxe de vente à payer | Imposta sulle vendite | Verkaufssteuer | Sales tax payable
1000 | bank | Banque | Banca | Bank | Checking account
6400 | expense | Frais de déplacement | Spese di viaggio | Reisekosten | Travel
6800 | expense | Créances irrécouvrables | Perdite su crediti | Forderungsverluste | Bad debt
6900 | rounding | Écarts d’arrondi | Arrotondamenti | Rundungsdifferenzen | Rounding
""")

_SALES_TAX = four(fr="Taxe de vente", it="Imposta sulle vendite", de="Verkaufssteuer", en="Sales tax")


def _untaxed(code: str, category: str, *, labels: Labels, reason: Labels) -> TaxCodeSeed:
    component = TaxComponentSeed("SALES", category, _SALES_TAX, "2200", rates((ALWAYS, "0")), reason)
    return TaxCodeSeed(code, labels, (component,))


_TAX_CODES = (
    _untaxed(
        "NONTAXABLE",
        "O",
        labels=four(
            fr="Non soumis à la taxe de vente",
            it="Non soggetto a imposta sulle vendite",
            de="Ohne Verkaufssteuer",
            en="Not taxable",
        ),
        reason=four(
            fr="Non soumis à la taxe de vente",
            it="Non soggetto a imposta sulle vendite",
            de="Unterliegt nicht der Verkaufssteuer",
            en="Not subject to sales tax",
        ),
    ),
    _untaxed(
        "RESALE",
        "E",
        labels=four(
            fr="Client exonéré (certificat)",
            it="Cliente esente (certificato)",
            de="Befreiter Kunde (Bescheinigung)",
            en="Exempt customer (certificate)",
        ),
        reason=four(
            fr="Exonéré de taxe de vente : certificat de revente ou d’exonération",
            it="Esente da imposta sulle vendite: certificato di rivendita o di esenzione",
            de="Von der Verkaufssteuer befreit: Wiederverkaufs- oder Befreiungsbescheinigung",
            en="Exempt from sales tax: resale or exemption certificate on file",
        ),
    ),
)

_EIN = four(fr="EIN", it="EIN", de="EIN", en="EIN")
_PERMIT = four(
    fr="Permis de taxe de vente",
    it="Permesso per l’imposta sulle vendite",
    de="Verkaufssteuer-Registrierung",
    en="Sales tax permit",
)
_CERTIFICATE = four(
    fr="Certificat d’exonération",
    it="Certificato di esenzione",
    de="Befreiungsbescheinigung",
    en="Exemption certificate",
)
_TAX_ID = four(fr="Numéro fiscal", it="Numero fiscale", de="Steuernummer", en="Tax number")

_IDENTIFIERS = (
    IdentifierField("ein", _EIN, _EIN, identifiers.check_ein, buyer=False),
    IdentifierField("sales_tax", _PERMIT, _PERMIT, identifiers.check_any_number, buyer=False),
    IdentifierField("exemption", _CERTIFICATE, _CERTIFICATE, identifiers.check_any_number, seller=False),
    IdentifierField("tax_id", _TAX_ID, _TAX_ID, identifiers.check_any_number, seller=False),
)


def _missing(draft: Draft, issue_date: date) -> list[Refused]:
    return []  # what every document needs is asked for everywhere


def _mentions(draft: Draft, totals: Totals, due_date: date) -> tuple[str, ...]:
    said = [*wording.of_kind(draft), *wording.of_exemptions(draft)]
    if draft.kind is Kind.INVOICE:
        said.append(wording.of_terms(draft))
    return tuple(said)


US = Region(
    code="US",
    country="US",
    labels=four(fr="États-Unis", it="Stati Uniti", de="Vereinigte Staaten", en="United States"),
    currency="USD",
    languages=("en", "fr", "it", "de"),
    locale_of={"fr": "fr_FR", "it": "it_IT", "de": "de_DE", "en": "en_US"},
    time_zone="America/New_York",
    payment_days=30,
    strict_issuing=False,
    retention_years=7,  # the longest of 26 U.S.C. 6501 and 6511: (d) (1), bad debts
    series={
        Kind.PRO_FORMA: NumberFormat("PF-", yearly=False),
        Kind.INVOICE: NumberFormat("INV-", yearly=False),
        Kind.CREDIT_NOTE: NumberFormat("CM-", yearly=False),
    },
    accounts=_ACCOUNTS,
    tax_codes=_TAX_CODES,
    identifiers=_IDENTIFIERS,
    missing=_missing,
    mentions=_mentions,
    states_tax_at_home=False,  # there is none to state
)
