"""Send what Facturier itself writes: by workers, through Django's mailer, never while a page waits.

An answer that waits for the mail server would tell by its time whether an address has an account.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from email.utils import make_msgid, parseaddr

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.tasks import task
from django.urls import reverse
from django.utils import timezone
from django.utils.http import int_to_base36

from facturier.organisations.background import State, in_organisation
from facturier.organisations.models import User
from facturier.people import letters
from facturier.people.letters import Letter
from facturier.people.models import Invitation
from facturier.people.values import digest, new_token

log = logging.getLogger(__name__)
AT_MOST = timedelta(minutes=5)  # a server that takes longer to take one message has failed


def deliver_invitation(row: Invitation) -> None:
    """Make the invitation's token and send it; what fails is tried again (organisations/background.py)."""
    token = new_token(row.organisation_id)
    with in_organisation(row.organisation_id):
        if not row.renew(now=timezone.now(), lease=AT_MOST, token_sha256=digest(token)):
            return
        row = Invitation.objects.select_related("organisation").get(pk=row.pk)
    send(letters.invitation(row, link=_address("invitation", token=token)), to=row.email)
    with in_organisation(row.organisation_id):
        row.finish(State.DONE, sent_at=timezone.now(), error="")


@task  # type: ignore[untyped-decorator]
def send_password_reset(email: str) -> None:
    """Send the way to a new password to whom the address belongs; where it is nobody's, nothing happens."""
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        return
    link = _address(
        "account_reset_password_from_key",
        uidb36=int_to_base36(user.pk),
        key=default_token_generator.make_token(user),
    )
    send(letters.password_reset(user, link=link), to=user.email)


@task  # type: ignore[untyped-decorator]
def send_notice(user_id: int, key: str) -> None:
    """Tell somebody what was changed about their account."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None:
        send(letters.notice(user, key=key, link=_address("account_reset_password")), to=user.email)


def send(letter: Letter, *, to: str) -> None:
    """Hand a letter to the mail server. Raises what the mailer raises."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    EmailMessage(
        subject=" ".join(letter.subject.split()),
        body=letter.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={"Message-ID": make_msgid(domain=domain), "Auto-Submitted": "auto-generated"},
    ).send()


def _address(name: str, **parts: str) -> str:
    """Return the whole address of a page, by the installation's own name and never by what a request said."""
    return f"{settings.BASE_URL}{reverse(name, kwargs=parts)}"
