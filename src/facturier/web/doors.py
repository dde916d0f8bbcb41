"""The way to one's organisation, and one's preferences. Signing in is web/account/."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from facturier.organisations.models import LANGUAGES, Membership
from facturier.web.frame import SHORTCUTS_COOKIE, THEME_COOKIE, THEMES
from facturier.web.pages import LAST_ORGANISATION, member_page, public_page

A_YEAR = 365 * 24 * 3600


@member_page
def home(request: Any) -> HttpResponse:
    """Lead to the organisation that was open last, or the only one, or the first by name."""
    slugs = list(
        Membership.objects.filter(user=request.user)
        .order_by("organisation__name")
        .values_list("organisation__slug", flat=True)
    )
    if not slugs:
        return render(request, "web/nowhere.html")
    last = request.session.get(LAST_ORGANISATION)
    return HttpResponseRedirect(f"/{last if last in slugs else slugs[0]}/")


CHOICES = {THEME_COOKIE: tuple(THEMES), SHORTCUTS_COOKIE: ("on", "off")}


@public_page
@require_POST
def preferences(request: Any) -> HttpResponse:
    """Remember the look and the shortcuts in cookies, the language with the person once signed in."""
    response = HttpResponseRedirect(_next(request))
    for name, allowed in CHOICES.items():
        if (chosen := request.POST.get(name)) is None:
            continue
        if chosen not in allowed:
            return HttpResponseBadRequest()
        _keep(response, name, chosen)
    if (language := request.POST.get("language")) is not None:
        if language not in dict(LANGUAGES):
            return HttpResponseBadRequest()
        if request.user.is_authenticated:
            request.user.language = language
            request.user.save(update_fields=["language"])
        else:
            _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", secure=secure)


def _next(request: HttpRequest) -> str:
    """Return the page the choice was made on, when it is one of ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if ours else "/"
