"""The forms of work, and what they hand over to its operations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facturier.catalogue.models import GLAccount, Role, TaxCode
from facturier.customers.models import Customer
from facturier.organisations.models import Organisation
from facturier.rules.money import Money
from facturier.web.forms import DayField, DurationField, NumberField, RowField
from facturier.work.models import Contract, Expense, Ticket, TicketStatus, TimeEntry
from facturier.work.queries import contracts_of_customer, tickets_to_choose
from facturier.work.values import NewExpense, NewTicket, NewTime

Options = list[tuple[Any, Any]]


class Belonging(forms.Form):
    """To whom work belongs: a customer, and a contract and ticket of theirs."""

    customer = RowField(label=_("Customer"), required=False)
    contract = RowField(label=_("Contract"), required=False)
    ticket = RowField(label=_("Ticket"), required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["customer"].queryset = Customer.objects.all()
        self.fields["contract"].queryset = Contract.objects.all()
        if "ticket" in self.fields:
            self.fields["ticket"].queryset = Ticket.objects.select_related("customer", "contract")

    def chosen_customer(self) -> Customer | None:
        value = str(self["customer"].value() or "")
        return Customer.objects.filter(pk=value).first() if value.isdigit() else None

    def chosen(self, name: str) -> str:
        return str(self[name].value() or "")


def contract_options(customer: Customer | None) -> Options:
    """The contracts to choose from; without a choice the work is matched (work/matching.py)."""
    found = contracts_of_customer(customer.pk) if customer else []
    return [("", _("The one that fits")), *((one.pk, one.name) for one in found)]


def ticket_options(customer: Customer | None, chosen: str) -> Options:
    """The customer's tickets that are being worked on, and the one that is chosen already."""
    keep = int(chosen) if chosen.isdigit() else None
    found = tickets_to_choose(customer.pk, keep=keep) if customer else []
    return [("", _("None")), *((one.pk, str(one)) for one in found)]


class TimeForm(Belonging):
    person = forms.CharField(
        label=_("Person"),
        max_length=100,
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
    )
    day = DayField(label=_("Day"))
    duration = DurationField(label=pgettext_lazy("work", "Duration"), help_text=_("1:30, 1.5 or 90m"))
    project = forms.CharField(label=_("Project"), max_length=200, required=False)
    task = forms.CharField(label=_("Task"), max_length=200, required=False)
    description = forms.CharField(
        label=_("Description"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=20_000
    )
    rate = NumberField(
        label=_("Hourly rate"), required=False, help_text=_("Takes the place of the contract’s rate.")
    )
    billable = forms.BooleanField(label=_("Billable"), required=False)

    names = {"seconds": "duration"}

    @staticmethod
    def of(entry: TimeEntry) -> dict[str, Any]:
        """What the form shows of an entry."""
        return {
            "customer": entry.customer_id,
            "contract": entry.contract_id,
            "ticket": entry.ticket_id,
            "person": entry.person,
            "day": entry.day,
            "duration": entry.seconds,
            "project": entry.project,
            "task": entry.task,
            "description": entry.description,
            "rate": entry.rate,
            "billable": entry.billable,
        }

    def values(self, entry: TimeEntry | None = None) -> NewTime:
        data = dict(self.cleaned_data)
        return NewTime(seconds=data.pop("duration"), started_at=entry.started_at if entry else None, **data)


class TicketForm(Belonging):
    ticket = None
    title = forms.CharField(label=_("Title"), max_length=200)
    opened_on = DayField(label=_("Opened on"))
    status = forms.ChoiceField(label=_("Status"), choices=TicketStatus.choices)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["customer"].required = True
        self.fields["customer"].error_messages["required"] = _("Choose the customer.")

    @staticmethod
    def of(ticket: Ticket) -> dict[str, Any]:
        return {
            "customer": ticket.customer_id,
            "contract": ticket.contract_id,
            "title": ticket.title,
            "opened_on": ticket.opened_on,
            "status": ticket.status,
        }

    def values(self) -> NewTicket:
        data = dict(self.cleaned_data)
        return NewTicket(status=TicketStatus(data.pop("status")), **data)


class ExpenseForm(Belonging):
    day = DayField(label=_("Day"))
    description = forms.CharField(label=_("Description"), max_length=300)
    cost = NumberField(label=_("Cost without tax"))
    markup_percent = NumberField(label=_("Mark-up"), required=False)
    tax_code = RowField(label=_("Tax code"), required=False, empty_label=_("The customer’s"))
    account = RowField(label=_("GL account"), required=False, empty_label=_("The usual one"))
    billable = forms.BooleanField(label=_("Billable"), required=False)

    def __init__(self, *args: Any, organisation: Organisation, **given: Any) -> None:
        self.organisation = organisation
        super().__init__(*args, **given)
        self.fields["customer"].required = True
        self.fields["customer"].error_messages["required"] = _("Choose the customer.")
        self.fields["tax_code"].queryset = TaxCode.objects.all()
        self.fields["account"].queryset = GLAccount.objects.filter(role=Role.REVENUE).order_by("code")

    @staticmethod
    def of(expense: Expense) -> dict[str, Any]:
        return {
            "customer": expense.customer_id,
            "contract": expense.contract_id,
            "ticket": expense.ticket_id,
            "day": expense.day,
            "description": expense.description,
            "cost": Money(expense.cost_minor, expense.currency).amount,
            "markup_percent": expense.markup_percent,
            "tax_code": expense.tax_code_id,
            "account": expense.account_id,
            "billable": expense.billable,
        }

    def clean_cost(self) -> Decimal:
        cost: Decimal = self.cleaned_data["cost"]
        currency = self.currency()
        if Money.rounded(cost, currency).amount != cost:
            raise forms.ValidationError(_("%(currency)s has fewer decimals."), params={"currency": currency})
        return cost

    def currency(self) -> str:
        """The currency in which the cost is entered: that of the customer."""
        customer = self.cleaned_data.get("customer") if self.is_bound else self.chosen_customer()
        return str(customer.currency if customer else self.organisation.currency)

    def values(self) -> NewExpense:
        data = dict(self.cleaned_data)
        tax_code, account = data.pop("tax_code"), data.pop("account")
        return NewExpense(
            cost=Money.rounded(data.pop("cost"), self.currency()),
            markup_percent=data.pop("markup_percent") or Decimal(0),
            tax_code_id=tax_code.pk if tax_code else None,
            account_id=account.pk if account else None,
            **data,
        )


class ListFilter(forms.Form):
    """What a list of work is narrowed by; what is not understood narrows nothing."""

    customer = forms.CharField(required=False)
    start = DayField(label=_("From"), required=False)
    end = DayField(label=_("Until"), required=False)
    billed = forms.CharField(required=False)
    person = forms.CharField(label=_("Person"), required=False, max_length=100)
    status = forms.CharField(required=False)
    file = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
