"""Billing runs, and the claims that let each piece of work be billed once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facturier.organisations.background import InTurns
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
    documents = models.PositiveIntegerField(default=0)  # what was saved; sums per currency, in minor units
    tickets = models.PositiveIntegerField(default=0)
    seconds = models.PositiveBigIntegerField(default=0)
    sums = models.JSONField(default=list)
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

    @property
    def by_contract(self) -> bool:
        return self.grouping == Grouping.CONTRACT


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
            models.CheckConstraint(
                condition=Q(period_end=None) | Q(period_end__gte=models.F("period_start")),
                name="claimed_period_in_order",
            ),
        ]


class RunKind(models.TextChoices):
    GENERATE = "generate", _("Generate drafts")
    FINALISE = "finalise", _("Finalise all")
    SEND = "send", _("Send all")


class BatchRun(InTurns):
    """Work on a batch in the background, in chunks of one transaction each.

    `total` and `done` count documents. `then` names the runs that follow without being asked, with blanks
    between. `refusals` says what stopped the run.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=10, choices=RunKind)
    then = models.CharField(max_length=30, blank=True)
    refusals = models.JSONField(default=list)
    actor_name = models.CharField(max_length=100)
    membership_id = models.BigIntegerField(null=True)
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
    """One document of a run that could not be done, and why; can be tried again alone.

    `refusals` holds what was refused, for the page to say in the reader's language.
    """

    run = models.ForeignKey(BatchRun, models.CASCADE, related_name="failures")
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="+")
    invoice = models.ForeignKey("invoices.Invoice", models.CASCADE, null=True, related_name="+")
    refusals = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "invoice"], condition=Q(invoice__isnull=False), name="one_failure_per_document"
            ),
            models.UniqueConstraint(
                fields=["run", "customer"], condition=Q(invoice=None), name="one_failure_per_customer"
            ),
        ]
