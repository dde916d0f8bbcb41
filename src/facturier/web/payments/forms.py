"""What a person says of a payment, and how it becomes one."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from facturier.payments.models import METHODS
from facturier.payments.values import LONGEST, NewPayment
from facturier.rules.money import minor_digits
from facturier.rules.settling import Method
from facturier.web.forms import DayField, NumberField


class AmountField(NumberField):
    """An amount of a currency, written as people write it; its value is in minor units."""

    def __init__(self, *, currency: str = "EUR", **given: Any) -> None:
        super().__init__(**given)
        self.currency = currency

    def prepare_value(self, value: Any) -> Any:
        """Show minor units with all the digits of the currency, what was typed as it was."""
        if not isinstance(value, int):
            return value
        return super().prepare_value(Decimal(value).scaleb(-minor_digits(self.currency)))

    def clean(self, value: Any) -> int | None:
        number = super().clean(value)
        if number is None:
            return None
        minor = number.scaleb(minor_digits(self.currency))
        if minor != int(minor):
            raise forms.ValidationError(_("This currency has fewer decimals."))
        return int(minor)


class HowForm(forms.Form):
    """When and how money changed hands."""

    on = DayField(label=_("Date"))
    method = forms.ChoiceField(label=_("Method"), choices=METHODS, initial=Method.TRANSFER)
    reference = forms.CharField(
        label=_("Reference"),
        max_length=LONGEST["reference"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(label=_("Note"), max_length=LONGEST["note"], required=False)


class PaymentForm(HowForm):
    """A payment or refund in one currency."""

    field_order = ["amount", "on", "method", "reference", "note", "once"]
    amount = AmountField(label=_("Amount"))
    once = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, currency: str, today: date, minor: int | None = None) -> None:
        start = {"on": today, "amount": minor, "once": uuid.uuid4()}
        super().__init__(data, initial=start)
        self.fields["amount"].currency = currency
        self.currency = currency

    def given(self) -> NewPayment:
        """Return the payment that was typed. Only after `is_valid`."""
        said = self.cleaned_data
        return NewPayment(
            on=said["on"],
            amount_minor=said["amount"],
            method=Method(said["method"]),
            reference=said["reference"],
            note=said["note"],
            currency=self.currency,
            once=said["once"],
        )
