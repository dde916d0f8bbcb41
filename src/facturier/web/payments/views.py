"""The list of payments, one of them, and both as files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from facturier.audit.queries import timeline
from facturier.customers.models import Customer
from facturier.payments import listing
from facturier.payments.listing import Filter
from facturier.payments.models import METHODS, Direction, Payment
from facturier.rules.money import minor_digits
from facturier.storage.tables import CSV, XLSX, Cell, csv_chunks, xlsx_chunks
from facturier.web.pages import page
from facturier.web.timeline import tell


class Asked(forms.Form):
    """The parameters of the list; what is wrong is left out."""

    q = forms.CharField(max_length=100, required=False)
    customer = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    kind = forms.ChoiceField(choices=Direction, required=False)
    since = forms.DateField(input_formats=["%Y-%m-%d"], required=False)
    until = forms.DateField(input_formats=["%Y-%m-%d"], required=False)


def _asked(request: Any) -> Filter:
    form = Asked(request.GET)
    form.is_valid()
    found = form.cleaned_data
    return Filter(
        search=found.get("q", ""),
        customer_id=found.get("customer"),
        direction=Direction(found["kind"]) if found.get("kind") else None,
        since=found.get("since"),
        until=found.get("until"),
    )


def key_of(request: Any) -> str:
    """Return the key of the address, or nothing where it is none."""
    key: str = request.GET.get("after", "")
    try:
        listing.read_key(key)
    except ValueError:
        return ""
    return key if len(key) < 40 else ""


@page("view")
@require_safe
def payment_list(request: Any) -> HttpResponse:
    """Show payments and refunds, the newest first, as the address says."""
    chosen = _asked(request)
    found = listing.page(chosen, after=key_of(request))
    customer = Customer.objects.filter(pk=chosen.customer_id).first() if chosen.customer_id else None
    values = {
        "rows": [(row, found.documents.get(row.pk, [])) for row in found.rows],
        "after": found.after,
        "is_later": bool(key_of(request)),
        "chosen": chosen,
        "customer": customer,
        "kinds": [(one.value, one.label) for one in Direction],
        "is_set": chosen != Filter(),
        "not_chosen_kind": chosen.direction is None,
    }
    return render(request, "payments/list.html", values)


@page("view")
@require_safe
def show(request: Any, pk: int) -> HttpResponse:
    """Show a payment, what it settles, and what can be done with it."""
    row = get_object_or_404(Payment.objects.select_related("customer"), pk=pk)
    organisation = request.organisation
    values = {
        "payment": row,
        "allocations": row.allocations.select_related("invoice", "credit_of").order_by("pk"),
        "told": [tell(one) for one in timeline(organisation.pk, "payment", row.pk)],
        "lacks_deleting": request.actor.lacks("payments.delete"),
        "lacks_recording": request.actor.lacks("payments.record"),
        "is_closed": organisation.books_closed_until is not None
        and row.paid_on <= organisation.books_closed_until,
    }
    return render(request, "payments/show.html", values)


@page("view")
@require_safe
def as_csv(request: Any) -> HttpResponse:
    return _answer(request, CSV, "csv", csv_chunks)


@page("view")
@require_safe
def as_xlsx(request: Any) -> HttpResponse:
    decimals = minor_digits(request.organisation.currency)
    title = _("Payments")

    def write(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
        return xlsx_chunks(title, heads, rows, decimals=decimals)

    return _answer(request, XLSX, "xlsx", write)


def _answer(
    request: Any,
    content_type: str,
    ending: str,
    write: Callable[[Sequence[str], Iterable[Sequence[Cell]]], Iterator[bytes]],
) -> Any:
    """Stream the file. What is translated is translated here: the stream runs in nobody's language."""
    heads = [
        *(_("Date"), _("Kind"), _("Customer number"), _("Customer"), _("Method"), _("Reference")),
        *(_("Documents"), _("Currency"), _("Amount"), _("Credit left"), _("Note")),
    ]
    kinds = {one: str(one.label) for one in Direction}
    methods = {method: str(words) for method, words in METHODS}
    rows = (_cells(row, documents, kinds, methods) for row, documents in listing.everything(_asked(request)))
    name = f"{request.organisation.slug}-{_('payments')}-{timezone.localdate().isoformat()}.{ending}"
    response = StreamingHttpResponse(write(heads, rows), content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _cells(row: Payment, documents: Sequence[Any], kinds: Any, methods: Any) -> list[Cell]:
    digits = minor_digits(row.currency)
    sign = -1 if row.is_refund else 1
    return [
        row.paid_on,
        kinds[Direction(row.direction)],
        row.customer.number,
        row.customer.name,
        methods[row.method],
        row.reference,
        ", ".join(map(str, documents)),
        row.currency,
        Decimal(sign * row.amount_minor).scaleb(-digits),
        Decimal(row.credit_minor).scaleb(-digits) if row.credit_minor else None,
        row.note,
    ]
