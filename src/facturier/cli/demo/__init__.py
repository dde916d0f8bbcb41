"""The demo: three sellers, each in its own region and language, with a year behind them.

Everything is written by the rooms' own operations, month after month, so that numbers, dates, claims and the
audit log are what they would be. The same day and version give the same data: chance is seeded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date

from django.utils import timezone

from facturier.cli.demo import cap, isar, lumen
from facturier.customers import operations as customer_operations
from facturier.customers import queries as customer_queries
from facturier.customers.models import Customer
from facturier.organisations import operations
from facturier.organisations.access import Actor
from facturier.organisations.models import Membership, Organisation, User
from facturier.organisations.tenancy import scope
from facturier.people import operations as people
from facturier.people.values import Granted

PASSWORD = "demo-facturier"  # noqa: S105  shown to whoever starts the demo


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who signs in to the demo."""

    email: str
    name: str
    language: str
    what: str
    password: str = PASSWORD


LOGINS = (
    Login("ana@lumen.example", "Ana Moreau", "fr", "administers Lumen Infogérance, Lyon"),
    Login("dora@lumen.example", "Dora Blanc", "fr", "processes billing at Lumen, and owns three customers"),
    Login("carol@lumen.example", "Carol Petit", "fr", "may only look, at Lumen"),
    Login("luc@cap.example", "Luc Tremblay", "fr", "administers Imprimerie du Cap, Québec"),
    Login("eva@isar.example", "Eva Huber", "de", "administers Isar Beratung, München"),
    Login("olga@group.example", "Olga Rossi", "en", "administers all three"),
)
ALL = Granted(is_admin=True)
MEMBERS = {
    "lumen": {
        "ana@lumen.example": ALL,
        "dora@lumen.example": Granted(may_process_billing=True, may_export=True),
        "carol@lumen.example": Granted(),
        "olga@group.example": ALL,
    },
    "cap": {"luc@cap.example": ALL, "olga@group.example": ALL},
    "isar": {"eva@isar.example": ALL, "olga@group.example": ALL},
}
OWNED = 3  # customers of Dora's


def load(*, say: Callable[[str], object], today: date | None = None) -> bool:
    """Write the demo's data, unless they are there. Returns whether it wrote any."""
    if Organisation.objects.filter(slug="lumen").exists():
        return False
    day = today or timezone.localdate()
    users = {
        login.email: operations.add_user(
            email=login.email, name=login.name, password=login.password, language=login.language
        )
        for login in LOGINS
    }
    for story in (lumen, cap, isar):
        seller = story.found()
        _admit(seller, users)
        say(f"{seller.legal_name}: {story.tell(seller, today=day)} documents")
    _give_owner(Membership.objects.get(user=users["dora@lumen.example"]))
    _invite(Membership.objects.get(user=users["ana@lumen.example"]))
    return True


def _admit(seller: Organisation, users: dict[str, User]) -> None:
    for email, granted in MEMBERS[seller.slug].items():
        operations.add_member(seller, actor=Actor.system(seller.pk), user=users[email], **asdict(granted))


def _give_owner(member: Membership) -> None:
    """Let a member answer for the first customers of their seller."""
    with scope(member.organisation_id):
        for customer in Customer.objects.order_by("pk")[:OWNED]:
            values = replace(customer_queries.values_of(customer), owner_ids=(member.pk,))
            customer_operations.change(customer, actor=Actor.system(member.organisation_id), values=values)


def _invite(inviter: Membership) -> None:
    """Leave an invitation open, as the page of people shows it."""
    people.invite(
        inviter.organisation,
        actor=Actor.member(inviter),
        email="jules@lumen.example",
        language="fr",
        granted=Granted(may_export=True),
        now=timezone.now(),
    )
