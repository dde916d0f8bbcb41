"""Before one is signed in: the password, the second step, a passkey, a new password, an invitation."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login, perform_password_login
from allauth.account.models import Login
from allauth.account.views import PasswordResetFromKeyView
from allauth.core import ratelimit
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from facturier.organisations.access import Actor
from facturier.organisations.models import User
from facturier.people import operations, queries
from facturier.people.models import Invitation
from facturier.people.posting import send_password_reset
from facturier.web.account.forms import AskReset, Code, Join, NewPassword, SignIn
from facturier.web.account.passkeys import with_options
from facturier.web.forms import refusals_beside_fields
from facturier.web.pages import public_page
from facturier.web.refusals import refusals_as_messages


class SignInView(auth.LoginView):
    """Django's page, whose password is but the first step."""

    template_name = "web/sign_in.html"
    authentication_form = SignIn
    redirect_authenticated_user = True

    def form_valid(self, form: SignIn) -> HttpResponse:
        user: Any = form.get_user()
        login = Login(user=user, email=user.email, redirect_url=self.get_redirect_url() or None)
        return perform_password_login(self.request, {"email": user.email}, login)


sign_in = public_page(SignInView.as_view())
sign_out = public_page(auth.LogoutView.as_view())
second_step = public_page(
    with_options(AuthenticateView, "request_options").as_view(
        template_name="account/second_step.html", form_class=Code
    )
)
by_passkey = public_page(LoginWebAuthnView.as_view())


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def ask_reset(request: HttpRequest) -> HttpResponse:
    """Send the way to a new password, and answer the same whether the address has an account or not."""
    form = AskReset(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        refused = ratelimit.consume_or_429(request, action="reset_password", key=email)
        if refused is not None:
            return refused
        send_password_reset.enqueue(email)
        return HttpResponseRedirect(reverse("account_reset_password_done"))
    return render(request, "account/ask_reset.html", {"form": form}, status=422 if form.errors else 200)


@public_page
@require_safe
def reset_sent(request: HttpRequest) -> HttpResponse:
    """Say that a message is on its way, if there is an account."""
    return render(request, "account/reset_sent.html")


new_password = public_page(
    PasswordResetFromKeyView.as_view(template_name="account/new_password.html", form_class=NewPassword)
)


@public_page
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: Any, token: str) -> HttpResponse:
    """Accept an invitation: at once with an account, else after saying who one is."""
    now = timezone.now()
    row = queries.invitation_of(token, now=now)
    if row is None:
        return render(request, "account/invitation_gone.html", status=404)
    known = User.objects.filter(email__iexact=row.email).first()
    if known is None:
        return _join(request, row, token)
    mine = request.user == known
    if request.method == "POST" and mine:
        actor = Actor.invited(row.organisation_id, name=str(known), user_id=known.pk)
        with refusals_as_messages(request) as done:
            try:
                operations.accept(row, actor=actor, token=token, user=known, now=now)
            except Invitation.DoesNotExist:  # used or revoked since it was looked up
                return render(request, "account/invitation_gone.html", status=404)
        return HttpResponseRedirect(f"/{row.organisation.slug}/" if done else "/")
    values = {"invitation": row, "known": known, "is_mine": mine}
    return render(request, "account/invitation.html", values, status=200 if request.method != "POST" else 403)


def _join(request: Any, row: Invitation, token: str) -> HttpResponse:
    form = Join(request.POST or None)
    if request.method == "POST" and not request.user.is_authenticated and form.is_valid():
        actor = Actor.invited(row.organisation_id, name=form.cleaned_data["name"])
        with refusals_beside_fields(request, form) as done:
            membership = operations.join(
                row,
                actor=actor,
                token=token,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
                now=timezone.now(),
            )
        if done:
            login = Login(user=membership.user, redirect_url=f"/{row.organisation.slug}/")
            return perform_login(request, login)
    values = {"invitation": row, "form": form}
    return render(request, "account/invitation.html", values, status=422 if form.errors else 200)
