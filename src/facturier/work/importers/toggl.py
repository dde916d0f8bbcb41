"""Toggl Track: Reports > Detailed > Download CSV, and the yearly export of time entries.

Older exports say User and End date, newer ones Member and Stop date, and write a dash for what is
empty. There is one amount column for each currency of the workspace.
"""

from __future__ import annotations

from facturier.work.importers.headings import Meaning, Tracker, lexicon, spellings, words
from facturier.work.importers.words import SHARED, STARTS_AND_ENDS

_DURATION = "Duration | Dauer | Durée | Durata | Duración | Duração | Duur"
_AMOUNT = "Amount | Billable amount | Betrag | Montant | Importo | Importe | Valor | Bedrag"

TRACKER = Tracker(
    source="toggl",
    title="Toggl Track",
    headings=lexicon(
        {
            **SHARED,
            **STARTS_AND_ENDS,
            Meaning.PERSON: f"{SHARED[Meaning.PERSON]} | Member | Mitglied | Membre | Membro | Miembro | Lid",
            Meaning.DURATION: f"{_DURATION} | Duration (h:mm:ss)",
            Meaning.HOURS: "Duration (decimal) | Duration (hours) | Decimal duration",
            Meaning.RATE: "Hourly rate | Billable rate | Rate",
            Meaning.AMOUNT: _AMOUNT,
            Meaning.CURRENCY: "Currency | Währung | Devise | Valuta | Moneda | Moeda",
        }
    ),
    marks=words(f"{_DURATION} | Amount | Member | Mitglied | Membre | Stop date | Stop time"),
    official=spellings(
        "User | Email | Client | Project | Task | Description | Billable | Start date"
        " | Start time | End date | "
        "End time | Duration | Tags | Member | Stop date | Stop time"
    ),
    needed=(
        ("Start date", (Meaning.DAY,)),
        ("Duration", (Meaning.DURATION, Meaning.HOURS, Meaning.END_TIME, Meaning.END_DAY)),
    ),
    dash_is_empty=True,
)
