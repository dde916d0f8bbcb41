"""Documents: pro formas, invoices and credit notes; drafts that change and issued ones that never do.

An issued document's rows are frozen by database triggers (config/guards.py): only the columns of
`MUTABLE_ONCE_ISSUED` may change, because they tell what happened to the document, not what it says.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facturier.catalogue.models import NATURES
from facturier.customers.models import Customer
from facturier.organisations.models import LANGUAGES, Organisation
from facturier.organisations.tenancy import TenantModel
from facturier.rules import lifecycle
from facturier.rules.document import Document, Kind, LineKind, from_json
from facturier.rules.lifecycle import Facts, Status
from facturier.rules.numbering import NumberFormat
from facturier.storage.bulk import read_one

KINDS = [
    (Kind.PRO_FORMA, _("Pro forma")),
    (Kind.INVOICE, _("Invoice")),
    (Kind.CREDIT_NOTE, _("Credit note")),
]
LINE_KINDS = [
    (LineKind.AMOUNT, _("Amount")),
    (LineKind.TEXT, _("Text")),
    (LineKind.SUBTOTAL, _("Subtotal")),
]
STATUSES = [
    (Status.DRAFT, _("Draft")),
    (Status.FINAL, _("Final – ready to send")),
    (Status.EXPORTED, _("Exported")),
    (Status.SENT, _("Sent")),
    (Status.PARTLY_PAID, _("Partly paid")),
    (Status.PAID, _("Paid")),
    (Status.REFUNDED, _("Refunded")),
    (Status.CREDITED, _("Credited")),
    (Status.CLOSED, _("Closed")),
    (Status.PRO_FORMA_PREPARING, _("Pro forma – in preparation")),
    (Status.PRO_FORMA_SENT, _("Pro forma – sent")),
    (Status.PRO_FORMA_CONVERTED, _("Pro forma – converted")),
]
MUTABLE_ONCE_ISSUED = frozenset(
    [
        "sent_at",
        "exported_at",
        "closed_at",
        "converted_at",
        "corrected_minor",
        "paid_minor",
        "refunded_minor",
        "credited_minor",
        "status",
    ]
)
DRAFTS_FIRST = 9 * 10**18
_DAY = 10**11
# Conditions without values: SQLite matches a partial index before it knows what a parameter holds.
OWED = Q(closed_at=None, number__isnull=False) & Q(
    gross_minor__gt=F("paid_minor") + F("credited_minor") - F("refunded_minor")
)
# Nothing is settled twice: what was paid and credited stays within the amount, refunds within what was paid.
_SETTLED_WITHIN = Q(paid_minor=0, refunded_minor=0, credited_minor=0) | (
    Q(paid_minor__gte=0, refunded_minor__gte=0, credited_minor__gte=0)
    & (
        Q(kind=Kind.INVOICE, refunded_minor__lte=F("paid_minor"))
        & Q(gross_minor__gte=F("paid_minor") + F("credited_minor") - F("refunded_minor"))
        | Q(kind=Kind.CREDIT_NOTE, paid_minor=0)
        & Q(gross_minor__gte=F("refunded_minor") + F("credited_minor"))
    )
)


def sort_key(kind: str, issue_date: date, number: int) -> int:
    """Place an issued document in lists: by date, then number, then kind.

    Within a series this is the order of numbers, because dates keep that order (rules/numbering.py).
    """
    return first_key_of(issue_date) + number * 10 + list(Kind).index(Kind(kind))


def first_key_of(day: date) -> int:
    """Return the least key a document of that day can have: periods are ranges of keys."""
    return (day.year * 10_000 + day.month * 100 + day.day) * _DAY


class Series(TenantModel):
    """How the numbers of one kind of document read."""

    kind = models.CharField(max_length=12, choices=KINDS)
    prefix = models.CharField(_("prefix"), max_length=20, blank=True)
    padding = models.PositiveSmallIntegerField(_("digits"), default=5)
    yearly = models.BooleanField(_("starts anew each year"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind"], name="one_series_per_kind"),
        ]

    @property
    def format(self) -> NumberFormat:
        return NumberFormat(self.prefix, self.padding, self.yearly)


class Counter(TenantModel):
    """The last number of a series and run (a year, or 0), and the date that it was given."""

    series = models.ForeignKey(Series, models.PROTECT, related_name="counters")
    run = models.PositiveIntegerField()
    last_number = models.BigIntegerField(default=0)
    last_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "run"], name="one_counter_per_run"),
        ]


class DraftCounter(TenantModel):
    """The last draft reference; may have gaps, drafts can be deleted."""

    last_number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="one_draft_counter"),
        ]


class Invoice(TenantModel):
    """A document of any kind. `number` is null until it is issued."""

    kind = models.CharField(max_length=12, choices=KINDS, default=Kind.INVOICE)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="documents")
    reference = models.BigIntegerField(_("draft reference"))
    number = models.CharField(_("number"), max_length=40, null=True)
    ordinal = models.BigIntegerField(null=True)  # the n of the n-th number, to be searched for
    issue_date = models.DateField(_("date"), null=True)
    due_date = models.DateField(_("due date"), null=True)
    sort_key = models.BigIntegerField()
    status = models.CharField(_("status"), max_length=20, choices=STATUSES, default=Status.DRAFT)
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    payment_days = models.PositiveSmallIntegerField(_("payment term in days"))
    order_reference = models.CharField(_("purchase order"), max_length=100, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    note = models.TextField(_("message"), blank=True)
    delivery = models.JSONField(_("delivery address"), null=True)  # null: the customer's
    exchange_rate = models.DecimalField(_("exchange rate"), max_digits=15, decimal_places=6, null=True)
    exchange_source = models.CharField(_("source of the rate"), max_length=100, blank=True, db_default="")
    batch_name = models.CharField(_("batch"), max_length=100, blank=True)
    net_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    gross_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    credited_minor = models.BigIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    exported_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    converted_at = models.DateTimeField(null=True)
    converted_from = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="converted_to"
    )  # unique: a pro forma becomes one invoice
    credits = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="credit_notes"
    )  # the invoice that a credit note corrects
    corrected_minor = models.BigIntegerField(default=0, db_default=0)  # by its credit notes, drafts too
    version = models.PositiveIntegerField(default=1)  # counts the edits of a draft
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="number_once"),
            models.UniqueConstraint(fields=["organisation", "reference"], name="reference_once"),
            models.CheckConstraint(
                condition=Q(number=None, issue_date=None, due_date=None)
                | Q(number__isnull=False, issue_date__isnull=False, due_date__isnull=False),
                name="numbered_exactly_when_dated",
            ),
            models.CheckConstraint(condition=~Q(number=""), name="number_not_empty"),
            models.CheckConstraint(
                condition=Q(exchange_rate=None) | Q(exchange_rate__gt=0), name="exchange_rate_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.CLOSED, closed_at__isnull=False)
                | (~Q(status=Status.CLOSED) & Q(closed_at=None)),
                name="closed_exactly_when_labelled",
            ),
            models.CheckConstraint(
                condition=Q(converted_at=None) | Q(kind=Kind.PRO_FORMA), name="only_pro_formas_are_converted"
            ),
            models.CheckConstraint(
                condition=Q(converted_from=None) | Q(kind=Kind.INVOICE),
                name="invoices_come_of_pro_formas",
            ),
            models.CheckConstraint(condition=_SETTLED_WITHIN, name="settled_within_its_amount"),
            models.CheckConstraint(
                condition=Q(credits=None) | Q(kind=Kind.CREDIT_NOTE), name="only_credit_notes_correct"
            ),
            models.CheckConstraint(
                condition=Q(corrected_minor=0)
                | Q(corrected_minor__gte=0, corrected_minor__lte=F("gross_minor"), kind=Kind.INVOICE),
                name="corrected_within_its_amount",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-sort_key"], name="document_list"),
            models.Index(fields=["organisation", "status", "-sort_key"], name="document_by_status"),
            models.Index(fields=["organisation", "customer", "-sort_key"], name="document_by_customer"),
            models.Index(
                fields=["organisation", "-sort_key"],
                name="document_open_list",
                condition=Q(closed_at=None),
            ),
            models.Index(fields=["organisation", "due_date", "id"], name="document_owed", condition=OWED),
            models.Index(
                fields=["organisation", "issue_date", "currency", "kind", "gross_minor"],
                name="document_by_date",
            ),
            models.Index(fields=["organisation", "ordinal"], name="document_by_ordinal"),
            models.Index(fields=["organisation", "gross_minor", "id"], name="document_by_amount"),
            models.Index(fields=["organisation", "due_date", "id"], name="document_by_due_date"),
            models.Index(fields=["organisation", "batch_name", "-sort_key"], name="document_by_batch"),
        ]

    @classmethod
    def lock(cls, pk: int) -> Self:
        """Read one document for writing, with its seller and its customer, which are not locked."""
        row = super().lock(pk)
        row.organisation = read_one(Organisation, where={"id": row.organisation_id})
        own = {"id": row.customer_id, "organisation_id": row.organisation_id}
        row.customer = read_one(Customer, where=own)
        return row

    def __str__(self) -> str:
        return self.number or f"#{self.reference}"

    def owned_by(self, membership_id: int) -> bool:
        return self.customer.owned_by(membership_id)

    @property
    def is_issued(self) -> bool:
        return self.number is not None

    @property
    def facts(self) -> Facts:
        """What has happened to the document, for the rules of its life."""
        return Facts(
            kind=Kind(self.kind),
            gross_minor=self.gross_minor,
            paid_minor=self.paid_minor,
            refunded_minor=self.refunded_minor,
            credited_minor=self.credited_minor,
            issued=self.is_issued,
            sent_at=self.sent_at,
            exported_at=self.exported_at,
            closed=self.closed_at is not None,
            converted=self.converted_at is not None,
            due_date=self.due_date,
        )

    @property
    def balance_minor(self) -> int:
        return self.facts.balance_minor

    def set_facts(self, **facts: Any) -> None:
        """Write facts and the label that follows from them."""
        for name, value in facts.items():
            setattr(self, name, value)
        self.status = lifecycle.status(self.facts)
        self.save(update_fields=[*facts, "status"])


class InvoiceLine(TenantModel):
    """A line of a document. Text lines and subtotals carry no amount of their own."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=LINE_KINDS, default=LineKind.AMOUNT)
    description = models.TextField(pgettext_lazy("line", "description"), blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=4, default=0)
    unit = models.CharField(_("unit"), max_length=3, blank=True)
    unit_price = models.DecimalField(_("unit price"), max_digits=15, decimal_places=6, default=0)
    discount_percent = models.DecimalField(_("discount in %"), max_digits=7, decimal_places=4, default=0)
    discount_minor = models.BigIntegerField(_("discount"), default=0)
    tax_code = models.ForeignKey("catalogue.TaxCode", models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey("catalogue.GLAccount", models.PROTECT, null=True, related_name="+")
    service_start = models.DateField(_("service from"), null=True)
    service_end = models.DateField(_("service until"), null=True)
    order_reference = models.CharField(_("purchase order"), max_length=100, blank=True)
    nature = models.CharField(_("supplies"), max_length=8, choices=NATURES, blank=True)
    net_minor = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
                name="line_discount_is_percentage",
            ),
        ]
        indexes = [models.Index(fields=["invoice", "position"], name="line_by_position")]


class InvoiceAdjustment(TenantModel):
    """A discount or charge on the whole document: a percentage or an amount."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="adjustments")
    position = models.PositiveIntegerField()
    reason = models.CharField(_("reason"), max_length=200)
    is_charge = models.BooleanField(_("charge"), default=False)
    percent = models.DecimalField(_("in %"), max_digits=7, decimal_places=4, default=0)
    amount_minor = models.BigIntegerField(_("amount"), default=0)

    class Meta:
        ordering = ["position"]


class CreditedLine(TenantModel):
    """What a line of a credit note takes of a line of its invoice; in minor units, without tax.

    `quantity` is zero where an amount was credited: as much stays billed.
    """

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="credited_lines")  # the credit note
    line = models.OneToOneField(InvoiceLine, models.CASCADE, related_name="credits")
    of = models.ForeignKey(InvoiceLine, models.PROTECT, related_name="credited_by")
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=4, default=0)
    minor = models.BigIntegerField()


class IssuedDocument(TenantModel):
    """The value that was issued, in its canonical form; inserted once, never changed."""

    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="issued")
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()

    def as_document(self) -> Document:
        return from_json(self.canonical)
