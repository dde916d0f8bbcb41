"""Invitations, and what is remembered of sign-ins for a while."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from facturier.organisations.background import Leased
from facturier.organisations.models import LANGUAGES


class Invitation(Leased):
    """An e-mail that lets its reader join the organisation, once; deleted when it was used or revoked.

    Only the hash of its token is kept. The token is made when the message is sent, and anew each time that it
    is sent again, so that the newest message alone works.
    """

    TRIES: ClassVar[int] = 5

    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    is_admin = models.BooleanField(_("administrator"), default=False)
    may_process_billing = models.BooleanField(_("process billing"), default=False)
    may_export = models.BooleanField(_("export to accounting"), default=False)
    may_manage_settings = models.BooleanField(_("manage settings"), default=False)
    invited_by = models.CharField(max_length=100)
    token_sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "email"], name="invited_once"),
        ]
        indexes = [
            models.Index(fields=["organisation", "token_sha256"], name="invitation_by_token"),
        ]

    def __str__(self) -> str:
        return self.email


class Remembered(models.Model):
    """What Django's cache keeps for a while: failed sign-ins, codes that were used. Read by it alone."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)
