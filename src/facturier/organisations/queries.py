"""Read what an organisation keeps beside its own row."""

from __future__ import annotations

from django.db.models import F, Q

from facturier.organisations.models import Logo, SavedView


def logo(sha256: str) -> bytes | None:
    """Return the logo of the active organisation with that hash, a PNG; None where it has none such.

    Logos are kept for good: a document shows the one that it was issued with.
    """
    if not sha256:
        return None
    content = Logo.objects.filter(sha256=sha256).values_list("content", flat=True).first()
    return None if content is None else bytes(content)


def saved_views(membership_id: int) -> list[SavedView]:
    """List the views that a member sees: those shared with everybody, then the member's own. One query."""
    seen = SavedView.objects.filter(Q(membership=None) | Q(membership_id=membership_id))
    return list(seen.order_by(F("membership_id").asc(nulls_first=True), "name"))
