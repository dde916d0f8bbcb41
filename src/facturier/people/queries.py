"""Read who works for an organisation, who is invited, and how people prove who they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Count

from facturier.customers.models import CustomerOwner
from facturier.organisations.models import Membership
from facturier.organisations.tenancy import active, scope
from facturier.people.models import Invitation
from facturier.people.values import digest, organisation_of

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class Person:
    """A member as the page of people lists them. `factors` names what they sign in with beside a password."""

    membership: Membership
    owned: int
    factors: tuple[str, ...]


def members() -> Sequence[Person]:
    """List the members of the active organisation by name, with three queries however many there are."""
    rows = list(
        Membership.objects.filter(organisation_id=active())
        .select_related("user")
        .order_by("user__name", "user__email")
    )
    counted = CustomerOwner.objects.values_list("membership_id").annotate(count=Count("pk")).order_by()
    owned = dict(counted)
    factors: dict[int, set[str]] = {}
    found = Authenticator.objects.filter(user__in=[row.user_id for row in rows], type__in=SECOND_FACTORS)
    for user_id, kind in found.values_list("user_id", "type"):
        factors.setdefault(user_id, set()).add(kind)
    return [Person(row, owned.get(row.pk, 0), tuple(sorted(factors.get(row.user_id, ())))) for row in rows]


def member(pk: int) -> Membership | None:
    """Return a member of the active organisation."""
    return (
        Membership.objects.filter(organisation_id=active(), pk=pk)
        .select_related("user", "organisation")
        .first()
    )


def owned_count(membership: Membership) -> int:
    """Count the customers that a member owns."""
    return CustomerOwner.objects.filter(membership=membership).count()


def invitations() -> Sequence[Invitation]:
    """List the invitations that nobody has accepted yet, the newest first."""
    return list(Invitation.objects.order_by("-pk"))


def invitation_of(token: str, *, now: datetime) -> Invitation | None:
    """Return the invitation whose newest token this is, with its organisation; None when it is not valid."""
    organisation_id = organisation_of(token)
    if organisation_id is None:
        return None
    with scope(organisation_id):
        return (
            Invitation.objects.select_related("organisation")
            .filter(token_sha256=digest(token), expires_at__gt=now)
            .first()
        )


def has_second_factor(user_id: int) -> bool:
    """Whether somebody signs in by a second step: an authenticator app or a passkey."""
    return Authenticator.objects.filter(user_id=user_id, type__in=SECOND_FACTORS).exists()


def must_set_up(membership: Membership) -> bool:
    """Whether a member has to set up a second step before seeing anything of the organisation."""
    return membership.organisation.require_two_factor and not has_second_factor(membership.user_id)
