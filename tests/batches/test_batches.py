"""Saving, generating, finalising and deleting batches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from facturier.batches import operations, queries, runs
from facturier.batches.choice import Choice
from facturier.batches.models import Batch, BatchRun, BilledWork, RunFailure, RunKind
from facturier.catalogue.models import TaxRate
from facturier.customers.models import Contact
from facturier.delivery.models import Delivery
from facturier.invoices import operations as invoices
from facturier.invoices.models import Invoice
from facturier.organisations import background
from facturier.organisations.background import State
from facturier.organisations.models import Membership, Plan
from facturier.organisations.operations import set_plan
from facturier.organisations.tenancy import scope
from facturier.rules.refusal import Refused
from facturier.work import models as work
from tests.batches import workload
from tests.batches.running import locked, run, work_off
from tests.batches.workload import JANUARY, TODAY
from tests.support.cast import Cast, customer


@pytest.fixture
def month(cast: Cast) -> Cast:
    """Two customers with a usual month: Bellecour, which Ana owns, and Zola, which nobody owns."""
    with scope(cast.lumen.pk):
        workload.month_of(cast.bellecour)
        workload.month_of(customer(cast.lumen, number="C002", name="Zola"), number=2300)
    return cast


def save(cast: Cast, choice: Choice = JANUARY, **fields: Any) -> Batch:
    return operations.save(cast.lumen, actor=cast.ana, choice=choice, today=TODAY, **fields)


def standing(batch: Batch) -> tuple[int, int, int]:
    with scope(batch.organisation_id):
        one = queries.standings([batch])[batch.pk]
    return one.waiting, one.drafts, one.issued


def test_a_saved_batch_locks_its_work(month: Cast) -> None:
    batch = save(month)
    assert batch.name == "Janvier 2026"
    with scope(month.lumen.pk):
        entry, spent = work.TimeEntry.objects.first(), work.Expense.objects.first()
        ticket = work.Ticket.objects.first()
        for row, change in (
            (entry, {"seconds": 1}),
            (spent, {"cost_minor": 1}),
            (ticket, {"status": "open"}),
        ):
            with pytest.raises(Refused, match="stands in a batch"), locked():
                type(row).objects.filter(pk=row.pk).update(**change)
        for row in (entry, spent):
            with pytest.raises(Refused, match="stands in a batch"), locked():
                type(row).objects.filter(pk=row.pk)._raw_delete("default")


def test_unclaimed_work_can_be_changed(month: Cast) -> None:
    """The control of the lock."""
    with scope(month.lumen.pk):
        assert work.TimeEntry.objects.update(seconds=1) == 4
        assert work.Ticket.objects.update(status="open") == 2


def test_the_names_of_batches_are_told_apart(month: Cast) -> None:
    only = replace(JANUARY, customer_ids=frozenset([month.bellecour.pk]))
    assert save(month, only).name == "Janvier 2026"
    assert save(month).name == "Janvier 2026 (2)"
    with pytest.raises(Refused, match="nothing to bill"):
        save(month)


def test_a_name_that_is_taken_is_refused(month: Cast) -> None:
    save(month, replace(JANUARY, customer_ids=frozenset([month.bellecour.pk])), name="Winter")
    with pytest.raises(Refused, match="named “Winter”"):
        save(month, name="Winter")


def test_what_was_not_seen_is_not_saved(month: Cast) -> None:
    seen = queries.preview(month.lumen, choice=JANUARY, today=TODAY).fingerprint
    with scope(month.lumen.pk):
        workload.entry(month.bellecour, project="New")
    with pytest.raises(Refused, match="has changed since you looked"):
        save(month, seen=seen)
    assert not BilledWork._base_manager.exists()


def test_generating_makes_one_draft_per_customer_tied_to_its_work(month: Cast) -> None:
    batch = save(month)
    done = run(batch, RunKind.GENERATE, actor=month.ana)
    assert (done.state, done.total, done.done) == (State.DONE, 2, 2)
    assert standing(batch) == (0, 2, 0)
    with scope(month.lumen.pk):
        drafts = list(queries.documents(batch).order_by("reference"))
        assert [draft.customer.name for draft in drafts] == ["Atelier Bellecour SAS", "Zola"]
        assert [draft.gross_minor for draft in drafts] == [79044, 79044]
        assert {draft.batch_name for draft in drafts} == {batch.name}
        for claim in BilledWork.objects.select_related("line"):
            assert claim.line.invoice_id == claim.invoice_id
    with pytest.raises(Refused, match="All drafts of this batch are made"):
        run(batch, RunKind.GENERATE, actor=month.ana)


def test_finalising_all_numbers_what_the_person_owns_and_names_the_rest(month: Cast) -> None:
    batch = save(month)
    run(batch, RunKind.GENERATE, actor=month.ana)
    done = run(batch, RunKind.FINALISE, actor=month.ana)
    assert (done.state, done.done) == (State.DONE, 1)
    assert standing(batch) == (0, 1, 1)
    with scope(month.lumen.pk):
        (failure,) = RunFailure.objects.filter(run=done)
        assert failure.customer.name == "Zola"
        assert "owner of this customer" in failure.refusals[0]["message"]
    with pytest.raises(Refused, match="owner of this customer"):
        runs.retry(failure, actor=month.ana, today=TODAY)
    runs.retry(failure, actor=month.ada, today=TODAY)
    assert standing(batch) == (0, 0, 2)
    with scope(month.lumen.pk):
        assert not RunFailure.objects.exists()
        numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
        assert [number[-1] for number in numbers] == ["1", "2"]


def test_generating_and_finalising_can_follow_each_other(month: Cast) -> None:
    batch = save(month)
    run(batch, RunKind.GENERATE, actor=month.ada, then=[RunKind.FINALISE])
    assert standing(batch) == (0, 0, 2)


def test_a_failure_to_generate_is_named_and_tried_again_alone(month: Cast) -> None:
    batch = save(month)
    with scope(month.lumen.pk):
        rates = dict(TaxRate.objects.values_list("pk", "valid_from"))
        for pk, day in rates.items():
            TaxRate.objects.filter(pk=pk).update(valid_from=day.replace(year=day.year + 100))
    done = run(batch, RunKind.GENERATE, actor=month.ana)
    assert (done.state, done.done) == (State.DONE, 0)
    with scope(month.lumen.pk):
        failures = list(RunFailure.objects.filter(run=done))
        assert len(failures) == 2
        assert "has no rate" in failures[0].refusals[0]["message"]
        for pk, day in rates.items():
            TaxRate.objects.filter(pk=pk).update(valid_from=day)
    runs.retry(failures[0], actor=month.ana, today=TODAY)
    assert standing(batch) == (1, 1, 0)


@pytest.mark.only_on("postgresql")
def test_one_document_that_cannot_be_written_does_not_keep_the_others(month: Cast) -> None:
    with scope(month.lumen.pk):
        workload.expense(month.bellecour, description="Castle", cost_minor=10**15)
    batch = save(month)
    run(batch, RunKind.GENERATE, actor=month.ana)
    assert standing(batch) == (1, 1, 0)
    with scope(month.lumen.pk):
        (failure,) = RunFailure.objects.all()
        assert failure.customer == month.bellecour
        assert "too large" in failure.refusals[0]["message"]


def test_a_date_before_the_last_one_fails_the_run_as_a_whole(month: Cast) -> None:
    batch = save(month)
    run(batch, RunKind.GENERATE, actor=month.ada, then=[RunKind.FINALISE])
    with scope(month.lumen.pk):
        workload.entry(month.bellecour, project="More")
    second = save(month)
    run(second, RunKind.GENERATE, actor=month.ada)
    done = run(second, RunKind.FINALISE, actor=month.ada, issue_date=date(2026, 1, 1))
    assert done.state == State.FAILED
    assert "already dated" in done.refusals[0]["message"]
    assert standing(second) == (0, 1, 0)


def test_who_may_not_bill_any_more_does_not_bill_in_the_background(month: Cast) -> None:
    batch = save(month)
    operations.start(batch, actor=month.ana, kind=RunKind.GENERATE, now=timezone.now())
    Membership.objects.filter(pk=month.ana.membership_id).update(may_process_billing=False)
    work_off(batch)
    assert standing(batch) == (2, 0, 0)
    with scope(month.lumen.pk):
        assert BatchRun.objects.get().state == State.FAILED
        assert "process billing" in BatchRun.objects.get().refusals[0]["message"]


def test_a_stopped_run_goes_on_where_it_was(month: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "CHUNK", 1)
    batch = save(month)
    ordered = operations.start(batch, actor=month.ana, kind=RunKind.GENERATE, now=timezone.now())
    with pytest.raises(Refused, match="at work on this batch already"):
        operations.start(batch, actor=month.ana, kind=RunKind.GENERATE, now=timezone.now())
    generate = runs.generate

    def stopped_after_one(*arguments: Any) -> Any:
        result = generate(*arguments)
        BatchRun.objects.filter(pk=ordered.pk).update(state=State.STOPPED)
        return result

    monkeypatch.setitem(runs._STEPS, RunKind.GENERATE, stopped_after_one)
    work_off(batch)
    assert standing(batch) == (1, 1, 0)
    monkeypatch.setitem(runs._STEPS, RunKind.GENERATE, generate)
    operations.resume(ordered, actor=month.ana, now=timezone.now())
    work_off(batch)
    assert standing(batch) == (0, 2, 0)
    with scope(month.lumen.pk):
        again = BatchRun.objects.get(pk=ordered.pk)
        assert (again.state, again.done) == (State.DONE, 2)
    with pytest.raises(Refused, match="ended already"):
        operations.stop(again, actor=month.ana, now=timezone.now())


def test_a_queued_run_can_be_stopped(month: Cast) -> None:
    batch = save(month)
    ordered = operations.start(batch, actor=month.ana, kind=RunKind.GENERATE, now=timezone.now())
    operations.stop(ordered, actor=month.ana, now=timezone.now())
    work_off(batch)
    assert standing(batch) == (2, 0, 0)


def test_a_long_run_lets_other_work_have_its_turn(month: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "CHUNK", 1)
    monkeypatch.setattr(runs, "TURN", 0.0)
    batch = save(month)
    ordered = operations.start(batch, actor=month.ana, kind=RunKind.GENERATE, now=timezone.now())
    with scope(month.lumen.pk):
        label = BatchRun._meta.label
        assert background.run(label, month.lumen.pk, ordered.pk)
        assert BatchRun.objects.get().state == State.QUEUED
    assert standing(batch) == (1, 1, 0)
    work_off(batch)
    assert standing(batch) == (0, 2, 0)


def test_sending_all_queues_a_message_for_each_issued_document(month: Cast) -> None:
    batch = save(month)
    run(batch, RunKind.GENERATE, actor=month.ada, then=[RunKind.FINALISE])
    with scope(month.lumen.pk):
        Contact.objects.filter(customer__name="Zola").delete()
    ordered = operations.start(batch, actor=month.ada, kind=RunKind.SEND, now=timezone.now())
    background.run(BatchRun._meta.label, month.lumen.pk, ordered.pk)
    with scope(month.lumen.pk):
        (message,) = Delivery.objects.all()
        assert message.invoice.customer == month.bellecour
        (failure,) = RunFailure.objects.filter(run=ordered)
        assert failure.customer.name == "Zola"
        assert "no contact" in failure.refusals[0]["message"]
        assert queries.count_left(batch, RunKind.SEND) == 1, "what is on its way is not queued again"
        assert queries.sending(batch).waiting == 1


def test_on_a_trial_nothing_is_sent(month: Cast) -> None:
    batch = save(month)
    run(batch, RunKind.GENERATE, actor=month.ada, then=[RunKind.FINALISE])
    set_plan(organisation=month.lumen, plan=Plan.TRIAL)
    done = run(batch, RunKind.SEND, actor=month.ada)
    assert done.state == State.FAILED
    assert "trial" in done.refusals[0]["message"]


def test_deleting_a_batch_releases_its_work_and_deletes_its_drafts(month: Cast) -> None:
    before = queries.preview(month.lumen, choice=JANUARY, today=TODAY).fingerprint
    batch = save(month)
    run(batch, RunKind.GENERATE, actor=month.ana)
    operations.delete(batch, actor=month.ana)
    with scope(month.lumen.pk):
        assert not Invoice.objects.exists()
        assert not BilledWork.objects.exists()
        assert work.TimeEntry.objects.update(person="Dora") == 4
    assert queries.preview(month.lumen, choice=JANUARY, today=TODAY).fingerprint == before


def test_a_batch_with_an_issued_document_cannot_be_deleted(month: Cast) -> None:
    batch = save(month)
    run(batch, RunKind.GENERATE, actor=month.ana)
    run(batch, RunKind.FINALISE, actor=month.ana)
    with scope(month.lumen.pk):
        number = Invoice.objects.get(number__isnull=False).number
    with pytest.raises(Refused, match=str(number)):
        operations.delete(batch, actor=month.ada)
    assert standing(batch) == (0, 1, 1)


def test_deleting_a_draft_releases_its_work_alone(month: Cast) -> None:
    batch = save(month)
    run(batch, RunKind.GENERATE, actor=month.ana)
    with scope(month.lumen.pk):
        draft = Invoice.objects.get(customer=month.bellecour)
    invoices.delete(draft, actor=month.ana)
    found = queries.preview(month.lumen, choice=JANUARY, today=TODAY)
    assert [one.customer for one in found.proposals] == [month.bellecour]


def test_only_who_processes_billing_runs_batches(month: Cast) -> None:
    for actor in (month.carol, month.bob):
        with pytest.raises(PermissionDenied):
            operations.save(month.lumen, actor=actor, choice=JANUARY, today=TODAY)
    batch = save(month)
    for actor in (month.carol, month.bob):
        with pytest.raises(PermissionDenied):
            operations.delete(batch, actor=actor)


def test_a_prorated_contract_is_billed_for_the_days_that_are_left(cast: Cast) -> None:
    with scope(cast.lumen.pk):
        contract = workload.retainer(cast.bellecour, ends_on=date(2026, 1, 10))
    save(cast)
    with scope(cast.lumen.pk):
        contract.ends_on = None
        contract.save()
    found = queries.preview(cast.lumen, choice=JANUARY, today=TODAY)
    (line,) = found.proposals[0].lines
    assert (line.service.start, line.service.last) == (date(2026, 1, 11), date(2026, 1, 31))
    assert str(line.unit_price) == "338.709677"
