"""Where the pages of delivery lead to."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

CHANGED = "documents-changed"  # what stands behind the dialog reads itself again


def url(request: Any, name: str, **values: Any) -> str:
    """Return the address of a page of the organisation at hand."""
    return reverse(name, kwargs={"organisation": request.organisation.slug, **values})


def document_url(request: Any, pk: int) -> str:
    """Return the address of a document's page, or nothing where there is no such page."""
    try:
        return url(request, "document", pk=pk)
    except NoReverseMatch:
        return ""


def back(request: Any, otherwise: str) -> HttpResponse:
    """Return to the page that a form stood on, when it was one of ours."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(referer if ours else otherwise)


def show(request: Any, what: str, values: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Answer htmx with a dialog, and who has no JavaScript with a page that says the same."""
    template = f"delivery/{what}.html"
    if request.htmx:
        return render(request, template, values, status=status)
    return render(request, "delivery/alone.html", {**values, "what": template}, status=status)
