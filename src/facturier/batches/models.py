"""Billing runs, and the claims that let each piece of work be billed once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facturier.organisations.background import Leased
from facturier.organisations.tenancy import TenantModel


class Grouping(models.TextChoices):
    CUSTOMER = "customer", _("One invoice per customer")
    CONTRACT = "contract", _("One invoice per contract")


class Batch(TenantModel):
    """A set of work of one period that is billed together. `period_end` is the last day."""

    name = models.CharField(_("name"), max_length=100)
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("until"))
    grouping = models.CharField(_("grouping"), max_length=10, choices=Grouping, default=Grouping.CUSTOMER)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(period_end__gte=models.F("period_start")), name="batch_period_in_order"
            ),
            models.UniqueConstraint(fields=["organisation", "name"], name="batch_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class BilledWork(TenantModel):
    """A claim on one piece of work: exactly one of time entry, expense, or a period of a contract.

    The unique constraints are what keeps work from being billed twice. A claim goes with its batch, or with
    the line of its draft; `config/guards.py` keeps claimed work from being changed.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, null=True, related_name="claims")
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="+")
    contract = models.ForeignKey("work.Contract", models.PROTECT, null=True, related_name="claims")
    ticket = models.ForeignKey("work.Ticket", models.PROTECT, null=True, related_name="claims")
    time_entry = models.OneToOneField("work.TimeEntry", models.PROTECT, null=True, related_name="claim")
    expense = models.OneToOneField("work.Expense", models.PROTECT, null=True, related_name="claim")
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    invoice = models.ForeignKey("invoices.Invoice", models.CASCADE, null=True, related_name="claims")
    line = models.ForeignKey("invoices.InvoiceLine", models.SET_NULL, null=True, related_name="claims")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "period_start"],
                condition=Q(period_start__isnull=False),
                name="contract_period_billed_once",
            ),
            models.CheckConstraint(
                condition=Q(time_entry__isnull=False, expense=None, period_start=None)
                | Q(time_entry=None, expense__isnull=False, period_start=None)
                | Q(
                    time_entry=None,
                    expense=None,
                    period_start__isnull=False,
                    period_end__isnull=False,
                    contract__isnull=False,
                ),
                name="claims_one_piece_of_work",
            ),
            models.CheckConstraint(
                condition=Q(batch__isnull=False) | Q(invoice__isnull=False),
                name="claim_has_a_holder",
            ),
        ]


class RunKind(models.TextChoices):
    GENERATE = "generate", _("Generate drafts")
    FINALISE = "finalise", _("Finalise all")
    SEND = "send", _("Send all")


class BatchRun(Leased):
    """Work on a batch in the background, in chunks of one transaction each."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=10, choices=RunKind)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    actor_name = models.CharField(max_length=100)
    membership_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    issue_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch"],
                condition=Q(state__in=["queued", "running"]),
                name="one_run_at_a_time_per_batch",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state", "next_at"], name="batch_run_due")]


class RunFailure(TenantModel):
    """One document of a run that could not be done, and why; can be tried again alone."""

    run = models.ForeignKey(BatchRun, models.CASCADE, related_name="failures")
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="+")
    invoice = models.ForeignKey("invoices.Invoice", models.CASCADE, null=True, related_name="+")
    reason = models.TextField()
