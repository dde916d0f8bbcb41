"""Every component in every state on one page, for who builds pages. Served in debug mode only."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from facturier.rules.lifecycle import Status
from facturier.web import charts, speech
from facturier.web.pages import page

CUSTOMERS = (
    ("Menuiserie Carret", "Lyon"),
    ("Cabinet Vasseur & Filles", "Lyon"),
    ("Ville de Givors", "Givors"),
    ("Transports Ollier", "Vienne"),
    ("Clinique du Parc", "Lyon"),
    ("Atelier Bonnard", "Grenoble"),
)
ROWS = (
    ("F2026-0412", 1_284_00, 1_284_00, Status.FINAL, 0, "November 2026"),
    ("F2026-0411", 3_960_00, 3_960_00, Status.EXPORTED, 0, "November 2026"),
    ("F2026-0398", 12_480_50, 12_480_50, Status.SENT, 0, ""),
    ("F2026-0391", 842_40, 0, Status.PAID, 0, "October 2026"),
    ("F2026-0377", 5_118_00, 2_118_00, Status.PARTLY_PAID, 23, "September 2026"),
    ("Draft 88", 390_00, None, Status.DRAFT, 0, ""),
)


class Example(forms.Form):
    """A form with one field in each state."""

    name = forms.CharField(label="Name", help_text="As it is printed on documents.")
    email = forms.EmailField(label="E-mail address")
    city = forms.CharField(label="City", required=False)
    region = forms.ChoiceField(label="Region", choices=[("FR", "France"), ("DE", "Germany")])
    consent = forms.BooleanField(label="Send a copy to me", required=False)
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("a", "Invoice"), ("b", "Credit note")],
        widget=forms.RadioSelect,
        initial="a",
    )


@page("view")
def components(request: Any) -> HttpResponse:
    now = timezone.now()
    currency = request.organisation.currency
    months = [now.date().replace(day=1) - timedelta(days=30 * back) for back in range(5, -1, -1)]
    billed = (41_200_00, 46_900_00, 32_100_00, 52_800_00, 60_900_00, 42_400_00)
    paid = (39_800_00, 43_700_00, 31_600_00, 40_200_00, 38_400_00, 8_100_00)
    values = {
        "rows": [
            (number, now.date() - timedelta(days=at * 9), who, batch, gross, balance, state, late)
            for at, ((number, gross, balance, state, late, batch), (who, _)) in enumerate(
                zip(ROWS, CUSTOMERS, strict=True)
            )
        ],
        "statuses": list(Status),
        "currency": currency,
        "sort": request.GET.get("sort", "-number"),
        "options": [(number, name) for number, (name, _) in enumerate(CUSTOMERS)],
        "form": Example(),
        "wrong": Example({"email": "ana@", "region": "XX"}, auto_id="wrong_%s"),
        "now": now,
        "before": now - timedelta(days=1),
        "long_ago": now - timedelta(days=400),
        "quantity": Decimal("3.5"),
        "rate": Decimal("9.975"),
        "chart": charts.bars(
            "Billed and paid",
            [speech.short_month_text(month) for month in months],
            [charts.Series("Billed", billed), charts.Series("Paid", paid)],
            write=lambda minor: speech.money_text(minor, currency),
        ),
        "ages": charts.shares(
            "Receivables by age",
            ("Not yet due", "1–30 days", "31–60 days", "Older"),
            (21_400_00, 9_100_50, 2_118_00, 640_00),
            write=lambda minor: speech.money_text(minor, currency),
            tones="bcdd",
            name="Outstanding",
        ),
    }
    return render(request, "web/showcase.html", values)


@page("view")
def customers(request: Any) -> JsonResponse:
    """Answer the combobox of the page as a room would."""
    wanted = request.GET.get("q", "").casefold()
    found = [
        {"value": number, "label": name, "detail": city}
        for number, (name, city) in enumerate(CUSTOMERS)
        if wanted in name.casefold()
    ]
    return JsonResponse({"options": found})


urlpatterns = [
    path("", components, name="components"),
    path("customers/", customers, name="component-options"),
]
