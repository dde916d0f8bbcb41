"""Write a draft: a page that looks like the paper it becomes, saved as one types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facturier.catalogue.models import NATURES, GLAccount, Product, Role, TaxCode
from facturier.catalogue.queries import default_account, usual_codes
from facturier.customers.models import Customer
from facturier.delivery.pdf.units import UNITS
from facturier.invoices import operations
from facturier.invoices.drafting import draft_of
from facturier.invoices.models import Invoice
from facturier.invoices.operations import NewDraft
from facturier.organisations.models import LANGUAGES
from facturier.rules.document import Draft, Kind, LineKind
from facturier.rules.issuing import missing, preview
from facturier.rules.refusal import Refused
from facturier.rules.regions.base import words
from facturier.web import speech
from facturier.web.customers.forms import country_choices
from facturier.web.editor import delivery, reading
from facturier.web.editor.numbers import write_number
from facturier.web.pages import page
from facturier.web.refusals import each, refusal_text, refusals_as_messages
from facturier.web.templatetags.words import document_name


@page("invoices.draft")
def new(request: Any) -> HttpResponse:
    """Choose a customer; the invoice draft is made at once."""
    return _new(request, Kind.INVOICE)


@page("invoices.draft")
def new_pro_forma(request: Any) -> HttpResponse:
    """Choose a customer; the pro forma is made at once."""
    return _new(request, Kind.PRO_FORMA)


def _new(request: Any, kind: Kind) -> HttpResponse:
    if request.method == "POST":
        given = request.POST.get("customer", "")
        customer = Customer.objects.filter(pk=int(given)).first() if given.isdecimal() else None
        with refusals_as_messages(request) as done:
            if customer is None:
                raise Refused("Choose a customer.", field="customer")
            draft = operations.create(
                request.organisation,
                actor=request.actor,
                draft=NewDraft(customer=customer, kind=kind),
                today=timezone.localdate(),
            )
        if done:
            return redirect("document-edit", organisation=request.organisation.slug, pk=draft.pk)
    chosen = request.GET.get("customer", "")
    customer = Customer.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    title = _("New pro forma") if kind is Kind.PRO_FORMA else _("New invoice")
    return render(request, "editor/new.html", {"customer": customer, "title": title})


@page("invoices.draft")
def edit(request: Any, pk: int) -> HttpResponse:
    """Show the editor of a draft; what cannot be edited shows its page instead."""
    invoice = get_object_or_404(Invoice.objects.select_related("customer"), pk=pk)
    if invoice.is_issued or invoice.converted_at:
        return redirect("document", organisation=request.organisation.slug, pk=pk)
    if invoice.credits_id is not None:
        return redirect("credit-edit", organisation=request.organisation.slug, pk=pk)
    own = request.organisation.rules.currency
    lines = [reading.cells(line, currency=invoice.currency) for line in invoice.lines.all()]
    context = {
        "invoice": invoice,
        "title": document_name(invoice),
        "lines": lines or [_blank_line(invoice)],
        "blank": _blank_line(invoice),
        "blank_text": reading.Cells(kind=LineKind.TEXT),
        "blank_subtotal": reading.Cells(kind=LineKind.SUBTOTAL),
        "tax_codes": [(str(code.pk), code.label()) for code in TaxCode.objects.all()],
        "accounts": [
            (str(one.pk), one.code, one.label())
            for one in GLAccount.objects.filter(role=Role.REVENUE).order_by("code")
        ],
        "units": _units(),
        "products": _products(),
        "languages": LANGUAGES,
        "save_url": reverse("document-save", args=[request.organisation.slug, pk]),
        "natures": NATURES,
        "delivery": delivery.shown(invoice),
        "countries": country_choices(speech.locale()),
        "home": "" if invoice.currency == own else own,
        "exchange_rate": write_number(invoice.exchange_rate) if invoice.exchange_rate else "",
        **reading.discount_cells(invoice),
        **_beside(request, invoice),
    }
    return render(request, "editor/edit.html", context)


def _blank_line(invoice: Invoice) -> reading.Cells:
    """A new line starts with the customer's tax code, or the usual one, and the default revenue account."""
    account = default_account(Role.REVENUE)
    tax_code_id = invoice.customer.tax_code_id
    if tax_code_id is None:
        customer = invoice.customer
        tax_code_id = usual_codes().of(country=customer.country, subdivision=customer.subdivision)
    return reading.Cells(tax_code=str(tax_code_id or ""), account=str(account.pk) if account else "")


