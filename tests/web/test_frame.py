"""The frame shows what there is and what one may, and costs few queries."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import clear_url_caches, path

from facturier.customers.models import Customer
from facturier.web import frame
from facturier.web.pages import page
from tests.web import site
from tests.web.conftest import Visit

PAGE = "/lumen/docs/components/"
QUERIES = 4  # session, person, membership with organisation, organisations to switch to


@page("view")
def anything(request: Any) -> HttpResponse:
    return HttpResponse("")


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A site whose only rooms are the customers and the making of drafts, whatever else is built."""
    rooms = [
        path("<slug:organisation>/customers/", anything, name="customer-list"),
        path("<slug:organisation>/documents/new/", anything, name="document-new"),
    ]
    named = [(one, repr(getattr(one, "urlconf_name", ""))) for one in site.urlpatterns]
    own = [one for one, name in named if "urls" not in name or "web.account" in name]
    monkeypatch.setattr(site, "urlpatterns", [*rooms, *own])
    clear_url_caches()
    yield
    clear_url_caches()


def rail(body: str) -> list[tuple[str, str]]:
    """The sections that the rail shows: address and label with count."""
    inside = body[body.index('class="rail"') : body.index('<header class="top">')]
    return re.findall(r'<a href="([^"]+)"[^>]*>(.*?)</a>', inside)


def test_only_sections_that_are_there_are_shown(visit: Visit, rooms: None) -> None:
    body = visit("ana").get(PAGE).content.decode()
    assert [address for address, _ in rail(body)] == ["/lumen/customers/"]
    assert "/documents/new/" in body
    assert 'role="search"' not in body


def test_a_count_stands_beside_its_section(
    visit: Visit, rooms: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "_counts", {})
    frame.count("customers")(lambda request: Customer.objects.count() + 41)
    assert rail(visit("ana").get(PAGE).content.decode())[0][1].endswith("<small>42</small>")
    frame.count("customers")(lambda request: None)
    assert "<small>" not in rail(visit("ana").get(PAGE).content.decode())[0][1]


def test_the_section_one_is_in_is_marked() -> None:
    sections = {one.key: one for one in frame.SECTIONS}
    holds = frame.Frame._holds
    assert holds(sections["billing"], "")
    assert holds(sections["billing"], "batches/3/")
    assert holds(sections["documents"], "documents/7/")
    assert not holds(sections["billing"], "documents/7/")
    assert not holds(sections["documents"], "")


def test_what_one_may_not_begin_is_shown_with_the_reason(visit: Visit, rooms: None) -> None:
    allowed, refused = (visit(name).get(PAGE).content.decode() for name in ("ana", "carol"))
    assert 'href="/lumen/documents/new/"' in allowed
    assert 'href="/lumen/documents/new/"' not in refused
    assert "process billing" in refused or "facturation" in refused


def test_the_frame_asks_the_database_little(visit: Visit, rooms: None) -> None:
    from django.db import connection

    client = visit("ana")
    client.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    asked = [
        one["sql"] for one in queries if one["sql"].startswith("SELECT") and "set_config" not in one["sql"]
    ]
    assert len(asked) == QUERIES, asked


def test_fonts_are_found_and_nothing_else_of_their_packages() -> None:
    from facturier.web.fonts import FACES, FontFinder

    finder = FontFinder()
    assert {f"fonts/{name}" for name, _ in finder.list([])} == set(FACES)
    assert all(storage.exists(name) for name, storage in finder.list([]))
    assert finder.find("fonts/Lato-Regular.ttf")
    assert finder.find("fonts/../METADATA") is None
