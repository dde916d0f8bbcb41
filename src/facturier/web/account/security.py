"""Account > Security: password, authenticator app, passkeys, recovery codes. Changes ask again who one is."""

from __future__ import annotations

from typing import Any

from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from facturier.people.queries import has_second_factor
from facturier.web.account.forms import (
    ChangePassword,
    ConfirmCode,
    ConfirmPassword,
    FirstCode,
    NewPasskey,
    PasskeyName,
)
from facturier.web.account.passkeys import with_options
from facturier.web.pages import member_page


@member_page
@never_cache
@require_safe
def security(request: Any) -> HttpResponse:
    """Show by what one signs in, and which organisations ask for a second step."""
    found = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    codes = next((one for one in found if one.type == Authenticator.Type.RECOVERY_CODES), None)
    asking = request.user.memberships.filter(organisation__require_two_factor=True)
    values = {
        "app": next((one for one in found if one.type == Authenticator.Type.TOTP), None),
        "passkeys": [one for one in found if one.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "asking": list(asking.values_list("organisation__name", flat=True)),
        "is_set_up": has_second_factor(request.user.pk),
    }
    return render(request, "account/security.html", values)


class _AddPasskey(AddWebAuthnView):  # type: ignore[misc]
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["js_data"] = {"creation_options": auth.begin_registration(self.request.user, True)}
        return context


password = member_page(
    PasswordChangeView.as_view(template_name="account/password.html", form_class=ChangePassword)
)
confirm = member_page(
    ReauthenticateView.as_view(template_name="account/confirm.html", form_class=ConfirmPassword)
)
confirm_by_code = member_page(
    ReauthenticateByCodeView.as_view(template_name="account/confirm.html", form_class=ConfirmCode)
)
confirm_by_passkey = member_page(
    with_options(ReauthenticateWebAuthnView, "request_options").as_view(template_name="account/confirm.html")
)
add_app = member_page(
    never_cache(ActivateTOTPView.as_view(template_name="account/app.html", form_class=FirstCode))
)
remove_app = member_page(DeactivateTOTPView.as_view(template_name="account/app_remove.html"))
codes = member_page(never_cache(ViewRecoveryCodesView.as_view(template_name="account/codes.html")))
codes_file = member_page(DownloadRecoveryCodesView.as_view(template_name="account/codes.txt"))
new_codes = member_page(GenerateRecoveryCodesView.as_view(template_name="account/codes_new.html"))
add_passkey = member_page(
    never_cache(
        with_options(_AddPasskey, "creation_options").as_view(
            template_name="account/passkey_add.html", form_class=NewPasskey
        )
    )
)
rename_passkey = member_page(
    EditWebAuthnView.as_view(template_name="account/passkey.html", form_class=PasskeyName)
)
remove_passkey = member_page(RemoveWebAuthnView.as_view(template_name="account/passkey_remove.html"))
