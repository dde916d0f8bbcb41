"""Nothing of one organisation is visible to another: every page, by every door, tried as each of them.

The addresses come from the URL configuration; a page with a placeholder that is not in `PLACES` fails, so
that whoever adds a page says what it shows. All are asked for by GET and by POST:

- by nobody: the sign-in page;
- by Bob, a stranger to Lumen, under Lumen's name: 404, whatever it is;
- by Bob under his own seller's name, with the keys of Lumen's rows: 404, and not a word of Lumen's;
- by Carol, who may only read: never a change, and the reason where she may not even look.

And whatever was asked: Lumen's audit log has not grown, and no row of Lumen's has changed its count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, clear_url_caches, get_resolver, path
from django.utils import timezone

from facturier.audit.models import Chain
from facturier.batches import operations as batches
from facturier.batches.models import BatchRun, RunFailure, RunKind
from facturier.config import urls
from facturier.customers.models import Customer
from facturier.delivery import operations as delivery
from facturier.delivery.bundles import operations as bundles
from facturier.delivery.models import Delivery, Form
from facturier.invoices import operations as invoices
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft
from facturier.organisations import keeping, logos
from facturier.organisations import operations as organisations
from facturier.organisations.access import NEEDS
from facturier.organisations.tenancy import TenantModel, scope
from facturier.payments import operations as payments
from facturier.people import operations as people
from facturier.people.values import Granted
from facturier.web.pages import page
from facturier.work import uploads
from tests.batches.workload import JANUARY, TODAY, entry, expense, month_of, support, ticket
from tests.delivery.post import issue
from tests.support.cast import Cast
from tests.web.test_admin_settings import picture

SCOPE = "<slug:organisation>/"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
# Which of Lumen's rows a placeholder stands for: the route up to it, and the name of the row below.
PLACES = {
    "admin/people/<int:pk>": "member",
    "admin/people/invitations/<int:pk>": "invitation",
    "admin/sent-mail/<int:pk>": "delivery",
    "admin/sent-mail/<int:pk>/files/<int:position>": "first",
    "admin/settings/logo/<slug:sha256>": "logo",
    "batches/<int:pk>": "batch",
    "batches/failures/<int:pk>": "failure",
    "batches/runs/<int:pk>": "run",
    "bundles/<int:pk>": "bundle",
    "contracts/<int:pk>": "contract",
    "customers/<int:customer_pk>": "customer",
    "customers/<int:pk>": "customer",
    "deliveries/<int:pk>": "delivery",
    "dispatches/<int:pk>": "dispatch",
    "documents/<int:pk>": "document",
    "payments/<int:pk>": "payment",
    "payments/shares/<int:pk>": "share",
    "documents/views/<int:pk>": "view",
    "work/expenses/<int:pk>": "expense",
    "work/import/<int:pk>": "upload",
    "work/tickets/<int:pk>": "ticket",
    "work/time/<int:pk>": "time",
}
# What lists and forms take from an address or a form, with the row that Bob names there.
PARAMETERS = {
    "pk": "document",
    "of": "document",
    "customer": "customer",
    "customers": "customer",
    "contract": "contract",
    "contracts": "contract",
    "ticket": "ticket",
    "file": "upload",
    "batch": "batch",
    "heir": "member",
}
# What who may only read may post: files of what they read, views of their own; no document.
FOR_READERS = ("delivery.bundle", "lists.keep")
CONFIRMED = {"confirmed": "1", "sums": "1", "remove": "1", "about": "invoice"}


class Unknown(Exception):
    """A page whose placeholder the matrix cannot fill."""


@dataclass(frozen=True, slots=True)
class Page:
    """An address with Lumen's rows in it. `names_row` where it is one row's page."""

    route: str
    rest: str
    key: str
    names_row: bool

    def at(self, slug: str) -> str:
        return f"/{slug}/{self.rest}"


def pages(rows: dict[str, str]) -> list[Page]:
    """Every address below an organisation's name."""
    return [
        Page(route, fill(route, rows), getattr(view, "permission", ""), "<" in route)
        for route, view in routes(get_resolver().url_patterns, "")
    ]


def routes(patterns: Iterable[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, Any]]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        elif route.startswith(SCOPE):
            yield route.removeprefix(SCOPE), one.callback


def fill(route: str, rows: dict[str, str]) -> str:
    """Put Lumen's rows into a route. Raises Unknown, naming the route."""
    filled, read, rest = "", "", route
    while "<" in rest:
        before, _, after = rest.partition("<")
        placeholder, _, rest = after.partition(">")
        read += f"{before}<{placeholder}>"
        if read not in PLACES:
            raise Unknown(f"“{route}” has “{read}”: say in PLACES which row of Lumen's that is.")
        filled += before + rows[PLACES[read]]
    return filled + rest


