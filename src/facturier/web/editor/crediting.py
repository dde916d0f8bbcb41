"""Choose what of an invoice is credited: line by line, by quantity or amount, or all that is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from facturier.invoices import credits
from facturier.invoices.corrections import left_of
from facturier.invoices.models import Invoice
from facturier.rules import lifecycle
from facturier.rules.crediting import Choice, Creditable
from facturier.rules.document import Document
from facturier.rules.money import Money, minor_digits
from facturier.rules.refusal import Refused, refuse_all
from facturier.web.editor.actions import back, day_of, document
from facturier.web.editor.numbers import read_number, write_number
from facturier.web.pages import page
from facturier.web.refusals import each, refusal_text, refusals_as_messages

ALL, SOME = "all", "some"
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the invoice, what is left of it, and what the form says of it."""

    item: Creditable
    whole: bool = False
    quantity: str = ""
    amount: str = ""
    error: str = ""

    @property
    def by_quantity(self) -> bool:
        """Whether a part of its quantity can be credited; a deduction goes as a whole."""
        return self.item.line.quantity > 0 and self.item.left_quantity > 0

    @property
    def left_text(self) -> str:
        return write_number(self.item.left_quantity)


@page("invoices.draft")
@require_http_methods(["GET", "HEAD", "POST"])
def credit(request: Any, pk: int) -> HttpResponse:
    """Choose what to credit of an invoice; the draft of the credit note is made at once."""
    return _choose(request, document(pk), note=None)


@page("invoices.draft")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, pk: int) -> HttpResponse:
    """Choose again what the draft of a credit note takes of its invoice."""
    note = document(pk)
    if note.is_issued or note.credits is None:
        return back(request, pk)
    return _choose(request, note.credits, note=note)


def _choose(request: Any, invoice: Invoice, *, note: Invoice | None) -> HttpResponse:
    lifecycle.refuse_crediting(invoice.facts)
    whole, items = left_of(invoice, but=note)
    refusals: list[Refused] = []
    if request.method == "POST":
        try:
            made = _write(request, invoice, note, items, currency=whole.content.currency)
            return redirect("document", organisation=request.organisation.slug, pk=made.pk)
        except Refused as refusal:
            refusals = each(refusal)
    values = {
        "invoice": invoice,
        "note": note,
        "rows": _rows(request, items, note, refusals),
        "chosen": request.POST.get("what") or (SOME if note else ALL),
        "reason": request.POST.get("reason", note.note if note else ""),
        "version": note.version if note else 0,
        "refusals": [refusal_text(one) for one in refusals],
        "total": _total(whole, items),
    }
    return render(request, "editor/credit.html", values, status=422 if refusals else 200)


def _total(invoice: Document, items: list[Creditable]) -> Money:
    return Money.total(
        (Money(one.left_minor, invoice.content.currency) for one in items), invoice.content.currency
    )


def _write(
    request: Any, invoice: Invoice, note: Invoice | None, items: list[Creditable], *, currency: str
) -> Invoice:
    choices = None if request.POST.get("what") == ALL else _choices(request.POST, items, currency=currency)
    wanted = {
        "actor": request.actor,
        "choices": choices,
        "reason": request.POST.get("reason", "").strip()[:LONGEST_REASON],
        "today": timezone.localdate(),
    }
    if note is None:
        return credits.draft_credit(invoice, **wanted)
    version = request.POST.get("version", "")
    return credits.change_credit(note, version=int(version) if version.isdecimal() else 0, **wanted)


def _choices(form: Any, items: list[Creditable], *, currency: str) -> list[Choice]:
    """Read what is said of each line. Raises Refused naming each that cannot be read."""
    found, refusals = [], []
    for item in items:
        try:
            choice = _choice(form, item.position, currency=currency)
        except Refused as refusal:
            refusals.append(refusal)
        else:
            found += [choice] if choice else []
    refuse_all(refusals)
    return found


def _choice(form: Any, place: int, *, currency: str) -> Choice | None:
    if f"whole_{place}" in form:
        return Choice(place)
    quantity, amount = form.get(f"quantity_{place}", "").strip(), form.get(f"amount_{place}", "").strip()
    if quantity and amount:
        raise Refused(
            gettext_noop("Line %(line)s: credit a quantity or an amount, not both."),
            field=f"lines.{place}",
            values={"line": place},
        )
    if quantity:
        return Choice(place, quantity=read_number(quantity, field=f"lines.{place}.quantity", places=4))
    if amount:
        digits = minor_digits(currency)
        value = read_number(amount, field=f"lines.{place}.amount", places=digits)
        return Choice(place, minor=int(value.scaleb(digits)))
    return None


def _rows(request: Any, items: list[Creditable], note: Invoice | None, refusals: list[Refused]) -> list[Row]:
    """Put beside each line what was typed, or what the draft takes of it."""
    form = request.POST
    errors = {
        (one.field or "").split(".")[1]: refusal_text(one) for one in refusals if "." in (one.field or "")
    }
    taken = {} if note is None or form else _taken(note)
    return [
        Row(
            item,
            whole=f"whole_{item.position}" in form or taken.get(item.position) == _everything(item),
            quantity=form.get(f"quantity_{item.position}", "") or _quantity(taken, item),
            amount=form.get(f"amount_{item.position}", "") or _amount(taken, item, note),
            error=errors.get(str(item.position), ""),
        )
        for item in items
    ]


def _taken(note: Invoice) -> dict[int, tuple[Any, int]]:
    rows = note.credited_lines.values_list("of__position", "quantity", "minor")
    return {position: (quantity, minor) for position, quantity, minor in rows}


def _everything(item: Creditable) -> tuple[Any, int]:
    return item.left_quantity, item.left_minor


def _quantity(taken: dict[int, tuple[Any, int]], item: Creditable) -> str:
    part = taken.get(item.position)
    return write_number(part[0]) if part and part[0] and part != _everything(item) else ""


def _amount(taken: dict[int, tuple[Any, int]], item: Creditable, note: Invoice | None) -> str:
    part = taken.get(item.position)
    if note is None or not part or part[0] or part == _everything(item):
        return ""
    return write_number(Money(part[1], note.currency).amount)


@page("invoices.draft")
@require_POST
def reissue(request: Any, pk: int) -> HttpResponse:
    """Credit an invoice in full and draft it anew."""
    with refusals_as_messages(request) as done:
        note, draft = credits.reissue(
            document(pk),
            actor=request.actor,
            reason=request.POST.get("reason", "").strip()[:LONGEST_REASON],
            issue_date=day_of(request.POST.get("issue_date", "")),
        )
    if not done:
        return back(request, pk)
    messages.success(
        request, _("Credit note %(number)s was made; this is the new draft.") % {"number": note.number}
    )
    return redirect("document-edit", organisation=request.organisation.slug, pk=draft.pk)
