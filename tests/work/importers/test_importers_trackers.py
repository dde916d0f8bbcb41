"""Each tracker, in the languages, versions and settings in which it exports."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from facturier.work.importers import TRACKERS
from tests.work.importers.exports import (
    CLOCKIFY,
    CLOCKIFY_ENTRY,
    ENTRIES,
    HARVEST,
    HARVEST_ENTRY,
    HEADERS,
    KIMAI,
    KIMAI_ENTRY,
    TOGGL,
    TOGGL_ENTRY,
    export,
    only,
    reading,
    rows,
)

BERLIN = ZoneInfo("Europe/Berlin")
MAY_13 = date(2024, 5, 13)


@pytest.mark.parametrize("source", HEADERS)
def test_each_tracker_is_recognised_in_any_order_and_case(source: str) -> None:
    header, entry = HEADERS[source], ENTRIES[source]
    as_exported = only(export(header, entry))
    headings = header.split(",")
    for mixed in (headings[::-1], headings[7:] + headings[:7], sorted(headings)):
        assert only(export(mixed, entry)) == as_exported
    lowered = {heading.upper(): cell for heading, cell in entry.items()}
    assert only(export([h.upper() for h in headings], lowered)) == as_exported
    assert reading(export(header, entry)).source == source


@pytest.mark.parametrize("source", HEADERS)
def test_what_an_entry_says(source: str) -> None:
    row = only(export(HEADERS[source], ENTRIES[source]))
    assert (row.row, row.person, row.customer) == (2, "Ana Silva", "Bakery")
    assert (row.project, row.description, row.billable) == ("Website", "Menu", True)
    assert (row.day, row.seconds) == (MAY_13, 5400)
    if source == "harvest":
        assert row.started_at is row.ended_at is None
    else:
        assert row.started_at == datetime(2024, 5, 13, 9, tzinfo=BERLIN)
        assert row.ended_at == datetime(2024, 5, 13, 10, 30, tzinfo=BERLIN)


def test_the_columns_say_what_they_were_understood_as() -> None:
    columns = {c.heading: c.meaning for c in reading(export(HARVEST, HARVEST_ENTRY)).columns}
    assert (columns["Notes"], columns["Hours"]) == ("description", "hours")
    assert columns["Cost Rate"] == ""


def test_headings_mean_one_thing_for_each_tracker() -> None:
    for tracker in TRACKERS:
        assert tracker.headings, tracker.title
        official = {heading for heading in tracker.official if heading == heading.strip()}
        assert official == tracker.official


CLOCKIFY_LANGUAGES = {
    "de": "Projekt,Kunde,Beschreibung,Aufgabe,Benutzer,Gruppe,E-Mail,Tags,Abrechenbar,Startdatum,"
    "Startzeit,Enddatum,Endzeit,Dauer (h),Dauer (dezimal),Abrechenbarer Satz (EUR),"
    "Abrechenbarer Betrag (EUR)",
    "fr": "Projet,Client,Description,Tâche,Utilisateur,Groupe,Email,Tags,Facturable,Date de début,"
    "Heure de début,Date de fin,Heure de fin,Durée (h),Durée (décimal),Taux facturable (EUR),"
    "Montant facturable (EUR)",
    "es": "Proyecto,Cliente,Descripción,Tarea,Usuario,Grupo,Correo electrónico,Etiquetas,"
    "Facturable,Fecha de inicio,Hora de inicio,Fecha de finalización,Hora de finalización,"
    "Duración (h),Duración (decimal),Tarifa facturable (EUR),Importe facturable (EUR)",
}


@pytest.mark.parametrize("language", CLOCKIFY_LANGUAGES)
def test_clockify_in_the_language_of_the_person(language: str) -> None:
    yes = {"de": "Ja", "fr": "Oui", "es": "Sí"}[language]
    cells = f"Website,Bakery,Menu,Design,Ana,G,ana@example.test,a,{yes},13.05.2024,09:00,13.05.2024,"
    text = f'{CLOCKIFY_LANGUAGES[language]}\n{cells}10:30,1:30,"1,50","80,00","120,00"\n'
    reading_ = reading(text)
    (row,) = reading_.rows
    assert (reading_.source, reading_.problems) == ("clockify", ())
    assert (row.day, row.seconds, row.billable, row.task) == (MAY_13, 5400, True, "Design")
    assert (row.rate, row.amount, row.currency) == (Decimal(80), Decimal(120), "EUR")


def test_clockify_without_a_billable_column_is_billable_unless_it_is_a_break() -> None:
    header = CLOCKIFY.replace("Billable,", "Type,")
    work, rest = rows(
        export(header, CLOCKIFY_ENTRY | {"Type": "Regular"}, CLOCKIFY_ENTRY | {"Type": "Break"})
    )
    assert (work.billable, rest.billable) == (True, False)


def test_clockify_with_activities_for_tasks() -> None:
    header = CLOCKIFY.replace("Task,", "Activity,")
    result = reading(export(header, CLOCKIFY_ENTRY | {"Activity": "Design"}))
    assert (result.source, result.rows[0].task) == ("clockify", "Design")


@pytest.mark.parametrize(
    "missing",
    ["Client,", "Task,", "Group,", "Email,", "Tags,", "Billable,", "Description,", "User,"],
)
def test_clockify_without_an_optional_column(missing: str) -> None:
    result = reading(export(CLOCKIFY.replace(missing, ""), CLOCKIFY_ENTRY))
    assert (result.source, result.problems, len(result.rows)) == ("clockify", (), 1)


def test_clockify_with_hours_only_as_decimals() -> None:
    header = CLOCKIFY.replace("Duration (h),", "")
    twenty_minutes = {"End Time": "09:20:00", "Duration (decimal)": "0.33"}
    assert only(export(header, CLOCKIFY_ENTRY | twenty_minutes)).seconds == 1200
    no_clock = {"Start Time": "", "End Time": "", "End Date": "", "Duration (decimal)": "0.33"}
    assert only(export(header, CLOCKIFY_ENTRY | no_clock)).seconds == 1188


def test_clockify_custom_fields_are_left_out() -> None:
    header = f"{CLOCKIFY},Date of creation,Ticket no.,Invoiced"
    assert only(export(header, CLOCKIFY_ENTRY | {"Ticket no.": "=1+1"})).seconds == 5400


def test_toggl_as_newer_exports_write_it() -> None:
    header = (
        "Description,Billable,Duration,Member,Email,Project,Client,Tags,Start date,Start time,"
        "Stop date,Stop time"
    )
    entry = TOGGL_ENTRY | {
        "Member": "Ana Silva",
        "Project": "-",
        "Client": "-",
        "Tags": "-",
        "Stop date": "2024-05-13",
        "Stop time": "10:30:00",
        "Duration": "1:30:00",
    }
    result = reading(export(header, entry))
    (row,) = result.rows
    assert (result.source, row.person, row.seconds) == ("toggl", "Ana Silva", 5400)
    assert (row.project, row.customer, row.tags) == ("", "", ())


def test_toggl_without_durations_takes_them_from_the_clock() -> None:
    header = TOGGL.replace("Duration,", "").replace(",Amount (EUR)", "")
    result = reading(export(header, TOGGL_ENTRY))
    assert (result.source, result.problems, result.rows[0].seconds) == ("toggl", (), 5400)


def test_toggl_with_one_amount_column_for_each_currency() -> None:
    header = TOGGL.replace("Amount (EUR)", "Amount (USD),Amount (EUR)")
    row = only(export(header, TOGGL_ENTRY | {"Amount (USD)": "0.00", "Amount (EUR)": "75.50"}))
    assert (row.amount, row.currency) == (Decimal("75.50"), "EUR")


def test_toggl_minutes_and_seconds_where_the_clock_proves_them() -> None:
    short = {"End time": "09:47:06", "Duration": "47:06"}
    assert only(export(TOGGL, TOGGL_ENTRY | short)).seconds == 47 * 60 + 6
    assert only(export(TOGGL, TOGGL_ENTRY | {"Duration": "1:30"})).seconds == 5400


def test_harvest_hours_and_not_its_rounded_hours() -> None:
    header = HARVEST.replace("Hours,", "Hours,Hours Rounded,")
    row = only(export(header, HARVEST_ENTRY | {"Hours": "0.20", "Hours Rounded": "0.25"}))
    assert row.seconds == 720


def test_harvest_with_thousands_and_decimal_commas() -> None:
    row = only(export(HARVEST, HARVEST_ENTRY | {"Hours": "20,0", "Billable Amount": "2.000,0"}))
    assert (row.seconds, row.amount) == (72_000, Decimal(2000))


def test_harvest_with_timestamps() -> None:
    header = HARVEST.replace("Hours,", "Hours,Started At,Ended At,")
    row = only(export(header, HARVEST_ENTRY | {"Started At": "9:00am", "Ended At": "10:30am"}))
    assert row.started_at == datetime(2024, 5, 13, 9, tzinfo=BERLIN)
    assert row.seconds == 5400


def test_harvest_without_a_last_name() -> None:
    assert only(export(HARVEST, HARVEST_ENTRY | {"Last Name": ""})).person == "Ana"


KIMAI_LANGUAGES = {
    "en 1": "Date,From,To,Duration,Rate,Internal rate,User,User,Customer,Project,Activity,"
    "Description,Exported,Billable,Tags,Hourly rate,Fixed rate",
    "de 1": "Datum,Von,Bis,Dauer,Lohn,Interner Lohn,Benutzer,Benutzer,Kunde,Projekt,Tätigkeit,"
    "Beschreibung,Exportiert,Abrechenbar,Schlagworte,Stundenlohn,Festbetrag",
    "de 2": "Datum,Von,Bis,Dauer,Preis,Interner Preis,Name,Benutzer,Kunde,Projekt,Tätigkeit,"
    "Beschreibung,Exportiert,Abrechenbar,Schlagworte,Preis pro Stunde,Festpreis",
    "fr 1": "Date,De,À,Durée,Montant,Taux interne,Utilisateur,Identifiant,Client,Projet,Activité,"
    "Description,Exporté,Facturable,Mots-clés,Tarif horaire,Taux fixe",
    "fr 2": "Date,De,À,Durée,Taux,Taux interne,Nom,Nom d'utilisateur,Client,Projet,Activité,"
    "Description,Exporté,Facturable,Mots-clés,Taux horaire,Taux fixe",
    "it 1": "Data,Da,A,Durata,Tariffa,Costo interno,Utente,Username,Cliente,Progetto,Attività,"
    "Descrizione,Esportate,Fatturabile,Etichette,Tariffa oraria,Tasso fisso",
    "it 2": "Data,Da,A,Durata,Prezzo,Costo interno,Nome,Utente,Cliente,Progetto,Attività,"
    "Descrizione,Esportate,Fatturabile,Etichette,Tariffa oraria,Prezzo fisso",
}


@pytest.mark.parametrize("language", KIMAI_LANGUAGES)
def test_kimai_in_each_language_and_version(language: str) -> None:
    yes = {"en": "Yes", "de": "Ja", "fr": "Oui", "it": "Sì"}[language[:2]]
    cells = f"2024-05-13,09:00,10:30,1:30,120,0,Ana,ana,Bakery,Website,Design,Menu,No,{yes},a,80,0"
    result = reading(f"{KIMAI_LANGUAGES[language]}\n{cells}\n")
    (row,) = result.rows
    assert (result.source, row.person, row.customer) == ("kimai", "Ana", "Bakery")
    assert (row.project, row.task, row.description) == ("Website", "Design", "Menu")
    assert (row.rate, row.amount, row.seconds) == (Decimal(80), Decimal(120), 5400)
    assert (row.billable, row.tags) == (True, ("a",))


def test_kimai_past_midnight() -> None:
    night = {"From": "22:00", "To": "01:30", "Duration": "3:30"}
    row = only(export(KIMAI, KIMAI_ENTRY | night))
    assert (row.day, row.seconds) == (MAY_13, 12_600)
    assert row.ended_at == datetime(2024, 5, 14, 1, 30, tzinfo=BERLIN)


def test_kimai_over_more_than_a_day() -> None:
    row = only(export(KIMAI, KIMAI_ENTRY | {"To": "10:00", "Duration": "25:00"}))
    assert row.ended_at == datetime(2024, 5, 14, 10, tzinfo=BERLIN)
    assert row.seconds == 90_000


def test_kimai_breaks_shorten_the_duration() -> None:
    day = {"From": "08:00", "To": "17:00", "Duration": "8:15"}
    assert only(export(KIMAI, KIMAI_ENTRY | day)).seconds == 29_700
    without_duration = KIMAI.replace("Duration,", "Break,")
    assert only(export(without_duration, KIMAI_ENTRY | day | {"Break": "0:45"})).seconds == 29_700
    longer = reading(export(KIMAI, KIMAI_ENTRY | day | {"Duration": "9:30"}))
    assert [problem.column for problem in longer.problems] == ["Duration"]


def test_kimai_decimal_durations_semicolons_and_an_empty_box() -> None:
    entry = KIMAI_ENTRY | {"Duration": "1.5", "Billable": "", "User": "ana", "Name": ""}
    row = only(export(KIMAI, entry, delimiter=";"))
    assert (row.seconds, row.billable, row.person) == (5400, False, "ana")


def test_kimai_fixed_prices_replace_the_hourly_one() -> None:
    fixed = {"Hourly price": "80", "Fixed price": "500", "Price": "500"}
    row = only(export(KIMAI, KIMAI_ENTRY | fixed))
    assert (row.rate, row.amount) == (None, Decimal(500))
