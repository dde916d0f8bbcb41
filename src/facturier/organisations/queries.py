"""Read what an organisation keeps beside its own row."""

from __future__ import annotations

from facturier.organisations.models import Logo


def logo(sha256: str) -> bytes | None:
    """Return the logo of the active organisation with that hash, a PNG; None where it has none such.

    Logos are kept for good: a document shows the one that it was issued with.
    """
    if not sha256:
        return None
    content = Logo.objects.filter(sha256=sha256).values_list("content", flat=True).first()
    return None if content is None else bytes(content)
