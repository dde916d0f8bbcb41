"""Admin > People: who works here, what they may, whom they own, and who is invited."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from facturier.organisations.models import Membership
from facturier.people import operations, queries
from facturier.people.models import Invitation
from facturier.people.values import Granted
from facturier.web.forms import refusals_beside_fields
from facturier.web.pages import page
from facturier.web.people.forms import PRESETS, Invite, Permissions
from facturier.web.refusals import refusals_as_messages

KEY = "people.manage"


@page("view")
@require_safe
def people(request: Any) -> HttpResponse:
    """List the members to all of them; only administrators see the rest, and change anything."""
    lacks = request.actor.lacks(KEY)
    values = {
        "people": queries.members(),
        "invitations": [] if lacks else queries.invitations(),
        "lacks": lacks,
        "now": timezone.now(),
    }
    return render(request, "people/list.html", values)


@page(KEY)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: Any) -> HttpResponse:
    """Invite somebody by e-mail."""
    start = {"language": request.organisation.language}
    form = Invite(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form) as done:
            row = operations.invite(
                request.organisation,
                actor=request.actor,
                email=form.cleaned_data["email"],
                language=form.cleaned_data["language"],
                granted=form.granted(),
                now=timezone.now(),
            )
        if done:
            messages.success(request, _("%(email)s was invited.") % {"email": row.email})
            return HttpResponseRedirect(_url(request, "people"))
    values = {"form": form, "presets": PRESETS}
    return render(request, "people/invite.html", values, status=422 if form.errors else 200)


@page(KEY)
@require_POST
def send_again(request: Any, pk: int) -> HttpResponse:
    """Send an invitation anew."""
    row = get_object_or_404(Invitation.objects, pk=pk)
    operations.send_again(row, actor=request.actor, now=timezone.now())
    messages.success(request, _("The invitation for %(email)s is sent again.") % {"email": row.email})
    return HttpResponseRedirect(_url(request, "people"))


@page(KEY)
@require_POST
def revoke(request: Any, pk: int) -> HttpResponse:
    """Take an invitation back."""
    row = get_object_or_404(Invitation.objects, pk=pk)
    operations.revoke(row, actor=request.actor)
    messages.success(request, _("The invitation for %(email)s was revoked.") % {"email": row.email})
    return HttpResponseRedirect(_url(request, "people"))


@page(KEY)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: Any, pk: int) -> HttpResponse:
    """Show a member and change what they may."""
    row = _member(pk)
    form = Permissions(request.POST if request.method == "POST" else None, initial=asdict(Granted.of(row)))
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form) as done:
            operations.change_permissions(row, actor=request.actor, granted=form.granted())
        if done:
            messages.success(request, _("The permissions of %(name)s were saved.") % {"name": row.user})
            return HttpResponseRedirect(_url(request, "people"))
    members = queries.members()
    values = {
        "person": next(one for one in members if one.membership.pk == pk),
        "others": [
            (one.membership.pk, str(one.membership.user)) for one in members if one.membership.pk != pk
        ],
        "form": form,
        "presets": PRESETS,
    }
    return render(request, "people/person.html", values, status=422 if form.errors else 200)


@page(KEY)
@require_POST
def hand_over(request: Any, pk: int) -> HttpResponse:
    """Give a member's customers to another one."""
    giver, heir = _member(pk), _heir(request)
    with refusals_as_messages(request) as done:
        moved = operations.hand_over(giver, actor=request.actor, heir=heir or giver)
    if done:
        messages.success(request, _moved(moved, heir))
    return HttpResponseRedirect(_url(request, "person", pk=pk))


@page(KEY)
@require_POST
def remove(request: Any, pk: int) -> HttpResponse:
    """Let a member go; their customers go to whom the form names."""
    row = _member(pk)
    with refusals_as_messages(request) as done:
        operations.remove(row, actor=request.actor, heir=_heir(request))
    if not done:
        return HttpResponseRedirect(_url(request, "person", pk=pk))
    messages.success(request, _("%(name)s was removed.") % {"name": row.user})
    return HttpResponseRedirect("/" if row.user == request.user else _url(request, "people"))


@page(KEY)
@require_POST
def two_step(request: Any) -> HttpResponse:
    """Ask all members for a second step when they sign in, or no longer."""
    required = request.POST.get("required") == "1"
    with refusals_as_messages(request) as done:
        operations.require_two_factor(request.organisation, actor=request.actor, required=required)
    if done:
        said = _("Everybody signs in by two steps now.") if required else _("One step is enough again.")
        messages.success(request, said)
    return HttpResponseRedirect(_url(request, "people"))


def _member(pk: int) -> Membership:
    row = queries.member(pk)
    if row is None:
        raise Http404
    return row


def _heir(request: Any) -> Membership | None:
    chosen = request.POST.get("heir", "")
    return queries.member(int(chosen)) if chosen.isdecimal() and len(chosen) < 19 else None


def _moved(count: int, heir: Membership | None) -> str:
    words = ngettext(
        "%(count)s customer is owned by %(name)s now.",
        "%(count)s customers are owned by %(name)s now.",
        count,
    )
    return words % {"count": count, "name": heir.user if heir else ""}


def _url(request: Any, name: str, **parts: Any) -> str:
    return reverse(name, kwargs={"organisation": request.organisation.slug, **parts})
