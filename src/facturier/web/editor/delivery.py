"""The delivery address of a draft: the customer's, unless the draft has one of its own."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import QueryDict

from facturier.customers.models import Customer
from facturier.customers.values import DELIVERY, checked_delivery
from facturier.invoices.models import Invoice
from facturier.rules.refusal import Refused


def shown(invoice: Invoice) -> dict[str, str]:
    """Return what the form shows, a text for each part of the address."""
    own = invoice.customer.delivery if invoice.delivery is None else invoice.delivery
    return {part: own.get(part, "") for part in DELIVERY}


def read(form: QueryDict, invoice: Invoice, *, refusals: list[Refused]) -> Mapping[str, str] | None:
    """Return the draft's own delivery address, or None where the form still shows its customer's.

    The form says whose address it was filled with, because the customer may have been changed since.
    """
    if "delivery_of" not in form:
        return invoice.delivery
    customer = _filled_with(form["delivery_of"], invoice)
    given = {part: form.get(f"delivery.{part}", "") for part in DELIVERY}
    found = checked_delivery(given, country=customer.country, refusals=refusals)
    return None if found == customer.delivery else found


def _filled_with(key: str, invoice: Invoice) -> Customer:
    if key.isdecimal() and int(key) != invoice.customer_id:
        return Customer.objects.filter(pk=int(key)).first() or invoice.customer
    return invoice.customer
