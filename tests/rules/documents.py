"""Strategies that draw documents: any lines, adjustments, taxes and currencies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from facturier.rules.document import (
    Address,
    Adjustment,
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

CURRENCIES = st.sampled_from(["EUR", "CAD", "JPY", "TND"])  # 2, 2, 0 and 3 decimals
DATES = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MINOR = st.integers(min_value=-(10**9), max_value=10**9)
RATES = st.decimals(min_value=0, max_value=40, places=3)
PERCENTS = st.decimals(min_value=0, max_value=100, places=2)


def tax(scheme: str, category: str, rate: str) -> Tax:
    return Tax(scheme=scheme, category=category, rate=Decimal(rate), label=scheme)


TAX_SETS = st.sampled_from(
    [
        (),
        (tax("VAT", "S", "20"),),
        (tax("VAT", "S", "20.0"),),  # the same rate, written otherwise
        (tax("VAT", "S", "5.5"),),
        (tax("VAT", "E", "0"),),
        (tax("VAT", "AE", "0"),),
        (tax("GST", "S", "5"), tax("QST", "S", "9.975")),
        (tax("GST", "S", "5"),),
    ]
) | st.builds(
    lambda rate: (Tax(scheme="VAT", category="S", rate=rate, label="VAT"),),
    RATES,
)

AMOUNT_LINES = st.builds(
    Line,
    description=TEXTS,
    quantity=st.decimals(min_value=-10_000, max_value=10_000, places=4),
    unit=st.sampled_from(["HUR", "C62", ""]),
    unit_price=st.decimals(min_value=-10_000, max_value=10_000, places=6),
    discount_percent=st.just(Decimal(0)) | PERCENTS,
    discount_minor=st.just(0) | MINOR,
    taxes=TAX_SETS,
    tax_code=TEXTS,
    account=TEXTS,
    service_start=st.none() | DATES,
    service_end=st.none() | DATES,
)
OTHER_LINES = st.builds(Line, description=TEXTS, kind=st.sampled_from([LineKind.TEXT, LineKind.SUBTOTAL]))
LINES = st.lists(AMOUNT_LINES | OTHER_LINES, max_size=8).map(tuple)

ADJUSTMENTS = st.lists(
    st.builds(
        Adjustment,
        reason=TEXTS,
        is_charge=st.booleans(),
        percent=st.just(Decimal(0)) | PERCENTS,
        amount_minor=MINOR,
        taxes=st.none() | TAX_SETS,
        account=TEXTS,
    ),
    max_size=3,
).map(tuple)

PARTIES = st.builds(
    Party,
    name=TEXTS,
    address=st.builds(Address, line1=TEXTS, city=TEXTS, country=st.sampled_from(["FR", "CA"])),
    identifiers=st.lists(st.builds(Identifier, scheme=TEXTS, value=TEXTS), max_size=2).map(tuple),
    legal_note=TEXTS,
    email=TEXTS,
)

DRAFTS = st.builds(
    Draft,
    kind=st.sampled_from(Kind),
    region=st.sampled_from(["FR", "DE", "CA-QC"]),
    currency=CURRENCIES,
    language=st.sampled_from(["fr", "it", "de", "en"]),
    seller=PARTIES,
    buyer=PARTIES,
    lines=LINES,
    adjustments=ADJUSTMENTS,
    payment_days=st.integers(0, 90),
    payment=st.builds(PaymentMeans, iban=TEXTS, bic=TEXTS),
    subject=TEXTS,
    note=TEXTS,
    preceding=st.lists(TEXTS, max_size=2).map(tuple),
    prepaid_minor=MINOR,
    look=st.builds(Look, footer=TEXTS, message=TEXTS),
)
