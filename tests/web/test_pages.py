"""The gate for pages: nobody sees what is not theirs, and everybody learns why not."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.http import HttpResponse
from django.urls import clear_url_caches, path
from django.utils.translation import override

from facturier.organisations.access import LACKS, Permission
from facturier.organisations.tenancy import NoOrganisation
from facturier.web import pages
from facturier.web.pages import every_page_names_its_permission, page
from tests.support.cast import Cast
from tests.web import site
from tests.web.conftest import Visit

HTMX = {"HX-Request": "true"}


def test_a_visitor_is_asked_to_sign_in(visit: Visit) -> None:
    answer = visit().get("/lumen/who/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/lumen/who/")


def test_a_stranger_learns_nothing_of_an_organisation(visit: Visit) -> None:
    for slug in ("lumen", "there-is-no-such"):
        answer = visit("bob").get(f"/{slug}/who/")
        assert answer.status_code == 404
        assert "lumen" not in answer.content.decode().lower().replace("/lumen/who/", "")
    assert visit("bob").get("/cap/who/").status_code == 200


def test_who_lacks_a_permission_gets_403_and_the_reason(visit: Visit) -> None:
    with override("fr"):
        reason = str(LACKS[Permission.PROCESS_BILLING])
    answer = visit("carol").post("/lumen/finalise/")
    assert answer.status_code == 403
    assert reason in answer.content.decode()
    assert visit("dora").post("/lumen/finalise/").content == b"done"


def test_what_is_only_posted_is_not_got(visit: Visit) -> None:
    assert visit("ana").get("/lumen/finalise/").status_code == 405


def test_an_answer_is_rendered_inside_the_scope(visit: Visit, cast: Cast) -> None:
    assert visit("ana").get("/lumen/lazy/").content.decode() == f"[{cast.bellecour.name}]"
    assert visit("bob").get("/cap/lazy/").content.decode() == f"[{cast.festival.name}]"


def test_a_stream_is_read_inside_the_scope(visit: Visit, cast: Cast) -> None:
    answer = visit("ana").get("/lumen/stream/")
    assert answer.getvalue().decode() == f"{cast.lumen.pk}:{cast.bellecour.name}"


def test_a_stream_that_the_gate_left_alone_would_fail(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_in_scope", lambda organisation_id, chunks: chunks)
    with pytest.raises(NoOrganisation):
        visit("ana").get("/lumen/stream/").getvalue()


def test_the_gate_takes_no_permission_that_there_is_not() -> None:
    with pytest.raises(KeyError):
        page("invoices.burn")


def test_every_url_names_its_permission() -> None:
    assert every_page_names_its_permission() == []


def test_a_url_without_a_permission_does_not_start(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_to_all(request: object) -> HttpResponse:
        return HttpResponse("oops")

    monkeypatch.setattr(site, "urlpatterns", [*site.urlpatterns, path("open/", open_to_all)])
    settings.ROOT_URLCONF = "tests.web.site"  # type: ignore[attr-defined]
    clear_url_caches()
    with pytest.raises(SystemCheckError, match=r"open_to_all names no permission"):
        call_command("check", tags=["urls"])
    clear_url_caches()


def test_a_refused_page_says_why(visit: Visit) -> None:
    answer = visit("ana").get("/lumen/refuse/")
    assert answer.status_code == 422
    assert "The month 31 mars 2026 is closed." in answer.content.decode()


def test_a_refused_form_returns_to_where_it_was_posted(visit: Visit) -> None:
    client = visit("ana")
    back = "http://testserver/lumen/docs/components/"
    answer = client.post("/lumen/refuse/", headers={"Referer": back})
    assert (answer.status_code, answer["Location"]) == (302, back)
    assert "The month 31 mars 2026 is closed." in client.get(back).content.decode()


def test_a_refused_form_never_leads_to_another_site(visit: Visit) -> None:
    answer = visit("ana").post("/lumen/refuse/", headers={"Referer": "https://evil.example/lumen/"})
    assert answer["Location"] == "/lumen/"


def test_a_refused_fragment_is_a_toast(visit: Visit) -> None:
    answer = visit("ana").post("/lumen/refuse/", headers=HTMX)
    assert (answer.status_code, answer["HX-Reswap"]) == (422, "none")
    body = answer.content.decode()
    assert 'hx-swap-oob="beforeend"' in body
    assert 'role="alert"' in body
    assert "The month 31 mars 2026 is closed." in body


def test_several_refusals_are_told_one_by_one(visit: Visit) -> None:
    answer = visit("ana").get("/lumen/refuse-twice/", headers=HTMX)
    body = answer.content.decode()
    assert body.startswith("went on")
    assert body.count("<toast-note") == 2
    assert "At most 12,50\xa0€." in body


def test_messages_join_the_fragment_and_are_escaped(visit: Visit) -> None:
    body = visit("ana").get("/lumen/tell/", headers=HTMX).content.decode()
    assert body.startswith("<p>fragment</p>")
    assert "Invoice &lt;F1&gt; was finalised." in body


def test_a_whole_page_keeps_its_messages_for_its_template(visit: Visit) -> None:
    client = visit("ana")
    assert client.get("/lumen/tell/").content == b"<p>fragment</p>"
    assert "Invoice &lt;F1&gt; was finalised." in client.get("/lumen/docs/components/").content.decode()


def test_a_crash_says_sorry_without_a_detail(visit: Visit) -> None:
    answer = visit("ana", raise_request_exception=False).get("/lumen/crash/")
    assert answer.status_code == 500
    assert "a bug" not in answer.content.decode()
    assert "Facturier" in answer.content.decode()


def test_a_form_without_its_token_is_explained(visit: Visit) -> None:
    answer = visit("ana", enforce_csrf_checks=True).post("/lumen/finalise/")
    assert answer.status_code == 403
    assert "error-code" in answer.content.decode()
