"""Documents that come of others: duplicates, and invoices made from pro formas."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from facturier.audit.queries import timeline
from facturier.batches.models import BilledWork
from facturier.batches.queries import preview
from facturier.delivery import operations as delivery
from facturier.delivery.texts import letter
from facturier.invoices import copies, operations
from facturier.invoices.models import Invoice, InvoiceLine
from facturier.invoices.operations import NewAdjustment, NewDraft
from facturier.invoices.queries import Filter, documents
from facturier.invoices.related import Relation, related
from facturier.organisations.tenancy import scope
from facturier.rules.document import Kind, LineKind
from facturier.rules.lifecycle import Status
from facturier.rules.refusal import Refused
from tests.batches import workload
from tests.batches.running import locked
from tests.batches.workload import JANUARY, TODAY
from tests.support.cast import Cast
from tests.support.documents import DAY, invoice, line

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)


def pro_forma(cast: Cast, **fields: Any) -> Invoice:
    with scope(cast.lumen.pk):
        wanted = NewDraft(
            customer=cast.bellecour,
            kind=Kind.PRO_FORMA,
            lines=[
                line(discount_percent=Decimal(10)),
                line("Sur devis", kind=LineKind.TEXT, tax_code_id=None, account_id=None),
            ],
            adjustments=[NewAdjustment("Fidélité", percent=Decimal(5))],
            subject="Parc informatique",
            note="Valable un mois.",
            **fields,
        )
    return operations.create(cast.lumen, actor=cast.ana, draft=wanted, today=DAY)


def again(row: Invoice) -> Invoice:
    with scope(row.organisation_id):
        return Invoice.objects.get(pk=row.pk)


def said(row: Invoice) -> list[tuple[Any, ...]]:
    columns = ("kind", "description", "quantity", "unit", "unit_price", "discount_percent", "net_minor")
    with scope(row.organisation_id):
        return list(row.lines.order_by("position").values_list(*columns, "tax_code_id", "account_id"))


def names(row: Invoice) -> list[str]:
    with scope(row.organisation_id):
        return [one.name for one in timeline(row.organisation_id, "invoice", row.pk)]


def links(row: Invoice) -> list[tuple[Relation, int]]:
    with scope(row.organisation_id):
        return [(one.relation, one.invoice.pk) for one in related(row)]


def test_a_duplicate_says_the_same_and_has_neither_number_nor_dates(cast: Cast) -> None:
    original = copies.produce_final(pro_forma(cast), actor=cast.ana, now=NOW, issue_date=DAY)
    twin = copies.duplicate(original, actor=cast.ana, today=DAY)
    assert said(twin) == said(original)
    assert (twin.subject, twin.note) == ("Parc informatique", "Valable un mois.")
    assert twin.customer_id == cast.bellecour.pk
    assert (twin.gross_minor, twin.kind) == (original.gross_minor, Kind.INVOICE)
    assert (twin.number, twin.issue_date, twin.due_date, twin.sent_at, twin.status) == (
        *(None, None, None, None),
        Status.DRAFT,
    )
    assert twin.converted_from_id is None
    assert twin.reference != original.reference
    with scope(cast.lumen.pk):
        assert not twin.lines.exclude(service_start=None, service_end=None).exists()
        assert twin.adjustments.get().percent == 5
    assert names(twin) == ["invoice.copied", "invoice.drafted"]


def test_a_pro_forma_is_numbered_in_its_own_series_without_being_final(cast: Cast) -> None:
    row = pro_forma(cast)
    assert (row.number, row.status) == (None, Status.PRO_FORMA_PREPARING)
    row = copies.number_pro_forma(row, actor=cast.ana, issue_date=DAY)
    assert (row.number, row.status) == ("PF-2026-00001", Status.PRO_FORMA_PREPARING)
    assert invoice(cast.lumen, cast.bellecour).number == "F2026-00001"
    with scope(cast.lumen.pk):
        said_on_it = row.issued.as_document().mentions
    assert any("n’est pas une facture" in one for one in said_on_it)
    assert not any("pénalités" in one or "escompte" in one for one in said_on_it)
    with pytest.raises(Refused, match="has its number already"):
        copies.number_pro_forma(row, actor=cast.ana, issue_date=DAY)
    with pytest.raises(Refused, match="not finalised"):
        operations.finalise(pro_forma(cast), actor=cast.ana, issue_date=DAY)


def test_a_pro_forma_may_lack_a_ledger_account_but_no_tax_code(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        lacking = [line(account_id=None)], [line(tax_code_id=None)]
    for lines, match in zip(lacking, (None, "choose a tax code"), strict=True):
        row = operations.create(
            cast.lumen,
            actor=cast.ana,
            draft=NewDraft(customer=cast.bellecour, kind=Kind.PRO_FORMA, lines=lines),
            today=DAY,
        )
        if match is None:
            assert copies.number_pro_forma(row, actor=cast.ana, issue_date=DAY).number
        else:
            with pytest.raises(Refused, match=match):
                copies.number_pro_forma(row, actor=cast.ana, issue_date=DAY)


def test_a_numbered_pro_forma_stays_as_it_is(cast: Cast) -> None:
    row = copies.number_pro_forma(pro_forma(cast), actor=cast.ana, issue_date=DAY)
    with scope(cast.lumen.pk):
        wanted = NewDraft(customer=cast.bellecour, lines=[line()])
    with pytest.raises(Refused, match="duplicate it"):
        operations.save_draft(row, actor=cast.ana, draft=wanted, version=1, today=DAY)
    with pytest.raises(Refused, match="close it"):
        operations.delete(row, actor=cast.ana)
    with scope(cast.lumen.pk), pytest.raises(Exception, match="issued_frozen"), transaction.atomic():
        InvoiceLine.objects.filter(invoice=row).update(description="Other")


def test_the_final_invoice_of_a_pro_forma_is_linked_both_ways(cast: Cast) -> None:
    row = copies.number_pro_forma(pro_forma(cast), actor=cast.ana, issue_date=DAY)
    final = copies.produce_final(row, actor=cast.ana, now=NOW, issue_date=DAY)
    assert (final.number, final.status, final.kind) == ("F2026-00001", Status.FINAL, Kind.INVOICE)
    assert said(final) == said(row)
    assert final.gross_minor == row.gross_minor
    with scope(cast.lumen.pk):
        assert not final.lines.filter(service_start=None).exists()  # it bills the same work
    assert links(final) == [(Relation.MADE_FROM, row.pk)]
    assert links(row) == [(Relation.MADE_INTO, final.pk)]
    assert again(row).status == Status.PRO_FORMA_CONVERTED
    assert names(row)[0] == "invoice.converted"
    assert again(row).balance_minor == 0


def test_a_pro_forma_is_converted_once(cast: Cast) -> None:
    row = pro_forma(cast)
    draft = copies.convert(row, actor=cast.ana, now=NOW, today=DAY)
    assert (draft.number, draft.status) == (None, Status.DRAFT)
    for act in (
        lambda: copies.convert(row, actor=cast.ana, now=NOW, today=DAY),
        lambda: copies.produce_final(row, actor=cast.ana, now=NOW, issue_date=DAY),
    ):
        with pytest.raises(Refused, match="converted already"):
            act()
    for act in (
        lambda: operations.delete(row, actor=cast.ana),
        lambda: copies.number_pro_forma(row, actor=cast.ana, issue_date=DAY),
        lambda: operations.save_draft(
            row, actor=cast.ana, draft=NewDraft(customer=cast.bellecour), version=1, today=DAY
        ),
    ):
        with pytest.raises(Refused, match="was converted"):
            act()
    with pytest.raises(Refused, match="Only a pro forma"):
        copies.convert(draft, actor=cast.ana, now=NOW, today=DAY)


def test_the_database_refuses_a_second_invoice_of_one_pro_forma(cast: Cast) -> None:
    row = pro_forma(cast)
    copies.convert(row, actor=cast.ana, now=NOW, today=DAY)
    other = invoice_draft(cast)
    with scope(cast.lumen.pk), pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=other.pk).update(converted_from=row)


def invoice_draft(cast: Cast) -> Invoice:
    with scope(cast.lumen.pk):
        wanted = NewDraft(customer=cast.bellecour, lines=[line()])
    return operations.create(cast.lumen, actor=cast.ana, draft=wanted, today=DAY)


def test_what_the_invoice_lacks_leaves_the_pro_forma_unconverted(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        bare = [line(account_id=None)]
    row = operations.create(
        cast.lumen,
        actor=cast.ana,
        draft=NewDraft(customer=cast.bellecour, kind=Kind.PRO_FORMA, lines=bare),
        today=DAY,
    )
    with pytest.raises(Refused, match="choose a GL account"):
        copies.produce_final(row, actor=cast.ana, now=NOW, issue_date=DAY)
    assert again(row).converted_at is None
    with scope(cast.lumen.pk):
        assert Invoice.objects.count() == 1


def test_a_deleted_draft_gives_its_pro_forma_back(cast: Cast) -> None:
    row = pro_forma(cast)
    draft = copies.convert(row, actor=cast.ana, now=NOW, today=DAY)
    operations.delete(draft, actor=cast.ana)
    assert again(row).status == Status.PRO_FORMA_PREPARING
    assert names(row)[0] == "invoice.unconverted"
    assert copies.produce_final(row, actor=cast.ana, now=NOW, issue_date=DAY).number == "F2026-00001"


def test_the_work_of_a_pro_forma_passes_to_its_invoice_and_back(cast: Cast) -> None:
    row = pro_forma(cast)
    with scope(cast.lumen.pk):
        entry = workload.entry(cast.bellecour)
        BilledWork.objects.create(
            organisation=cast.lumen,
            customer=cast.bellecour,
            time_entry=entry,
            invoice=row,
            line=row.lines.get(position=1),
        )
    draft = copies.convert(row, actor=cast.ana, now=NOW, today=DAY)
    twin = copies.duplicate(draft, actor=cast.ana, today=DAY)
    with scope(cast.lumen.pk):
        assert [(one.invoice_id, one.line.position) for one in BilledWork.objects.all()] == [(draft.pk, 1)]
        assert not twin.claims.exists()
        with pytest.raises(Refused, match="cannot be changed"), locked():
            type(entry).objects.filter(pk=entry.pk).update(seconds=1)
    operations.delete(draft, actor=cast.ana)
    with scope(cast.lumen.pk):
        assert [(one.invoice_id, one.line.position) for one in BilledWork.objects.all()] == [(row.pk, 1)]
    operations.delete(row, actor=cast.ana)
    with scope(cast.lumen.pk):
        assert not BilledWork.objects.exists()


def test_sending_numbers_a_pro_forma_and_names_it(cast: Cast) -> None:
    row = pro_forma(cast)
    with scope(cast.lumen.pk):
        before = letter(again(row), organisation=cast.lumen, name="Anna")
    assert before.subject == f"Facture pro forma – {cast.lumen.name}"
    sent = delivery.queue(
        row,
        actor=cast.ana,
        to=["anna@bellecour.example"],
        cc=[],
        subject=before.subject,
        body=before.body,
        now=NOW,
    )
    assert sent.invoice.number == "PF-2026-00001"
    other = pro_forma(cast)
    delivery.queue_many(cast.lumen, actor=cast.ana, invoice_ids=[other.pk], now=NOW)
    with scope(cast.lumen.pk):
        queued = other.deliveries.get()
    assert queued.subject == f"Facture pro forma PF-2026-00002 – {cast.lumen.name}"
    assert "facture pro forma PF-2026-00002" in queued.body
    assert "règlement" not in queued.body
    marked = operations.mark_sent(again(row), actor=cast.ana, at=NOW, to=["anna@bellecour.example"])
    assert marked.status == Status.PRO_FORMA_SENT


def test_a_pro_forma_that_lacks_something_is_left_out_of_a_bulk_send(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        bare = [line(tax_code_id=None)]
    row = operations.create(
        cast.lumen,
        actor=cast.ana,
        draft=NewDraft(customer=cast.bellecour, kind=Kind.PRO_FORMA, lines=bare),
        today=DAY,
    )
    whole = pro_forma(cast)
    dispatch = delivery.queue_many(cast.lumen, actor=cast.ana, invoice_ids=[row.pk, whole.pk], now=NOW)
    assert [one["invoice"] for one in dispatch.skipped] == [row.pk]
    assert again(row).number is None
    assert again(whole).number == "PF-2026-00001"


def test_converted_pro_formas_leave_the_default_list(cast: Cast) -> None:
    kept, gone = pro_forma(cast), pro_forma(cast)
    final = copies.produce_final(gone, actor=cast.ana, now=NOW, issue_date=DAY)
    with scope(cast.lumen.pk):
        shown = {row.pk for row in documents(Filter(), today=DAY).rows}
        asked = {row.pk for row in documents(Filter(statuses=(Status.PRO_FORMA_CONVERTED,)), today=DAY).rows}
    assert shown == {kept.pk, final.pk}
    assert asked == {gone.pk}


@pytest.mark.parametrize(
    ("act", "owner_only"),
    [
        (lambda row, actor: copies.duplicate(row, actor=actor, today=DAY), False),
        (lambda row, actor: copies.convert(row, actor=actor, now=NOW, today=DAY), False),
        (lambda row, actor: copies.number_pro_forma(row, actor=actor, issue_date=DAY), True),
        (lambda row, actor: copies.produce_final(row, actor=actor, now=NOW, issue_date=DAY), True),
    ],
    ids=["duplicate", "convert", "number", "produce"],
)
def test_who_may_make_what_of_a_pro_forma(cast: Cast, act: Any, owner_only: bool) -> None:
    for actor in (cast.carol, cast.bob, *([cast.dora] if owner_only else [])):
        with pytest.raises(PermissionDenied):
            act(pro_forma(cast), actor)
    for actor in (cast.ana, cast.ada, *([] if owner_only else [cast.dora])):
        act(pro_forma(cast), actor)


def test_a_sellers_day_dates_what_is_sent(cast: Cast) -> None:
    """At 23:30 UTC it is tomorrow in Lyon."""
    late = datetime(2026, 4, 2, 23, 30, tzinfo=UTC)
    row = pro_forma(cast)
    delivery.queue_many(cast.lumen, actor=cast.ana, invoice_ids=[row.pk], now=late)
    assert again(row).issue_date == date(2026, 4, 2) + timedelta(days=1)


def test_work_that_a_pro_forma_holds_is_in_no_batch(cast: Cast) -> None:
    row = pro_forma(cast)
    with scope(cast.lumen.pk):
        workload.month_of(cast.bellecour)
        whole = preview(cast.lumen, choice=JANUARY, today=TODAY)
        entry = cast.bellecour.time_entries.first()
        BilledWork.objects.create(
            organisation=cast.lumen, customer=cast.bellecour, time_entry=entry, invoice=row
        )
        left = preview(cast.lumen, choice=JANUARY, today=TODAY)
    assert sum(len(one.works) for one in left.proposals) == sum(len(one.works) for one in whole.proposals) - 1