def world(cast: Cast) -> dict[str, str]:
    """Give Lumen one of everything, and return their keys."""
    lumen, ana = cast.lumen, cast.ana
    issued, unsent = issue(lumen, [cast.bellecour] * 2)
    sent = delivery.queue(issued, actor=ana, to=["x@y.example"], cc=[], subject="S", body="B", now=NOW)
    dispatch = delivery.queue_many(lumen, actor=ana, invoice_ids=[unsent.pk], now=NOW)
    with scope(lumen.pk):
        month_of(cast.bellecour)
    batch = batches.save(lumen, actor=ana, choice=JANUARY, today=TODAY)
    with scope(lumen.pk):
        run = BatchRun.objects.create(
            organisation=lumen, batch=batch, kind=RunKind.GENERATE, actor_name="Ana", next_at=timezone.now()
        )
        failure = RunFailure.objects.create(organisation=lumen, run=run, customer=cast.bellecour)
        free = ticket(cast.bellecour, 4711)
        rows: dict[str, Any] = {
            "contract": support(cast.bellecour, name="Later", is_default=False),
            "time": entry(cast.bellecour, ticket=free, day=date(2026, 2, 2)),
            "expense": expense(cast.bellecour, day=date(2026, 2, 2)),
        }
        draft = invoices.create(lumen, actor=ana, draft=NewDraft(cast.bellecour), today=TODAY)
    rows |= {"document": draft, "delivery": sent, "dispatch": dispatch, "batch": batch, "run": run}
    rows |= {"failure": failure, "ticket": free, "customer": cast.bellecour}
    rows["payment"] = payments.record(
        cast.bellecour, actor=ana, payment=payments.NewPayment(TODAY, 1_000), today=date(2026, 12, 31)
    )
    with scope(lumen.pk):
        rows["share"] = rows["payment"].allocations.first()
    file = b"Date,Client,Duration\n2026-01-05,X,1:00\n"
    rows["bundle"] = bundles.order(lumen, actor=ana, keys=[issued.pk], form=Form.ZIP, now=NOW)
    rows["upload"] = uploads.keep(lumen, actor=ana, data=file, file_name="t.csv", now=timezone.now())
    rows["member"] = cast.users["ana"].memberships.get()
    rows["invitation"] = people.invite(
        lumen, actor=cast.ada, email="eve@x.example", language="en", granted=Granted(), now=timezone.now()
    )
    rows["view"] = keeping.save_view(lumen, actor=ana, name="Mine", query="status=draft")
    logo = logos.to_png(picture())
    organisations.set_logo(lumen, actor=cast.ada, logo=logo)
    return {**{name: str(row.pk) for name, row in rows.items()}, "first": "0", "logo": logo.sha256}


def state(cast: Cast) -> dict[str, Any]:
    """How many rows of each kind Lumen has, and the head of its audit log."""
    with scope(cast.lumen.pk):
        counts = {
            model._meta.label: model.objects.count()
            for model in apps.get_models()
            if issubclass(model, TenantModel)
        }
        drafts = list(Invoice.objects.order_by("pk").values_list("pk", "version", "status"))
        states = list(Delivery.objects.order_by("pk").values_list("pk", "state"))
        head = Chain.objects.get(organisation_id=cast.lumen.pk).sha256
    return {**counts, "drafts": drafts, "deliveries": states, "head": head}


@dataclass(slots=True)
class Matrix:
    """Asks for every page as one person after the other, and notes what should not have been."""

    cast: Cast
    rows: dict[str, str]
    client: Client
    faults: list[str]
    before: dict[str, Any]
    tries: int = 0

    def ask(self, who: str, method: str, address: str) -> Any:
        self.tries += 1
        given = {name: self.rows[row] for name, row in PARAMETERS.items()} | CONFIRMED
        return getattr(self.client, method)(address, given)

    def go_round(self, who: str, found: list[Page]) -> None:
        """Ask for all pages as one person, and look what that has done to Lumen."""
        if who == "nobody":
            self.client.logout()
        else:
            self.client.force_login(self.cast.users[who])
        for one in found:
            {"nobody": self.as_nobody, "bob": self.as_stranger, "carol": self.as_reader}[who](one)
        now = state(self.cast)
        if changed := sorted(name for name in now if now[name] != self.before[name]):
            self.faults.append(f"{who} changed {', '.join(changed)}")
        self.before = now

    def note(self, who: str, method: str, address: str, answer: Any, wanted: str) -> None:
        self.faults.append(f"{who} {method} {address}: {answer.status_code}, not {wanted}")

    def as_nobody(self, one: Page) -> None:
        for method in ("get", "post"):
            answer = self.ask("nobody", method, one.at("lumen"))
            if answer.status_code != 302 or not answer["Location"].startswith("/sign-in/"):
                self.note("nobody", method, one.at("lumen"), answer, "the sign-in page")

    def as_stranger(self, one: Page) -> None:
        for method in ("get", "post"):
            answer = self.ask("bob", method, one.at("lumen"))
            if answer.status_code != 404:
                self.note("bob", method, one.at("lumen"), answer, "404")
        found = set()
        for method in ("get", "post"):
            answer = self.ask("bob", method, one.at("cap"))
            found.add(answer.status_code)
            if one.names_row and answer.status_code not in (404, 405):
                self.note("bob", method, one.at("cap"), answer, "404")
            self.look_for_lumen(method, one.at("cap"), answer)
        if one.names_row and 404 not in found:
            self.faults.append(f"bob {one.at('cap')}: never 404, but {sorted(found)}")

    def look_for_lumen(self, method: str, address: str, answer: Any) -> None:
        """Look for Lumen's words in what Bob was answered."""
        body = answer.getvalue() if answer.streaming else answer.content
        for secret in (self.cast.bellecour.name, self.cast.lumen.legal_name):
            if secret.encode() in body:
                self.faults.append(f"bob {method} {address}: reads “{secret}”")

    def as_reader(self, one: Page) -> None:
        lacks = self.cast.carol.lacks(one.key) if one.key in NEEDS else None
        for method in ("get", "post"):
            answer = self.ask("carol", method, one.at("lumen"))
            if lacks is not None:
                if answer.status_code != 403 or str(lacks) not in answer.content.decode():
                    self.note("carol", method, one.at("lumen"), answer, "403 with the reason")
            elif one.key in FOR_READERS:
                if answer.status_code >= 500:
                    self.note("carol", method, one.at("lumen"), answer, "an answer")
            elif method == "post" and answer.status_code not in (403, 404, 405):
                self.note("carol", method, one.at("lumen"), answer, "403 or 405")
            elif answer.status_code >= 500:
                self.note("carol", method, one.at("lumen"), answer, "an answer")


