"""The site's addresses, the page of components, and a few pages that only tests visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path
from django.views.decorators.http import require_POST

from facturier.config import urls
from facturier.customers.models import Customer
from facturier.organisations.tenancy import active
from facturier.rules.money import Money
from facturier.rules.refusal import Refused, refuse_all
from facturier.web.pages import page
from facturier.web.refusals import refusals_as_messages

NAMES = engines["django"].from_string("{% for name in names %}[{{ name }}]{% endfor %}")


@page("view")
def who(request: Any) -> HttpResponse:
    return HttpResponse(request.actor.name)


@page("view")
def lazy(request: Any) -> TemplateResponse:
    """Rendered after the view has returned; the template is the first to ask the database."""
    return TemplateResponse(
        request, NAMES, {"names": lambda: Customer.objects.values_list("name", flat=True)}
    )


@page("view")
def stream(request: Any) -> StreamingHttpResponse:
    def chunks() -> Iterator[str]:
        yield f"{active()}:"
        yield from Customer.objects.values_list("name", flat=True)

    return StreamingHttpResponse(chunks())


@page("invoices.finalise")
@require_POST
def finalise(request: Any) -> HttpResponse:
    return HttpResponse("done")


@page("view")
def refuse(request: Any) -> HttpResponse:
    raise Refused("The month %(month)s is closed.", values={"month": date(2026, 3, 31)})


@page("view")
def refuse_twice(request: Any) -> HttpResponse:
    with refusals_as_messages(request) as done:
        refuse_all([Refused("No lines."), Refused("At most %(top)s.", values={"top": Money(1250, "EUR")})])
    return HttpResponse("went on" if not done else "was done")


@page("view")
def tell(request: Any) -> HttpResponse:
    messages.success(request, "Invoice <F1> was finalised.")
    return HttpResponse("<p>fragment</p>")


@page("view")
def crash(request: Any) -> HttpResponse:
    raise RuntimeError("a bug")


urlpatterns = [
    *urls.urlpatterns,
    path("<slug:organisation>/docs/components/", include("facturier.web.showcase")),
    path("<slug:organisation>/who/", who),
    path("<slug:organisation>/lazy/", lazy),
    path("<slug:organisation>/stream/", stream),
    path("<slug:organisation>/finalise/", finalise),
    path("<slug:organisation>/refuse/", refuse),
    path("<slug:organisation>/refuse-twice/", refuse_twice),
    path("<slug:organisation>/tell/", tell),
    path("<slug:organisation>/crash/", crash),
]
handler403, handler404, handler500 = urls.handler403, urls.handler404, urls.handler500
