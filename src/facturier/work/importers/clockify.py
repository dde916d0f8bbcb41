"""Clockify: Reports > Detailed > Export > CSV.

Headings follow the person's language, dates and clock the person's settings. The rate and amount
carry their currency in the heading, and columns come and go with the settings of the workspace.
"""

from __future__ import annotations

from facturier.work.importers.headings import Meaning, Tracker, lexicon, spellings, words
from facturier.work.importers.words import SHARED, STARTS_AND_ENDS

_DURATION = (
    "Duration (h) | Time (h) | Dauer (h) | Dauer (Std.) | Durée (h) | Durata (h) | Durata (ore)"
    " | Duración (h) | Duração (h) | Duur (h) | Duur (u)"
)
_HOURS = (
    "Duration (decimal) | Time (decimal) | Dauer (dezimal) | Dauer (Dezimalzahl) | Dauer (decimal)"
    " | Durée (décimal) | Durée (décimale) | Durata (decimale) | Durata (decimali)"
    " | Duración (decimal) | Duração (decimal) | Duur (decimaal)"
)
_RATE = (
    "Billable rate | Hourly rate | Abrechenbarer Satz | Abrechnungssatz | Stundensatz"
    " | Taux facturable | Tariffa fatturabile | Tarifa facturable | Tarifa | Taxa faturável"
    " | Factureerbaar tarief"
)
_AMOUNT = (
    "Billable amount | Abrechenbarer Betrag | Montant facturable | Importo fatturabile"
    " | Importe facturable | Monto facturable | Importe | Valor faturável | Factureerbaar bedrag"
)
_CREATED = (
    "Date of creation | Erstellungsdatum | Date de création | Data di creazione"
    " | Fecha de creación | Fecha creación | Data de criação | Aanmaakdatum"
)

TRACKER = Tracker(
    source="clockify",
    title="Clockify",
    headings=lexicon(
        {
            **SHARED,
            **STARTS_AND_ENDS,
            Meaning.DURATION: f"{_DURATION} | Duration | Dauer | Durée | Durata | Duración",
            Meaning.HOURS: _HOURS,
            Meaning.RATE: _RATE,
            Meaning.AMOUNT: _AMOUNT,
            Meaning.CURRENCY: "Currency | Währung | Devise | Valuta | Moneda | Moeda",
            Meaning.KIND: "Type | Typ | Tipo",
            Meaning.OTHER_DAY: _CREATED,
        }
    ),
    marks=words(
        f"{_DURATION} | {_HOURS} | {_RATE} | {_AMOUNT} | {_CREATED}"
        " | Group | User group | Gruppe | Groupe | Gruppo | Grupo | Groep"
    ),
    official=spellings(
        "Project | Client | Description | Task | User | Group | Email | Tags"
        " | Billable | Start Date | Start Time | "
        "End Date | End Time | Duration (h) | Duration (decimal) | Date of creation"
    ),
    needed=(
        ("Start Date", (Meaning.DAY,)),
        ("Duration (h)", (Meaning.DURATION, Meaning.HOURS, Meaning.END_TIME, Meaning.END_DAY)),
    ),
)
