"""A complete draft can be issued; take one mention away and exactly that one is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from facturier.rules.document import Adjustment, Draft, Identifier, Kind, Line, LineKind
from facturier.rules.issuing import issue, missing, preview
from facturier.rules.refusal import Refused, RefusedTogether
from facturier.rules.regions import REGIONS
from tests.rules.drafts import CUSTOMERS, DAY, ITALIAN, complete, without_identifier

each_region = pytest.mark.parametrize("code", list(REGIONS))
Change = Callable[[Draft], Draft]


def fields_missing(draft: Draft, *, day: date = DAY) -> list[tuple[str | None, str | None]]:
    found = missing(draft, region=REGIONS[draft.region], issue_date=day)
    return [(one.field, one.link) for one in found]


def seller(**changes: object) -> Change:
    return lambda draft: replace(draft, seller=replace(draft.seller, **changes))


def buyer(**changes: object) -> Change:
    return lambda draft: replace(draft, buyer=replace(draft.buyer, **changes))


def seller_address(**changes: str) -> Change:
    return lambda draft: seller(address=replace(draft.seller.address, **changes))(draft)


def buyer_address(**changes: str) -> Change:
    return lambda draft: buyer(address=replace(draft.buyer.address, **changes))(draft)


def seller_without(*schemes: str) -> Change:
    def change(draft: Draft) -> Draft:
        for scheme in schemes:
            draft = replace(draft, seller=without_identifier(draft.seller, scheme))
        return draft

    return change


def buyer_without(scheme: str) -> Change:
    return lambda draft: replace(draft, buyer=without_identifier(draft.buyer, scheme))


def first_line(**changes: object) -> Change:
    return lambda draft: replace(draft, lines=(replace(draft.lines[0], **changes), *draft.lines[1:]))


def of_regime(regime: str) -> Change:
    """Put the Italian seller under another regime fiscale."""

    def change(draft: Draft) -> Draft:
        left = without_identifier(draft.seller, "regime").identifiers
        return seller(identifiers=(*left, Identifier("regime", regime)))(draft)

    return change


def reasonless(draft: Draft) -> Draft:
    taxes = tuple(replace(tax, exemption_reason="") for tax in draft.lines[0].taxes)
    return first_line(taxes=taxes)(draft)


def to_italy(draft: Draft) -> Draft:
    return replace(draft, buyer=ITALIAN)


ORGANISATION, CUSTOMER, DRAFT = "organisation", "customer", "draft"

EVERYWHERE: list[tuple[Change, str, str | None]] = [
    (seller(name=" "), "seller.name", ORGANISATION),
    (buyer(name=""), "customer.name", CUSTOMER),
    (first_line(description=""), "lines.1.description", None),
    (first_line(tax_code="", taxes=()), "lines.1.tax_code", None),
    (first_line(taxes=()), "lines.1.tax_code", None),
    (first_line(account=""), "lines.1.account", None),
]

ADDRESSES: list[tuple[Change, str, str | None]] = [
    (seller_address(line1=""), "seller.address.line1", ORGANISATION),
    (seller_address(postcode=" "), "seller.address.postcode", ORGANISATION),
    (seller_address(city=""), "seller.address.city", ORGANISATION),
    (seller_address(country=""), "seller.address.country", ORGANISATION),
    (buyer_address(line1=""), "customer.address.line1", CUSTOMER),
    (buyer_address(postcode=""), "customer.address.postcode", CUSTOMER),
    (buyer_address(city=""), "customer.address.city", CUSTOMER),
    (buyer_address(country=""), "customer.address.country", CUSTOMER),
    (first_line(quantity=Decimal(0)), "lines.1.quantity", DRAFT),
]


@each_region
@pytest.mark.parametrize("kind", list(Kind))
def test_a_complete_draft_lacks_nothing(code, kind):
    assert fields_missing(complete(code, kind=kind)) == []


@each_region
def test_every_tax_code_of_the_region_can_be_issued(code):
    for tax_code in REGIONS[code].tax_codes:
        draft = complete(code, tax_code=tax_code.code)
        if {tax.category for tax in draft.lines[0].taxes} & {"AE", "K"}:
            draft = to_italy(draft)
        assert fields_missing(draft) == [], tax_code.code


@each_region
@pytest.mark.parametrize(("change", "field", "link"), EVERYWHERE)
def test_every_region_names_what_every_document_needs(code, change, field, link):
    assert fields_missing(change(complete(code))) == [(field, link)]


@pytest.mark.parametrize("code", ["FR", "DE", "IT", "GB"])
@pytest.mark.parametrize(("change", "field", "link"), ADDRESSES)
def test_europe_names_addresses_and_quantities(code, change, field, link):
    assert fields_missing(change(complete(code))) == [(field, link)]


@pytest.mark.parametrize(
    ("code", "tax_code", "change", "field", "link"),
    [
        ("FR", "", seller_without("siren"), "seller.identifiers.siren", ORGANISATION),
        ("FR", "", seller_without("vat"), "seller.identifiers.vat", ORGANISATION),
        ("FR", "", seller(legal_note=""), "seller.legal_note", ORGANISATION),
        ("FR", "EXPORT", seller_without("vat"), "seller.identifiers.vat", ORGANISATION),
        ("FR", "AUTOLIQ", buyer_without("vat"), "customer.identifiers.vat", CUSTOMER),
        ("FR", "AUTOLIQ", seller_without("vat"), "seller.identifiers.vat", ORGANISATION),
        ("FR", "FRANCHISE", reasonless, "lines.1.tax_code", DRAFT),
        ("FR", "", lambda draft: replace(draft, currency="USD"), "exchange_rate", DRAFT),
        (
            "DE",
            "",
            seller_without("vat", "tax_number"),
            "seller.identifiers.tax_number",
            ORGANISATION,
        ),
        ("DE", "", seller_without("register"), "seller.identifiers.register", ORGANISATION),
        ("DE", "", seller(legal_note=""), "seller.legal_note", ORGANISATION),
        ("DE", "P19", reasonless, "lines.1.tax_code", DRAFT),
        ("DE", "", lambda draft: replace(draft, currency="CHF"), "exchange_rate", DRAFT),
        ("IT", "", seller_without("vat"), "seller.identifiers.vat", ORGANISATION),
        ("IT", "FORFETTARIO", seller_without("vat"), "seller.identifiers.vat", ORGANISATION),
        ("IT", "", seller(legal_note=""), "seller.legal_note", ORGANISATION),
        ("IT", "", buyer_without("fiscal_code"), "customer.identifiers.fiscal_code", CUSTOMER),
        ("IT", "RC-6.7", lambda draft: draft, "customer.identifiers.vat", CUSTOMER),
        ("IT", "", of_regime("RF19"), "lines.1.tax_code", DRAFT),
        ("IT", "ESENTE", reasonless, "lines.1.tax_code", DRAFT),
        ("IT", "", lambda draft: replace(draft, currency="USD"), "exchange_rate", DRAFT),
        ("CA-QC", "", seller_without("gst"), "seller.identifiers.gst", ORGANISATION),
        ("CA-QC", "", seller_without("qst"), "seller.identifiers.qst", ORGANISATION),
        ("CA-QC", "TVH-ON", seller_without("gst"), "seller.identifiers.gst", ORGANISATION),
        ("CA", "", seller_without("gst"), "seller.identifiers.gst", ORGANISATION),
        ("CA", "GST-PST-BC", seller_without("gst"), "seller.identifiers.gst", ORGANISATION),
        ("CA", "ZERO", seller_without("gst"), "seller.identifiers.gst", ORGANISATION),
        ("GB", "", seller_without("vat"), "seller.identifiers.vat", ORGANISATION),
        ("GB", "ZERO", seller_without("vat"), "seller.identifiers.vat", ORGANISATION),
        ("GB", "CONSTRUCTION20", seller_without("vat"), "seller.identifiers.vat", ORGANISATION),
        ("GB", "CONSTRUCTION5", reasonless, "lines.1.tax_code", DRAFT),
    ],
)
def test_each_country_names_what_its_law_asks_for(code, tax_code, change, field, link):
    assert fields_missing(change(complete(code, tax_code=tax_code))) == [(field, link)]


@pytest.mark.parametrize(
    ("code", "tax_code"),
    [
        ("FR", "INTRA-S"),
        ("FR", "INTRA-B"),
        ("DE", "EU-LEISTUNG"),
        ("DE", "IG-LIEFERUNG"),
        ("IT", "UE-SERVIZI"),
        ("IT", "UE-BENI"),
    ],
)
def test_supplies_within_the_eu_state_both_vat_numbers(code, tax_code):
    draft = to_italy(complete(code, tax_code=tax_code))
    assert fields_missing(draft) == []
    assert fields_missing(buyer_without("vat")(draft)) == [("customer.identifiers.vat", CUSTOMER)]
    assert fields_missing(seller_without("vat")(draft)) == [("seller.identifiers.vat", ORGANISATION)]


@pytest.mark.parametrize(
    ("code", "tax_code", "change"),
    [
        ("FR", "", buyer_without("vat")),
        ("FR", "FRANCHISE", seller_without("vat")),
        ("FR", "EXO", seller_without("vat")),
        ("FR", "HORS-UE", lambda draft: replace(draft, currency="USD")),
        ("FR", "", seller(name="Claire Morel EI", legal_note="")),
        ("FR", "", seller(name="Morel, entrepreneur individuel", legal_note="")),
        ("DE", "", seller_without("vat")),
        ("DE", "", seller_without("tax_number")),
        ("DE", "P13B", lambda draft: draft),
        (
            "DE",
            "",
            lambda d: seller(name="Anna Huber", legal_note="")(seller_without("register")(d)),
        ),
        ("IT", "", seller(name="Laura Bassi", legal_note="")),
        ("IT", "EXTRA-UE", lambda draft: replace(draft, currency="USD")),
        ("IT", "FORFETTARIO", of_regime("RF19")),
        ("IT", "", seller_without("regime", "rea", "fiscal_code")),
        ("CA-QC", "TVH-ON", seller_without("qst")),
        ("CA-QC", "EXONERE", seller_without("gst", "qst")),
        ("CA-QC", "NON-INSCRIT", seller_without("gst", "qst")),
        ("CA-QC", "", buyer_address(line1="", city="", postcode="")),
        ("CA", "HST-ON", buyer_address(line1="", city="", postcode="")),
        ("CA", "UNREGISTERED", seller_without("gst")),
        ("GB", "", seller_without("crn")),
        ("GB", "", seller(legal_note="")),
        ("GB", "EXEMPT", seller_without("vat")),
        ("GB", "UNREGISTERED", seller_without("vat")),
        ("GB", "OVERSEAS", lambda draft: replace(draft, currency="USD")),
        ("US", "", seller_without("ein")),
        ("US", "RESALE", buyer_address(line1="", city="", postcode="")),
        ("US", "", lambda draft: replace(draft, currency="EUR")),
    ],
)
def test_what_the_law_does_not_ask_for_is_not_demanded(code, tax_code, change):
    assert fields_missing(change(complete(code, tax_code=tax_code))) == []


def test_a_siret_states_the_siren():
    draft = seller_without("siren")(complete("FR"))
    siret = (*draft.seller.identifiers, replace(CUSTOMERS["FR"].identifiers[0], scheme="siret"))
    assert fields_missing(seller(identifiers=siret)(draft)) == []


def test_french_customers_in_business_state_their_siren_from_september_2027():
    draft = buyer_without("siren")(complete("FR"))
    assert fields_missing(draft, day=date(2027, 8, 31)) == []
    assert fields_missing(draft, day=date(2027, 9, 1)) == [("customer.identifiers.siren", CUSTOMER)]
    private = buyer_without("vat")(draft)
    assert fields_missing(private, day=date(2027, 9, 1)) == []
    assert fields_missing(to_italy(draft), day=date(2027, 9, 1)) == []


@pytest.mark.parametrize(
    ("code", "change", "field", "small", "large"),
    [
        # CGI, annexe II, art. 242 nonies A, I, 2°: up to 150 EUR net
        ("FR", seller_without("vat"), "seller.identifiers.vat", "75", "75.01"),
        # § 33 UStDV: up to 250 EUR gross, here 2 × 105.04 net
        ("DE", buyer_address(city=""), "customer.address.city", "105.04", "105.05"),
        # SOR/91-45, s. 3 (b): from 100 CAD on, tax included, here 2 × 43.49 net
        ("CA-QC", seller_without("gst"), "seller.identifiers.gst", "43.48", "43.49"),
        ("CA", seller_without("gst"), "seller.identifiers.gst", "47.61", "47.62"),
        # SI 1995/2518, reg. 16A: up to 250 GBP with VAT, here 2 × 104.16 net
        ("GB", buyer_address(city=""), "customer.address.city", "104.16", "104.17"),
    ],
)
def test_small_invoices_are_excused(code, change, field, small, large):
    assert fields_missing(change(complete(code, price=small))) == []
    assert [one for one, _ in fields_missing(change(complete(code, price=large)))] == [field]


def test_the_tax_of_an_adjustment_counts_too():
    draft = complete("FR", tax_code="FRANCHISE")
    taxed = complete("FR").lines[0].taxes
    charge = Adjustment(reason="Port", is_charge=True, amount_minor=100, taxes=taxed)
    draft = seller_without("vat")(replace(draft, adjustments=(charge,)))
    assert fields_missing(draft) == [("seller.identifiers.vat", ORGANISATION)]


@each_region
def test_text_lines_and_subtotals_need_no_code(code):
    draft = complete(code)
    lines = (Line("Intervention", kind=LineKind.TEXT), *draft.lines)
    lines += (Line("", kind=LineKind.SUBTOTAL),)
    assert fields_missing(replace(draft, lines=lines)) == []


@each_region
def test_a_document_has_an_amount(code):
    draft = replace(complete(code), lines=(Line("Note", kind=LineKind.TEXT),))
    assert fields_missing(draft) == [("lines", None)]


@each_region
def test_a_credit_note_names_its_invoice(code):
    draft = replace(complete(code, kind=Kind.CREDIT_NOTE), preceding=())
    assert fields_missing(draft) == [("preceding", None)]


def test_everything_that_is_missing_is_said_at_once():
    draft = seller(legal_note="")(buyer_address(city="")(complete("FR")))
    with pytest.raises(RefusedTogether) as refusal:
        issue(draft, region=REGIONS["FR"], issue_date=DAY)
    assert {one.field for one in refusal.value.refusals} == {
        "seller.legal_note",
        "customer.address.city",
    }


def test_one_missing_mention_is_refused_alone():
    with pytest.raises(Refused) as refusal:
        issue(seller_address(city="")(complete("DE")), region=REGIONS["DE"], issue_date=DAY)
    assert refusal.value.field == "seller.address.city"


@each_region
def test_a_preview_asks_for_nothing(code):
    draft = seller(identifiers=(), legal_note="")(complete(code))
    document = preview(draft, region=REGIONS[code], issue_date=DAY)
    assert document.is_draft
    assert document.totals.net.minor == 200000


@each_region
def test_issuing_dates_and_numbers_the_document(code):
    region = REGIONS[code]
    document = issue(complete(code), region=region, issue_date=DAY).numbered("X1")
    assert (document.number, document.issue_date, document.is_draft) == ("X1", DAY, False)
    assert (document.due_date - DAY).days == region.payment_days


@pytest.mark.parametrize("kind", [Kind.INVOICE, Kind.CREDIT_NOTE])
def test_a_small_canadian_credit_note_states_the_tax_numbers_all_the_same(kind):
    draft = seller_without("gst")(complete("CA-QC", price="10", kind=kind))
    asked = [("seller.identifiers.gst", ORGANISATION)] if kind is Kind.CREDIT_NOTE else []
    assert fields_missing(draft) == asked
