"""Signing in by steps, new passwords, invitations, and the account's own pages, in Django's own browser."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver
from django_tasks_db.models import DBTaskResult

from facturier.organisations import background
from facturier.organisations.models import User
from facturier.organisations.tenancy import scope
from facturier.people import operations
from facturier.people.models import Invitation
from facturier.people.values import Granted
from tests.support.cast import PASSWORD, Cast
from tests.web.conftest import Visit

SECRET = "JBSWY3DPEHPK3PXP"
ANA = "ana@lumen.example"


@pytest.fixture(autouse=True)
def in_english(cast: Cast) -> None:
    for user in cast.users.values():
        user.language = "en"
        user.save(update_fields=["language"])


def code(secret: str = SECRET, *, steps: int = 0) -> str:
    """Return the code that an app shows, so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client: Client, email: str = ANA, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/sign-in/", {"username": email, "password": password, **more})


def work() -> None:
    """Do what waits in the queue of tasks."""
    for one in DBTaskResult.objects.ready():
        one.task.func(*one.args_kwargs["args"], **one.args_kwargs["kwargs"])
        one.delete()


def link_in(mail: Any, start: str) -> str:
    return re.search(rf"http://127\.0\.0\.1:8000(/{start}/\S+)", mail.body)[1]  # type: ignore[index]


def test_a_password_alone_does_not_sign_in_who_has_an_app(visit: Visit, cast: Cast) -> None:
    TOTP.activate(cast.users["ana"], SECRET)
    client = visit()
    assert sign_in(client, next="/lumen/customers/")["Location"] == "/sign-in/code/"
    assert client.get("/lumen/")["Location"].startswith("/sign-in/")
    wrong = client.post("/sign-in/code/", {"code": code(steps=9)})
    assert "not right" in wrong.content.decode()
    assert client.get("/lumen/").status_code == 302
    assert client.post("/sign-in/code/", {"code": code()})["Location"] == "/lumen/customers/"
    assert client.get("/lumen/").status_code == 200


def test_a_code_serves_once(visit: Visit, cast: Cast) -> None:
    TOTP.activate(cast.users["ana"], SECRET)
    first, second = visit(), visit()
    used = code()
    for client in (first, second):
        sign_in(client)
        client.post("/sign-in/code/", {"code": used})
    assert first.get("/lumen/").status_code == 200
    assert second.get("/lumen/").status_code == 302


def test_the_second_step_cannot_be_tried_without_the_first(visit: Visit, cast: Cast) -> None:
    TOTP.activate(cast.users["ana"], SECRET)
    client = visit()
    assert client.post("/sign-in/code/", {"code": code()})["Location"] == "/sign-in/"


def test_a_recovery_code_signs_in_once(visit: Visit, cast: Cast) -> None:
    TOTP.activate(cast.users["ana"], SECRET)
    (one, *_rest) = RecoveryCodes.activate(cast.users["ana"]).generate_codes()
    for expected in (200, 302):
        client = visit()
        sign_in(client)
        client.post("/sign-in/code/", {"code": one})
        assert client.get("/lumen/").status_code == expected


def test_with_another_key_of_the_installation_no_code_fits(visit: Visit, cast: Cast, settings: Any) -> None:
    TOTP.activate(cast.users["ana"], SECRET)
    (spare, *_rest) = RecoveryCodes.activate(cast.users["ana"]).generate_codes()
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another one"
    client = visit()
    sign_in(client)
    for one in (code(), spare):
        assert "not right" in client.post("/sign-in/code/", {"code": one}).content.decode()
    settings.SECRET_KEY = before
    client = visit()
    sign_in(client)
    assert client.post("/sign-in/code/", {"code": spare}).status_code == 302


def test_guessing_passwords_is_stopped_for_the_address_and_only_there(visit: Visit) -> None:
    for _try in range(5):
        assert "belong together" in sign_in(visit(), password="guess").content.decode()
    refused = sign_in(visit())
    assert "Too many attempts" in refused.content.decode()
    assert sign_in(visit(), "dora@lumen.example").status_code == 302
    cache.clear()
    assert sign_in(visit()).status_code == 302


