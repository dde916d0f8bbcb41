"""What pages say of batches: how far one is, and why work is left out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facturier.batches.choice import WorkKind
from facturier.batches.models import RunKind
from facturier.rules.billing import Hold

STANDING = {
    "saved": (_("Saved"), "waits"),
    "drafted": (_("Drafts made"), "waits"),
    "issued": (_("Final"), "moved"),
    "sent": (pgettext_lazy("batch", "Sent"), "good"),
}

KINDS = {
    WorkKind.FEES: _("Flat fees"),
    WorkKind.TIME: pgettext_lazy("work", "Time"),
    WorkKind.EXPENSES: _("Expenses"),
}

RUNNING = {
    RunKind.GENERATE: _("Making drafts"),
    RunKind.FINALISE: _("Finalising"),
    RunKind.SEND: _("Preparing messages"),
}

# Why, and what a person can do about it.
HOLDS = {
    Hold.PERIOD_NOT_OVER: (
        _("The contract's period is not over"),
        _("It is billed once its last day has passed."),
    ),
    Hold.TICKET_OPEN: (
        _("The ticket is not resolved"),
        _("Resolve or close the ticket: then its time and expenses are billed."),
    ),
    Hold.NO_CONTRACT: (
        _("No contract"),
        _("Choose a contract for the work, or a default contract for the customer."),
    ),
    Hold.NOT_IN_FORCE: (
        _("The contract was not in force on that day"),
        _("Correct the day, or the start and end of the contract."),
    ),
    Hold.NO_CUSTOMER: (_("No customer"), _("Choose the customer of the time entry.")),
    Hold.NO_TAX_CODE: (
        _("No tax code"),
        _("Choose one for the contract, the customer or as the default of the organisation."),
    ),
    Hold.NO_TAX_RATE: (
        _("The tax code has no rate on that day"),
        _("Add a rate that is valid from that day or before."),
    ),
    Hold.NO_ACCOUNT: (
        _("No GL account"),
        _("Choose one for the contract, or a default revenue account."),
    ),
    Hold.OTHER_CURRENCY: (
        _("In another currency than the customer is billed in"),
        _("Enter the expense in the customer's currency."),
    ),
    Hold.DUE_EARLIER: (
        _("Flat fees that were due before this period"),
        _("Make a batch of that period to bill them."),
    ),
    Hold.NO_DURATION: (_("Time without a duration"), _("Enter how long it took.")),
    Hold.COVERED_BY_FEE: (_("Covered by a flat fee"), _("The contract's fee pays for this time.")),
    Hold.NOT_BILLABLE: (_("Not billable"), _("It was entered as work that nobody pays for.")),
}
