"""Invite people, let them in, change what they may, and let them go."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from facturier.audit import operations as audit
from facturier.customers.models import CustomerOwner
from facturier.organisations import operations as organisations
from facturier.organisations.access import Actor, by_operator, operation
from facturier.organisations.background import State, enqueue
from facturier.organisations.models import LANGUAGES, Membership, Organisation, User
from facturier.organisations.tenancy import scope
from facturier.people.models import Invitation
from facturier.people.queries import has_second_factor
from facturier.people.values import VALID, Granted, digest
from facturier.rules.refusal import Refused


@operation("people.manage")
def invite(
    organisation: Organisation, *, actor: Actor, email: str, language: str, granted: Granted, now: datetime
) -> Invitation:
    """Invite somebody by e-mail; a worker sends it.

    Raises Refused for an address that is none, is a member's or is invited already.
    """
    email = " ".join(email.split()).lower()
    _refuse_address(organisation, email)
    if language not in dict(LANGUAGES):
        raise Refused("Choose one of the four languages.", field="language")
    row = Invitation.objects.create(
        organisation=organisation,
        email=email,
        language=language,
        **asdict(granted),
        invited_by=actor.name[:100],
        expires_at=now + VALID,
        next_at=now,
    )
    enqueue(row)
    audit.record("invitation.made", row, email=email, granted=granted.names())
    return row


def _refuse_address(organisation: Organisation, email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused("“%(email)s” is no e-mail address.", field="email", values={"email": email}) from error
    _locked(organisation.pk)  # two invitations of one address wait for each other
    if Membership.objects.filter(organisation=organisation, user__email__iexact=email).exists():
        raise Refused("%(email)s is a member already.", field="email", values={"email": email})
    if Invitation.objects.filter(email=email).exists():
        raise Refused("%(email)s is invited already.", field="email", values={"email": email})


@operation("people.manage")
def send_again(invitation: Invitation, *, actor: Actor, now: datetime) -> Invitation:
    """Send an invitation anew: it is valid for its whole time again, and what was sent before is not."""
    invitation.state, invitation.attempts, invitation.next_at = State.QUEUED, 0, now
    invitation.token_sha256, invitation.error, invitation.sent_at = "", "", None
    invitation.expires_at = now + VALID
    invitation.save()
    enqueue(invitation)
    audit.record("invitation.sent_again", invitation, email=invitation.email)
    return invitation


@operation("people.manage")
def revoke(invitation: Invitation, *, actor: Actor) -> None:
    """Take an invitation back: its link is worth nothing any more."""
    audit.record("invitation.revoked", invitation, email=invitation.email)
    invitation.delete()


@operation("people.accept")
def accept(invitation: Invitation, *, actor: Actor, token: str, user: User, now: datetime) -> Membership:
    """Let the person in whom the invitation was sent to, who signs in already.

    Raises Refused when the token is not the invitation's newest, when it is too late, or for somebody else.
    """
    _refuse_token(invitation, token, now)
    if user.email.casefold() != invitation.email.casefold():
        raise Refused("This invitation is for %(email)s.", values={"email": invitation.email})
    return _let_in(invitation, user)


@operation("people.accept")
def join(
    invitation: Invitation, *, actor: Actor, token: str, name: str, password: str, now: datetime
) -> Membership:
    """Let somebody in who has no account yet, and make it.

    Raises Refused as `accept` does, for a name or password that will not do, and where there is an account.
    """
    _refuse_token(invitation, token, now)
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise Refused("Write your name, with at most 100 characters.", field="name")
    try:
        validate_password(password, User(email=invitation.email, name=name))
    except ValidationError as error:
        raise Refused(" ".join(error.messages).replace("%", "%%"), field="password") from error
    user = organisations.add_user(
        email=invitation.email, name=name, password=password, language=invitation.language
    )
    return _let_in(invitation, user)


def _refuse_token(invitation: Invitation, token: str, now: datetime) -> None:
    kept = invitation.token_sha256
    if not kept or not hmac.compare_digest(kept, digest(token)) or invitation.expires_at <= now:
        raise Refused("This invitation is not valid any more. Ask for a new one.")


def _let_in(invitation: Invitation, user: User) -> Membership:
    organisation = invitation.organisation
    membership = organisations.add_member(
        organisation, actor=Actor.system(organisation.pk), user=user, **asdict(Granted.of(invitation))
    )
    audit.record("invitation.accepted", invitation, email=invitation.email)
    invitation.delete()
    return membership


@operation("people.manage")
def change_permissions(membership: Membership, *, actor: Actor, granted: Granted) -> Membership:
    """Set what a member may. Raises Refused when nobody would administer the organisation any more."""
    _locked(membership.organisation_id)
    row = Membership.objects.select_related("user").get(pk=membership.pk)
    if Granted.of(row) == granted:
        return row
    if row.is_admin and not granted.is_admin:
        _refuse_without_admin(row)
    for name, value in asdict(granted).items():
        setattr(row, name, value)
    row.save(update_fields=list(asdict(granted)))
    audit.record("membership.changed", row, name=str(row.user), granted=granted.names())
    return row


@operation("people.manage")
def remove(membership: Membership, *, actor: Actor, heir: Membership | None = None) -> int:
    """Let a member go, and give the customers they own to `heir`; returns how many those were.

    Raises Refused for the last administrator, and while they own customers and nobody is named to take them.
    """
    _locked(membership.organisation_id)
    row = Membership.objects.select_related("user").get(pk=membership.pk)
    if row.is_admin:
        _refuse_without_admin(row)
    owned = _names_owned(row)
    if owned and heir is None:
        raise Refused(
            "%(name)s owns customers: %(customers)s. Choose who takes them over.",
            field="heir",
            values={"name": str(row.user), "customers": ", ".join(owned)},
        )
    moved = _move(row, heir) if owned and heir is not None else 0
    audit.record("membership.removed", row, name=str(row.user), customers=moved, heir=_name(heir))
    row.delete()
    return moved


@operation("people.manage")
def hand_over(membership: Membership, *, actor: Actor, heir: Membership) -> int:
    """Give all customers that a member owns to another member; returns how many those were."""
    moved = _move(membership, heir)
    audit.record(
        "membership.handed_over", membership, name=str(membership.user), customers=moved, heir=_name(heir)
    )
    return moved


@operation("people.manage")
def require_two_factor(organisation: Organisation, *, actor: Actor, required: bool) -> Organisation:
    """Ask all members for a second step when they sign in, or no longer.

    Raises Refused for an administrator who has none, and would be locked out with the next page.
    """
    row = _locked(organisation.pk)
    if row.require_two_factor == required:
        return row
    if required and actor.user_id is not None and not has_second_factor(actor.user_id):
        raise Refused("Set up two-step sign-in for yourself first.", field="require_two_factor")
    row.require_two_factor = required
    row.save(update_fields=["require_two_factor"])
    audit.record("organisation.changed", row, fields=["require_two_factor"])
    return row


@by_operator
def forget_second_factors(*, user: User) -> int:
    """Remove a person's authenticator app, passkeys and recovery codes; returns how many those were.

    For who has lost them all; the password stays. Noted in the log of each of their organisations.
    """
    removed: int = Authenticator.objects.filter(user=user).delete()[0]
    for membership in user.memberships.order_by("organisation_id") if removed else ():
        organisation_id = membership.organisation_id
        with scope(organisation_id), audit.recording(organisation_id, Actor.system(organisation_id)):
            audit.record("membership.second_factors_forgotten", membership, name=str(user))
    return removed


def _locked(organisation_id: int) -> Organisation:
    """Read the organisation anew; whoever changes its people next waits."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)


