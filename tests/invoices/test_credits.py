"""Credit notes: never for more than is left, at the taxes of their invoice, and what follows of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from facturier.accounting.queries import balances, journal
from facturier.audit.queries import timeline, verify
from facturier.batches.models import BilledWork
from facturier.catalogue.models import TaxComponent, TaxRate
from facturier.invoices import copies, credits, operations
from facturier.invoices.corrections import credited_quantities, left_of
from facturier.invoices.drafting import document_of
from facturier.invoices.models import CreditedLine, Invoice
from facturier.invoices.operations import NewAdjustment, NewDraft
from facturier.invoices.related import Relation, related
from facturier.organisations.tenancy import scope
from facturier.payments import operations as payments
from facturier.rules.crediting import Choice
from facturier.rules.document import Kind, LineKind, canonical_json, from_json
from facturier.rules.lifecycle import Status
from facturier.rules.refusal import Refused
from tests.batches import workload
from tests.support.cast import Cast
from tests.support.documents import DAY, invoice, line

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)


def billed(cast: Cast, **fields: Any) -> Invoice:
    """An invoice of two lines, a remark and a discount of 5 %: 313.26 net, 375.91 with tax."""
    with scope(cast.lumen.pk):
        wanted = NewDraft(
            customer=cast.bellecour,
            lines=[
                line(**fields),
                line("Sur site", kind=LineKind.TEXT, tax_code_id=None, account_id=None),
                line("Disque SSD", quantity=Decimal(1), unit="C62", unit_price=Decimal("138.75")),
            ],
            adjustments=[NewAdjustment("Fidélité", percent=Decimal(5))],
        )
    row = operations.create(cast.lumen, actor=cast.ana, draft=wanted, today=DAY)
    return operations.finalise(row, actor=cast.ana, issue_date=DAY)


def again(row: Invoice) -> Invoice:
    with scope(row.organisation_id):
        return Invoice.objects.get(pk=row.pk)


def credited(cast: Cast, row: Invoice, *choices: Choice, **fields: Any) -> Invoice:
    """Draft a credit note and finalise it."""
    note = credits.draft_credit(row, actor=cast.ana, choices=list(choices) or None, today=DAY, **fields)
    return operations.finalise(note, actor=cast.ana, issue_date=DAY)


def names(row: Invoice) -> list[str]:
    with scope(row.organisation_id):
        return [one.name for one in timeline(row.organisation_id, "invoice", row.pk)]


def test_a_whole_credit_comes_to_its_invoice_and_names_it(cast: Cast) -> None:
    row = billed(cast)
    note = credited(cast, row, reason="Erreur de commande")
    assert (note.number, note.kind, note.note) == ("A2026-00001", Kind.CREDIT_NOTE, "Erreur de commande")
    assert (note.net_minor, note.tax_minor, note.gross_minor) == (
        *(row.net_minor, row.tax_minor, row.gross_minor),
    )
    with scope(cast.lumen.pk):
        document, original = note.issued.as_document(), row.issued.as_document()
    assert replace(document.totals) == original.totals
    assert document.content.preceding == ("F2026-00001",)
    assert document.content.preceding_dates == (DAY,)
    assert from_json(canonical_json(document)) == document
    assert len(document.content.lines) == 3  # the remark too
    assert again(row).corrected_minor == row.gross_minor


def test_it_settles_its_invoice_and_both_say_so(cast: Cast) -> None:
    row = billed(cast)
    note = credited(cast, row)
    assert (again(row).status, again(row).balance_minor) == (Status.CREDITED, 0)
    assert (again(note).status, again(note).balance_minor) == (Status.CREDITED, 0)
    assert {"invoice.corrected", "invoice.credited_whole"} <= set(names(row))
    assert "invoice.corrects" in names(note)
    with scope(cast.lumen.pk):
        assert [(one.relation, one.invoice.pk) for one in related(row)] == [(Relation.CREDITED_BY, note.pk)]
        assert [(one.relation, one.invoice.pk) for one in related(note)] == [(Relation.CREDITS, row.pk)]
        assert verify(cast.lumen.pk).whole


def test_what_was_paid_already_stays_the_customers_credit(cast: Cast) -> None:
    row = billed(cast)
    payments.pay_balance(row, actor=cast.ana, on=DAY)
    note = credited(cast, row)
    assert again(row).status == Status.PAID
    assert (again(note).status, again(note).balance_minor) == (Status.FINAL, row.gross_minor)


def test_a_part_is_credited_by_quantity_and_by_amount(cast: Cast) -> None:
    row = billed(cast)
    note = credited(cast, row, Choice(1, quantity=Decimal("0.5")), Choice(3, minor=1000))
    assert note.net_minor == 4536 + 1000  # half an hour less 5 %, and ten
    assert again(row).balance_minor == row.gross_minor - note.gross_minor
    assert again(row).status == Status.PARTLY_PAID
    with scope(cast.lumen.pk):
        lines = dict(row.lines.values_list("position", "pk"))
        found = credited_quantities(lines.values())
        _document, items = left_of(row)
    assert found == {lines[1]: Decimal("0.5"), lines[3]: 0}  # by quantity, not amount
    assert [(one.position, one.left_quantity) for one in items] == [(1, Decimal("1.5")), (3, 1)]
    rest = credited(cast, row)
    assert rest.gross_minor == row.gross_minor - note.gross_minor
    assert rest.tax_minor == row.tax_minor - note.tax_minor
    with pytest.raises(Refused, match="Choose what to credit"):
        credited(cast, row)


def test_drafts_of_credit_notes_hold_what_they_take(cast: Cast) -> None:
    row = billed(cast)
    first = credits.draft_credit(row, actor=cast.ana, choices=[Choice(1)], today=DAY)
    with pytest.raises(Refused, match="nothing is left"):
        credits.draft_credit(row, actor=cast.ana, choices=[Choice(1)], today=DAY)
    operations.delete(first, actor=cast.ana)
    assert again(row).corrected_minor == 0
    second = credits.draft_credit(row, actor=cast.ana, choices=[Choice(1)], today=DAY)
    assert again(row).corrected_minor == second.gross_minor


def test_a_draft_is_changed_by_choosing_again(cast: Cast) -> None:
    row = billed(cast)
    note = credits.draft_credit(row, actor=cast.ana, choices=[Choice(1)], today=DAY)
    changed = credits.change_credit(
        note,
        actor=cast.ana,
        choices=[Choice(1, quantity=Decimal(1)), Choice(3)],
        reason="Retour",
        version=note.version,
        today=DAY,
    )
    assert changed.note == "Retour"
    assert again(row).corrected_minor == changed.gross_minor == again(note).gross_minor
    with pytest.raises(Refused, match="Somebody else"):
        credits.change_credit(note, actor=cast.ada, choices=None, reason="", version=note.version, today=DAY)
    with pytest.raises(Refused, match="choosing again"):
        operations.save_draft(
            changed, actor=cast.ana, draft=NewDraft(cast.bellecour), version=changed.version, today=DAY
        )
    with pytest.raises(Refused, match="credit its invoice again"):
        copies.duplicate(changed, actor=cast.ana, today=DAY)


def test_the_tax_is_that_of_the_invoice_whatever_the_rate_is_today(cast: Cast) -> None:
    row = billed(cast, service_start=None, service_end=None)
    with scope(cast.lumen.pk):
        component = TaxComponent.objects.get(tax_code=row.lines.first().tax_code)
        TaxRate.objects.create(
            organisation=cast.lumen, component=component, valid_from=date(2026, 4, 1), percent=Decimal(25)
        )
    note = credits.draft_credit(row, actor=cast.ana, today=date(2026, 4, 5))
    note = operations.finalise(note, actor=cast.ana, issue_date=date(2026, 4, 5))
    assert note.tax_minor == row.tax_minor


def test_only_an_issued_invoice_is_credited(cast: Cast) -> None:
    row = billed(cast)
    note = credited(cast, row, Choice(1))
    for other, message in ((note, "Only an invoice"), (draft(cast), "A draft")):
        with pytest.raises(Refused, match=message):
            credits.draft_credit(other, actor=cast.ana, today=DAY)


def draft(cast: Cast, kind: Kind = Kind.INVOICE) -> Invoice:
    with scope(cast.lumen.pk):
        wanted = NewDraft(customer=cast.bellecour, kind=kind, lines=[line()])
    return operations.create(cast.lumen, actor=cast.ana, draft=wanted, today=DAY)


def test_a_credit_note_without_an_invoice_is_not_issued(cast: Cast) -> None:
    with pytest.raises(Refused, match="names the invoice"):
        operations.finalise(draft(cast, Kind.CREDIT_NOTE), actor=cast.ana, issue_date=DAY)


def test_the_database_refuses_more_credits_than_the_invoice_comes_to(cast: Cast) -> None:
    row = billed(cast)
    with scope(cast.lumen.pk):
        for minor in (row.gross_minor + 1, -1):
            with pytest.raises(IntegrityError, match="corrected_within_its_amount"), transaction.atomic():
                Invoice.objects.filter(pk=row.pk).update(corrected_minor=minor)


def test_what_an_issued_credit_note_took_stays_as_it_is(cast: Cast) -> None:
    credited(cast, billed(cast))
    with scope(cast.lumen.pk):
        for act in (
            lambda: CreditedLine.objects.update(minor=1),
            lambda: CreditedLine.objects.all().delete(),
        ):
            with pytest.raises(Exception, match="issued_frozen"), transaction.atomic():
                act()


def test_two_credit_notes_of_an_invoice_are_finalised_one_after_the_other(cast: Cast) -> None:
    row = billed(cast)
    keys = [credits.draft_credit(row, actor=cast.ana, choices=[Choice(n)], today=DAY).pk for n in (1, 3)]
    outcome = operations.finalise_many(cast.lumen, actor=cast.ana, invoice_ids=keys, issue_date=DAY)
    assert list(outcome.numbers) == keys[:1]
    assert "comes first" in str(outcome.refusals[keys[1]])
    outcome = operations.finalise_many(cast.lumen, actor=cast.ana, invoice_ids=keys[1:], issue_date=DAY)
    assert again(row).status == Status.CREDITED


def hold_work(cast: Cast, row: Invoice) -> None:
    with scope(cast.lumen.pk):
        BilledWork.objects.create(
            organisation=cast.lumen,
            customer=cast.bellecour,
            time_entry=workload.entry(cast.bellecour),
            invoice=row,
            line=row.lines.first(),
        )


def test_work_is_released_by_the_credit_that_takes_the_last_cent(cast: Cast) -> None:
    row = billed(cast)
    hold_work(cast, row)
    credited(cast, row, Choice(1))
    with scope(cast.lumen.pk):
        assert BilledWork.objects.count() == 1
    credited(cast, row)
    with scope(cast.lumen.pk):
        assert not BilledWork.objects.exists()


def test_credit_and_reissue_moves_the_work_to_the_new_draft(cast: Cast) -> None:
    row = billed(cast)
    hold_work(cast, row)
    note, anew = credits.reissue(row, actor=cast.ana, reason="Adresse", issue_date=DAY)
    assert (note.number, note.gross_minor) == ("A2026-00001", row.gross_minor)
    assert (anew.number, anew.gross_minor, anew.kind) == (None, row.gross_minor, Kind.INVOICE)
    assert again(row).status == Status.CREDITED
    with scope(cast.lumen.pk):
        assert [(one.invoice_id, one.line.position) for one in BilledWork.objects.all()] == [(anew.pk, 1)]
    with pytest.raises(Refused, match="credited already"):
        credits.reissue(row, actor=cast.ana, issue_date=DAY)


def test_the_journal_takes_a_credit_note_back(cast: Cast) -> None:
    row = billed(cast)
    credited(cast, row, Choice(1, quantity=Decimal("0.5")))
    credited(cast, row)
    with scope(cast.lumen.pk):
        found = balances(journal(since=DAY, until=DAY))
    assert len(found) == 3
    for one in found:
        assert one.debit_minor == one.credit_minor


def test_a_preview_of_the_draft_is_what_is_issued(cast: Cast) -> None:
    row = billed(cast)
    note = credits.draft_credit(row, actor=cast.ana, choices=[Choice(1)], today=DAY)
    with scope(cast.lumen.pk):
        seen = document_of(again(note), today=DAY)
    done = operations.finalise(note, actor=cast.ana, issue_date=DAY)
    with scope(cast.lumen.pk):
        assert replace(done.issued.as_document(), number="") == seen


@pytest.mark.parametrize("owner_only", [False, True], ids=["draft", "reissue"])
def test_who_may_credit(cast: Cast, owner_only: bool) -> None:
    def act(actor: Any) -> None:
        row = invoice(cast.lumen, cast.bellecour)
        if owner_only:
            credits.reissue(row, actor=actor, issue_date=DAY)
        else:
            credits.draft_credit(row, actor=actor, today=DAY)

    for actor in (cast.carol, cast.bob, *([cast.dora] if owner_only else [])):
        with pytest.raises(PermissionDenied):
            act(actor)
    for actor in (cast.ana, cast.ada, *([] if owner_only else [cast.dora])):
        act(actor)
