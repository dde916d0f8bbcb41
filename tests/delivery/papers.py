"""Documents to print: an IT firm in Lyon, a consultant in Munich, a print shop in Québec."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from facturier.rules.document import (
    Address,
    Adjustment,
    Document,
    Draft,
    Identifier,
    Kind,
    Line,
    LineKind,
    Look,
    Party,
    PaymentMeans,
    Tax,
)
from facturier.rules.issuing import prepare
from facturier.rules.regions import REGIONS
from facturier.rules.regions.base import Region

LANGUAGES = ("fr", "de", "it", "en")
DAY = date(2026, 11, 21)

_LABELS = MappingProxyType(
    {
        "VAT": {"fr": "TVA", "de": "MwSt.", "it": "IVA", "en": "VAT"},
        "GST": {"fr": "TPS", "de": "GST", "it": "GST", "en": "GST"},
        "QST": {"fr": "TVQ", "de": "QST", "it": "QST", "en": "QST"},
    }
)
_SELLERS = MappingProxyType(
    {
        "FR": Party(
            name="Lumen Infogérance SAS",
            address=Address("14 rue de la République", "", "69002", "Lyon", "", "FR"),
            identifiers=(
                Identifier("siren", "552100554"),
                Identifier("vat", "FR40552100554"),
            ),
            legal_note="SAS au capital de 40 000 € · RCS Lyon 552 100 554",
            email="facturation@lumen.example",
            phone="+33 4 72 00 00 00",
        ),
        "DE": Party(
            name="Isartal Beratung GmbH",
            address=Address("Lindwurmstraße 88", "", "80337", "München", "", "DE"),
            identifiers=(
                Identifier("vat", "DE136695976"),
                Identifier("hrb", "HRB 123456, Amtsgericht München"),
            ),
            legal_note="Geschäftsführerin: Dr. Katharina Vogt",
            email="rechnung@isartal.example",
            phone="+49 89 123456",
        ),
        "CA-QC": Party(
            name="Imprimerie Saint-Roch inc.",
            address=Address("410, rue Saint-Joseph Est", "", "G1K 3B5", "Québec", "QC", "CA"),
            identifiers=(
                Identifier("gst", "123456782RT0001"),
                Identifier("qst", "1234567890TQ0001"),
            ),
            email="comptes@saintroch.example",
            phone="418 555-0134",
        ),
    }
)
_BUYERS = MappingProxyType(
    {
        "FR": Party(
            name="Menuiserie Carret SARL",
            address=Address("3 quai Perrache", "Bâtiment B", "69002", "Lyon", "", "FR"),
            identifiers=(Identifier("siren", "732829320"), Identifier("vat", "FR44732829320")),
            contact="Mme Claire Carret",
            reference="C-0118",
        ),
        "DE": Party(
            name="Bergmann Maschinenbau AG",
            address=Address("Am Werkskanal 7", "", "86153", "Augsburg", "", "DE"),
            identifiers=(Identifier("vat", "DE129273398"),),
            reference="10042",
        ),
        "CA-QC": Party(
            name="Coopérative des Maraîchers",
            address=Address("1250, chemin Sainte-Foy", "", "G1S 2M9", "Québec", "QC", "CA"),
            reference="1187",
        ),
    }
)
_MEANS = MappingProxyType(
    {
        "FR": PaymentMeans("", "FR7630006000011234567890189", "AGRIFRPP"),
        "DE": PaymentMeans("", "DE89370400440532013000", "COBADEFFXXX"),
        "CA-QC": PaymentMeans(instructions="Chèque ou virement Interac : comptes@saintroch.example"),
    }
)
_CURRENCY = MappingProxyType({"FR": "EUR", "DE": "EUR", "CA-QC": "CAD"})
_START, _END = date(2026, 11, 1), date(2026, 11, 30)


def region_of(code: str) -> Region:
    return REGIONS[code]


def tax(scheme: str, rate: str, language: str, category: str = "S", reason: str = "") -> Tax:
    return Tax(scheme, category, Decimal(rate), _LABELS[scheme][language], "445710", reason)


def taxes_of(code: str, language: str) -> tuple[Tax, ...]:
    if code == "CA-QC":
        return (tax("GST", "5", language), tax("QST", "9.975", language))
    return (tax("VAT", "20" if code == "FR" else "19", language),)


def service(
    description: str, quantity: str, price: str, *, taxes: tuple[Tax, ...], unit: str = "HUR"
) -> Line:
    return Line(
        description,
        quantity=Decimal(quantity),
        unit=unit,
        unit_price=Decimal(price),
        tax_code="STD",
        taxes=taxes,
        account="706000",
        service_start=_START,
        service_end=_END,
    )


def draft(code: str, language: str = "", *, kind: Kind = Kind.INVOICE, extra: int = 0) -> Draft:
    """Return a draft of that region, with `extra` lines more than four."""
    language = language or region_of(code).languages[0]
    rates = taxes_of(code, language)
    lines = (
        service("Forfait maintenance, 12 postes", "1", "480", taxes=rates, unit="MON"),
        service("Ticket 2214 – messagerie indisponible", "3.5", "95", taxes=rates),
        service("Ticket 2231 – remplacement du disque", "1.25", "95", taxes=rates),
        service("Disque SSD 1 To", "1", "138.75", taxes=rates, unit="C62"),
        *(service(f"Intervention {n + 1} sur site", "0.5", "95", taxes=rates) for n in range(extra)),
    )
    return Draft(
        kind=kind,
        region=code,
        currency=_CURRENCY[code],
        language=language,
        seller=_SELLERS[code],
        buyer=_BUYERS[code],
        lines=lines,
        payment=_MEANS[code],
        order_reference="BC-2026-77",
        preceding=("F2026-00398",) if kind is Kind.CREDIT_NOTE else (),
        look=Look(message=""),
    )


def rich(code: str, language: str = "") -> Draft:
    """Return a draft with all at once: text, subtotal, discounts, charges, two rates, a deposit."""
    plain = draft(code, language)
    low = (tax("VAT", "5.5", plain.language),) if code != "CA-QC" else plain.lines[0].taxes
    lines = (
        Line("Interventions du mois de novembre", kind=LineKind.TEXT),
        *plain.lines[:2],
        replace(plain.lines[2], discount_percent=Decimal(10), order_reference="PO 4711"),
        Line("", kind=LineKind.SUBTOTAL),
        replace(plain.lines[3], taxes=low, unit_price=Decimal("138.754321")),
    )
    return replace(
        plain,
        lines=lines,
        adjustments=(
            Adjustment("Remise de fidélité", percent=Decimal(2)),
            Adjustment("Port", is_charge=True, amount_minor=1200, taxes=plain.lines[0].taxes),
        ),
        subject="Infogérance, novembre 2026",
        note="Merci de votre confiance.",
        prepaid_minor=10000,
    )


def issued(content: Draft, number: str = "F2026-00412", day: date = DAY) -> Document:
    """Return the document that issuing a draft gives; an empty number is a preview."""
    return prepare(content, region=region_of(content.region), issue_date=day).numbered(number)


def in_days(days: int) -> date:
    return DAY + timedelta(days=days)