def _units() -> list[tuple[str, str]]:
    """The units that service businesses use most, in words: the one of "pce/pces" before the stroke."""
    language = get_language() or "en"
    first = ("C62", "–")
    return [first, *((code, words(UNITS[code], language).split("/")[0]) for code in reading.COMMON_UNITS[1:])]


def _products() -> list[dict[str, str]]:
    return [
        {
            "label": f"{product.code} · {product.label()}",
            "description": product.label(),
            "unit": product.unit,
            "unit_price": write_number(product.unit_price),
            "tax_code": str(product.tax_code_id or ""),
            "account": str(product.account_id or ""),
            "nature": product.nature,
        }
        for product in Product.objects.filter(is_active=True).order_by("code")
    ]


@page("invoices.draft")
@require_POST
def save(request: Any, pk: int) -> HttpResponse:
    """Save the form as it stands and answer with the sums, or with what has to be mended.

    A script gets JSON and swaps in what has changed; without one the form comes here and goes back.
    """
    invoice = get_object_or_404(Invoice.objects.select_related("customer"), pk=pk)
    version = request.POST.get("version", "")
    try:
        draft = reading.read_draft(request, invoice)
        invoice = operations.save_draft(
            invoice,
            actor=request.actor,
            draft=draft,
            version=int(version) if version.isdecimal() else 0,
            today=timezone.localdate(),
        )
    except Refused as refusal:
        if _wants_json(request):
            return JsonResponse({"refusals": _refusals(refusal)}, status=422)
        raise
    if not _wants_json(request):
        return redirect("document-edit", organisation=request.organisation.slug, pk=pk)
    rows = [
        {"line": line.pk, "net": speech.money_text(line.net_minor, invoice.currency)}
        for line in invoice.lines.all()
    ]
    beside = render_to_string("editor/beside.html", _beside(request, invoice), request)
    return JsonResponse(
        {
            "version": invoice.version,
            "saved": _("Saved at %(time)s") % {"time": speech.time_text(timezone.localtime())},
            "lines": rows,
            "beside": beside,
        }
    )


def _wants_json(request: Any) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _refusals(refusal: Refused) -> list[dict[str, str]]:
    return [{"field": one.field or "", "message": refusal_text(one)} for one in each(refusal)]


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that keeps a draft from being finalised, and where it is mended."""

    words: str
    url: str = ""


def _beside(request: Any, invoice: Invoice) -> dict[str, Any]:
    """What stands beside the lines: the sums of the one `totals()`, and what is missing."""
    today = timezone.localdate()
    draft = draft_of(invoice, on=today)
    region = request.organisation.rules
    seen = preview(draft, region=region, issue_date=today)
    return {
        "invoice": invoice,
        "sums": seen.totals,
        "exchanged_tax": seen.exchanged_tax,
        "lacks": lacks(request, invoice, draft, today=today),
    }


def lacks(request: Any, invoice: Invoice, draft: Draft, *, today: date) -> list[Lack]:
    """List what is missing before a draft can be finalised, each with a link to its place."""
    found = missing(draft, region=request.organisation.rules, issue_date=today)
    return [Lack(refusal_text(one), _place(request, invoice, one)) for one in found]


def _place(request: Any, invoice: Invoice, refusal: Refused) -> str:
    slug = request.organisation.slug
    if refusal.link == "customer" or (refusal.field or "").startswith("customer"):
        return reverse("customer-edit", args=[slug, invoice.customer_id])
    if refusal.link == "organisation" or (refusal.field or "").startswith("seller"):
        return f"{reverse('settings', args=[slug])}#{_setting(refusal.field or '')}"
    anchor = (refusal.field or "lines").replace(".", "-")
    return f"{reverse('document-edit', args=[slug, invoice.pk])}#{anchor}"


def _setting(field: str) -> str:
    """Return the id of the input under Admin > Settings where a field of the seller is filled in."""
    name = field.removeprefix("seller.").removeprefix("address.")
    return {"name": "legal_name"}.get(name, name.replace(".", "-"))
