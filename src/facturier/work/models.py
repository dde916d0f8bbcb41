"""Work that can be billed: contracts, tickets, time, expenses, jobs."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facturier.organisations.tenancy import TenantModel


class BillingMethod(models.TextChoices):
    HOURLY = "hourly", _("Hourly")
    FLAT_FEE = "flat_fee", _("Flat fee")


class Period(models.TextChoices):
    MONTHLY = "monthly", _("Monthly")
    QUARTERLY = "quarterly", _("Quarterly")
    YEARLY = "yearly", _("Yearly")


class Contract(TenantModel):
    """What was agreed with a customer: the method and the price that its work is billed by."""

    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="contracts")
    name = models.CharField(_("name"), max_length=200)
    method = models.CharField(_("billing method"), max_length=12, choices=BillingMethod)
    period = models.CharField(_("period"), max_length=12, choices=Period, default=Period.MONTHLY)
    in_advance = models.BooleanField(_("billed in advance"), default=False)
    starts_on = models.DateField(_("start"))
    ends_on = models.DateField(_("end"), null=True, blank=True)  # the last day that is billed
    fee = models.DecimalField(_("fee per period"), max_digits=15, decimal_places=6, null=True, blank=True)
    hourly_rate = models.DecimalField(
        _("hourly rate"), max_digits=15, decimal_places=6, null=True, blank=True
    )
    rounding_minutes = models.PositiveSmallIntegerField(_("time rounded up to minutes"), default=0)
    tax_code = models.ForeignKey("catalogue.TaxCode", models.PROTECT, null=True, blank=True, related_name="+")
    account = models.ForeignKey(
        "catalogue.GLAccount", models.PROTECT, null=True, blank=True, related_name="+"
    )
    order_reference = models.CharField(_("purchase order"), max_length=100, blank=True)
    is_default = models.BooleanField(_("default for tickets"), default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="contract_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(method="flat_fee") | Q(fee__isnull=False), name="flat_fee_has_fee"
            ),
            models.CheckConstraint(
                condition=~Q(method="hourly") | Q(hourly_rate__isnull=False),
                name="hourly_has_rate",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(is_default=True),
                name="one_default_contract_per_customer",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TicketStatus(models.TextChoices):
    OPEN = "open", _("Open")
    PENDING = "pending", _("Pending")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", pgettext_lazy("ticket", "Closed")


class Ticket(TenantModel):
    """A request of a customer, which holds time and expenses; billed once it is resolved or closed."""

    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="tickets")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="tickets")
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    status = models.CharField(_("status"), max_length=10, choices=TicketStatus, default=TicketStatus.OPEN)
    opened_on = models.DateField(_("opened on"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="ticket_number_once"),
        ]
        indexes = [models.Index(fields=["organisation", "status"], name="ticket_by_status")]

    def __str__(self) -> str:
        return f"{self.number} – {self.title}"


class TimeImport(TenantModel):
    """One imported export of a time tracker; importing the same file again adds nothing."""

    source = models.CharField(_("source"), max_length=20)
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    added = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    imported_at = models.DateTimeField(auto_now_add=True)
    imported_by = models.CharField(max_length=100)


class Upload(TenantModel):
    """A file that somebody looks at before it is imported; kept for a day, and for that person only."""

    data = models.BinaryField()
    file_name = models.CharField(_("file"), max_length=200)
    uploaded_by = models.BigIntegerField()
    uploaded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "uploaded_at"], name="upload_by_time")]


class TimeEntry(TenantModel):
    """Time that a person worked for a customer; on a ticket, or on an engagement without one."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="time_entries"
    )
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="time_entries")
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, blank=True, related_name="time_entries")
    person = models.CharField(_("person"), max_length=100)
    day = models.DateField(_("day"))
    started_at = models.DateTimeField(_("start"), null=True, blank=True)
    seconds = models.PositiveIntegerField(_("duration"))
    project = models.CharField(_("project"), max_length=200, blank=True)
    task = models.CharField(_("task"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    billable = models.BooleanField(_("billable"), default=True)
    rate = models.DecimalField(_("hourly rate"), max_digits=15, decimal_places=6, null=True, blank=True)
    imported = models.ForeignKey(TimeImport, models.PROTECT, null=True, related_name="entries")
    external_key = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "external_key"], name="time_imported_once"),
        ]
        indexes = [
            models.Index(fields=["organisation", "day"], name="time_by_day"),
            models.Index(fields=["organisation", "customer", "day"], name="time_by_customer"),
        ]


class Expense(TenantModel):
    """Money spent for a customer; billed at cost plus mark-up. `cost_minor` is without tax."""

    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="expenses")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="expenses")
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, blank=True, related_name="expenses")
    day = models.DateField(_("day"))
    description = models.CharField(_("description"), max_length=300)
    cost_minor = models.BigIntegerField(_("cost"))
    currency = models.CharField(_("currency"), max_length=3)
    markup_percent = models.DecimalField(_("mark-up"), max_digits=7, decimal_places=4, default=0)
    billable = models.BooleanField(_("billable"), default=True)
    tax_code = models.ForeignKey("catalogue.TaxCode", models.PROTECT, null=True, blank=True, related_name="+")
    account = models.ForeignKey(
        "catalogue.GLAccount", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["organisation", "day"], name="expense_by_day")]


class JobStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    LAUNCHED = "launched", _("Launched")
    COMPLETE = "complete", _("Complete")


class Job(TenantModel):
    """A job file (dossier): what a customer ordered, how many, at what price."""

    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="jobs")
    number = models.CharField(_("number"), max_length=20)
    title = models.CharField(_("title"), max_length=200)
    order_reference = models.CharField(_("purchase order"), max_length=100, blank=True)
    quantity = models.DecimalField(_("quantity ordered"), max_digits=15, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=3, default="C62")
    unit_price = models.DecimalField(_("unit price"), max_digits=15, decimal_places=6)
    account = models.ForeignKey(
        "catalogue.GLAccount", models.PROTECT, null=True, blank=True, related_name="+"
    )
    tax_code = models.ForeignKey("catalogue.TaxCode", models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(_("status"), max_length=10, choices=JobStatus, default=JobStatus.PLANNED)
    opened_on = models.DateField(_("opened on"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="job_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} – {self.title}"