def test_guessing_many_addresses_is_stopped_for_who_guesses(visit: Visit) -> None:
    for number in range(10):
        sign_in(visit(), f"x{number}@y.example", "guess")
    assert "Too many attempts" in sign_in(visit()).content.decode()
    assert sign_in(visit(REMOTE_ADDR="192.0.2.7")).status_code == 302


def test_guessing_codes_is_stopped(visit: Visit, cast: Cast) -> None:
    TOTP.activate(cast.users["ana"], SECRET)
    client = visit()
    sign_in(client)
    for _try in range(5):
        client.post("/sign-in/code/", {"code": "000000"})
    client.post("/sign-in/code/", {"code": code()})
    assert client.get("/lumen/").status_code == 302


def test_a_forgotten_password_is_chosen_anew(visit: Visit, cast: Cast, mailoutbox: list[Any]) -> None:
    elsewhere = visit("ana")
    assert elsewhere.get("/lumen/").status_code == 200
    client = visit()
    assert client.post("/password/", {"email": "Ana@lumen.example"})["Location"] == "/password/sent/"
    assert mailoutbox == []
    work()
    (mail,) = mailoutbox
    assert mail.to == [ANA]
    link = link_in(mail, "password")
    form = client.get(link)["Location"]
    assert form.endswith("-set-password/")
    weak = client.post(form, {"password1": "password", "password2": "password"})
    assert "too common" in weak.content.decode()
    new = "an altogether other password"
    assert client.post(form, {"password1": new, "password2": new})["Location"] == "/sign-in/"
    assert elsewhere.get("/lumen/").status_code == 302
    assert "worn out" in client.get(link).content.decode()
    assert sign_in(visit(), password=new).status_code == 302
    work()
    assert [mail.subject for mail in mailoutbox[1:]] == ["A new password was chosen for your account."]


def test_asking_for_a_password_tells_nobody_who_has_an_account(visit: Visit, mailoutbox: list[Any]) -> None:
    answers = [visit().post("/password/", {"email": name}) for name in (ANA, "nobody@lumen.example")]
    assert len({(one.status_code, one["Location"], one.content) for one in answers}) == 1
    assert DBTaskResult.objects.count() == 2
    work()
    assert [mail.to for mail in mailoutbox] == [[ANA]]


def test_nobody_is_flooded_with_messages(visit: Visit) -> None:
    statuses = [visit().post("/password/", {"email": ANA}).status_code for _try in range(6)]
    assert statuses == [302] * 5 + [429]


def test_a_link_is_worth_nothing_after_two_hours(
    visit: Visit, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    visit().post("/password/", {"email": ANA})
    work()
    link = link_in(mailoutbox[0], "password")
    assert visit().get(link).status_code == 302
    later = datetime.now() + timedelta(hours=2, seconds=5)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: later)
    assert "worn out" in visit().get(link).content.decode()


def test_links_name_the_installation_not_what_a_request_says(visit: Visit, mailoutbox: list[Any]) -> None:
    visit().post("/password/", {"email": ANA}, headers={"Host": "localhost"})
    work()
    assert "http://127.0.0.1:8000/password/" in mailoutbox[0].body


def test_a_changed_password_ends_the_other_sessions(visit: Visit, cast: Cast, mailoutbox: list[Any]) -> None:
    here, elsewhere = visit("ana"), visit("ana")
    new = "an altogether other password"
    values = {"oldpassword": "wrong", "password1": new, "password2": new}
    assert "not your password" in here.post("/account/password/", values).content.decode()
    assert here.post("/account/password/", {**values, "oldpassword": PASSWORD})["Location"] == "/account/"
    assert here.get("/lumen/").status_code == 200
    assert elsewhere.get("/lumen/").status_code == 302
    work()
    assert [mail.subject for mail in mailoutbox] == ["Your password was changed."]


