"""What was rendered, what was sent, to whom, and whether the mail server accepted it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facturier.organisations.background import InTurns, Leased, State
from facturier.organisations.tenancy import TenantModel


class StoredPdf(TenantModel):
    """The bytes of an issued document as they are sent and kept; inserted once, never changed."""

    invoice = models.OneToOneField("invoices.Invoice", models.PROTECT, related_name="pdf")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    rendered_at = models.DateTimeField()


class Dispatch(TenantModel):
    """Several documents sent in one go; its progress is the states of its deliveries."""

    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    skipped = models.JSONField(default=list)  # [{"invoice": id, "name": "F2026-00042", "reason": "…"}]


class Delivery(Leased):
    """One e-mail with one document. Only its state changes once it is queued.

    `done` means that the mail server accepted it, for all recipients but those in `refused`. `unknown` means
    that the connection broke after the message was handed over: it is parked for a person, because sending
    again could send twice.
    """

    invoice = models.ForeignKey("invoices.Invoice", models.PROTECT, related_name="deliveries")
    dispatch = models.ForeignKey(Dispatch, models.PROTECT, null=True, related_name="deliveries")
    message_id = models.CharField(max_length=200)
    to = models.JSONField(_("to"))  # list of addresses
    cc = models.JSONField(_("copies"), default=list)
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("text"))
    handing_over = models.BooleanField(default=False)  # set just before the point of no return: mail.py
    give_up_at = models.DateTimeField()  # until then a temporary failure is tried again
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    accepted_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)  # what the mail server said
    refused = models.JSONField(default=dict)  # address → what the mail server said to it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message_id"], name="message_once"),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(state__in=[State.QUEUED, State.RUNNING, State.UNKNOWN]),
                name="one_open_delivery_per_document",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state", "next_at"], name="delivery_due")]

    @property
    def recipients(self) -> list[str]:
        return [*self.to, *self.cc]

    def is_hopeless(self, now: datetime) -> bool:
        """Mail is tried again for a time, not a number of times (RFC 5321, section 4.5.4.1)."""
        return now >= self.give_up_at


class Form(models.TextChoices):
    """How several documents become one file; the value is how its name ends."""

    ZIP = "zip", _("ZIP archive")
    MERGED = "pdf", _("Merged PDF")


KEPT_FOR = timedelta(hours=24)


class Bundle(InTurns):
    """Several documents as one file, made in the background and kept for a day.

    `keys` are the documents' primary keys in their order. `left_out` names the first of the `failed` ones:
    [{"invoice": id, "name": "F2026-00042", "reason": "…", "values": {…}}]. The file belongs to the attempt
    that finished it.
    """

    form = models.CharField(max_length=3, choices=Form)
    keys = models.JSONField()
    failed = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=list)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)

    class Meta:
        indexes = [models.Index(fields=["organisation", "state", "next_at"], name="bundle_due")]

    @property
    def expires_at(self) -> datetime | None:
        return self.finished_at + KEPT_FOR if self.finished_at else None

    def is_kept(self, now: datetime) -> bool:
        """Say whether its file is there to be taken."""
        return self.state == State.DONE and self.expires_at is not None and now < self.expires_at
