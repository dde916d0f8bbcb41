"""The people and sellers that every test knows.

Lumen (FR) is who bills. **Ana** processes billing there and owns the customer *Bellecour*; **Dora** may
do the same but owns nobody; **Carol** may only read; **Ada** administers. **Bob** is a stranger: he
administers *Cap* (CA-QC), another seller. Isar (DE) is a third seller, without people.

    def test_…(cast):
        with scope(cast.lumen.pk):
            operations.finalise(…, actor=cast.ana)

With `fresh_database` in place of `db`, the same fixture writes the cast there. In a module or session
fixture call `assemble()`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from facturier.customers.models import Contact, Customer, CustomerOwner
from facturier.organisations import operations
from facturier.organisations.access import Actor
from facturier.organisations.models import Membership, Organisation, User
from facturier.organisations.tenancy import scope
from facturier.rules.document import Party
from tests.rules.drafts import CUSTOMERS, SELLERS

PASSWORD = "a long and quiet password"
IBANS = {"FR": "FR7630006000011234567890189", "DE": "DE89370400440532013000", "CA-QC": ""}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is there. People are actors; `users` has their rows, by first name in lower case."""

    lumen: Organisation
    cap: Organisation
    isar: Organisation
    ana: Actor
    carol: Actor
    dora: Actor
    ada: Actor
    bob: Actor
    users: dict[str, User]
    bellecour: Customer
    festival: Customer
    vogt: Customer


def assemble() -> Cast:
    """Write the cast into the database at hand."""
    lumen, cap, isar = seller("lumen", "FR"), seller("cap", "CA-QC"), seller("isar", "DE")
    memberships = {
        "ana": member(lumen, "Ana", may_process_billing=True),
        "carol": member(lumen, "Carol"),
        "dora": member(lumen, "Dora", may_process_billing=True),
        "ada": member(lumen, "Ada", is_admin=True),
        "bob": member(cap, "Bob", is_admin=True),
    }
    return Cast(
        lumen=lumen,
        cap=cap,
        isar=isar,
        **{name: Actor.member(membership) for name, membership in memberships.items()},
        users={name: membership.user for name, membership in memberships.items()},
        bellecour=customer(lumen, owner=memberships["ana"]),
        festival=customer(cap, owner=memberships["bob"]),
        vogt=customer(isar),
    )


def seller(slug: str, region: str, **fields: Any) -> Organisation:
    """Create a seller that lacks nothing which its region demands on an invoice."""
    party = SELLERS[region]
    stated = {
        **address_of(party),
        "legal_name": party.name,
        "legal_note": party.legal_note,
        "identifiers": identifiers_of(party),
        "email": f"billing@{slug}.example",
        "iban": IBANS[region],
    }
    return operations.create(slug=slug, region=region, **{**stated, **fields})


def member(organisation: Organisation, name: str, **permissions: bool) -> Membership:
    """Create a person who signs in as name@slug.example with PASSWORD, and let them work there."""
    user = operations.add_user(
        email=f"{name.lower()}@{organisation.slug}.example",
        name=name,
        password=PASSWORD,
        language=organisation.language,
    )
    return operations.add_member(organisation, actor=Actor.system(organisation.pk), user=user, **permissions)


def customer(
    organisation: Organisation, *, number: str = "C001", owner: Membership | None = None, **fields: Any
) -> Customer:
    """Create a customer that lacks nothing, with one billing contact, and an owner where one is named."""
    party = CUSTOMERS[organisation.region]
    stated = {
        **address_of(party),
        "number": number,
        "name": party.name,
        "identifiers": identifiers_of(party),
        "language": organisation.language,
        "currency": organisation.currency,
    }
    with scope(organisation.pk):
        row = Customer.objects.create(organisation=organisation, **{**stated, **fields})
        Contact.objects.create(
            organisation=organisation,
            customer=row,
            email=f"{number.lower()}@customer.example",
            is_billing=True,
        )
        if owner:
            CustomerOwner.objects.create(organisation=organisation, customer=row, membership=owner)
    return row


def address_of(party: Party) -> dict[str, str]:
    """The columns of an address, as sellers and customers have them."""
    names = ("line1", "line2", "postcode", "city", "subdivision", "country")
    return {name: getattr(party.address, name) for name in names}


def identifiers_of(party: Party) -> dict[str, str]:
    """The column of identifiers, as sellers and customers have it."""
    return {one.scheme: one.value for one in party.identifiers}


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> Cast:
    """The cast, in the test's database: rolled back with `db`, committed with `fresh_database` or `live`."""
    asked = [name for name in ("fresh_database", "live") if name in request.fixturenames]
    for name in asked or ["db"]:
        request.getfixturevalue(name)
    return assemble()
