"""Read customers: pages of the list, choices, what a form is filled with."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from facturier.customers.models import Contact, Customer
from facturier.customers.names import folded, name_key
from facturier.customers.values import NewContact, NewCustomer
from facturier.organisations.access import Actor

PAGE = 50
CHOICES = 20
SORTS = {
    "name": ("sort_name", "pk"),
    "-name": ("-sort_name", "-pk"),
    "number": ("number", "pk"),
    "-number": ("-number", "-pk"),
    "-added": ("-pk",),
}


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """A page of customers, and the cursor of the next one, empty after the last."""

    rows: Sequence[Customer]
    next: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A customer to choose: what a form sends, what people read, and what tells two of a name apart."""

    pk: int
    label: str
    detail: str
    currency: str


def search(text: str) -> QuerySet[Customer]:
    """Customers whose name, number, city, or registration or tax number holds the text."""
    rows: QuerySet[Customer] = Customer.objects.all()
    for word in text.split():
        rows = rows.filter(
            Q(sort_name__contains=folded(word))
            | Q(number__istartswith=word)
            | Q(city__icontains=word)
            | Q(identifiers__icontains=word)
        )
    return rows


def page(*, text: str = "", sort: str = "name", after: str = "", size: int = PAGE) -> CustomerPage:
    """Return a page of the customers that hold a text: one query, whatever came before it.

    `sort` is a key of SORTS; another one, or a cursor that is none, sorts by name from the beginning.
    """
    sort = sort if sort in SORTS else "name"
    order = SORTS[sort]
    rows = search(text).order_by(*order)
    place = _place(after, len(order))
    if place:
        rows = rows.filter(_beyond(order, place))
    found = list(rows[: size + 1])
    following = _cursor(found[size - 1], order) if len(found) > size else ""
    return CustomerPage(found[:size], following)


def _beyond(order: Sequence[str], place: Sequence[Any]) -> Q:
    """Rows that come after a place in this order."""
    comparison = "lt" if order[0].startswith("-") else "gt"
    names = [name.removeprefix("-") for name in order]
    beyond = Q(**{f"{names[0]}__{comparison}": place[0]})
    if len(names) == 2:
        beyond |= Q(**{names[0]: place[0], f"{names[1]}__{comparison}": place[1]})
    return beyond


def _cursor(row: Customer, order: Sequence[str]) -> str:
    place = [getattr(row, name.removeprefix("-")) for name in order]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _place(cursor: str, length: int) -> list[Any] | None:
    if not cursor:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except ValueError:
        return None
    whole = isinstance(place, list) and len(place) == length and type(place[-1]) is int
    return place if whole and (length == 1 or isinstance(place[0], str)) else None


def choices(text: str = "", *, limit: int = CHOICES) -> list[Choice]:
    """Return the first customers that hold the text, those whose name begins with it before the others."""
    rows = list(search(text).order_by("sort_name", "pk")[: limit * 3])
    begins = folded(text)
    rows.sort(key=lambda row: not row.sort_name.startswith(begins))
    return [choice(row) for row in rows[:limit]]


def choice(row: Customer) -> Choice:
    return Choice(row.pk, row.name, " · ".join(filter(None, [row.number, row.city])), row.currency)


def by_name_key(keys: Iterable[str]) -> dict[str, list[Customer]]:
    """Map each of the names, as `name_key` writes them, to the customers of that name: one query."""
    wanted = set(keys)
    found: dict[str, list[Customer]] = {}
    for row in Customer.objects.only("pk", "organisation_id", "name", "number", "currency"):
        key = name_key(row.name)
        if key in wanted:
            found.setdefault(key, []).append(row)
    return found


def values_of(customer: Customer) -> NewCustomer:
    """Return what is known of a customer in the form in which it is changed; owners as they are."""
    contacts = Contact.objects.filter(customer=customer).order_by("-is_billing", "pk")
    return NewCustomer(
        name=customer.name,
        number=customer.number,
        line1=customer.line1,
        line2=customer.line2,
        postcode=customer.postcode,
        city=customer.city,
        subdivision=customer.subdivision,
        country=customer.country,
        delivery=dict(customer.delivery),
        identifiers=dict(customer.identifiers),
        language=customer.language,
        currency=customer.currency,
        payment_days=customer.payment_days,
        tax_code_id=customer.tax_code_id,
        order_reference=customer.order_reference,
        order_required=customer.order_required,
        note=customer.note,
        contacts=tuple(
            NewContact(one.email, one.name, one.phone, one.is_billing, one.gets_copy) for one in contacts
        ),
    )


def may_set_owners(customer: Customer | None, actor: Actor) -> bool:
    """Whether the actor may say who owns a customer: its owners and administrators may.

    Owning a customer lets people issue its documents, so nobody may make themselves an owner.
    """
    if customer is None or actor.is_admin:
        return True
    return actor.membership_id is not None and customer.owned_by(actor.membership_id)
