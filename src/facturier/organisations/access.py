"""The one gate for writes: a permitted actor, one transaction, a locked row, an audit trail.

`@operation("invoices.finalise")` wraps a function whose first argument is the row it changes (or the
organisation, for what creates rows) and that takes `actor=`. The gate checks the permission that `NEEDS`
names, opens the transaction and the organisation's scope, locks the row, runs the function on the locked
row, and appends what it recorded to the audit log as the last thing before the commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, Protocol

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils.translation import gettext_lazy as _

from facturier.audit import operations as audit
from facturier.organisations.models import Membership, Organisation
from facturier.organisations.tenancy import TenantModel, scope
from facturier.rules.refusal import Refused


class Permission(StrEnum):
    VIEW = "view"
    PROCESS_BILLING = "process_billing"
    EXPORT = "export"
    MANAGE_SETTINGS = "manage_settings"
    ADMINISTER = "administer"


LACKS = {
    Permission.VIEW: _("You are not a member of this organisation."),
    Permission.PROCESS_BILLING: _("You need the permission “process billing”."),
    Permission.EXPORT: _("You need the permission “export to accounting”."),
    Permission.MANAGE_SETTINGS: _("You need the permission “manage settings”."),
    Permission.ADMINISTER: _("Only an administrator may do this."),
}
NOT_OWNER = _("Only an owner of this customer, or an administrator, may do this.")


@dataclass(frozen=True, slots=True)
class Need:
    """What an operation or page asks of an actor."""

    permission: Permission
    customer_owner: bool = False


# Every operation and page names a key of this table; a structure test and a start-up check hold it complete.
NEEDS: dict[str, Need] = {
    "view": Need(Permission.VIEW),
    "organisations.change": Need(Permission.MANAGE_SETTINGS),
    "people.manage": Need(Permission.ADMINISTER),
    "people.accept": Need(Permission.VIEW),
    "lists.keep": Need(Permission.VIEW),
    "customers.change": Need(Permission.PROCESS_BILLING),
    "catalogue.change": Need(Permission.PROCESS_BILLING),
    "work.change": Need(Permission.PROCESS_BILLING),
    "work.import": Need(Permission.PROCESS_BILLING),
    "invoices.draft": Need(Permission.PROCESS_BILLING),
    "invoices.finalise": Need(Permission.PROCESS_BILLING, customer_owner=True),
    "invoices.close": Need(Permission.PROCESS_BILLING),
    "invoices.delete": Need(Permission.PROCESS_BILLING),
    "batches.run": Need(Permission.PROCESS_BILLING),
    "delivery.send": Need(Permission.PROCESS_BILLING, customer_owner=True),
    "delivery.bundle": Need(Permission.VIEW),
    "delivery.work": Need(Permission.PROCESS_BILLING),
    "payments.record": Need(Permission.PROCESS_BILLING),
    "payments.refund": Need(Permission.PROCESS_BILLING),
    "payments.delete": Need(Permission.PROCESS_BILLING),
    "accounting.export": Need(Permission.EXPORT),
    "accounting.close_books": Need(Permission.EXPORT),
}


OPERATOR = "operator"  # the key of what is done by the command line for the whole installation


class Owned(Protocol):
    def owned_by(self, membership_id: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and for which organisation. `user_id` and `membership_id` are None for the system."""

    name: str
    organisation_id: int
    permissions: frozenset[Permission]
    is_admin: bool = False
    user_id: int | None = None
    membership_id: int | None = None
    _owned: dict[int, bool] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def member(cls, membership: Membership) -> Actor:
        """Return the actor that a membership makes of its person."""
        granted = {
            Permission.VIEW: True,
            Permission.PROCESS_BILLING: membership.may_process_billing,
            Permission.EXPORT: membership.may_export,
            Permission.MANAGE_SETTINGS: membership.may_manage_settings,
            Permission.ADMINISTER: membership.is_admin,
        }
        everything = membership.is_admin
        return cls(
            name=str(membership.user),
            organisation_id=membership.organisation_id,
            permissions=frozenset(p for p, yes in granted.items() if yes or everything),
            is_admin=everything,
            user_id=membership.user_id,
            membership_id=membership.pk,
        )

    @classmethod
    def system(cls, organisation_id: int, name: str = "Facturier") -> Actor:
        """Return the actor of background work and of the command line: an administrator."""
        return cls(name, organisation_id, frozenset(Permission), is_admin=True)

    @classmethod
    def invited(cls, organisation_id: int, *, name: str, user_id: int | None = None) -> Actor:
        """Return the actor that a valid invitation makes of whom it was sent to: they may look, and join."""
        return cls(name, organisation_id, frozenset({Permission.VIEW}), user_id=user_id)

    def lacks(self, key: str, subject: Any = None) -> Any:
        """Return why this actor may not, as a translatable sentence, or None when it may.

        `subject` is the customer's row or anything with `owned_by`; without it ownership is not asked.
        """
        need = NEEDS[key]
        if need.permission not in self.permissions:
            return LACKS[need.permission]
        if not need.customer_owner or self.is_admin or not hasattr(subject, "owned_by"):
            return None
        owner = self.membership_id is not None and subject.owned_by(self.membership_id)
        return None if owner else NOT_OWNER

    def may(self, key: str, subject: Any = None) -> bool:
        return self.lacks(key, subject) is None

    def must(self, key: str, subject: Any) -> None:
        """Raise PermissionDenied, with the reason, unless the actor may."""
        if subject.organisation_id != self.organisation_id:
            raise PermissionDenied(str(LACKS[Permission.VIEW]))
        reason = self.lacks(key, subject)
        if reason is not None:
            raise PermissionDenied(str(reason))

    def __str__(self) -> str:
        return self.name


