"""Save, rename and delete views of the list of documents, and choose its columns; each is one call."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facturier.organisations import keeping
from facturier.organisations.models import SavedView
from facturier.organisations.queries import saved_views
from facturier.web.billing import asking, columns
from facturier.web.pages import page
from facturier.web.refusals import refusals_as_messages

PLACES = ("document-list", "billing")


def _back(request: Any, query: str = "") -> HttpResponse:
    """Return to the page that was left, Billing or the list, with a question."""
    place = request.POST.get("place", "")
    address = reverse(place if place in PLACES else PLACES[0], args=[request.organisation.slug])
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def _asked(request: Any) -> str:
    return asking.kept(request.POST.get("query", "").removeprefix("?"))


def _view(request: Any, pk: int) -> SavedView:
    """Find a view that this person sees; another's is none."""
    for view in saved_views(request.membership.pk):
        if view.pk == pk:
            return view
    raise Http404


@page("lists.keep")
@require_POST
def save(request: Any) -> HttpResponse:
    """Keep what the list shows under a name, for oneself or for everybody."""
    query = _asked(request)
    with refusals_as_messages(request) as done:
        view = keeping.save_view(
            request.organisation,
            actor=request.actor,
            name=request.POST.get("name", ""),
            query=query,
            shared="shared" in request.POST,
        )
    if done:
        messages.success(request, _("The view “%(name)s” was saved.") % {"name": view.name})
    return _back(request, query)


@page("lists.keep")
@require_POST
def rename(request: Any, pk: int) -> HttpResponse:
    """Give a view another name."""
    view = _view(request, pk)
    with refusals_as_messages(request) as done:
        view = keeping.rename_view(view, actor=request.actor, name=request.POST.get("name", ""))
    if done:
        messages.success(request, _("The view is called “%(name)s” now.") % {"name": view.name})
    return _back(request, view.query)


@page("lists.keep")
@require_POST
def delete(request: Any, pk: int) -> HttpResponse:
    """Forget a view; its filters stay as they are on the page."""
    view = _view(request, pk)
    with refusals_as_messages(request) as done:
        keeping.delete_view(view, actor=request.actor)
    if done:
        messages.success(request, _("The view “%(name)s” was deleted.") % {"name": view.name})
    return _back(request, view.query)


@page("lists.keep")
@require_POST
def choose_columns(request: Any) -> HttpResponse:
    """Show the list with the ticked columns from now on."""
    with refusals_as_messages(request):
        chosen = columns.known(request.POST.getlist("column"))
        keeping.choose_columns(request.membership, actor=request.actor, columns=chosen)
    return _back(request, _asked(request))
