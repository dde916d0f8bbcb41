"""Kimai: Export > CSV, versions 1 and 2, in English, German, French and Italian.

An entry has one date, and times to the minute; one that ends before it starts ends on the next
day. Breaks shorten the duration and are not always exported. Kimai's `Price` (`Rate` in version 1)
is the entry's amount; the price per hour has its own column. A fixed price replaces the hourly
one.
"""

from __future__ import annotations

from facturier.work.importers.headings import Meaning, Tracker, lexicon, spellings, words

_RATE = (
    "Hourly price | Hourly rate | Preis pro Stunde | Stundenlohn | Stundensatz | Taux horaire"
    " | Tarif horaire | Tariffa oraria"
)
_FIXED = "Fixed price | Fixed rate | Festpreis | Festbetrag | Taux fixe | Prezzo fisso | Tasso fisso"
_INTERNAL = "Internal price | Internal rate | Interner Preis | Interner Lohn | Taux interne | Costo interno"
_START = "From | Begin | Von | Beginn | De | Début | Da | Inizio"
_END = "To | End | Bis | Ende | À | Fin | A | Fine"
_TASK = "Activity | Tätigkeit | Activité | Attività"

TRACKER = Tracker(
    source="kimai",
    title="Kimai",
    headings=lexicon(
        {
            Meaning.DAY: "Date | Datum | Data",
            Meaning.START_TIME: f"{_START} | Start | Start time | Start-Zeit",
            Meaning.END_TIME: f"{_END} | End time | Stop",
            Meaning.DURATION: "Duration | Dauer | Durée | Durata | Duration (h)",
            Meaning.HOURS: "Duration (decimal) | Hours | Stunden | Heures | Ore | Dauer (dezimal)",
            Meaning.PAUSE: "Break | Pause | Pausa",
            Meaning.PERSON: "Name | Nom | Nome | Alias | Display name | Anzeigename",
            Meaning.LOGIN: "User | Username | Benutzer | Benutzername | Nom d'utilisateur"
            " | Identifiant | Utilisateur | Usager | Utente",
            Meaning.EMAIL: "E-mail | Email | Courriel",
            Meaning.CUSTOMER: "Customer | Kunde | Client | Cliente",
            Meaning.PROJECT: "Project | Projekt | Projet | Progetto",
            Meaning.TASK: _TASK,
            Meaning.DESCRIPTION: "Description | Beschreibung | Descrizione",
            Meaning.TAGS: "Tags | Tag | Schlagworte | Mots-clés | Mot-clé | Etichette",
            Meaning.BILLABLE: "Billable | Abrechenbar | Facturable | Fatturabile",
            Meaning.RATE: _RATE,
            Meaning.FIXED_RATE: _FIXED,
            Meaning.AMOUNT: "Price | Rate | Preis | Lohn | Taux | Montant | Prezzo | Tariffa"
            " | Total price | Gesamtpreis | Prix total | Prezzo totale",
            Meaning.CURRENCY: "Currency | Währung | Devise | Valuta",
        }
    ),
    marks=words(
        f"{_TASK} | {_RATE} | {_FIXED} | {_INTERNAL} | {_START} | {_END}"
        " | Exported | Exportiert | Exporté | Esportate | Staff number | Personalnummer"
    ),
    official=spellings(
        "Date | From | To | Begin | End | Duration | Currency | Price | Internal price"
        " | Hourly price | Fixed price | "
        "Rate | Internal rate | Hourly rate | Fixed rate | Name | User | E-mail"
        " | Staff number | Customer | Project | "
        "Activity | Description | Exported | Billable | Tags | Type | category"
        " | Account | Project number | VAT-ID | "
        "Order number"
    ),
    needed=(
        ("Date", (Meaning.DAY, Meaning.START_TIME)),
        ("Duration", (Meaning.DURATION, Meaning.HOURS, Meaning.END_TIME)),
    ),
    breaks_shorten=True,
)
