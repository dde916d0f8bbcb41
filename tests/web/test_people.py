"""Admin > People in Django's own browser: who sees what, and what the buttons do."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP

from facturier.invoices.models import Invoice
from facturier.organisations.models import Membership, Organisation
from facturier.organisations.tenancy import scope
from facturier.people.models import Invitation
from tests.support.cast import Cast
from tests.support.documents import drafts
from tests.web.conftest import Visit

PEOPLE = "/lumen/admin/people/"


@pytest.fixture(autouse=True)
def in_english(cast: Cast) -> None:
    for user in cast.users.values():
        user.language = "en"
        user.save(update_fields=["language"])


def member(cast: Cast, name: str) -> Membership:
    return Membership.objects.get(user=cast.users[name])


def test_members_see_who_works_here_but_not_how_they_sign_in(visit: Visit) -> None:
    body = visit("carol").get(PEOPLE).content.decode()
    assert "ana@lumen.example" in body
    assert "Last sign-in" not in body
    assert "bob@cap.example" not in body
    assert "Only an administrator may do this." in body
    body = visit("ada").get(PEOPLE).content.decode()
    assert "Last sign-in" in body
    assert "Only an administrator" not in body


def test_an_administrator_invites_sends_again_and_revokes(visit: Visit, cast: Cast) -> None:
    client = visit("ada")
    values = {"email": "eve@new.example", "language": "de", "may_export": "on"}
    assert client.post(f"{PEOPLE}invite/", values)["Location"] == PEOPLE
    with scope(cast.lumen.pk):
        row = Invitation.objects.get()
    assert (row.email, row.language, row.may_export, row.is_admin) == ("eve@new.example", "de", True, False)
    assert "eve@new.example" in client.get(PEOPLE).content.decode()
    assert "eve@new.example" not in visit("carol").get(PEOPLE).content.decode()
    again = client.post(f"{PEOPLE}invite/", values)
    assert again.status_code == 422
    assert "is invited already" in again.content.decode()
    client.post(f"{PEOPLE}invitations/{row.pk}/again/")
    client.post(f"{PEOPLE}invitations/{row.pk}/revoke/")
    with scope(cast.lumen.pk):
        assert not Invitation.objects.exists()
    log = client.get("/lumen/admin/audit/").content.decode()
    for words in ("was invited: export to accounting", "was sent again", "was revoked"):
        assert words in log


def test_permissions_are_changed_and_hold_at_once(visit: Visit, cast: Cast) -> None:
    client, carol = visit("ada"), visit("carol")
    assert carol.get("/lumen/customers/new/").status_code == 403
    client.post(f"{PEOPLE}{member(cast, 'carol').pk}/", {"may_process_billing": "on"})
    assert carol.get("/lumen/customers/new/").status_code == 200
    client.post(f"{PEOPLE}{member(cast, 'carol').pk}/", {})
    assert carol.get("/lumen/customers/new/").status_code == 403


def test_the_last_administrator_stays(visit: Visit, cast: Cast) -> None:
    client, ada = visit("ada"), member(cast, "ada")
    answer = client.post(f"{PEOPLE}{ada.pk}/", {"may_export": "on"})
    assert answer.status_code == 422
    assert "last administrator" in answer.content.decode()
    assert "last administrator" in client.post(f"{PEOPLE}{ada.pk}/remove/", follow=True).content.decode()
    assert member(cast, "ada").is_admin


def test_who_is_removed_sees_nothing_any_more(visit: Visit, cast: Cast) -> None:
    client, ana = visit("ada"), visit("ana")
    page = f"{PEOPLE}{member(cast, 'ana').pk}/"
    assert ana.get("/lumen/").status_code == 200
    refused = client.post(f"{page}remove/", follow=True).content.decode()
    assert cast.bellecour.name in refused
    client.post(f"{page}remove/", {"heir": member(cast, "dora").pk})
    assert ana.get("/lumen/").status_code == 404
    assert "Dora owns their customers" in client.get("/lumen/admin/audit/").content.decode()


def test_customers_are_handed_over(visit: Visit, cast: Cast) -> None:
    page = f"{PEOPLE}{member(cast, 'ana').pk}/hand-over/"
    visit("ada").post(page, {"heir": member(cast, "dora").pk})
    with scope(cast.lumen.pk):
        assert cast.bellecour.owned_by(member(cast, "dora").pk)
        assert not cast.bellecour.owned_by(member(cast, "ana").pk)


def test_a_member_of_another_seller_cannot_be_named(visit: Visit, cast: Cast) -> None:
    client, bob = visit("ada"), member(cast, "bob")
    assert client.get(f"{PEOPLE}{bob.pk}/").status_code == 404
    client.post(f"{PEOPLE}{member(cast, 'ana').pk}/hand-over/", {"heir": bob.pk})
    with scope(cast.lumen.pk):
        assert cast.bellecour.owned_by(member(cast, "ana").pk)


def test_two_steps_lead_to_setting_them_up_before_anything_is_seen(visit: Visit, cast: Cast) -> None:
    client = visit("ada")
    said = client.post(f"{PEOPLE}two-step/", {"required": "1"}, follow=True).content.decode()
    assert "yourself first" in said
    TOTP.activate(cast.users["ada"], "JBSWY3DPEHPK3PXP")
    client.post(f"{PEOPLE}two-step/", {"required": "1"})
    assert Organisation.objects.get(pk=cast.lumen.pk).require_two_factor
    ana: Any = visit("ana")
    for address in ("/lumen/", PEOPLE, f"/lumen/customers/{cast.bellecour.pk}/"):
        assert ana.get(address)["Location"] == "/account/"
    assert ana.post("/lumen/customers/new/", {"name": "X"})["Location"] == "/account/"
    assert ana.get("/lumen/", headers={"HX-Request": "true"})["HX-Redirect"] == "/account/"
    assert "asks everybody for two steps" in ana.get("/account/").content.decode()
    TOTP.activate(cast.users["ana"], "JBSWY3DPEHPK3PXQ")
    assert ana.get("/lumen/").status_code == 200
    assert visit("bob").get("/cap/").status_code == 200


def test_finalising_takes_an_owner_who_processes_billing(visit: Visit, cast: Cast) -> None:
    (pk,) = drafts(cast.lumen, cast.bellecour)
    address = f"/lumen/documents/{pk}/"
    reasons = {
        "dora": "Only an owner of this customer, or an administrator, may do this.",
        "carol": "You need the permission “process billing”.",
    }
    for name, reason in reasons.items():
        assert reason in visit(name).get(address).content.decode()
        visit(name).post(f"{address}finalise/", {"confirmed": "1"})
        with scope(cast.lumen.pk):
            assert Invoice.objects.get(pk=pk).number is None
    body = visit("ana").get(address).content.decode()
    assert not any(reason in body for reason in reasons.values())
    visit("ada").post(f"{PEOPLE}{member(cast, 'ana').pk}/hand-over/", {"heir": member(cast, "dora").pk})
    assert reasons["dora"] not in visit("dora").get(address).content.decode()
    assert reasons["dora"] in visit("ana").get(address).content.decode()


def test_owners_are_chosen_by_owners_and_administrators(visit: Visit, cast: Cast) -> None:
    page = f"/lumen/customers/{cast.bellecour.pk}/"
    shown = {
        name: "edit/#owners" in visit(name).get(page).content.decode() for name in cast.users if name != "bob"
    }
    assert shown == {"ana": True, "ada": True, "dora": False, "carol": False}
