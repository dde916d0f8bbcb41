"""Files that wait while somebody looks at the preview of their import.

They are kept here and not sent back and forth, so that what is imported is what was looked at.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from facturier.organisations.access import Actor, operation
from facturier.organisations.models import Organisation
from facturier.rules.refusal import Refused
from facturier.work.importers.reading import MAX_BYTES
from facturier.work.models import Upload

KEPT = timedelta(days=1)


@operation("work.import")
def keep(organisation: Organisation, *, actor: Actor, data: bytes, file_name: str, now: datetime) -> Upload:
    """Keep a file until it is imported, at most for a day. Raises Refused for one that is too large."""
    if len(data) > MAX_BYTES:
        raise Refused(
            "The file is larger than %(limit)s MB: export a shorter period.",
            field="file",
            values={"limit": MAX_BYTES // (1024 * 1024)},
        )
    Upload.objects.filter(uploaded_at__lt=now - KEPT).delete()
    return Upload.objects.create(
        organisation=organisation,
        data=data,
        file_name=" ".join(file_name.split())[-200:],
        uploaded_by=_person(actor),
        uploaded_at=now,
    )


@operation("work.import", lock=False)
def drop(upload: Upload, *, actor: Actor) -> None:
    """Forget a file that was imported, or that nobody wants."""
    Upload.objects.filter(pk=upload.pk, uploaded_by=_person(actor)).delete()


def waiting(actor: Actor, pk: int) -> Upload | None:
    """Return a file that this person uploaded, or None when it is gone or somebody else's."""
    found: Upload | None = Upload.objects.filter(pk=pk, uploaded_by=_person(actor)).first()
    return found


def _person(actor: Actor) -> int:
    return actor.user_id or 0
