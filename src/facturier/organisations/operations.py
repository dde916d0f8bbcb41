"""Set up sellers and people, and change what they may and state."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import IntegrityError

from facturier.audit import operations as audit
from facturier.organisations.access import Actor, by_operator, operation
from facturier.organisations.logos import Png
from facturier.organisations.models import Logo, Membership, Organisation, Plan, User
from facturier.organisations.tenancy import scope
from facturier.organisations.values import Stated, checked, currencies
from facturier.organisations.versions import refuse_others_changes
from facturier.rules import regions
from facturier.rules.refusal import Refused

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
# Addresses that are no organisation's: config/urls.py, and the API to come.
RESERVED = frozenset(
    {
        "account",
        "api",
        "assets",
        "docs",
        "invitation",
        "password",
        "preferences",
        "sign-in",
        "sign-out",
        "static",
    }
)


@by_operator
def create(*, slug: str, region: str, legal_name: str, **fields: Any) -> Organisation:
    """Create a seller with the defaults of its region; accounts, tax codes and series follow (reactions.py).

    Raises Refused for an unknown region or currency, or a slug that is taken.
    """
    if not regions.is_region(region):
        raise Refused(
            "There is no region “%(region)s”: choose %(known)s, or the two letters of any other country.",
            field="region",
            values={"region": region, "known": ", ".join(regions.REGIONS)},
        )
    if slug in RESERVED or not SLUG.fullmatch(slug):
        raise Refused(
            "“%(slug)s” cannot be a short name: use lower-case letters, digits and hyphens.",
            field="slug",
            values={"slug": slug},
        )
    if Organisation.objects.filter(slug=slug).exists():
        raise Refused("The short name “%(slug)s” is taken.", field="slug", values={"slug": slug})
    if fields.get("currency", "EUR") not in currencies():
        raise Refused("A currency has three letters, e.g. EUR.", field="currency")
    rules = regions.region(region)
    defaults: dict[str, Any] = {
        "name": legal_name,
        "language": rules.languages[0],
        "currency": rules.currency,
        "country": rules.country,
        "payment_days": rules.payment_days,
        "strict_issuing": rules.strict_issuing,
    }
    row = Organisation.objects.create(
        slug=slug, region=region, legal_name=legal_name, **{**defaults, **fields}
    )
    actor = Actor.system(row.pk)
    with scope(row.pk), audit.recording(row.pk, actor):
        audit.record("organisation.created", row, name=row.name, region=row.region)
    return row


@by_operator
def add_user(*, email: str, name: str, password: str, language: str) -> User:
    """Create a person who can sign in. Raises Refused when the address is taken."""
    try:
        return User.objects.create_user(email, password, name=name, language=language)
    except IntegrityError as error:
        raise Refused(
            "Somebody signs in as %(email)s already.", field="email", values={"email": email}
        ) from error


@by_operator
def set_plan(*, organisation: Organisation, plan: Plan) -> Organisation:
    """Put an organisation on a plan."""
    organisation.plan = plan
    organisation.save(update_fields=["plan"])
    with (
        scope(organisation.pk),
        audit.recording(organisation.pk, Actor.system(organisation.pk)),
    ):
        audit.record("organisation.plan_set", organisation, plan=str(plan))
    return organisation


@operation("organisations.change")
def add_member(organisation: Organisation, *, actor: Actor, user: User, **permissions: bool) -> Membership:
    """Let a person work for the organisation. Raises Refused when the person does already."""
    membership, created = Membership.objects.get_or_create(
        organisation=organisation, user=user, defaults=permissions
    )
    if not created:
        raise Refused("%(name)s is a member already.", values={"name": user.name})
    audit.record("organisation.member_added", organisation, name=user.name, **permissions)
    return membership


@operation("organisations.change")
def change(organisation: Organisation, *, actor: Actor, values: Stated, seen: str) -> Organisation:
    """Replace what a seller states about itself; issued documents keep what they said.

    `seen` is the `versions.version` of what the person had before them. Raises Refused, naming the fields,
    for values that are wrong, and where they would undo what somebody else has changed since. Where nothing
    differs nothing is recorded.
    """
    wanted = asdict(checked(organisation.rules, values))
    row = _for_writing(organisation)
    refuse_others_changes(row, seen=seen, wanted=wanted)
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if not changed:
        return row
    fields = [name for name in changed if name != "identifiers"]
    before, after = row.identifiers, wanted["identifiers"]
    fields += [f"identifiers.{key}" for key in {*before, *after} if before.get(key) != after.get(key)]
    for name in changed:
        setattr(row, name, wanted[name])
    row.save(update_fields=changed)
    audit.record("organisation.changed", row, fields=sorted(fields))
    return row


@operation("organisations.change")
def set_logo(organisation: Organisation, *, actor: Actor, logo: Png | None) -> Organisation:
    """Put a logo on the documents to come, or none. It is kept for good, for those issued with it."""
    row = _for_writing(organisation)
    sha256 = logo.sha256 if logo else ""
    if row.logo_sha256 == sha256:
        return row
    if logo:
        Logo.objects.get_or_create(organisation=row, sha256=sha256, defaults={"content": logo.content})
    row.logo_sha256 = sha256
    row.save(update_fields=["logo_sha256"])
    if logo:
        audit.record("organisation.logo_set", row, sha256=sha256)
    else:
        audit.record("organisation.logo_removed", row)
    return row


def _for_writing(organisation: Organisation) -> Organisation:
    """Read the row anew and keep other writers of it waiting, but nobody who only refers to it."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


@operation("accounting.close_books")
def close_books(organisation: Organisation, *, actor: Actor, until: date | None, today: date) -> Organisation:
    """Close the books up to a day, or open them again by an earlier day or none.

    Raises Refused for a day that has not passed: its payments are still to come.
    """
    if until is not None and until >= today:
        raise Refused("Only days that have passed can be closed.", field="books_closed_until")
    row = _for_writing(organisation)
    if row.books_closed_until == until:
        return row
    before, row.books_closed_until = row.books_closed_until, until
    row.save(update_fields=["books_closed_until"])
    reopened = before is not None and (until is None or until < before)
    audit.record(
        "organisation.books_reopened" if reopened else "organisation.books_closed",
        row,
        until=until and until.isoformat(),
        before=before and before.isoformat(),
    )
    return row


@operation("organisations.change")
def close_paid(organisation: Organisation, *, actor: Actor, closes: bool) -> Organisation:
    """Say whether invoices leave the default list as soon as they are paid."""
    row = _for_writing(organisation)
    if row.closes_paid == closes:
        return row
    row.closes_paid = closes
    row.save(update_fields=["closes_paid"])
    audit.record("organisation.changed", row, fields=["closes_paid"])
    return row
