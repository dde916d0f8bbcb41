"""Admin > Audit log: everything that happened, in sentences, and the verdict on its chain."""

from __future__ import annotations

import html

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from facturier.audit import queries
from facturier.audit.models import Event
from facturier.audit.queries import Chosen
from facturier.config import guards
from facturier.invoices import operations as invoices
from facturier.invoices.models import Invoice, IssuedDocument
from facturier.invoices.operations import NewDraft
from facturier.organisations.access import Actor
from facturier.organisations.tenancy import scope
from tests.delivery.post import DAY, issue
from tests.support.cast import Cast
from tests.support.documents import line

HERE = "/lumen/admin/audit/"


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.users["ana"])
    cast.users["ana"].language = "en"
    cast.users["ana"].save(update_fields=["language"])
    return client


def text(client: Client, query: str = "") -> str:
    answer = client.get(f"{HERE}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def draft(cast: Cast, actor: Actor) -> Invoice:
    with scope(cast.lumen.pk):
        given = NewDraft(cast.bellecour, lines=[line()])
        return invoices.create(cast.lumen, actor=actor, draft=given, today=DAY)


def search_further(page: str) -> str:
    """The address that the button leads to."""
    return html.unescape(page.split('<a class="btn plain" href="')[-1].split('"')[0])


def listed(page: str) -> str:
    """The events of the page, without its filters."""
    return page.split('<ol class="log"')[1].split("</ol>")[0]


def test_events_are_sentences_with_links_the_newest_first(ana: Client, cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    page = listed(text(ana))
    finalised = page.index(f"Finalised, number {invoice.number}")
    assert finalised < page.index("Created")
    assert f'href="/lumen/documents/{invoice.pk}/">Document {invoice.number}' in page
    assert "Dora was let in" in page


def test_a_row_that_is_gone_is_named_without_a_link(ana: Client, cast: Cast) -> None:
    gone = draft(cast, cast.ana)
    reference, pk = gone.reference, gone.pk
    invoices.delete(gone, actor=cast.ana)
    page = listed(text(ana))
    assert f"Draft {reference} was deleted" in page
    assert f"/documents/{pk}/" not in page


def test_filters_by_person_kind_and_subject(ana: Client, cast: Cast) -> None:
    mine, other = draft(cast, cast.ana), draft(cast, cast.dora)
    dora = cast.users["dora"].pk
    page = listed(text(ana, f"?person={dora}"))
    assert f"/documents/{other.pk}/" in page
    assert f"/documents/{mine.pk}/" not in page
    assert "· Ana" not in page
    page = listed(text(ana, "?person=0"))
    assert "let in" in page
    assert "/documents/" not in page
    page = listed(text(ana, "?about=invoice"))
    assert f"/documents/{other.pk}/" in page
    assert f"/documents/{mine.pk}/" in page
    assert "let in" not in page
    page = listed(text(ana, f"?about=invoice&of={mine.pk}"))
    assert f"/documents/{mine.pk}/" in page
    assert f"/documents/{other.pk}/" not in page
    assert "No event fits" in text(ana, f"?about=customer&person={dora}")


@pytest.mark.parametrize("query", ["?person=x", "?about=lie", "?of=0", "?before=-1", "?before=" + "9" * 40])
def test_nonsense_in_the_address_is_left_out(ana: Client, query: str) -> None:
    assert '<ol class="log"' in text(ana, query)


def test_somebody_who_left_can_still_be_asked_for(ana: Client) -> None:
    assert "Person 987654" in text(ana, "?person=987654")


def test_pages_go_down_to_the_first_event_and_miss_none(ana: Client, cast: Cast) -> None:
    for _number in range(60):
        draft(cast, cast.ana)
    found: list[int] = []
    before = None
    with scope(cast.lumen.pk):
        while True:
            part = queries.events(cast.lumen.pk, chosen=Chosen(), before=before, limit=50)
            found += [one.sequence for one in part.moments]
            if part.older is None:
                break
            before = part.older
        everything = Event.objects.filter(organisation_id=cast.lumen.pk).count()
    assert found == list(range(everything, 0, -1))
    page = text(ana)
    assert f"?before={everything - 49}" in page
    older = text(ana, f"?before={everything - 49}")
    assert "to the newest" in older
    assert f"{everything - 50:,}" in listed(older)


def test_rare_events_are_found_by_going_on(ana: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "WINDOW", 5)
    for _number in range(12):
        draft(cast, cast.ana)
    page = text(ana, "?about=organisation")
    assert "Search further back" in page
    looks = 0
    while '<ol class="log"' not in page and looks < 10:
        page = text(ana, search_further(page))
        looks += 1
    assert looks > 1
    assert "let in" in listed(page)


def test_strangers_events_are_not_listed(ana: Client, cast: Cast) -> None:
    issue(cast.cap, [cast.festival])
    ana.force_login(cast.users["bob"])
    page = ana.get("/cap/admin/audit/").content.decode()
    assert "Ana" not in page
    assert ana.get(HERE).status_code == 404


def test_the_log_takes_as_many_queries_for_two_as_for_fifty(ana: Client, cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            text(ana, "?about=invoice")
        return len(captured)

    issue(cast.lumen, [cast.bellecour])
    text(ana)
    few = asked()
    issue(cast.lumen, [cast.bellecour] * 30)
    assert asked() == few


def test_a_whole_log_is_said_to_be_whole_with_its_hash(ana: Client, cast: Cast) -> None:
    issue(cast.lumen, [cast.bellecour])
    with scope(cast.lumen.pk):
        found = queries.verify(cast.lumen.pk)
    page = ana.get(f"{HERE}verdict/").content.decode()
    assert "The audit log is whole." in page
    assert found.head in page
    assert (
        "the hash that you gave is among them"
        in ana.get(f"{HERE}verdict/?anchor={found.head}").content.decode()
    )
    other = ana.get(f"{HERE}verdict/?anchor={'0' * 64}").content.decode()
    assert "The audit log is broken" in other
    assert "nowhere in the chain" in other
    assert ana.get(f"{HERE}verdict/?anchor=123").status_code == 422


def unguarded(*tables: str) -> None:
    """Take the database's guards away, as somebody with its files could."""
    with connection.cursor() as cursor:
        for name, table, _body in guards.sqlite_triggers():
            if table in tables:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


@pytest.mark.only_on("sqlite")
def test_a_changed_event_and_a_changed_document_are_found(ana: Client, cast: Cast) -> None:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    unguarded("audit_event", "invoices_issueddocument")
    with scope(cast.lumen.pk):
        Event.objects.filter(organisation_id=cast.lumen.pk, sequence=3).update(actor_name="Somebody")
        kept = IssuedDocument.objects.get(invoice=invoice)
        IssuedDocument.objects.filter(pk=kept.pk).update(canonical=kept.canonical.replace("Bellecour", "B"))
    page = ana.get(f"{HERE}verdict/").content.decode()
    assert "The audit log is broken at event 3." in page
    assert "An event was changed after it was written." in page
    assert "1 document is not what was issued." in page
    assert invoice.number in page
    assert "is whole" not in page
