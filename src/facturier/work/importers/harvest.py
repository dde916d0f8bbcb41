"""Harvest: Reports > Detailed time > Export > CSV, and Settings > Import/Export > Export all time.

Hours are decimals, in the number format of the account, and usually without a clock. Harvest
exports in English only. `Hours` is what was worked; `Hours Rounded` is Harvest's own rounding for
its invoices, and ours belongs to the contract.
"""

from __future__ import annotations

from facturier.work.importers.headings import Meaning, Tracker, lexicon, spellings, words

TRACKER = Tracker(
    source="harvest",
    title="Harvest",
    headings=lexicon(
        {
            Meaning.DAY: "Date | Spent date | Spent at",
            Meaning.START_TIME: "Started at | Started time | Start time | Started",
            Meaning.END_TIME: "Ended at | Ended time | End time | Ended",
            Meaning.HOURS: "Hours | Hours (decimal)",
            Meaning.FIRST_NAME: "First name",
            Meaning.LAST_NAME: "Last name",
            Meaning.PERSON: "Person | Team member | User | Name | Employee name",
            Meaning.EMAIL: "Email | E-mail | Email address",
            Meaning.CUSTOMER: "Client | Client name",
            Meaning.PROJECT: "Project | Project name",
            Meaning.TASK: "Task | Task name",
            Meaning.DESCRIPTION: "Notes | Note",
            Meaning.TAGS: "Tags",
            Meaning.BILLABLE: "Billable",
            Meaning.RATE: "Billable rate | Hourly rate",
            Meaning.AMOUNT: "Billable amount",
            Meaning.CURRENCY: "Currency",
        }
    ),
    marks=words(
        "Hours | Notes | First name | Last name | Invoiced | Employee | Project code | Approved"
        " | Hours rounded | External reference url | Cost rate | Cost amount | Roles"
    ),
    official=spellings(
        "Date | Client | Project | Project Code | Task | Notes | Hours | Billable?"
        " | Invoiced? | Approved? | First Name | "
        "Last Name | Roles | Employee? | Billable Rate | Billable Amount | Currency"
    ),
    needed=(("Date", (Meaning.DAY,)), ("Hours", (Meaning.HOURS, Meaning.END_TIME))),
)
