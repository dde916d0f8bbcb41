"""Add and change customers, their contacts and their owners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.db.models.functions import Length

from facturier.audit import operations as audit
from facturier.catalogue.models import TaxCode
from facturier.customers.models import Contact, Customer, CustomerOwner
from facturier.customers.queries import may_set_owners
from facturier.customers.values import NewContact, NewCustomer, checked
from facturier.organisations.access import Actor, operation
from facturier.organisations.models import Membership, Organisation
from facturier.rules.refusal import Refused

PREFIX, DIGITS = "C", 4
TRIES = 20
_NOT_COLUMNS = ("contacts", "owner_ids")


@operation("customers.change")
def add(organisation: Organisation, *, actor: Actor, customer: NewCustomer) -> Customer:
    """Add a customer; without a number it gets the next one (C0001, C0002…), without owners the actor.

    Raises Refused for values that are wrong and for a number that is taken.
    """
    values = checked(organisation, customer)
    _tax_code(values.tax_code_id)
    for _try in range(TRIES):
        number = values.number or _number(_last_number(organisation) + 1)
        row = Customer(organisation=organisation, **{**_columns(values), "number": number})
        try:
            with transaction.atomic():
                row.save(force_insert=True)
            break
        except IntegrityError as error:
            if values.number:
                raise _taken(values.number) from error
    else:
        raise Refused("Many customers are being added at this moment: try again.", field="number")
    _put_contacts(row, values.contacts)
    owners = values.owner_ids
    if owners is None:
        owners = [actor.membership_id] if actor.membership_id is not None else []
    _put_owners(row, owners)
    audit.record("customer.added", row, number=row.number, name=row.name)
    return row


@operation("customers.change")
def add_named(organisation: Organisation, *, actor: Actor, names: Sequence[str]) -> list[Customer]:
    """Add customers of whom the name alone is known, all with a constant number of statements."""
    values = [checked(organisation, NewCustomer(name)) for name in names]
    for _try in range(TRIES):
        first = _last_number(organisation) + 1
        rows = [
            Customer(organisation=organisation, **{**_columns(one), "number": _number(number)})
            for number, one in enumerate(values, start=first)
        ]
        try:
            with transaction.atomic():
                Customer.objects.bulk_create(rows, batch_size=1000)
            break
        except IntegrityError:
            continue
    else:
        raise Refused("Many customers are being added at this moment: try again.")
    if actor.membership_id is not None:
        CustomerOwner.objects.bulk_create(
            [
                CustomerOwner(organisation=organisation, customer=row, membership_id=actor.membership_id)
                for row in rows
            ],
            batch_size=1000,
        )
    for row in rows:
        audit.record("customer.added", row, number=row.number, name=row.name)
    return rows


@operation("customers.change")
def change(customer: Customer, *, actor: Actor, values: NewCustomer) -> Customer:
    """Replace what is known of a customer: its contacts too, its owners where they are given.

    Raises Refused for values that are wrong, a number that is taken, and owners that the actor may not set.
    """
    values = checked(customer.organisation, values)
    _tax_code(values.tax_code_id)
    before = {name: getattr(customer, name) for name in _columns(values)}
    wanted = {**_columns(values), "number": values.number or customer.number}
    changed = [name for name, value in wanted.items() if before[name] != value]
    for name in changed:
        setattr(customer, name, wanted[name])
    try:
        with transaction.atomic():
            customer.save(update_fields=[*changed, "sort_name"])
    except IntegrityError as error:
        raise _taken(wanted["number"]) from error
    _put_contacts(customer, values.contacts)
    if values.owner_ids is not None:
        _change_owners(customer, actor, values.owner_ids)
    audit.record("customer.changed", customer, fields=sorted(changed))
    return customer


def _columns(values: NewCustomer) -> dict[str, object]:
    return {name: value for name, value in asdict(values).items() if name not in _NOT_COLUMNS}


def _number(number: int) -> str:
    return f"{PREFIX}{number:0{DIGITS}}"


def _last_number(organisation: Organisation) -> int:
    """Return the highest number that was given automatically, 0 before the first.

    Who asks waits until whoever asked before has given the next: in a crowd tries alone may all be lost.
    """
    Organisation.objects.select_for_update(no_key=True).values_list("pk").get(pk=organisation.pk)
    last = (
        Customer.objects.filter(number__regex=rf"^{PREFIX}[0-9]{{{DIGITS},9}}$")
        .order_by(Length("number").desc(), "-number")
        .values_list("number", flat=True)
        .first()
    )
    return int(last.removeprefix(PREFIX)) if last else 0


def _taken(number: object) -> Refused:
    return Refused(
        "There is a customer with the number “%(number)s” already.",
        field="number",
        values={"number": number},
    )


def _tax_code(tax_code_id: int | None) -> None:
    if tax_code_id is not None and not TaxCode.objects.filter(pk=tax_code_id).exists():
        raise Refused("Choose one of your tax codes.", field="tax_code")


def _put_contacts(customer: Customer, contacts: Sequence[NewContact]) -> None:
    """Make the contacts those that were given; a contact is known by its address."""
    kept = {row.email.casefold(): row for row in customer.contacts.all()}
    addresses = {contact.email.casefold() for contact in contacts}
    customer.contacts.filter(pk__in=[row.pk for key, row in kept.items() if key not in addresses]).delete()
    # One contact is billed: nobody is, while the others are written.
    customer.contacts.filter(is_billing=True).update(is_billing=False)
    rows = []
    for contact in contacts:
        row = kept.get(contact.email.casefold()) or Contact(
            organisation_id=customer.organisation_id, customer=customer
        )
        for name, value in asdict(contact).items():
            setattr(row, name, value)
        rows.append(row)
    fields = ["email", "name", "phone", "is_billing", "gets_copy"]
    Contact.objects.bulk_create([row for row in rows if row.pk is None])
    Contact.objects.bulk_update([row for row in rows if row.pk is not None], fields)


def _change_owners(customer: Customer, actor: Actor, owner_ids: Sequence[int]) -> None:
    now = set(customer.ownerships.values_list("membership_id", flat=True))
    if set(owner_ids) == now:
        return
    if not may_set_owners(customer, actor):
        raise Refused("Only an owner of this customer, or an administrator, may do this.", field="owners")
    _put_owners(customer, owner_ids)
    audit.record("customer.owners_set", customer, owners=sorted(owner_ids))


def _put_owners(customer: Customer, owner_ids: Sequence[int]) -> None:
    members = set(
        Membership.objects.filter(organisation_id=customer.organisation_id, pk__in=owner_ids).values_list(
            "pk", flat=True
        )
    )
    if members != set(owner_ids):
        raise Refused("Only members of this organisation can own a customer.", field="owners")
    customer.ownerships.exclude(membership_id__in=members).delete()
    now = set(customer.ownerships.values_list("membership_id", flat=True))
    CustomerOwner.objects.bulk_create(
        CustomerOwner(organisation_id=customer.organisation_id, customer=customer, membership_id=pk)
        for pk in sorted(members - now)
    )
