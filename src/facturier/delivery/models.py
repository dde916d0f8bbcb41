"""What was rendered, what was sent, to whom, and whether the mail server accepted it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facturier.organisations.background import Leased
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

    `unknown` means that the connection broke after the message was handed over: it is parked for a person,
    because sending again could send twice.
    """

    invoice = models.ForeignKey("invoices.Invoice", models.PROTECT, related_name="deliveries")
    dispatch = models.ForeignKey(Dispatch, models.PROTECT, null=True, related_name="deliveries")
    message_id = models.CharField(max_length=200)
    to = models.JSONField(_("to"))  # list of addresses
    cc = models.JSONField(_("copies"), default=list)
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("text"))
    handing_over = models.BooleanField(default=False)  # set just before DATA: the point of no return
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    accepted_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)  # what the mail server said

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message_id"], name="message_once"),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(state__in=["queued", "running", "unknown"]),
                name="one_open_delivery_per_document",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state", "next_at"], name="delivery_due")]