def _refuse_without_admin(membership: Membership) -> None:
    others = Membership.objects.filter(
        organisation_id=membership.organisation_id, is_admin=True, user__is_active=True
    )
    if not others.exclude(pk=membership.pk).exists():
        raise Refused(
            "%(name)s is the last administrator. Make somebody else one first.",
            values={"name": str(membership.user)},
        )


def _names_owned(membership: Membership) -> Sequence[str]:
    """Name the customers that a member owns, at most five of them."""
    rows = CustomerOwner.objects.filter(membership=membership).order_by("customer__sort_name")
    found = list(rows.values_list("customer__name", flat=True)[:6])
    return [*found[:5], "…"] if len(found) > 5 else found


def _move(giver: Membership, heir: Membership) -> int:
    """Make one member the owner of what another owns. Raises Refused where that makes no sense."""
    if heir.organisation_id != giver.organisation_id or heir.pk == giver.pk:
        raise Refused("Choose another member of this organisation.", field="heir")
    theirs = CustomerOwner.objects.filter(membership=giver)
    customers = list(theirs.values_list("customer_id", flat=True))
    known = set(CustomerOwner.objects.filter(membership=heir).values_list("customer_id", flat=True))
    theirs.filter(customer_id__in=known).delete()
    theirs.update(membership=heir)
    for pk in customers:
        audit.record_of("customer.owners_set", "customer", pk, {"owners": [heir.pk]})
    return len(customers)


def _name(membership: Membership | None) -> str:
    return "" if membership is None else str(membership.user)
