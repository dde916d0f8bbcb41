"""Addresses of signing in and of one's own account; django-allauth finds its pages by these names.

What is not here is not there: nobody signs up, adds addresses, or signs in by a code.
"""

from django.urls import path, re_path

from facturier.web.account import entering, security

urlpatterns = [
    path("sign-in/", entering.sign_in, name="sign-in"),
    path("sign-in/", entering.sign_in, name="account_login"),
    path("sign-in/", entering.sign_in, name="account_inactive"),
    path("sign-in/", entering.sign_in, name="account_reset_password_from_key_done"),
    path("sign-in/code/", entering.second_step, name="mfa_authenticate"),
    path("sign-in/passkey/", entering.by_passkey, name="mfa_login_webauthn"),
    path("sign-out/", entering.sign_out, name="sign-out"),
    path("password/", entering.ask_reset, name="account_reset_password"),
    path("password/sent/", entering.reset_sent, name="account_reset_password_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$",
        entering.new_password,
        name="account_reset_password_from_key",
    ),
    path("invitation/<str:token>/", entering.invitation, name="invitation"),
    path("account/", security.security, name="mfa_index"),
    path("account/", security.security, name="mfa_list_webauthn"),
    path("account/password/", security.password, name="account_change_password"),
    path("account/confirm/", security.confirm, name="account_reauthenticate"),
    path("account/confirm/code/", security.confirm_by_code, name="mfa_reauthenticate"),
    path("account/confirm/passkey/", security.confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("account/app/", security.add_app, name="mfa_activate_totp"),
    path("account/app/remove/", security.remove_app, name="mfa_deactivate_totp"),
    path("account/codes/", security.codes, name="mfa_view_recovery_codes"),
    path("account/codes/new/", security.new_codes, name="mfa_generate_recovery_codes"),
    path("account/codes/file/", security.codes_file, name="mfa_download_recovery_codes"),
    path("account/passkeys/new/", security.add_passkey, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/", security.rename_passkey, name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove/", security.remove_passkey, name="mfa_remove_webauthn"),
]
