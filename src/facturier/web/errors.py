"""The pages of what went wrong, in the frame's look, each saying what to do next."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext


def not_found(request: Any, exception: Any) -> HttpResponse:
    """Answer 404: for what is not there, and for strangers, who learn no more than that."""
    return _show(
        request,
        404,
        gettext("This page is not here"),
        gettext("It was moved or deleted, or it belongs to an organisation you are not a member of."),
    )


def forbidden(request: Any, exception: Any) -> HttpResponse:
    """Answer 403 with the reason that the gate gave."""
    reason = str(exception) or gettext("You may not do this.")
    return _show(
        request,
        403,
        gettext("You may not do this"),
        reason,
        gettext("An administrator of your organisation can give you the permission."),
    )


def csrf_failure(request: Any, reason: str = "") -> HttpResponse:
    """Answer 403 where a form was posted without the token that this browser was given."""
    return _show(
        request,
        403,
        gettext("This form is too old"),
        gettext("You signed in or out since it was opened, or cookies are blocked."),
        gettext("Go back, reload the page and try again. Nothing was changed."),
    )


def broken(request: Any) -> HttpResponse:
    """Answer 500. It asks nothing of the database, which may be what is broken."""
    values = {
        "title": gettext("Something went wrong"),
        "reason": gettext("This is our mistake, and it was noted. What you were doing was not saved."),
        "advice": gettext("Go back and try again."),
        "code": 500,
        "language": get_language(),
    }
    return HttpResponse(render_to_string("web/broken.html", values), status=500)


def _show(request: Any, status: int, title: str, reason: str, advice: str = "") -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(f"{title}. {reason}", status=status, content_type="text/plain")
    template = "web/error.html" if hasattr(request, "organisation") else "web/error_plain.html"
    values = {"title": title, "reason": reason, "advice": advice, "code": status}
    return render(request, template, values, status=status)