def operation[S, **P, R](
    key: str, *, lock: bool = True
) -> Callable[[Callable[Concatenate[S, P], R]], Callable[Concatenate[S, P], R]]:
    """Gate a write. Organisations are never locked; `lock=False` is for rows that lock themselves later."""

    def decorate(function: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
        @wraps(function)
        def gated(subject: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
            actor: Any = kwargs["actor"]
            row: Any = subject
            with (
                refusals_of_the_database(),
                scope(row.organisation_id, writing=True),
                audit.recording(row.organisation_id, actor),
            ):
                actor.must(key, row)
                if lock and isinstance(row, TenantModel):
                    row = type(row).lock(row.pk)
                return function(row, *args, **kwargs)

        gated.permission = key  # type: ignore[attr-defined]
        return gated

    return decorate


# What the database's guards say, in the words of a person; the keys stand in config/guards.py.
_GUARDS = {
    "issued_frozen": "An issued document cannot be changed. Correct it by a credit note.",
    "kept_frozen": "What was issued or sent is kept as it is and cannot be changed.",
    "append_only": "The audit log can only be added to.",
    "work_claimed": "This work stands in a batch or on an invoice and cannot be changed.",
    "other_tenant": "A row of another organisation was named.",
    "payment_fixed": "A recorded payment cannot be changed: delete it, and record it anew.",
    "payment_mismatch": "A payment settles documents of its own customer and currency only.",
    "books_closed": "The books of this day are closed.",
}
_GUARD = re.compile(r"facturier:(\w+)")


class refusals_of_the_database:  # noqa: N801  a context manager that reads as a phrase
    """Turn what the database's guards refuse into Refused; everything else passes as it is."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, DatabaseError) and (found := _GUARD.search(str(error))):
            raise Refused(_GUARDS[found[1]]) from error


def member_of(user: Any, slug: str) -> Membership | None:
    """Return the person's membership of the organisation with that slug, or None for a stranger."""
    return (
        Membership.objects.select_related("organisation", "user")
        .filter(user=user, organisation__slug=slug)
        .first()
    )


def organisation(slug: str) -> Organisation:
    """Return the organisation of that slug. Raises Refused, naming those there are."""
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Organisation.objects.order_by("slug").values_list("slug", flat=True))
        raise Refused(
            "There is no organisation “%(slug)s”; there are: %(known)s.",
            field="organisation",
            values={"slug": slug, "known": known or "–"},
        )
    return found


def by_operator[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Gate what only the operator of the installation does, by the command line: one transaction."""

    @wraps(function)
    def gated(*args: P.args, **kwargs: P.kwargs) -> R:
        with refusals_of_the_database(), transaction.atomic():
            return function(*args, **kwargs)

    gated.permission = OPERATOR  # type: ignore[attr-defined]
    return gated
