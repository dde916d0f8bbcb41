"""How the web says no: a refusal of the rules becomes a message, or a fragment beside the field."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from facturier.rules.money import Money
from facturier.rules.refusal import Refused, RefusedTogether
from facturier.web import speech


@dataclass(slots=True)
class Outcome:
    """What `refusals_as_messages` met: false when something was refused."""

    refusals: list[Refused] = field(default_factory=list)

    def __bool__(self) -> bool:
        return not self.refusals


@contextmanager
def refusals_as_messages(request: Any) -> Iterator[Outcome]:
    """Show what is refused inside as error messages, and go on after the block."""
    outcome = Outcome()
    try:
        yield outcome
    except Refused as refusal:
        outcome.refusals.extend(each(refusal))
        for one in outcome.refusals:
            messages.error(request, refusal_text(one))


def each(refusal: Refused) -> list[Refused]:
    """Take apart what was refused together."""
    return list(refusal.refusals) if isinstance(refusal, RefusedTogether) else [refusal]


def refusal_text(refusal: Refused) -> str:
    """Return the refusal's sentence in the reader's language, its values formatted for them."""
    if isinstance(refusal, RefusedTogether):
        return " ".join(refusal_text(one) for one in refusal.refusals)
    sentence = gettext(refusal.message)
    if not refusal.values:
        return sentence
    return sentence % {name: _spoken(value) for name, value in refusal.values.items()}


def _spoken(value: Any) -> Any:
    """Write one value of a refusal as the reader writes it; words and whole numbers stay."""
    match value:
        case Money():
            return speech.money_text(value.minor, value.currency)
        case datetime():
            return speech.moment_text(value)
        case date():
            return speech.day_text(value)
        case Decimal():
            return speech.number_text(value)
        case _:
            return value


def answer(request: Any, refusal: Refused) -> HttpResponse:
    """Answer a request that was refused as a whole.

    htmx gets a 422 whose only content is the message; a form that was posted returns to where it came from
    with the message; a page that was asked for is replaced by the reason.
    """
    sentences = [refusal_text(one) for one in each(refusal)]
    if request.htmx:
        for sentence in sentences:
            messages.error(request, sentence)
        return HttpResponse("", status=422, headers={"HX-Reswap": "none"})
    if request.method not in ("GET", "HEAD"):
        for sentence in sentences:
            messages.error(request, sentence)
        return HttpResponseRedirect(_back(request))
    html = render_to_string("web/refused.html", {"sentences": sentences}, request)
    return HttpResponse(html, status=422)


def _back(request: Any) -> str:
    """Return the page the form stood on when it was one of ours, else the organisation's first page."""
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure()):
        return str(referer)
    return f"/{request.organisation.slug}/"
