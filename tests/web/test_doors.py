"""Signing in leads to the right organisation; preferences are kept where they belong."""

from __future__ import annotations

from facturier.organisations import operations
from facturier.organisations.access import Actor
from tests.support.cast import PASSWORD, Cast
from tests.web.conftest import Visit


def also_of_cap(cast: Cast) -> None:
    operations.add_member(cast.cap, actor=Actor.system(cast.cap.pk), user=cast.users["ana"])


def test_signing_in_leads_to_the_only_organisation(visit: Visit) -> None:
    client = visit()
    credentials = {"username": "ana@lumen.example", "password": PASSWORD}
    answer = client.post("/sign-in/", credentials, follow=False)
    assert answer["Location"] == "/"
    assert client.get("/")["Location"] == "/lumen/"


def test_a_wrong_password_is_told_without_saying_which_was_wrong(visit: Visit) -> None:
    pages = [
        visit().post("/sign-in/", {"username": name, "password": "wrong"}).content.decode()
        for name in ("ana@lumen.example", "nobody@lumen.example")
    ]
    assert all('role="alert"' in body for body in pages)
    assert pages[0].count("belong together") == pages[1].count("belong together") == 1


def test_the_organisation_that_was_open_last_opens_again(visit: Visit, cast: Cast) -> None:
    also_of_cap(cast)
    client = visit("ana")
    assert client.get("/")["Location"] == "/cap/"  # the first by name
    client.get("/lumen/who/")
    assert client.get("/")["Location"] == "/lumen/"


def test_who_belongs_nowhere_is_told_so(visit: Visit, cast: Cast) -> None:
    cast.users["carol"].memberships.all().delete()
    answer = visit("carol").get("/")
    assert answer.status_code == 200
    assert "carol@lumen.example" in answer.content.decode()


def test_the_switch_lists_only_ones_own_organisations(visit: Visit, cast: Cast) -> None:
    client = visit("ana")
    assert 'href="/cap/"' not in client.get("/lumen/docs/components/").content.decode()
    also_of_cap(cast)
    body = client.get("/lumen/docs/components/").content.decode()
    assert 'href="/cap/"' in body
    assert 'href="/isar/"' not in body


def test_the_language_is_kept_with_the_person(visit: Visit, cast: Cast) -> None:
    client = visit("ana")
    answer = client.post("/preferences/", {"language": "de", "next": "/lumen/who/"})
    assert answer["Location"] == "/lumen/who/"
    assert client.get("/lumen/docs/components/")["Content-Language"] == "de"
    cast.users["ana"].refresh_from_db()
    assert cast.users["ana"].language == "de"


def test_before_signing_in_the_browser_decides_the_language(visit: Visit) -> None:
    answer = visit().get("/sign-in/", headers={"Accept-Language": "it-CH,it;q=0.9,en;q=0.5"})
    assert answer["Content-Language"] == "it"
    assert "Accept-Language" in answer["Vary"]


def test_the_look_is_in_the_page_when_it_arrives(visit: Visit) -> None:
    client = visit("ana")
    assert 'data-theme="system"' in client.get("/lumen/docs/components/").content.decode()
    client.post("/preferences/", {"theme": "dark", "shortcuts": "off"})
    body = client.get("/lumen/docs/components/").content.decode()
    assert 'data-theme="dark"' in body
    assert 'data-shortcuts="off"' in body


def test_nonsense_is_no_preference(visit: Visit) -> None:
    client = visit("ana")
    for wrong in ({"theme": 'dark" onload="x'}, {"language": "xx"}, {"shortcuts": "1"}):
        assert client.post("/preferences/", wrong).status_code == 400
    assert client.post("/preferences/", {"theme": "dark", "next": "https://evil.example/"})["Location"] == "/"


def test_signing_out_takes_a_post(visit: Visit) -> None:
    client = visit("ana")
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/lumen/who/").status_code == 302
