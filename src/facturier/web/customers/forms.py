"""The forms of customers and contracts, and what they hand over to the operations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_name
from django import forms
from django.utils.translation import gettext_lazy as _

from facturier.catalogue.models import GLAccount, Role, TaxCode
from facturier.customers.models import Customer
from facturier.customers.values import DELIVERY, NewContact, NewCustomer, identifier_fields
from facturier.organisations.models import LANGUAGES, Membership, Organisation
from facturier.rules.refusal import Refused
from facturier.rules.regions.base import words
from facturier.rules.regions.generic.places import countries
from facturier.web import speech
from facturier.web.forms import DayField, NumberField, RowField
from facturier.web.refusals import refusal_text
from facturier.work.models import BillingMethod, Contract, Period
from facturier.work.values import MOST_ROUNDING, NewContract

# What service businesses bill in; a customer's own currency is offered too, whatever it is.
CURRENCIES = ("EUR", "CAD", "CHF", "GBP", "USD", "AUD", "CZK", "DKK", "JPY", "NOK", "PLN", "SEK", "TND")
_CONTACT = re.compile(r"contact-(\d{1,6})-email", re.ASCII)
MOST_CONTACTS = 50
DELIVERY_LABELS = {
    "name": _("Delivered to"),
    "line1": _("Address"),
    "line2": _("Address, continued"),
    "postcode": _("Postcode"),
    "city": _("City"),
    "subdivision": _("State or province"),
}


@lru_cache(maxsize=32)
def country_choices(locale: Any) -> list[tuple[str, str]]:
    named = [(code, locale.territories[code]) for code in countries() if code in locale.territories]
    return [("", "–"), *sorted(named, key=lambda one: one[1].casefold())]


def _currencies(own: Iterable[str]) -> list[tuple[str, str]]:
    codes = dict.fromkeys([*own, *CURRENCIES])
    return [(code, f"{code} – {get_currency_name(code, locale=speech.locale())}") for code in codes if code]


@dataclass(slots=True)
class ContactRow:
    """A contact as the form shows it."""

    place: int
    email: str = ""
    name: str = ""
    phone: str = ""
    is_billing: bool = False
    gets_copy: bool = False
    errors: list[str] = field(default_factory=list)

    def as_contact(self) -> NewContact:
        return NewContact(self.email, self.name, self.phone, self.is_billing, self.gets_copy)


class CustomerForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    number = forms.CharField(
        label=_("Customer number"), max_length=20, required=False, help_text=_("Empty: the next one.")
    )
    line1 = forms.CharField(label=_("Address"), max_length=200, required=False)
    line2 = forms.CharField(label=_("Address, continued"), max_length=200, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    subdivision = forms.CharField(label=_("State or province"), max_length=10, required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    language = forms.ChoiceField(label=_("Language of documents"), choices=LANGUAGES)
    currency = forms.ChoiceField(label=_("Currency"))
    payment_days = forms.IntegerField(
        label=_("Payment term in days"), min_value=0, max_value=365, required=False
    )
    tax_code = RowField(label=_("Default tax code"), required=False, empty_label=_("The usual one"))
    order_reference = forms.CharField(label=_("Purchase order"), max_length=100, required=False)
    order_required = forms.BooleanField(label=_("No document without a purchase order"), required=False)
    note = forms.CharField(
        label=_("Notes"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=20_000
    )

    names = {"tax_code_id": "tax_code"}

    def __init__(
        self,
        *args: Any,
        organisation: Organisation,
        customer: Customer | None,
        contacts: Iterable[NewContact] = (),
        owners: Iterable[int] = (),
        **given: Any,
    ) -> None:
        super().__init__(*args, **given)
        own = [customer.currency if customer else "", organisation.currency]
        self.fields["currency"].choices = _currencies(own)
        self.fields["country"].choices = country_choices(speech.locale())
        self.fields["tax_code"].queryset = TaxCode.objects.all()
        days = str(organisation.payment_days)
        self.fields["payment_days"].widget.attrs["placeholder"] = days
        language = speech.locale().language
        self._schemes = []
        for one in identifier_fields(organisation):
            label = words(one.labels, language)
            name = f"identifiers.{one.scheme}"
            self.fields[name] = forms.CharField(label=label, required=False, max_length=60)
            self._schemes.append(one.scheme)
        for part, label in DELIVERY_LABELS.items():
            self.fields[f"delivery.{part}"] = forms.CharField(label=label, required=False, max_length=200)
        self.fields["delivery.country"] = forms.ChoiceField(
            label=_("Country"), required=False, choices=self.fields["country"].choices
        )
        self.contacts = (
            _contacts(self.data) if self.is_bound else [_row(n, one) for n, one in enumerate(contacts)]
        ) or [ContactRow(0, is_billing=True)]
        chosen = {int(pk) for pk in self.data.getlist("owner") if pk.isdigit()} if self.is_bound else None
        now = set(owners) if chosen is None else chosen
        self.members = [
            (member.pk, str(member.user), member.pk in now)
            for member in Membership.objects.filter(organisation=organisation)
            .select_related("user")
            .order_by("user__name", "pk")
        ]

    @property
    def identifiers(self) -> list[Any]:
        """The fields of the customer's registration and tax numbers."""
        return [self[f"identifiers.{scheme}"] for scheme in self._schemes]

    @property
    def next_place(self) -> int:
        return max((row.place for row in self.contacts), default=-1) + 1

    def refuse(self, refusals: Iterable[Refused]) -> None:
        """Put what concerns a contact beside it; the other refusals are beside their fields."""
        filled = [row for row in self.contacts if row.email or row.name or row.phone]
        for one in refusals:
            parts = (one.field or "").split(".")
            if parts[0] == "contacts" and len(parts) == 3 and int(parts[1]) < len(filled):
                filled[int(parts[1])].errors.append(refusal_text(one))

    @property
    def delivery_rows(self) -> list[list[Any]]:
        """The fields of the delivery address, as they stand side by side."""
        rows = (("name",), ("line1",), ("line2",), ("postcode", "city"), ("country", "subdivision"))
        return [[self[f"delivery.{part}"] for part in row] for row in rows]

    def values(self, *, with_owners: bool) -> NewCustomer:
        data = dict(self.cleaned_data)
        tax_code = data.pop("tax_code")
        identifiers = {scheme: data.pop(f"identifiers.{scheme}") for scheme in self._schemes}
        delivery = {part: data.pop(f"delivery.{part}") for part in DELIVERY}
        filled = [row for row in self.contacts if row.email or row.name or row.phone]
        return NewCustomer(
            delivery=delivery,
            identifiers=identifiers,
            tax_code_id=tax_code.pk if tax_code else None,
            contacts=tuple(row.as_contact() for row in filled),
            owner_ids=[pk for pk, _name, chosen in self.members if chosen] if with_owners else None,
            **data,
        )


