"""Order bundles, stop them, order them again. Documents are not changed by any of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from facturier.delivery.models import Bundle, Form
from facturier.organisations import background
from facturier.organisations.access import Actor, operation
from facturier.organisations.background import State
from facturier.organisations.models import Organisation
from facturier.rules.refusal import Refused

AT_MOST = 20_000
REMEMBERED = timedelta(days=30)


@operation("delivery.bundle")
def order(
    organisation: Organisation, *, actor: Actor, keys: Sequence[int], form: Form, now: datetime
) -> Bundle:
    """Order one file of several documents, in the order of their keys; a worker makes it.

    What was ordered more than 30 days ago is forgotten. Raises Refused for none, and for more than 20,000.
    """
    if not keys:
        raise Refused("Select at least one document.", field="pk")
    if len(keys) > AT_MOST:
        raise Refused("Select at most %(most)s documents at once.", field="pk", values={"most": AT_MOST})
    old = Bundle.objects.filter(created_at__lt=now - REMEMBERED)
    old.exclude(state__in=[State.QUEUED, State.RUNNING]).delete()
    bundle = Bundle.objects.create(
        organisation=organisation,
        form=form,
        keys=list(keys),
        total=len(keys),
        next_at=now,
        created_at=now,
        created_by=actor.name[:100],
    )
    background.enqueue(bundle)
    return bundle


@operation("delivery.bundle")
def stop(bundle: Bundle, *, actor: Actor, now: datetime) -> Bundle:
    """Stop making a file; what there is of it is thrown away. Raises Refused when it has ended."""
    if not bundle.is_active:
        raise Refused("This run has ended already.")
    bundle.state, bundle.finished_at, bundle.lease_until = State.STOPPED, now, None
    bundle.save(update_fields=["state", "finished_at", "lease_until"])
    return bundle


@operation("delivery.bundle")
def again(bundle: Bundle, *, actor: Actor, now: datetime) -> Bundle:
    """Make the file of the same documents anew. Raises Refused while it is made, or is there."""
    if bundle.is_active or bundle.is_kept(now):
        raise Refused("This file is there, or on its way.")
    bundle.state, bundle.next_at, bundle.started_at, bundle.finished_at = State.QUEUED, now, None, None
    bundle.done = bundle.failed = bundle.troubles = bundle.size = 0
    bundle.sha256 = bundle.error = ""
    bundle.left_out = []
    bundle.save()
    background.enqueue(bundle)
    return bundle