def test_changes_of_the_account_ask_again_who_one_is(visit: Visit, cast: Cast) -> None:
    TOTP.activate(cast.users["ana"], SECRET)
    RecoveryCodes.activate(cast.users["ana"])
    client = visit("ana")  # signed in long ago: nothing was confirmed in this session
    for address in ("app/remove/", "codes/", "codes/new/", "codes/file/", "passkeys/new/"):
        answer = client.get(f"/account/{address}")
        assert answer["Location"].startswith("/account/confirm/"), address
    assert client.post("/account/app/remove/")["Location"].startswith("/account/confirm/")
    assert Authenticator.objects.filter(type="totp").exists()
    confirm = "/account/confirm/?next=/account/codes/"
    assert "not your password" in client.post(confirm, {"password": "wrong"}).content.decode()
    assert client.post(confirm, {"password": PASSWORD})["Location"] == "/account/codes/"
    assert client.get("/account/codes/").content.decode().count("<li><code>") == 10


def test_an_app_is_set_up_and_removed(visit: Visit, cast: Cast, mailoutbox: list[Any]) -> None:
    client = visit()
    sign_in(client)
    assert client.get("/account/app/").status_code == 302
    client.post("/account/confirm/", {"password": PASSWORD})
    body = client.get("/account/app/").content.decode()
    assert "data:image/svg+xml;base64," in body
    secret = re.search(r'<code class="key">([A-Z2-7]+)</code>', body)[1]  # type: ignore[index]
    assert "not right" in client.post("/account/app/", {"code": code(steps=9)}).content.decode()
    assert client.post("/account/app/", {"code": code(secret)})["Location"] == "/account/codes/"
    assert "Remove the app" in client.get("/account/").content.decode()
    assert client.post("/account/app/remove/")["Location"] == "/account/"
    assert not Authenticator.objects.exists()  # the recovery codes went with it


def invitation(cast: Cast, email: str, mailoutbox: list[Any]) -> str:
    """Invite somebody to Lumen and return the link that was sent."""
    row = operations.invite(
        cast.lumen,
        actor=cast.ada,
        email=email,
        language="en",
        granted=Granted(may_export=True),
        now=datetime.now().astimezone(),
    )
    background.run("people.Invitation", cast.lumen.pk, row.pk)
    return link_in(mailoutbox[-1], "invitation")


def test_a_newcomer_accepts_and_is_signed_in(visit: Visit, cast: Cast, mailoutbox: list[Any]) -> None:
    link = invitation(cast, "eve@new.example", mailoutbox)
    client = visit()
    assert "eve@new.example" in client.get(link).content.decode()
    assert client.post(link, {"name": "Eve", "password": "12345678"}).status_code == 422
    assert client.post(link, {"name": "Eve", "password": PASSWORD})["Location"] == "/lumen/"
    assert client.get("/lumen/journal/").status_code in (200, 404)
    assert client.get("/lumen/customers/new/").status_code == 403
    assert User.objects.get(email="eve@new.example").memberships.get().may_export
    assert visit().get(link).status_code == 404


def test_who_has_an_account_signs_in_first(visit: Visit, cast: Cast, mailoutbox: list[Any]) -> None:
    link = invitation(cast, "bob@cap.example", mailoutbox)
    client = visit()
    assert f"/sign-in/?next={link}" in client.get(link).content.decode()
    assert client.post(link, {"name": "Bob", "password": PASSWORD}).status_code == 403
    assert sign_in(client, "bob@cap.example", next=link)["Location"] == link
    assert client.post(link)["Location"] == "/lumen/"
    assert client.get("/lumen/").status_code == 200


def test_the_wrong_person_is_told(visit: Visit, cast: Cast, mailoutbox: list[Any]) -> None:
    for email in ("bob@cap.example", "eve@new.example"):
        link = invitation(cast, email, mailoutbox)
        client = visit("dora")
        assert "for somebody else" in client.get(link).content.decode()
        client.post(link, {"name": "Dora", "password": PASSWORD})
    with scope(cast.lumen.pk):
        assert Invitation.objects.count() == 2


def test_nobody_signs_up() -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert "account_login" in names
    assert not {name for name in names if "signup" in name or "trust" in name or name == "account_email"}


def test_failed_sign_ins_are_counted_across_processes() -> None:
    from django.conf import settings

    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
