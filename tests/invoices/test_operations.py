"""Drafts become documents: numbered, dated, frozen, and recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from facturier.audit.queries import timeline, verify
from facturier.customers.models import Customer
from facturier.invoices import operations
from facturier.invoices.drafting import document_of
from facturier.invoices.models import Counter, Invoice, InvoiceLine
from facturier.invoices.operations import NewAdjustment, NewDraft
from facturier.organisations.tenancy import NoOrganisation, scope
from facturier.rules import lifecycle
from facturier.rules.document import LineKind, canonical_json, sha256
from facturier.rules.lifecycle import Status
from facturier.rules.refusal import Refused
from tests.support.cast import Cast
from tests.support.documents import DAY, drafts, invoice, line

pytestmark = pytest.mark.django_db


def draft(cast: Cast) -> Invoice:
    (pk,) = drafts(cast.lumen, cast.bellecour)
    with scope(cast.lumen.pk):
        return Invoice.objects.get(pk=pk)


def edited(cast: Cast, **changes: object) -> NewDraft:
    with scope(cast.lumen.pk):
        return replace(NewDraft(customer=cast.bellecour, lines=[line()]), **changes)


def test_a_draft_takes_no_number(cast: Cast) -> None:
    row = draft(cast)
    assert row.number is None
    assert row.status == Status.DRAFT
    with scope(cast.lumen.pk):
        assert not Counter.objects.exists()


def test_finalising_numbers_dates_and_keeps_the_value(cast: Cast) -> None:
    row = operations.finalise(draft(cast), actor=cast.ana, issue_date=DAY)
    assert row.number == "F2026-00001"
    assert row.due_date == DAY + timedelta(days=30)
    assert (row.net_minor, row.tax_minor, row.gross_minor) == (32975, 6595, 39570)
    with scope(cast.lumen.pk):
        document = row.issued.as_document()
        assert document == document_of(row, today=date(2030, 1, 1))
        assert row.issued.sha256 == sha256(canonical_json(document))
    assert document.totals.gross.minor == row.gross_minor
    assert row.status == lifecycle.status(row.facts) == Status.FINAL


def test_a_settings_change_touches_no_issued_document(cast: Cast) -> None:
    row = invoice(cast.lumen, cast.bellecour)
    cast.lumen.legal_name = "Another name"
    cast.lumen.save()
    with scope(cast.lumen.pk):
        Customer.objects.filter(pk=cast.bellecour.pk).update(name="Another customer")
        document = document_of(Invoice.objects.get(pk=row.pk), today=DAY)
    assert document.content.seller.name == "Lumière Informatique SARL"
    assert document.content.buyer.name == "Atelier Bellecour SAS"


def test_dates_keep_the_order_of_numbers(cast: Cast) -> None:
    operations.finalise(draft(cast), actor=cast.ana, issue_date=DAY)
    late = draft(cast)
    with pytest.raises(Refused, match="already dated 2026-03-31"):
        operations.finalise(late, actor=cast.ana, issue_date=DAY - timedelta(days=1))
    with scope(cast.lumen.pk):
        assert Counter.objects.get().last_number == 1
    assert operations.finalise(late, actor=cast.ana, issue_date=DAY).number == "F2026-00002"


def test_each_year_begins_at_one(cast: Cast) -> None:
    first = operations.finalise(draft(cast), actor=cast.ana, issue_date=date(2026, 12, 31))
    second = operations.finalise(draft(cast), actor=cast.ana, issue_date=date(2027, 1, 1))
    assert (first.number, second.number) == ("F2026-00001", "F2027-00001")


def test_what_is_missing_is_named_and_takes_no_number(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        bare = [line(tax_code_id=None, account_id=None), line()]
    row = operations.create(
        cast.lumen, actor=cast.ana, draft=NewDraft(customer=cast.bellecour, lines=bare), today=DAY
    )
    with pytest.raises(Refused) as refusal:
        operations.finalise(row, actor=cast.ana, issue_date=DAY)
    assert "Line 1: choose a tax code." in str(refusal.value)
    assert "Line 1: choose a GL account." in str(refusal.value)
    with scope(cast.lumen.pk):
        assert not Counter.objects.exists()


def test_of_many_the_refused_stay_drafts_and_leave_no_gap(cast: Cast) -> None:
    keys = drafts(cast.lumen, cast.bellecour, count=4)
    with scope(cast.lumen.pk):
        InvoiceLine.objects.filter(invoice=keys[1]).update(tax_code=None)
    outcome = operations.finalise_many(cast.lumen, actor=cast.ana, invoice_ids=keys, issue_date=DAY)
    assert list(outcome.numbers.values()) == ["F2026-00001", "F2026-00002", "F2026-00003"]
    assert set(outcome.refusals) == {keys[1]}


def test_finalising_many_takes_a_constant_number_of_queries(
    cast: Cast, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    few, many = (drafts(cast.lumen, cast.bellecour, count=n) for n in (2, 60))
    for keys in (few, many):
        with django_assert_max_num_queries(32):
            operations.finalise_many(cast.lumen, actor=cast.ana, invoice_ids=keys, issue_date=DAY)


def test_finalising_needs_an_owner_of_the_customer(cast: Cast) -> None:
    row = draft(cast)
    with pytest.raises(PermissionDenied, match="owner of this customer"):
        operations.finalise(row, actor=cast.dora, issue_date=DAY)
    outcome = operations.finalise_many(cast.lumen, actor=cast.dora, invoice_ids=[row.pk], issue_date=DAY)
    assert "owner of this customer" in str(outcome.refusals[row.pk])
    assert operations.finalise(row, actor=cast.ada, issue_date=DAY).number


def test_who_may_only_read_may_not_draft(cast: Cast) -> None:
    with pytest.raises(PermissionDenied, match="process billing"):
        operations.create(cast.lumen, actor=cast.carol, draft=edited(cast), today=DAY)


def test_a_stranger_is_refused(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        operations.finalise(draft(cast), actor=cast.bob, issue_date=DAY)


def test_without_an_organisation_nothing_can_be_read(cast: Cast) -> None:
    with pytest.raises(NoOrganisation):
        Invoice.objects.count()


def test_editing_replaces_lines_and_adds_up(cast: Cast) -> None:
    row = draft(cast)
    with scope(cast.lumen.pk):
        first, second = row.lines.order_by("position")
        lines = [
            line(
                quantity=Decimal("1.5"), unit_price=Decimal(100), discount_percent=Decimal(10), pk=second.pk
            ),
            line("Hors forfait", kind=LineKind.TEXT, tax_code_id=None, account_id=None),
            line(quantity=Decimal(1), unit_price=Decimal(65), pk=2**40),
        ]
    wanted = edited(cast, lines=lines, adjustments=[NewAdjustment("Remise", percent=Decimal(5))])
    row = operations.save_draft(row, actor=cast.ana, draft=wanted, version=1, today=DAY)
    assert (row.net_minor, row.tax_minor, row.gross_minor) == (19000, 3800, 22800)
    assert row.version == 2
    with scope(cast.lumen.pk):
        assert [one.net_minor for one in row.lines.all()] == [13500, 0, 6500]
        assert row.lines.all()[0].pk == second.pk  # it moved up, and is still the same row
        assert not row.lines.filter(pk=first.pk).exists()


def test_the_second_editor_is_told(cast: Cast) -> None:
    row = draft(cast)
    operations.save_draft(row, actor=cast.ana, draft=edited(cast), version=1, today=DAY)
    with pytest.raises(Refused, match="Somebody else"):
        operations.save_draft(row, actor=cast.ada, draft=edited(cast), version=1, today=DAY)


def test_an_issued_document_is_neither_edited_nor_deleted_nor_issued_again(cast: Cast) -> None:
    row = invoice(cast.lumen, cast.bellecour)
    with pytest.raises(Refused, match="credit note"):
        operations.save_draft(row, actor=cast.ana, draft=edited(cast), version=1, today=DAY)
    with pytest.raises(Refused, match="cannot be deleted"):
        operations.delete(row, actor=cast.ana)
    with pytest.raises(Refused, match="already final"):
        operations.finalise(row, actor=cast.ana, issue_date=DAY)


def test_a_draft_can_be_deleted(cast: Cast) -> None:
    row = draft(cast)
    operations.delete(row, actor=cast.ana)
    with scope(cast.lumen.pk):
        assert not Invoice.objects.filter(pk=row.pk).exists()


def test_closing_and_reopening_show_on_the_timeline(cast: Cast) -> None:
    row = invoice(cast.lumen, cast.bellecour)
    now = datetime(2026, 4, 1, tzinfo=UTC)
    assert operations.close(row, actor=cast.ana, now=now).status == Status.CLOSED
    assert operations.reopen(row, actor=cast.ana).status == Status.FINAL
    with scope(cast.lumen.pk):
        told = [moment.name for moment in timeline(cast.lumen.pk, "invoice", row.pk)]
        assert verify(cast.lumen.pk).whole
    assert told == ["invoice.reopened", "invoice.closed", "invoice.finalised", "invoice.drafted"]


def test_a_new_draft_is_returned_as_it_is_stored(cast: Cast) -> None:
    """What was just written is not read back, so what is returned must be what a reader finds."""
    row = operations.create(cast.lumen, actor=cast.ana, draft=edited(cast, note="Merci"), today=DAY)
    with scope(cast.lumen.pk):
        stored = Invoice.objects.get(pk=row.pk)
    values = {field.attname: getattr(row, field.attname) for field in Invoice._meta.concrete_fields}
    assert values == {name: getattr(stored, name) for name in values}
    assert [type(value) for value in values.values()] == [type(getattr(stored, name)) for name in values]
    row.note = "Encore merci"
    with scope(cast.lumen.pk):
        row.save(update_fields=["note"])  # it counts as stored: this is no second row
        assert Invoice.objects.get(pk=row.pk).note == "Encore merci"
