"""The pages of batches: choose, look, leave out, save, run."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from facturier.batches import operations, queries
from facturier.batches.choice import Choice
from facturier.batches.models import Batch, BatchRun, BilledWork, RunFailure, RunKind
from facturier.delivery.models import Delivery
from facturier.invoices.models import Invoice
from facturier.organisations import background
from facturier.organisations.background import State
from facturier.organisations.models import User
from facturier.organisations.tenancy import scope
from tests.batches import workload
from tests.batches.running import run, work_off
from tests.support.cast import Cast, customer

FORM = {
    "form": "1",
    "period_start": "2026-01-01",
    "period_end": "2026-01-31",
    "kind": ["fees", "time", "expenses"],
    "grouping": "customer",
    "earlier": "1",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def month(cast: Cast) -> Cast:
    with scope(cast.lumen.pk):
        workload.month_of(cast.bellecour)
        workload.month_of(customer(cast.lumen, number="C002", name="Zola"), number=2300)
    return cast


@pytest.fixture
def ana(month: Cast) -> Client:
    return signed_in(month, "ana")


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    User.objects.filter(pk=cast.users[name].pk).update(language="en")
    client.force_login(cast.users[name])
    return client


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split()).replace("\xa0", " ")


def seen(html: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', html)
    assert found
    return found[1]


def save(cast: Cast) -> Batch:
    choice = Choice(date(2026, 1, 1), date(2026, 1, 31))
    return operations.save(cast.lumen, actor=cast.ada, choice=choice, today=timezone.localdate())


def test_a_new_batch_starts_with_last_month(ana: Client) -> None:
    page = ana.get("/lumen/batches/new/").content.decode()
    today = timezone.localdate()
    first = today.replace(day=1)
    last = first.fromordinal(first.toordinal() - 1)
    assert f'value="{last.replace(day=1)}"' in page
    assert f'value="{last}"' in page


def test_the_preview_shows_totals_and_unfolds_a_customer(ana: Client, month: Cast) -> None:
    answer = ana.post("/lumen/batches/new/preview/", FORM, headers=HTMX)
    assert "2 documents to create" in text_of(answer)
    assert "Ticket 2214" not in text_of(answer)
    unfolded = ana.post("/lumen/batches/new/preview/", {**FORM, "fold": month.bellecour.pk}, headers=HTMX)
    assert "Ticket 2214 – Printer" in text_of(unfolded)
    assert "Ticket 2300" not in text_of(unfolded)


def test_what_loses_its_tick_is_left_out_and_stays_so_when_folded(ana: Client, month: Cast) -> None:
    with scope(month.lumen.pk):
        expense = month.bellecour.expenses.get()
    form = {**FORM, "unfolded": month.bellecour.pk, "shown": [f"expense:{expense.pk}"]}
    answer = ana.post("/lumen/batches/new/preview/", form, headers=HTMX).content.decode()
    assert f'value="expense:{expense.pk}" checked' not in answer
    folded = {**FORM, "excluded": [f"expense:{expense.pk}"]}
    answer = ana.post("/lumen/batches/new/preview/", folded, headers=HTMX)
    assert f'name="excluded" value="expense:{expense.pk}"' in answer.content.decode()
    ana.post("/lumen/batches/new/", {**folded, "save": "1", "seen": seen(answer.content.decode())})
    with scope(month.lumen.pk):
        assert BilledWork.objects.filter(customer=month.bellecour).count() == 3
        assert not BilledWork.objects.filter(expense=expense).exists()


def test_a_customer_without_a_tick_is_left_out(ana: Client, month: Cast) -> None:
    form = {**FORM, "shown": [f"customer:{month.bellecour.pk}"]}
    assert "1 document to create" in text_of(ana.post("/lumen/batches/new/preview/", form, headers=HTMX))


def test_customers_and_contracts_are_chosen(ana: Client, month: Cast) -> None:
    answer = ana.post(
        "/lumen/batches/new/preview/", {**FORM, "add_customer": month.bellecour.pk}, headers=HTMX
    )
    assert "1 document to create" in text_of(answer)
    assert 'name="contract"' in answer.content.decode()
    both = {**FORM, "customer": month.bellecour.pk, "drop_customer": month.bellecour.pk}
    assert "2 documents to create" in text_of(ana.post("/lumen/batches/new/preview/", both, headers=HTMX))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"period_start": "yesterday"}, "Write a day"),
        ({"period_end": "2025-01-01"}, "ends before it starts"),
        ({"kind": []}, "at least one kind"),
        ({"grouping": "x"}, "one of the list"),
        ({"customer": "9" * 30, "page": "-1", "fold": "x", "excluded": "?"}, "documents to create"),
    ],
)
def test_what_cannot_be_read_is_named(ana: Client, wrong: dict[str, Any], words: str) -> None:
    for address in ("/lumen/batches/new/preview/", "/lumen/batches/new/"):
        answer = ana.post(address, {**FORM, **wrong}, headers=HTMX if "preview" in address else {})
        assert answer.status_code == 200
        assert words in text_of(answer)


def test_left_out_work_is_listed_with_its_reason(ana: Client, month: Cast) -> None:
    with scope(month.lumen.pk):
        open_one = workload.ticket(month.bellecour, 9, title="VPN", status="open")
        workload.entry(month.bellecour, ticket=open_one)
    words = text_of(ana.post("/lumen/batches/new/preview/", FORM, headers=HTMX))
    assert "The ticket is not resolved" in words
    assert "9 – VPN" in words


def test_what_was_not_seen_is_not_saved_but_shown(ana: Client, month: Cast) -> None:
    answer = ana.post("/lumen/batches/new/", {**FORM, "save": "1", "seen": "0" * 64})
    assert "has changed since you looked" in text_of(answer)
    with scope(month.lumen.pk):
        assert not Batch.objects.exists()


def test_saving_leads_to_the_batch_and_generating_starts_at_once(ana: Client, month: Cast) -> None:
    answer = ana.post("/lumen/batches/new/", {**FORM, "generate": "1", "name": "Winter"})
    with scope(month.lumen.pk):
        batch = Batch.objects.get()
    assert answer["Location"] == f"/lumen/batches/{batch.pk}/"
    page = ana.get(answer["Location"])
    assert "Making drafts" in text_of(page)
    assert f'hx-get="/lumen/batches/{batch.pk}/progress/"' in page.content.decode()
    work_off(batch)
    over = ana.get(f"/lumen/batches/{batch.pk}/progress/", headers=HTMX)
    assert over["HX-Refresh"] == "true"
    assert "Drafts made" in text_of(ana.get(answer["Location"]))
    assert "Winter" in text_of(ana.get("/lumen/batches/"))


def test_a_batch_shows_what_it_will_make(ana: Client, month: Cast) -> None:
    batch = save(month)
    words = text_of(ana.get(f"/lumen/batches/{batch.pk}/"))
    assert "Atelier Bellecour SAS" in words
    assert "790,44 €" in words or "790.44" in words


def test_finalising_names_what_failed_and_tries_it_again(ana: Client, month: Cast) -> None:
    batch = save(month)
    address = f"/lumen/batches/{batch.pk}/"
    ana.post(f"{address}run/", {"kind": "generate"})
    work_off(batch)
    ana.post(f"{address}run/", {"kind": "finalise"})
    work_off(batch)
    words = text_of(ana.get(address))
    assert "Only an owner of this customer" in words
    with scope(month.lumen.pk):
        failure = RunFailure.objects.get()
    retry = f"/lumen/batches/failures/{failure.pk}/retry/"
    assert "Only an owner" in text_of(ana.post(retry, follow=True))
    ada = signed_in(month, "ada")
    assert "Zola: done." in text_of(ada.post(retry, follow=True))
    with scope(month.lumen.pk):
        assert Invoice.objects.filter(number__isnull=False).count() == 2
    words = text_of(ada.post(f"{address}delete/", follow=True))
    assert "are issued and cannot be taken back" in words


def test_a_run_is_stopped_and_resumed(ana: Client, month: Cast) -> None:
    batch = save(month)
    address = f"/lumen/batches/{batch.pk}/"
    ana.post(f"{address}run/", {"kind": "generate"})
    with scope(month.lumen.pk):
        run = BatchRun.objects.get()
    stopped = ana.post(f"/lumen/batches/runs/{run.pk}/stop/", headers=HTMX)
    assert stopped["HX-Refresh"] == "true"
    assert "Stopped after 0 of 2 documents" in text_of(ana.get(address))
    ana.post(f"/lumen/batches/runs/{run.pk}/resume/")
    work_off(batch)
    with scope(month.lumen.pk):
        assert BatchRun.objects.get().state == State.DONE
        assert queries.standings([batch])[batch.pk].drafts == 2


def test_the_messages_of_a_batch_that_no_worker_has_begun_are_taken_back(month: Cast) -> None:
    batch = save(month)
    for kind in (RunKind.GENERATE, RunKind.FINALISE):
        run(batch, kind, actor=month.ada, issue_date=timezone.localdate())
    sending = operations.start(batch, actor=month.ada, kind=RunKind.SEND, now=timezone.now())
    background.run(sending._meta.label, batch.organisation_id, sending.pk)
    with scope(month.lumen.pk):
        first, second = Delivery.objects.order_by("pk")
        assert Delivery.claim(first.pk, now=timezone.now())
    address = f"/lumen/batches/{batch.pk}/"
    carol, ada = signed_in(month, "carol"), signed_in(month, "ada")
    stop = f'hx-post="{address}sending/stop/"'
    assert stop in ada.get(f"{address}progress/", headers=HTMX).content.decode()
    assert stop not in carol.get(f"{address}progress/", headers=HTMX).content.decode()
    assert carol.post(f"{address}sending/stop/").status_code == 403
    assert ada.post(f"{address}sending/stop/", headers=HTMX)["HX-Refresh"] == "true"
    words = ada.get(address)
    assert "1 message was taken back." in text_of(words)
    assert "Sending 0 of 1" in text_of(words), "what a worker has begun comes to its end"
    assert stop not in words.content.decode(), "nothing is left to stop"
    with scope(month.lumen.pk):
        states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {first.pk: State.RUNNING, second.pk: State.STOPPED}


def test_deleting_says_what_became_of_the_work(ana: Client, month: Cast) -> None:
    batch = save(month)
    words = text_of(ana.post(f"/lumen/batches/{batch.pk}/delete/", follow=True))
    assert "its work can be billed again" in words
    with scope(month.lumen.pk):
        assert not Batch.objects.exists()


def test_nonsense_orders_are_refused(ana: Client, month: Cast) -> None:
    batch = save(month)
    assert ana.post(f"/lumen/batches/{batch.pk}/run/", {"kind": "burn"}).status_code == 400
    odd = {"kind": "generate", "issue_date": "soon"}
    assert "Write a day" in text_of(ana.post(f"/lumen/batches/{batch.pk}/run/", odd, follow=True))
    with scope(month.lumen.pk):
        assert not BatchRun.objects.exists()


def test_who_may_only_read_sees_batches_and_why_nothing_can_be_done(month: Cast) -> None:
    batch = save(month)
    operations.start(batch, actor=month.ada, kind=RunKind.GENERATE, now=timezone.now())
    carol = signed_in(month, "carol")
    words = text_of(carol.get(f"/lumen/batches/{batch.pk}/"))
    assert "You need the permission “process billing”." in words
    assert carol.get("/lumen/batches/new/").status_code == 403
    assert carol.post(f"/lumen/batches/{batch.pk}/delete/").status_code == 403


def test_a_stranger_finds_nothing(month: Cast) -> None:
    batch = save(month)
    bob = signed_in(month, "bob")
    for address in ("/lumen/batches/", f"/lumen/batches/{batch.pk}/", f"/cap/batches/{batch.pk}/"):
        assert bob.get(address).status_code == 404


def test_the_list_asks_the_database_the_same_number_of_times(
    ana: Client, month: Cast, django_assert_max_num_queries: Any
) -> None:
    save(month)
    ana.get("/lumen/batches/")
    with django_assert_max_num_queries(16):
        ana.get("/lumen/batches/")
