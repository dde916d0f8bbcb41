"""Money received and paid back, and what each of it settles.

An allocation is the only thing that settles a document. What the database holds by itself (constraints here,
triggers in config/payment_guards.py): a payment never gives more than it has, `used_minor` is what its
allocations come to, and neither changes once it is written. What allocations come to on a document stands in
the document's own facts (invoices/settling.py); `queries.disagreements` compares both.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from facturier.customers.models import Customer
from facturier.customers.names import FoldedField
from facturier.invoices.models import Invoice
from facturier.organisations.tenancy import TenantModel
from facturier.rules.settling import Method

METHODS = [
    (Method.TRANSFER, _("Transfer")),
    (Method.CARD, _("Card")),
    (Method.CHEQUE, _("Cheque")),
    (Method.CASH, _("Cash")),
    (Method.DIRECT_DEBIT, _("Direct debit")),
    (Method.OTHER, _("Other way")),
]


class Direction(models.TextChoices):
    RECEIVED = "received", _("Payment")
    REFUND = "refund", _("Refund")


class Payment(TenantModel):
    """Money from a customer, or back to one. `used_minor` is kept by triggers; nothing else changes."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="payments")
    direction = models.CharField(_("kind"), max_length=8, choices=Direction, default=Direction.RECEIVED)
    paid_on = models.DateField(_("date"))
    amount_minor = models.BigIntegerField(_("amount"))
    used_minor = models.BigIntegerField(default=0, editable=False)
    currency = models.CharField(_("currency"), max_length=3)
    method = models.CharField(_("method"), max_length=12, choices=METHODS, default=Method.TRANSFER)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    sort_reference = FoldedField("reference")
    note = models.CharField(_("note"), max_length=300, blank=True)
    once = models.UUIDField(null=True, editable=False)  # of the form that recorded it: sent twice, kept once
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_of_something"),
            models.CheckConstraint(
                condition=Q(used_minor__gte=0, used_minor__lte=F("amount_minor")),
                name="payment_used_within_its_amount",
            ),
            models.UniqueConstraint(fields=["organisation", "once"], name="payment_recorded_once"),
        ]
        indexes = [
            models.Index(fields=["organisation", "-paid_on", "-id"], name="payment_list"),
            models.Index(fields=["organisation", "customer", "-paid_on", "-id"], name="payment_by_customer"),
            models.Index(fields=["organisation", "sort_reference"], name="payment_by_reference"),
            models.Index(fields=["organisation", "amount_minor"], name="payment_by_amount"),
            models.Index(
                fields=["organisation", "customer", "paid_on", "id"],
                name="payment_with_credit",
                condition=Q(direction="received", used_minor__lt=F("amount_minor")),
            ),
        ]

    @property
    def is_refund(self) -> bool:
        return self.direction == Direction.REFUND

    @property
    def credit_minor(self) -> int:
        """What of a payment no document has taken: the customer's credit."""
        return 0 if self.is_refund else self.amount_minor - self.used_minor


class Allocation(TenantModel):
    """A part of a payment, refund or credit note, and what it settles. Written once; deleted as a whole.

    - a payment received, or a credit note, settles an `invoice`;
    - a refund pays back what was paid on an `invoice`, what a credit note holds (`invoice` names that then),
      or the credit of a payment (`credit_of`).
    """

    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="allocations")
    credit_note = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="set_against")
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="settlements")
    credit_of = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="credit_refunds")
    amount_minor = models.BigIntegerField(_("amount"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="allocation_of_something"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, credit_note=None)
                | Q(payment=None, credit_note__isnull=False, credit_of=None),
                name="allocation_of_one_source",
            ),
            models.CheckConstraint(
                condition=Q(invoice__isnull=False, credit_of=None) | Q(invoice=None, credit_of__isnull=False),
                name="allocation_to_one_place",
            ),
        ]
