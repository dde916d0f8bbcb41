"""The pages of customers and contracts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from facturier.customers.models import Customer
from facturier.invoices import operations
from facturier.invoices import queries as documents
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft
from facturier.organisations.tenancy import scope
from facturier.rules.lifecycle import Status
from facturier.work.models import Contract
from tests.support import cast as casting
from tests.support.cast import Cast
from tests.web.conftest import Visit
from tests.work import works


@pytest.fixture
def lumen(db: None, cast: Cast) -> Any:
    with scope(cast.lumen.pk):
        yield cast


def form(**fields: Any) -> dict[str, Any]:
    return {"name": "Atelier Bonnard", "language": "fr", "currency": "EUR", "country": "FR", **fields}


def paths(cast: Cast) -> list[str]:
    pk = cast.bellecour.pk
    return [
        "customers/",
        "customers/choices/",
        f"customers/{pk}/",
        f"customers/{pk}/?tab=contracts",
        f"customers/{pk}/?tab=jobs",
        f"customers/{pk}/?tab=unbilled",
        f"customers/{pk}/?tab=nonsense&after=nonsense",
    ]


def test_pages_open_for_members_and_not_for_strangers(visit: Visit, lumen: Cast) -> None:
    contract = works.contract(lumen)
    for path in [*paths(lumen), f"contracts/{contract.pk}/"]:
        assert visit("carol").get(f"/lumen/{path}").status_code == 200, path
        assert visit("bob").get(f"/lumen/{path}").status_code == 404, path
        if str(lumen.bellecour.pk) in path or "contracts" in path:
            assert visit("bob").get(f"/cap/{path}").status_code == 404, path


def test_forms_are_for_those_who_may(visit: Visit, lumen: Cast) -> None:
    pk = lumen.bellecour.pk
    for path in ("customers/new/", f"customers/{pk}/edit/", f"customers/{pk}/contracts/new/"):
        assert visit("ana").get(f"/lumen/{path}").status_code == 200
        assert visit("carol").get(f"/lumen/{path}").status_code == 403
        assert visit("carol").post(f"/lumen/{path}", form()).status_code == 403
        assert visit("bob").get(f"/lumen/{path}").status_code == 404


def test_a_customer_is_added_with_its_contacts(visit: Visit, lumen: Cast) -> None:
    posted = form(
        **{
            "identifiers.siren": "732 829 320",
            "contact-0-email": "a@x.example",
            "contact-3-email": "b@x.example",
            "contact-3-copy": "1",
            "contact-billing": "0",
            "contact-5-email": "",
            "owner": str(lumen.ana.membership_id),
        }
    )
    answer = visit("ana").post("/lumen/customers/new/", posted)
    row = Customer.objects.get(name="Atelier Bonnard")
    assert answer["Location"] == f"/lumen/customers/{row.pk}/"
    assert row.identifiers == {"siren": "732829320"}
    assert list(row.contacts.order_by("pk").values_list("email", "is_billing", "gets_copy")) == [
        ("a@x.example", True, False),
        ("b@x.example", False, True),
    ]
    assert row.owned_by(lumen.ana.membership_id)


def test_what_is_wrong_stands_beside_its_field(visit: Visit, lumen: Cast) -> None:
    posted = form(**{"identifiers.siren": "1", "contact-0-email": "nobody"})
    answer = visit("ana").post("/lumen/customers/new/", posted)
    assert answer.status_code == 422
    shown = answer.context["form"]
    assert shown.errors["identifiers.siren"]
    assert shown.contacts[0].errors
    assert not Customer.objects.filter(name="Atelier Bonnard").exists()


def test_who_does_not_own_a_customer_leaves_its_owners(visit: Visit, lumen: Cast) -> None:
    pk = lumen.bellecour.pk
    posted = form(number="C001", owner=str(lumen.dora.membership_id))
    assert visit("dora").post(f"/lumen/customers/{pk}/edit/", posted).status_code == 302
    assert not lumen.bellecour.owned_by(lumen.dora.membership_id)
    assert lumen.bellecour.owned_by(lumen.ana.membership_id)
    assert visit("ana").post(f"/lumen/customers/{pk}/edit/", posted).status_code == 302
    assert lumen.bellecour.owned_by(lumen.dora.membership_id)  # the control: an owner may


def test_a_contract_is_agreed_and_changed(visit: Visit, lumen: Cast) -> None:
    client = visit("ana")
    posted = {
        "name": "Support",
        "method": "hourly",
        "hourly_rate": "92,50",
        "period": "monthly",
        "starts_on": "2026-01-01",
        "is_default": "on",
    }
    path = f"/lumen/customers/{lumen.bellecour.pk}/contracts/new/"
    assert client.post(path, {**posted, "hourly_rate": ""}).status_code == 422
    assert client.post(path, posted).status_code == 302
    contract = Contract.objects.get()
    assert (contract.hourly_rate, contract.is_default) == (92.5, True)
    client.post(f"/lumen/contracts/{contract.pk}/", {**posted, "name": "Care"})
    assert Contract.objects.get().name == "Care"


def test_customers_are_offered_as_one_types(visit: Visit, lumen: Cast) -> None:
    found = visit("carol").get("/lumen/customers/choices/", {"q": "belle"}).json()["options"]
    assert [(one["value"], one["label"]) for one in found] == [(lumen.bellecour.pk, lumen.bellecour.name)]


def test_pages_ask_as_often_for_many_customers_as_for_one(visit: Visit, lumen: Cast) -> None:
    client = visit("ana")

    def asked(path: str) -> int:
        client.get(f"/lumen/{path}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/lumen/{path}")
        return len(queries)

    works.time(lumen)
    works.contract(lumen)
    before = {path: asked(path) for path in paths(lumen)}
    for number in range(6):
        other = casting.customer(lumen.lumen, number=f"X{number}")
        works.time(lumen, customer=other)
        works.time(lumen)
        works.contract(lumen, name=f"Contract {number}")
    assert {path: asked(path) for path in paths(lumen)} == before


def test_a_customers_closed_documents_stand_on_its_page(visit: Visit, lumen: Cast) -> None:
    draft = operations.create(
        lumen.lumen, actor=lumen.ana, draft=NewDraft(customer=lumen.bellecour), today=date(2026, 3, 4)
    )
    closed = {"closed_at": datetime(2026, 3, 5, tzinfo=UTC), "status": Status.CLOSED}
    Invoice.objects.filter(pk=draft.pk).update(**closed)
    path = f"/lumen/customers/{lumen.bellecour.pk}/"
    assert [row.pk for row, _href in visit("ana").get(path).context["documents"]] == [draft.pk]
    chosen = documents.Filter(customer_id=lumen.bellecour.pk)
    assert documents.documents(chosen, today=date(2026, 3, 4)).rows == []  # the control: lists hide it
