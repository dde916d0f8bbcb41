"""Admin > Settings: what the seller states about itself, as documents print it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from facturier.organisations import logos, operations, queries
from facturier.organisations.versions import version
from facturier.rules.refusal import Refused
from facturier.rules.regions.base import words
from facturier.web.admin.forms import SettingsForm
from facturier.web.forms import refusals_beside_fields
from facturier.web.pages import page
from facturier.web.refusals import refusal_text

KEY = "organisations.change"


@page("view")
@require_safe
def admin(request: Any) -> HttpResponse:
    """Lead to the first page of Admin."""
    return HttpResponseRedirect(_here(request))


@page("view")
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Any) -> HttpResponse:
    """Show what the seller states, to all who work there; change it, for those who may."""
    if request.method != "POST":
        return _show(request, SettingsForm(request.organisation, reason=request.actor.lacks(KEY)))
    request.actor.must(KEY, request.organisation)
    form = SettingsForm(request.organisation, request.POST)
    if form.is_valid():
        with refusals_beside_fields(request, form, form.places) as done:
            operations.change(
                request.organisation,
                actor=request.actor,
                values=form.stated(),
                seen=request.POST.get("seen", ""),
            )
        if done:
            messages.success(request, _("The settings were saved."))
            return HttpResponseRedirect(_here(request))
    return _show(request, form, status=422)


@page("organisations.change")
@require_http_methods(["GET", "HEAD", "POST"])
def logo(request: Any) -> HttpResponse:
    """Take a picture as logo, or none where `remove` is said; who comes by GET is led to the settings."""
    if request.method != "POST":
        return HttpResponseRedirect(_here(request))
    removes = "remove" in request.POST
    try:
        chosen = None if removes else _uploaded(request)
        operations.set_logo(request.organisation, actor=request.actor, logo=chosen)
    except Refused as refusal:
        form = SettingsForm(request.organisation)
        return _show(request, form, logo_error=refusal_text(refusal), status=422)
    messages.success(request, _("The logo was removed.") if removes else _("The logo was saved."))
    return HttpResponseRedirect(_here(request) + "#logo")


def _uploaded(request: Any) -> logos.Png:
    file = request.FILES.get("logo")
    if file is None:
        raise Refused("Choose a file first.", field="logo")
    return logos.to_png(file.read(logos.MOST_BYTES + 1))


@page("view")
@require_safe
def picture(request: Any, sha256: str) -> HttpResponse:
    """Show a logo; the address names its hash, so that browsers may keep it."""
    content = queries.logo(sha256)
    if content is None:
        raise Http404
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return HttpResponse(content, content_type="image/png", headers=headers)


def _show(request: Any, form: SettingsForm, *, logo_error: str = "", status: int = 200) -> HttpResponse:
    organisation = request.organisation
    language = request.LANGUAGE_CODE[:2]
    values = {
        "form": form,
        "seen": version(organisation),
        "logo_error": logo_error,
        "logo_sha256": organisation.logo_sha256,
        "lacks": request.actor.lacks(KEY),
        "region": words(organisation.rules.labels, language),
        "plan": organisation.get_plan_display(),
    }
    return render(request, "admin/settings.html", values, status=status)


def _here(request: Any) -> str:
    return reverse("settings", kwargs={"organisation": request.organisation.slug})
