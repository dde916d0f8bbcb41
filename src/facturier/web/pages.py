"""The one gate for pages: who is asking, for which organisation, and may they?

`@page("invoices.finalise")` names a key of access.NEEDS. The gate finds the organisation in the URL, answers
404 to strangers and 403, with the reason, to members who lack the permission, opens the organisation's scope
and renders inside it. `@member_page` asks for a signed-in person only, `@public_page` for nobody. A system
check refuses to start while any URL has none of the three.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.checks import CheckMessage, Error
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from facturier.organisations.access import NEEDS, Actor, member_of
from facturier.organisations.models import Membership
from facturier.organisations.tenancy import scope
from facturier.people.queries import must_set_up
from facturier.rules.refusal import Refused
from facturier.web import refusals, speech

View = Callable[..., HttpResponseBase]

SIGNED_IN = "signed in"
PUBLIC = "public"
LAST_ORGANISATION = "organisation"


def page(key: str) -> Callable[[View], View]:
    """Gate a page of an organisation. `key` stands in access.NEEDS; raises KeyError where it does not.

    The view gets the request with `.organisation`, `.membership` and `.actor`, and the URL's other values.
    It stands above `@require_POST` and the like. What the view streams is read inside the scope as well.
    """
    NEEDS[key]

    def decorate(view: View) -> View:
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, organisation: str, **kwargs: Any) -> HttpResponseBase:
            membership = member_of(request.user, organisation)
            if membership is None:
                raise Http404
            enter(request, membership)
            if must_set_up(membership):
                return _led_to_security(request)
            rules = membership.organisation.rules
            with (
                scope(membership.organisation_id),
                speech.of(rules),
                timezone.override(ZoneInfo(rules.time_zone)),
            ):
                reason = request.actor.lacks(key)
                if reason is not None:
                    raise PermissionDenied(str(reason))
                return _answer(request, view, args, kwargs)

        gated.permission = key  # type: ignore[attr-defined]
        return gated

    return decorate


def member_page(view: View) -> View:
    """Gate a page that any signed-in person may see, whatever their organisation."""
    view.permission = SIGNED_IN  # type: ignore[attr-defined]
    return view


def public_page(view: View) -> View:
    """Let everybody see a page: signing in, and nothing that shows an organisation's data."""
    view = login_not_required(view)
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view


def enter(request: Any, membership: Membership) -> None:
    """Note on the request which organisation it is for, and in the session that it was the last one."""
    request.membership = membership
    request.organisation = membership.organisation
    request.actor = Actor.member(membership)
    slug = membership.organisation.slug
    if request.session.get(LAST_ORGANISATION) != slug:
        request.session[LAST_ORGANISATION] = slug


def _led_to_security(request: Any) -> HttpResponse:
    """Lead a member to where a second step is set up, which the organisation asks for."""
    url = reverse("mfa_index")
    if request.htmx:
        return HttpResponse("", headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _answer(request: Any, view: View, args: Any, kwargs: Any) -> HttpResponseBase:
    try:
        response = view(request, *args, **kwargs)
        if hasattr(response, "render") and callable(response.render):
            response = response.render()
    except Refused as refusal:
        response = refusals.answer(request, refusal)
    if response.streaming:
        if not isinstance(response, FileResponse):
            response.streaming_content = _in_scope(request.organisation.pk, response.streaming_content)
        return response
    return _with_toasts(request, response)


def _in_scope(organisation_id: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Read a stream inside the organisation's scope: it runs after the view has returned."""
    with scope(organisation_id):
        yield from chunks


def _with_toasts(request: Any, response: Any) -> HttpResponse:
    """Append waiting messages to a fragment that htmx asked for, beside its own content."""
    if (
        request.htmx
        and response.status_code in (200, 422)
        and "HX-Redirect" not in response
        and "HX-Refresh" not in response
        and response["Content-Type"].startswith("text/html")
        and len(messages.get_messages(request))
    ):
        response.write(render_to_string("web/toasts.html", {"oob": True}, request))
    return response


def every_page_names_its_permission(**_: Any) -> list[CheckMessage]:
    """Report every URL whose view has passed none of the three gates."""
    return [
        Error(
            f"{view.__module__}.{getattr(view, '__qualname__', view)} names no permission.",
            hint="Put @page(key of access.NEEDS), @member_page or @public_page above it.",
            id="facturier.E001",
        )
        for view in _views(get_resolver().url_patterns)
        if getattr(view, "permission", None) not in {*NEEDS, SIGNED_IN, PUBLIC}
    ]


def _views(patterns: list[URLPattern | URLResolver]) -> Iterator[Any]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns)
        else:
            yield pattern.callback