@pytest.fixture
def matrix(cast: Cast, client: Client, settings: Any) -> Matrix:
    # The words are English here: they are looked for in what is answered.
    for user in cast.users.values():
        user.language = "en"
        user.save(update_fields=["language"])
    client.raise_request_exception = False
    return Matrix(cast, world(cast), client, [], state(cast))


def test_no_page_shows_or_changes_what_is_not_ones_own(matrix: Matrix) -> None:
    found = pages(matrix.rows)
    assert len(found) > 60
    for who in ("nobody", "bob", "carol"):
        matrix.go_round(who, found)
    assert "\n".join(matrix.faults) == ""
    assert matrix.tries == 8 * len(found)


def test_every_place_is_on_some_page(matrix: Matrix) -> None:
    """A place that no route has any more hides a mistake in the next one."""
    found = [route for route, _view in routes(get_resolver().url_patterns, "")]
    assert [place for place in PLACES if not any(route.startswith(place) for route in found)] == []


def test_the_rows_can_be_seen_by_who_may(matrix: Matrix) -> None:
    """The control of the keys: 404 would be cheap if nobody found these rows."""
    matrix.client.force_login(matrix.cast.users["ana"])
    shown = [one for one in pages(matrix.rows) if one.names_row and "files/" not in one.route]
    found = {one.route: matrix.client.get(one.at("lumen")).status_code for one in shown}
    assert {route for route, status in found.items() if status == 404} == set()
    assert sum(status == 200 for status in found.values()) > 10


@page("view")
def leaks(request: Any, pk: int) -> HttpResponse:
    """Reads a row without asking whose it is."""
    return HttpResponse(QuerySet(Invoice).get(pk=pk).customer_id)


@page("view")
def lists(request: Any) -> HttpResponse:
    """Takes a key from the address without asking whose it is."""
    return HttpResponse(QuerySet(Customer).get(pk=request.GET.get("customer", 0)).name)


@page("view")
def writes(request: Any) -> HttpResponse:
    """Changes something for everybody who may look."""
    if request.method == "POST":
        with scope(request.organisation.pk):
            Delivery.objects.update(state="failed")
    return HttpResponse("done")


def open_to_all(request: Any, organisation: str) -> HttpResponse:
    return HttpResponse("whoever you are")


@pytest.mark.only_on("sqlite")  # on PostgreSQL row level security stops the first two
def test_control_pages_that_forget_whose_rows_they_show_are_found(
    matrix: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = [
        path(f"{SCOPE}documents/<int:pk>/leaks/", leaks),
        path(f"{SCOPE}lists/", lists),
        path(f"{SCOPE}writes/", writes),
        path(f"{SCOPE}open/", open_to_all),
    ]
    monkeypatch.setattr(urls, "urlpatterns", planted)
    clear_url_caches()
    try:
        for who in ("bob", "carol"):
            matrix.go_round(who, pages(matrix.rows))
    finally:
        monkeypatch.undo()
        clear_url_caches()
    faults = "\n".join(matrix.faults)
    assert "bob get /lumen/open/: 200, not 404" in faults
    assert f"bob get /cap/documents/{matrix.rows['document']}/leaks/: 200, not 404" in faults
    assert f"bob get /cap/lists/: reads “{matrix.cast.bellecour.name}”" in faults
    assert "carol changed deliveries" in faults
    assert "carol post /lumen/writes/: 200, not 403 or 405" in faults


def test_control_a_page_that_the_matrix_cannot_fill_is_named(matrix: Matrix) -> None:
    with pytest.raises(Unknown, match=r"secrets/<int:pk>/"):
        fill("secrets/<int:pk>/", matrix.rows)
    assert fill("documents/<int:pk>/pdf/", matrix.rows) == f"documents/{matrix.rows['document']}/pdf/"
