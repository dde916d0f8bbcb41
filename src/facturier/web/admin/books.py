"""Admin > Accounting: up to which day the books are closed, and what follows a payment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from facturier.organisations import operations
from facturier.web.forms import DayField, refusals_beside_fields
from facturier.web.pages import page


class BooksForm(forms.Form):
    """The last day whose books are closed; none opens all of them."""

    books_closed_until = DayField(
        label=gettext_lazy("Books closed until"),
        help_text=gettext_lazy("Up to this day no payment is recorded, and none deleted. Empty opens all."),
        required=False,
    )


@page("view")
def show(request: Any) -> HttpResponse:
    """Show up to which day the books are closed, and close them or open them again."""
    organisation = request.organisation
    lacks = request.actor.lacks("accounting.close_books")
    form = BooksForm(request.POST or None, initial={"books_closed_until": organisation.books_closed_until})
    if request.method == "POST" and form.is_valid():
        with refusals_beside_fields(request, form) as done:
            operations.close_books(
                organisation,
                actor=request.actor,
                until=form.cleaned_data["books_closed_until"],
                today=timezone.localdate(),
            )
        if done:
            return _saved(request)
    if lacks:
        form.fields["books_closed_until"].disabled = True
    values = {
        "form": form,
        "lacks": lacks,
        "lacks_settings": request.actor.lacks("organisations.change"),
        "closes_paid": organisation.closes_paid,
    }
    return render(request, "admin/books.html", values, status=422 if form.errors else 200)


@page("organisations.change")
@require_POST
def paid(request: Any) -> HttpResponse:
    """Say whether invoices are closed once they are paid."""
    operations.close_paid(request.organisation, actor=request.actor, closes="closes" in request.POST)
    return _saved(request)


def _saved(request: Any) -> HttpResponse:
    messages.success(request, _("The settings were saved."))
    return HttpResponseRedirect(reverse("accounting", kwargs={"organisation": request.organisation.slug}))
