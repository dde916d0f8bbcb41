"""The demo: three sellers, each in its own region and language, with a year behind them.

Everything is written by the rooms' own operations, month after month, so that numbers, dates, claims and the
audit log are what they would be. The same day and version give the same data: chance is seeded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from facturier.cli.demo import cap, isar, lumen
from facturier.organisations import operations
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation, User

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
    Login("carol@lumen.example", "Carol Petit", "fr", "may only look, at Lumen"),
    Login("luc@cap.example", "Luc Tremblay", "fr", "administers Imprimerie du Cap, Québec"),
    Login("eva@isar.example", "Eva Huber", "de", "administers Isar Beratung, München"),
    Login("olga@group.example", "Olga Rossi", "en", "administers all three"),
)
MEMBERS = {
    "lumen": {"ana@lumen.example": True, "carol@lumen.example": False, "olga@group.example": True},
    "cap": {"luc@cap.example": True, "olga@group.example": True},
    "isar": {"eva@isar.example": True, "olga@group.example": True},
}


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
    return True


def _admit(seller: Organisation, users: dict[str, User]) -> None:
    for email, is_admin in MEMBERS[seller.slug].items():
        operations.add_member(seller, actor=Actor.system(seller.pk), user=users[email], is_admin=is_admin)
