"""Accounts and numbers that no country's law prescribes."""

from __future__ import annotations

from facturier.rules.document import Kind
from facturier.rules.numbering import NumberFormat
from facturier.rules.regions.base import Labels, TaxCodeSeed, TaxComponentSeed
from facturier.rules.regions.seeds import ALWAYS, accounts, rates
from facturier.rules.regions.wording import four

TAX_ACCOUNT = "2200"
ACCOUNTS = accounts("""
1200 | receivable | Clients | Crediti verso clienti | Forderungen | Accounts receivable
4000 | revenue | Prestations de services | Prestazioni di servizi | Dienstleistungen | Services
4100 | revenue goods | Ventes de marchandises | Vendite di merci | Warenverkäufe | Sales of goods
4200 | revenue | Frais refacturés | Spese riaddebitate | Weiterberechnete Kosten | Costs recharged
4900 | revenue | Remises accordées | Sconti concessi | Gewährte Nachlässe | Discounts granted
2200 | tax | Taxe à payer | Imposta a debito | Steuerverbindlichkeit | Tax payable
1000 | bank | Banque | Banca | Bank | Bank
6400 | expense | Frais de déplacement | Spese di viaggio | Reisekosten | Travel
6800 | expense | Créances irrécouvrables | Perdite su crediti | Forderungsverluste | Bad debts
6900 | rounding | Écarts d’arrondi | Arrotondamenti | Rundungsdifferenzen | Rounding
""")

SERIES = {
    Kind.PRO_FORMA: NumberFormat("PF-"),
    Kind.INVOICE: NumberFormat("INV-"),
    Kind.CREDIT_NOTE: NumberFormat("CN-"),
}

TAX_NUMBER = four(fr="Numéro fiscal", it="Numero fiscale", de="Steuernummer", en="Tax number")
REGISTRATION = four(
    fr="Numéro d’immatriculation",
    it="Numero di registrazione",
    de="Registernummer",
    en="Registration number",
)
REGISTRATION_PRINTED = four(fr="Immatriculation", it="Registrazione", de="Register", en="Registration")


def untaxed(
    scheme: str, tax: Labels, code: str, category: str, labels: Labels, reason: Labels
) -> TaxCodeSeed:
    """Make a tax code of rate zero that states its reason."""
    component = TaxComponentSeed(scheme, category, tax, TAX_ACCOUNT, rates((ALWAYS, "0")), reason)
    return TaxCodeSeed(code, labels, (component,))
