"""Find documents and customers for the command palette, as one types."""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from facturier.customers import queries as customers
from facturier.invoices import queries as invoices
from facturier.invoices.queries import Filter, Row
from facturier.web import speech
from facturier.web.pages import page
from facturier.web.templatetags.words import STATUS, document_name

LIMIT = 8
CUSTOMERS = 3
LONGEST = 100


@page("view")
@require_safe
def find(request: Any) -> JsonResponse:
    """Answer `?q=` with at most `LIMIT` customers and documents: group, label, detail and address of each."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    response = JsonResponse({"options": _options(request.organisation.slug, words) if words else []})
    response.headers["Cache-Control"] = "no-store"
    return response


def _options(slug: str, words: str) -> list[dict[str, str]]:
    """Find customers by name, number or city, and documents, closed ones too, by number or customer."""
    people = customers.choices(words, limit=CUSTOMERS)
    chosen = Filter(search=words, closed_too=True)
    found = invoices.documents(chosen, today=timezone.localdate(), limit=LIMIT - len(people))
    options = [
        {
            "group": "customers",
            "label": one.label,
            "detail": one.detail,
            "url": _url("customer", slug, one.pk),
        }
        for one in people
    ]
    options += [
        {
            "group": "documents",
            "label": document_name(row),
            "detail": _detail(row),
            "url": _url("document", slug, row.pk),
        }
        for row in found.rows
    ]
    return [one for one in options if one["url"]]


def _detail(row: Row) -> str:
    amount = speech.money_text(row.gross_minor, row.currency)
    return " · ".join([row.customer, amount, str(STATUS[row.status][0])])


def _url(name: str, slug: str, pk: int) -> str:
    try:
        return reverse(name, kwargs={"organisation": slug, "pk": pk})
    except NoReverseMatch:
        return ""
