"""Inviting, joining, permissions and leaving: what holds whoever asks, on both databases."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import PermissionDenied

from facturier.audit.models import Event
from facturier.customers.models import CustomerOwner
from facturier.organisations import background
from facturier.organisations.access import Actor
from facturier.organisations.models import Membership, Organisation, User
from facturier.organisations.tenancy import scope
from facturier.people import operations, queries
from facturier.people.models import Invitation
from facturier.people.values import Granted, digest, new_token, organisation_of
from facturier.rules.refusal import Refused
from tests.support.cast import PASSWORD, Cast, customer

NOW = datetime.now(UTC)
BILLING = Granted(may_process_billing=True)


def invite(cast: Cast, email: str = "eve@new.example", granted: Granted = BILLING) -> Invitation:
    return operations.invite(cast.lumen, actor=cast.ada, email=email, language="de", granted=granted, now=NOW)


def token_for(row: Invitation) -> str:
    """Give the invitation a token, as the worker does that sends it."""
    token = new_token(row.organisation_id)
    with scope(row.organisation_id):
        Invitation.objects.filter(pk=row.pk).update(token_sha256=digest(token))
        row.refresh_from_db()
    return token


def guest(cast: Cast) -> Actor:
    return Actor.invited(cast.lumen.pk, name="Eve")


def join(cast: Cast, row: Invitation, token: str, **changed: Any) -> Membership:
    values = {"name": "Eve", "password": PASSWORD, "now": NOW, **changed}
    return operations.join(row, actor=guest(cast), token=token, **values)


def test_an_invitation_speaks_its_language_and_opens_by_its_link(cast: Cast, mailoutbox: list[Any]) -> None:
    row = invite(cast)
    assert background.run("people.Invitation", cast.lumen.pk, row.pk)
    with scope(cast.lumen.pk):
        row.refresh_from_db()
    assert row.state == background.State.DONE
    assert row.sent_at
    (kept,) = mailoutbox
    assert kept.to == ["eve@new.example"]
    assert "lädt Sie" in kept.body
    assert kept.extra_headers["Message-ID"]
    token = re.search(r"/invitation/([^/]+)/", kept.body)[1]  # type: ignore[index]
    found = queries.invitation_of(token, now=NOW)
    assert found == row
    assert row.token_sha256 == digest(token)


def test_the_token_is_nowhere_in_the_database(cast: Cast, mailoutbox: list[Any]) -> None:
    row = invite(cast)
    background.run("people.Invitation", cast.lumen.pk, row.pk)
    token = re.search(r"/invitation/([^/]+)/", mailoutbox[0].body)[1]  # type: ignore[index]
    secret = token.partition("-")[2]
    with scope(cast.lumen.pk):
        kept = [*Invitation.objects.values_list(), *Event.objects.values_list()]
    assert secret not in repr(kept)
    assert digest(token) in repr(kept)  # it does look


def test_who_joins_may_what_was_granted_and_the_link_is_used_up(cast: Cast) -> None:
    row = invite(cast)
    token = token_for(row)
    member = join(cast, row, token)
    assert Granted.of(member) == BILLING
    assert member.user.check_password(PASSWORD)
    assert member.user.language == "de"
    assert queries.invitation_of(token, now=NOW) is None
    with scope(cast.lumen.pk), pytest.raises(Invitation.DoesNotExist):
        join(cast, row, token)
    with scope(cast.lumen.pk):
        rows = Event.objects.filter(organisation_id=cast.lumen.pk).order_by("sequence")
        names = list(rows.values_list("name", flat=True))
    assert names[-3:] == ["invitation.made", "organisation.member_added", "invitation.accepted"]


def test_an_invitation_ends_after_seven_days(cast: Cast) -> None:
    row = invite(cast)
    token = token_for(row)
    late = NOW + timedelta(days=7)
    assert queries.invitation_of(token, now=late - timedelta(seconds=1)) == row
    assert queries.invitation_of(token, now=late) is None
    with pytest.raises(Refused, match="not valid"):
        join(cast, row, token, now=late)
    assert not User.objects.filter(email=row.email).exists()


def test_the_newest_message_alone_works(cast: Cast) -> None:
    row = invite(cast)
    old = token_for(row)
    operations.send_again(row, actor=cast.ada, now=NOW)
    assert queries.invitation_of(old, now=NOW) is None
    with scope(cast.lumen.pk):
        row.refresh_from_db()
    for token in (old, "", f"{cast.lumen.pk:x}-"):
        with pytest.raises(Refused, match="not valid"):
            join(cast, row, token)
    assert queries.invitation_of(token_for(row), now=NOW) == row


def test_a_revoked_invitation_is_worth_nothing_and_is_not_sent(cast: Cast, mailoutbox: list[Any]) -> None:
    row = invite(cast)
    token = token_for(row)
    operations.revoke(row, actor=cast.ada)
    assert queries.invitation_of(token, now=NOW) is None
    assert not background.run("people.Invitation", cast.lumen.pk, row.pk)
    assert mailoutbox == []


def test_a_token_of_one_organisation_opens_nothing_of_another(cast: Cast) -> None:
    token = token_for(invite(cast))
    secret = token.partition("-")[2]
    assert queries.invitation_of(f"{cast.cap.pk:x}-{secret}", now=NOW) is None
    for wrong in ("", "x", "-", secret, f"zz-{secret}", f"{'f' * 40}-{secret}", token + "a" * 80):
        assert queries.invitation_of(wrong, now=NOW) is None
    assert organisation_of(token) == cast.lumen.pk


def test_somebody_else_cannot_accept(cast: Cast) -> None:
    row = invite(cast, cast.users["bob"].email)
    token = token_for(row)
    dora = Actor.invited(cast.lumen.pk, name="Dora", user_id=cast.users["dora"].pk)
    with pytest.raises(Refused, match="is for bob@cap"):
        operations.accept(row, actor=dora, token=token, user=cast.users["dora"], now=NOW)
    bob = Actor.invited(cast.lumen.pk, name="Bob", user_id=cast.users["bob"].pk)
    member = operations.accept(row, actor=bob, token=token, user=cast.users["bob"], now=NOW)
    assert member.organisation == cast.lumen
    assert not member.is_admin


def test_nobody_is_invited_twice_or_as_a_member(cast: Cast) -> None:
    invite(cast)
    with pytest.raises(Refused, match="invited already"):
        invite(cast, " EVE@new.example ")
    with pytest.raises(Refused, match="member already"):
        invite(cast, "Ana@Lumen.example")
    with pytest.raises(Refused, match="no e-mail address"):
        invite(cast, "eve")


@pytest.mark.parametrize(("changed", "field"), [({"name": " "}, "name"), ({"password": "123"}, "password")])
def test_an_account_needs_a_name_and_a_good_password(cast: Cast, changed: Any, field: str) -> None:
    row = invite(cast)
    with pytest.raises(Refused) as refused:
        join(cast, row, token_for(row), **changed)
    assert refused.value.field == field


def test_only_administrators_manage_people(cast: Cast) -> None:
    settings_too = Membership.objects.get(user=cast.users["dora"])
    settings_too.may_manage_settings = True
    settings_too.save()
    dora = Actor.member(settings_too)
    row = invite(cast)
    member = Membership.objects.get(user=cast.users["ana"])
    tries: list[Any] = [
        lambda: operations.invite(
            cast.lumen, actor=dora, email="x@y.example", language="de", granted=BILLING, now=NOW
        ),
        lambda: operations.send_again(row, actor=dora, now=NOW),
        lambda: operations.revoke(row, actor=dora),
        lambda: operations.change_permissions(settings_too, actor=dora, granted=Granted(is_admin=True)),
        lambda: operations.remove(member, actor=dora),
        lambda: operations.hand_over(member, actor=dora, heir=settings_too),
        lambda: operations.require_two_factor(cast.lumen, actor=dora, required=True),
        lambda: operations.remove(member, actor=cast.bob),
    ]
    for one in tries:
        with pytest.raises(PermissionDenied):
            one()
    operations.change_permissions(settings_too, actor=cast.ada, granted=Granted(is_admin=True))
    operations.revoke(row, actor=Actor.member(Membership.objects.get(pk=settings_too.pk)))


def test_an_organisation_keeps_an_administrator(cast: Cast) -> None:
    ada = Membership.objects.get(user=cast.users["ada"])
    for one in (
        lambda: operations.change_permissions(ada, actor=cast.ada, granted=BILLING),
        lambda: operations.remove(ada, actor=cast.ada),
    ):
        with pytest.raises(Refused, match="Ada is the last administrator"):
            one()
    ana = Membership.objects.get(user=cast.users["ana"])
    operations.change_permissions(ana, actor=cast.ada, granted=Granted(is_admin=True))
    operations.change_permissions(ada, actor=cast.ada, granted=BILLING)
    with pytest.raises(Refused, match="Ana is the last"):
        operations.remove(ana, actor=Actor.system(cast.lumen.pk), heir=ada)


def test_who_leaves_hands_their_customers_over(cast: Cast) -> None:
    ana, dora = (Membership.objects.get(user=cast.users[name]) for name in ("ana", "dora"))
    both = customer(cast.lumen, number="C2", owner=ana, name="Shared")
    with scope(cast.lumen.pk):
        CustomerOwner.objects.create(organisation=cast.lumen, customer=both, membership=dora)
    with pytest.raises(Refused) as refused:
        operations.remove(ana, actor=cast.ada)
    assert cast.bellecour.name in str(refused.value)
    assert "Shared" in str(refused.value)
    with pytest.raises(Refused, match="another member"):
        operations.remove(ana, actor=cast.ada, heir=Membership.objects.get(user=cast.users["bob"]))
    assert operations.remove(ana, actor=cast.ada, heir=dora) == 2
    assert not Membership.objects.filter(user=cast.users["ana"]).exists()
    with scope(cast.lumen.pk):
        owners = CustomerOwner.objects.values_list("customer_id", "membership_id")
        assert sorted(owners) == sorted([(cast.bellecour.pk, dora.pk), (both.pk, dora.pk)])
        assert cast.dora.may("invoices.finalise", cast.bellecour)


def test_handing_over_moves_the_right_to_finalise(cast: Cast) -> None:
    ana, dora = (Membership.objects.get(user=cast.users[name]) for name in ("ana", "dora"))
    with scope(cast.lumen.pk):
        assert not cast.dora.may("invoices.finalise", cast.bellecour)
    assert operations.hand_over(ana, actor=cast.ada, heir=dora) == 1
    with scope(cast.lumen.pk):
        assert cast.dora.may("invoices.finalise", cast.bellecour)
        assert not cast.ana.may("invoices.finalise", cast.bellecour)


def test_two_steps_are_asked_for_only_by_who_has_them(cast: Cast) -> None:
    with pytest.raises(Refused, match="yourself first"):
        operations.require_two_factor(cast.lumen, actor=cast.ada, required=True)
    TOTP.activate(cast.users["ada"], "JBSWY3DPEHPK3PXP")
    operations.require_two_factor(cast.lumen, actor=cast.ada, required=True)
    members = {one.user.name: one for one in Membership.objects.filter(organisation=cast.lumen)}
    assert {name for name, one in members.items() if queries.must_set_up(one)} == {"Ana", "Carol", "Dora"}
    operations.require_two_factor(Organisation.objects.get(pk=cast.lumen.pk), actor=cast.ada, required=False)
    assert not queries.must_set_up(Membership.objects.get(user=cast.users["ana"]))


def test_the_key_of_an_app_is_not_kept_in_the_clear(cast: Cast) -> None:
    TOTP.activate(cast.users["ada"], "JBSWY3DPEHPK3PXP")
    (row,) = Authenticator.objects.all()
    assert "JBSWY3DPEHPK3PXP" not in repr(row.data)
    assert row.wrap().instance.data["secret"].startswith("gAAAA")


def test_the_operator_takes_a_second_step_off_and_that_is_noted(cast: Cast) -> None:
    TOTP.activate(cast.users["ana"], "JBSWY3DPEHPK3PXP")
    assert operations.forget_second_factors(user=cast.users["ana"]) == 1
    assert not queries.has_second_factor(cast.users["ana"].pk)
    assert operations.forget_second_factors(user=cast.users["ana"]) == 0
    noted = Event.objects.filter(organisation_id=cast.lumen.pk, name="membership.second_factors_forgotten")
    with scope(cast.lumen.pk):
        assert noted.count() == 1


def test_members_are_listed_with_three_queries(cast: Cast, django_assert_num_queries: Any) -> None:
    with scope(cast.lumen.pk), django_assert_num_queries(3):
        found = queries.members()
    assert [(one.membership.user.name, one.owned) for one in found] == [
        ("Ada", 0),
        ("Ana", 1),
        ("Carol", 0),
        ("Dora", 0),
    ]
