"""What Facturier itself writes to people: an invitation, a way back in, notice of what was changed.

Each letter is made in its reader's language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from facturier.organisations.models import User
from facturier.people.models import Invitation


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    body: str


def invitation(row: Invitation, *, link: str) -> Letter:
    """Write the invitation, with the link that accepts it."""
    with override(row.language):
        names = {"organisation": row.organisation.name, "inviter": row.invited_by, "link": link}
        return Letter(
            _("%(inviter)s invites you to %(organisation)s") % names,
            _(
                "Hello,\n\n%(inviter)s invites you to work with %(organisation)s in Facturier.\n\n"
                "Accept the invitation here, within seven days:\n%(link)s\n\n"
                "If you do not know what this is about, ignore this message: nothing happens.\n"
            )
            % names,
        )


def password_reset(user: User, *, link: str) -> Letter:
    """Write how to choose a new password."""
    with override(user.language):
        return Letter(
            _("A new password for Facturier"),
            _(
                "Hello %(name)s,\n\nsomebody, probably you, asked for a new password.\n\n"
                "Choose it here, within two hours:\n%(link)s\n\n"
                "If it was not you, ignore this message: your password stays as it is.\n"
            )
            % {"name": user.name, "link": link},
        )


# What was changed, by the name that django-allauth gives to the notice of it.
NOTICES: dict[str, Callable[[], str]] = {
    "account/email/password_changed": lambda: _("Your password was changed."),
    "account/email/password_reset": lambda: _("A new password was chosen for your account."),
    "mfa/email/totp_activated": lambda: _("An authenticator app was added to your account."),
    "mfa/email/totp_deactivated": lambda: _("The authenticator app was removed from your account."),
    "mfa/email/webauthn_added": lambda: _("A passkey was added to your account."),
    "mfa/email/webauthn_removed": lambda: _("A passkey was removed from your account."),
    "mfa/email/recovery_codes_generated": lambda: _("New recovery codes were made for your account."),
}


def notice(user: User, *, key: str, link: str) -> Letter:
    """Write what was changed about an account, so that nobody changes it unnoticed."""
    with override(user.language):
        what = NOTICES[key]()
        return Letter(
            what,
            _(
                "Hello %(name)s,\n\n%(what)s\n\n"
                "If it was not you, choose a new password at once and tell your administrator:\n%(link)s\n"
            )
            % {"name": user.name, "what": what, "link": link},
        )
