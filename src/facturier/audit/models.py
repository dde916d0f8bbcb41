"""Append-only events, chained by hash, one chain per organisation."""

from django.db import models


class Chain(models.Model):
    """The head of an organisation's chain: the row that an append locks, and no other tenant's."""

    organisation_id = models.BigIntegerField(primary_key=True)
    sequence = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)


class Event(models.Model):
    """One thing that happened. Ids and copies only, so that nothing it names can change it."""

    organisation_id = models.BigIntegerField()
    sequence = models.BigIntegerField()
    happened_at = models.DateTimeField()
    name = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100)
    data = models.TextField()  # canonical JSON, as it was hashed
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "sequence"], name="event_once_per_place"),
        ]
        indexes = [
            models.Index(
                fields=["organisation_id", "subject_type", "subject_id", "sequence"],
                name="event_by_subject",
            ),
        ]