def shown(values: NewCustomer) -> dict[str, Any]:
    """What the form shows of a customer."""
    named = {name: getattr(values, name) for name in CustomerForm.base_fields if hasattr(values, name)}
    numbers = {f"identifiers.{scheme}": text for scheme, text in values.identifiers.items()}
    delivery = {f"delivery.{part}": text for part, text in values.delivery.items()}
    return {**named, **numbers, **delivery, "tax_code": values.tax_code_id}


def _row(place: int, one: NewContact) -> ContactRow:
    return ContactRow(place, one.email, one.name, one.phone, one.is_billing, one.gets_copy)


def _contacts(data: Any) -> list[ContactRow]:
    """Read the contacts that were posted, in the order in which they stood."""
    places = [int(found[1]) for key in data if (found := _CONTACT.fullmatch(key))]
    billed = data.get("contact-billing", "")

    def text(place: int, name: str) -> str:
        return str(data.get(f"contact-{place}-{name}", "")).strip()

    return [
        ContactRow(
            place,
            text(place, "email"),
            text(place, "name"),
            text(place, "phone"),
            is_billing=billed == str(place),
            gets_copy=bool(text(place, "copy")),
        )
        for place in places[:MOST_CONTACTS]
    ]


class ContractForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    method = forms.ChoiceField(label=_("Billing method"), choices=BillingMethod.choices)
    hourly_rate = NumberField(label=_("Hourly rate"), required=False)
    rounding_minutes = forms.IntegerField(
        label=_("Time rounded up to minutes"), min_value=0, max_value=MOST_ROUNDING, required=False
    )
    fee = NumberField(label=_("Fee per period"), required=False)
    period = forms.ChoiceField(label=_("Period"), choices=Period.choices)
    in_advance = forms.BooleanField(label=_("Billed in advance"), required=False)
    starts_on = DayField(label=_("Start"))
    ends_on = DayField(label=_("End"), required=False)
    tax_code = RowField(label=_("Tax code"), required=False, empty_label=_("The customer’s"))
    account = RowField(label=_("GL account"), required=False, empty_label=_("The usual one"))
    order_reference = forms.CharField(label=_("Purchase order"), max_length=100, required=False)
    is_default = forms.BooleanField(
        label=_("Default: new work of this customer is billed by it"), required=False
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["tax_code"].queryset = TaxCode.objects.all()
        self.fields["account"].queryset = GLAccount.objects.filter(role=Role.REVENUE).order_by("code")

    @staticmethod
    def of(contract: Contract) -> dict[str, Any]:
        named = {name: getattr(contract, name) for name in ContractForm.base_fields}
        return {**named, "tax_code": contract.tax_code_id, "account": contract.account_id}

    def values(self) -> NewContract:
        data = dict(self.cleaned_data)
        tax_code, account = data.pop("tax_code"), data.pop("account")
        return NewContract(
            method=BillingMethod(data.pop("method")),
            period=Period(data.pop("period")),
            rounding_minutes=data.pop("rounding_minutes") or 0,
            tax_code_id=tax_code.pk if tax_code else None,
            account_id=account.pk if account else None,
            **data,
        )
