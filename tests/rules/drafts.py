"""Drafts that lack nothing, one per region: tests take things away from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from facturier.rules.document import Address, Draft, Identifier, Kind, Line, Party, Tax
from facturier.rules.regions import REGIONS
from facturier.rules.regions.base import Region, rate_on, words

DAY = date(2026, 3, 31)

LYON = Address(line1="12 rue Mercière", postcode="69002", city="Lyon", country="FR")
MUNICH = Address(line1="Sendlinger Straße 8", postcode="80331", city="München", country="DE")
MILAN = Address(line1="Via Torino 5", postcode="20123", city="Milano", country="IT")
BOLOGNA = Address(
    line1="Via Indipendenza 8", postcode="40121", city="Bologna", subdivision="BO", country="IT"
)
LONDON = Address(line1="14 Farringdon Road", postcode="EC1M 3JF", city="London", country="GB")
AUSTIN = Address(line1="500 Congress Ave", postcode="78701", city="Austin", subdivision="TX", country="US")
TORONTO = Address(
    line1="20 King Street West", postcode="M5H 1C4", city="Toronto", subdivision="ON", country="CA"
)
QUEBEC = Address(
    line1="45 rue Saint-Jean",
    postcode="G1R 1N8",
    city="Québec",
    subdivision="QC",
    country="CA",
)

SELLERS = {
    "FR": Party(
        name="Lumière Informatique SARL",
        address=LYON,
        identifiers=(Identifier("siren", "732829320"), Identifier("vat", "FR44732829320")),
        legal_note="SARL au capital de 10 000 €, RCS Lyon",
    ),
    "DE": Party(
        name="Isar Beratung GmbH",
        address=MUNICH,
        identifiers=(
            Identifier("vat", "DE136695976"),
            Identifier("tax_number", "18181508155"),
            Identifier("register", "München HRB 123456"),
        ),
        legal_note="Sitz München, Geschäftsführerin Anna Huber",
    ),
    "IT": Party(
        name="Studio Galvani S.r.l.",
        address=BOLOGNA,
        identifiers=(
            Identifier("vat", "IT00743110157"),
            Identifier("fiscal_code", "00743110157"),
            Identifier("rea", "BO-123456"),
            Identifier("regime", "RF01"),
        ),
        legal_note="Registro imprese di Bologna 00743110157, capitale sociale € 10.000 i.v.",
    ),
    "CA-QC": Party(
        name="Imprimerie du Cap inc.",
        address=QUEBEC,
        identifiers=(Identifier("gst", "123026635RT0001"), Identifier("qst", "1227494057TQ0001")),
    ),
    "CA": Party(
        name="Lakeshore IT Ltd.",
        address=TORONTO,
        identifiers=(
            Identifier("gst", "123026635RT0001"),
            Identifier("qst", "1227494057TQ0001"),
            Identifier("pst_bc", "PST-1234-5678"),
        ),
    ),
    "GB": Party(
        name="Clerkenwell Systems Ltd",
        address=LONDON,
        identifiers=(Identifier("vat", "GB980780684"), Identifier("crn", "01234567")),
        legal_note="Registered in England and Wales, office as above",
    ),
    "US": Party(
        name="Congress Avenue Consulting LLC", address=AUSTIN, identifiers=(Identifier("ein", "12-3456789"),)
    ),
}

CUSTOMERS = {
    "FR": Party(
        name="Atelier Bellecour SAS",
        address=replace(LYON, line1="3 place Bellecour"),
        identifiers=(Identifier("siren", "552008443"), Identifier("vat", "FR55552008443")),
    ),
    "DE": Party(name="Kanzlei Vogt", address=replace(MUNICH, line1="Isartorplatz 1")),
    "IT": Party(
        name="Caffè Zamboni",
        address=replace(BOLOGNA, line1="Via Zamboni 3"),
        identifiers=(Identifier("fiscal_code", "RCCMNL83S18D969H"),),
    ),
    "CA-QC": Party(name="Festival d’été", address=replace(QUEBEC, line1="1 rue du Fort")),
    "CA": Party(name="Harbourfront Press", address=replace(TORONTO, line1="235 Queens Quay West")),
    "GB": Party(name="Smithfield Studio", address=replace(LONDON, line1="1 Long Lane")),
    "US": Party(name="Barton Springs Dental", address=replace(AUSTIN, line1="2100 Barton Springs Rd")),
}

ITALIAN = Party(
    name="Officine Brera S.r.l.", address=MILAN, identifiers=(Identifier("vat", "IT00743110157"),)
)


def taxes_of(region: Region, code: str, *, language: str, day: date = DAY) -> tuple[Tax, ...]:
    """Write a tax code as it stands on a document of that day."""
    seed = next(one for one in region.tax_codes if one.code == code)
    taxes = []
    for component in seed.components:
        rate = rate_on(component.rates, day)
        assert rate is not None
        reason = component.exemption_reason
        taxes.append(
            Tax(
                scheme=component.scheme,
                category=component.category,
                rate=rate,
                label=words(component.labels, language),
                account=component.account,
                exemption_reason=words(reason, language) if reason else "",
                exemption_code=component.exemption_code,
            )
        )
    return tuple(taxes)


def line(region: Region, code: str = "", *, language: str = "", price: str = "1000", day: date = DAY) -> Line:
    """Bill two units of something under a tax code (the region's default one unless named)."""
    code = code or region.tax_codes[0].code
    revenue = next(one.code for one in region.accounts if one.role == "revenue")
    return Line(
        description="Maintenance",
        quantity=Decimal(2),
        unit="HUR",
        unit_price=Decimal(price),
        tax_code=code,
        taxes=taxes_of(region, code, language=language or region.languages[0], day=day),
        account=revenue,
        service_start=date(2026, 3, 1),
        service_end=date(2026, 3, 31),
    )


def complete(
    code: str,
    *,
    tax_code: str = "",
    language: str = "",
    price: str = "1000",
    kind: Kind = Kind.INVOICE,
) -> Draft:
    """Return a draft of the region that lacks nothing."""
    region = REGIONS[code]
    language = language or region.languages[0]
    return Draft(
        kind=kind,
        region=code,
        currency=region.currency,
        language=language,
        seller=SELLERS[code],
        buyer=CUSTOMERS[code],
        lines=(line(region, tax_code, language=language, price=price),),
        payment_days=region.payment_days,
        preceding=("F2026-00007",) if kind is Kind.CREDIT_NOTE else (),
    )


def without_identifier(party: Party, scheme: str) -> Party:
    """Take a number away from a party."""
    left = tuple(one for one in party.identifiers if one.scheme != scheme)
    assert left != party.identifiers, f"{party.name} has no {scheme}"
    return replace(party, identifiers=left)
