"""The forms of one's own account: django-allauth's, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

PASSWORD_HINT = _("At least 8 characters, and none of the passwords that everybody uses.")
CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 12, "autofocus": True}


class SignIn(AuthenticationForm):
    """E-mail address and password; failed attempts are counted and, after some, refused for a while."""

    error_messages = {
        "invalid_login": _("This e-mail address and password do not belong together."),
        "inactive": _("This account was closed."),
    }

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            self.user_cache = get_adapter().authenticate(self.request, email=email, password=password)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


def _field(form: forms.Form, name: str, label: Any, *, hint: Any = "", **attributes: Any) -> None:
    """Give a field of allauth's our words: a label and a hint, and no placeholder."""
    field = form.fields[name]
    field.label, field.help_text = label, hint
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)


class AskReset(forms.Form):
    """Where to send the way to a new password."""

    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class NewPassword(account.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "password1", _("New password"), hint=PASSWORD_HINT)
        _field(self, "password2", _("New password, once more"))


class ChangePassword(account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "oldpassword", _("Your password until now"))
        _field(self, "password1", _("New password"), hint=PASSWORD_HINT)
        _field(self, "password2", _("New password, once more"))


class ConfirmPassword(account.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "password", _("Password"), autofocus=True)


class ConfirmCode(mfa.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "code", _("Code of the authenticator app, or a recovery code"), **CODE)


class Code(mfa.AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "code", _("Code of the authenticator app, or a recovery code"), **CODE)


class FirstCode(totp.ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _field(self, "code", _("The code that the app shows now"), **CODE)


class NewPasskey(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A passkey always signs in by itself: the device asks for a finger, a face or a PIN."""

    passwordless = None
    name = forms.CharField(
        label=_("Name"),
        help_text=_("So that you know it from others, e.g. by the device."),
        max_length=60,
        required=False,
    )


class PasskeyName(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(label=_("Name"), max_length=60)


class Join(forms.Form):
    """What a person without an account says of themselves to accept an invitation."""

    name = forms.CharField(
        label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("New password"),
        help_text=PASSWORD_HINT,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
