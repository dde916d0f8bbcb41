"""Exports of time trackers joined to customers and contracts: all or nothing, each row once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from facturier.audit.models import Event
from facturier.customers.models import Customer
from facturier.organisations.access import Actor
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.rules.refusal import Refused, RefusedTogether
from facturier.work import importing, operations
from facturier.work.importing import Choices
from facturier.work.models import TimeEntry, TimeImport
from tests.support import cast as casting
from tests.support.cast import Cast
from tests.support.databases import Database
from tests.support.processes import Crew
from tests.work import works

HEADER = (
    "User,Email,Client,Project,Task,Description,Billable,"
    "Start date,Start time,End date,End time,Duration,Hourly rate,Currency"
)


def row(
    client: str = "Big Company", *, project: str = "Site", person: str = "Ana", day: str = "2026-03-04",
    hour: int = 9, billable: str = "Yes", rate: str = "", currency: str = "", text: str = "Work",
) -> str:  # fmt: skip
    start, end = f"{hour:02}:00:00", f"{hour:02}:30:00"
    return (
        f'{person},ana@x.example,"{client}",{project},,"{text}",{billable},'
        f"{day},{start},{day},{end},00:30:00,{rate},{currency}"
    )


def export(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def bring(cast: Cast, data: bytes, *, actor: Actor | None = None, **chosen: Any) -> TimeImport:
    return importing.import_time(
        cast.lumen,
        data,
        actor=actor or cast.ana,
        file_name="export.csv",
        choices=Choices(**chosen),
    )


@pytest.fixture
def lumen(db: None, cast: Cast) -> Any:
    with scope(cast.lumen.pk):
        yield cast


def test_rows_become_time_of_their_customer(lumen: Cast) -> None:
    support = works.contract(lumen)
    found = bring(lumen, export(row("  atelier BELLECOUR  sas "), row("", hour=10, billable="No")))
    assert (found.source, found.added, found.known) == ("toggl", 2, 0)
    first, second = TimeEntry.objects.order_by("started_at")
    assert (first.customer, first.contract, first.person) == (lumen.bellecour, support, "Ana")
    assert (first.day, first.seconds, first.project) == (date(2026, 3, 4), 1800, "Site")
    assert first.started_at.isoformat() == "2026-03-04T08:00:00+00:00"  # 9:00 in Paris
    assert (first.billable, second.billable) == (True, False)
    assert (second.customer, second.contract) == (None, None)
    assert first.imported == second.imported == found


def test_the_same_file_twice_adds_nothing(lumen: Cast) -> None:
    data = export(row(), row(hour=10), row("", hour=11), row())  # a row that stands twice is two entries
    assert (bring(lumen, data).added, TimeEntry.objects.count()) == (4, 4)
    again = bring(lumen, data)
    assert (again.added, again.known, TimeEntry.objects.count()) == (0, 4, 4)
    assert Customer.objects.filter(name="Big Company").count() == 1


def test_overlapping_exports_add_only_what_is_new(lumen: Cast) -> None:
    bring(lumen, export(row(hour=9), row(hour=10)))
    found = bring(lumen, export(row(hour=10), row(hour=11)))
    assert (found.added, found.known, TimeEntry.objects.count()) == (1, 1, 3)


def test_an_entry_that_was_changed_since_is_known_all_the_same(lumen: Cast) -> None:
    bring(lumen, export(row()))
    entry = TimeEntry.objects.get()
    values = works.new_time(lumen, day=date(2030, 1, 1), person="Dora")
    operations.change_time(entry, actor=lumen.ana, values=values)
    assert bring(lumen, export(row())).added == 0
    assert TimeEntry.objects.get().person == "Dora"


def test_without_keys_the_same_file_would_add_everything_again(
    lumen: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of idempotency: blind to what is there, the import meets the constraint."""
    bring(lumen, export(row()))
    monkeypatch.setattr(importing, "_known", lambda rows: frozenset())
    with pytest.raises(IntegrityError):
        bring(lumen, export(row()))


def test_a_problem_anywhere_imports_nothing(lumen: Cast) -> None:
    data = export(row(), row("New Ltd", day="2026-02-30"), row(project="x" * 201, hour=12))
    before = Event.objects.count()
    with pytest.raises(RefusedTogether) as refused:
        bring(lumen, data)
    places = [one.field for one in refused.value.refusals]
    assert places == ["row 3, Start date", "row 3, End date", "row 4, Project"]
    assert not TimeEntry.objects.exists()
    assert not TimeImport.objects.exists()
    assert not Customer.objects.filter(name__in=["Big Company", "New Ltd"]).exists()
    assert Event.objects.count() == before
    assert bring(lumen, export(row())).added == 1  # the control: the good row alone goes in


def test_a_crash_halfway_leaves_nothing(lumen: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any) -> None:
        raise RuntimeError("the plug was pulled")

    monkeypatch.setattr(importing, "insert_many", crash)
    with pytest.raises(RuntimeError):
        bring(lumen, export(row()))
    assert not Customer.objects.filter(name="Big Company").exists()
    assert not TimeImport.objects.exists()


def test_unknown_customers_are_created_mapped_or_refused(lumen: Cast) -> None:
    data = export(row("Alpha"), row("ALPHA ", hour=10), row("Beta", hour=11), row("", hour=12))
    preview = importing.preview(lumen.lumen, data)
    assert preview.unmatched == ("Alpha", "Beta")
    assert preview.without_customer == 1
    with pytest.raises(RefusedTogether) as refused:
        bring(lumen, data, new_customers=False)
    assert [one.field for one in refused.value.refusals] == ["row 2, Client", "row 4, Client"]
    chosen = {"alpha": lumen.bellecour.pk, "": lumen.bellecour.pk}
    bring(lumen, data, customers=chosen)
    assert lumen.bellecour.time_entries.count() == 3
    beta = Customer.objects.get(name="Beta")
    assert (beta.number, beta.currency) == ("C0001", "EUR")
    assert beta.owned_by(lumen.ana.membership_id)
    assert not Customer.objects.filter(name__iexact="alpha").exists()


def test_two_customers_of_one_name_are_for_a_person_to_tell_apart(lumen: Cast) -> None:
    one = casting.customer(lumen.lumen, number="X1", name="Twin")
    casting.customer(lumen.lumen, number="X2", name="twin")
    with pytest.raises(Refused) as refused:
        bring(lumen, export(row("Twin")))
    assert refused.value.field == "row 2, Client"
    bring(lumen, export(row("Twin")), customers={"Twin": one.pk})
    assert TimeEntry.objects.get().customer == one


def test_customers_of_another_seller_cannot_be_named(lumen: Cast) -> None:
    with pytest.raises(Refused) as refused:
        bring(lumen, export(row()), customers={"Big Company": lumen.festival.pk})
    assert refused.value.field == "customers"


def test_projects_find_their_contract(lumen: Cast) -> None:
    support = works.contract(lumen, is_default=True)
    site = works.contract(lumen, name="Web Site")
    name = lumen.bellecour.name
    bring(lumen, export(row(name, project="web site"), row(name, project="Else", hour=10)))
    assert [one.contract for one in TimeEntry.objects.order_by("started_at")] == [site, support]


def test_rates_count_when_given_and_in_the_customers_currency(lumen: Cast) -> None:
    given = [("", ""), ("0.00", ""), ("80.50", ""), ("80", "EUR"), ("80", "USD")]
    data = export(*[row(hour=9 + n, rate=rate, currency=code) for n, (rate, code) in enumerate(given)])
    assert importing.preview(lumen.lumen, data).foreign_rates == 1
    bring(lumen, data)
    rates = [one.rate for one in TimeEntry.objects.order_by("started_at")]
    assert rates == [None, None, Decimal("80.5"), Decimal(80), None]


def test_a_preview_says_what_an_import_would_do_and_does_nothing(lumen: Cast) -> None:
    bring(lumen, export(row(hour=9)))
    data = export(row(hour=9), row(hour=10, person="Bruno"), row("", hour=11, billable="No"))
    found = importing.preview(lumen.lumen, data)
    assert (found.rows, found.known, found.new, found.seconds) == (3, 1, 2, 5400)
    assert found.billable_seconds == 3600
    assert [(one.name, one.rows, one.new_rows) for one in found.by_customer] == [
        ("Big Company", 2, 1),
        ("", 1, 1),
    ]
    assert {one.name: one.rows for one in found.by_person} == {"Ana": 2, "Bruno": 1}
    assert (found.first_day, found.last_day) == (date(2026, 3, 4), date(2026, 3, 4))
    assert TimeEntry.objects.count() == 1


def test_an_import_is_written_in_the_audit_log(lumen: Cast) -> None:
    found = bring(lumen, export(row()))
    event = Event.objects.get(organisation_id=lumen.lumen.pk, name="time.imported")
    assert (event.subject_id, event.actor_name) == (found.pk, "Ana")
    assert found.sha256 in event.data


def test_readers_and_strangers_import_nothing(lumen: Cast) -> None:
    for actor in (lumen.carol, lumen.bob):
        with pytest.raises(PermissionDenied):
            bring(lumen, export(row()), actor=actor)
    assert not TimeEntry.objects.exists()


def test_formulas_and_markup_are_kept_as_the_text_they_are(lumen: Cast) -> None:
    bring(lumen, export(row('=HYPERLINK(""x"")', text="<script>alert(1)</script>")))
    entry = TimeEntry.objects.select_related("customer").get()
    assert entry.customer.name == '=HYPERLINK("x")'
    assert entry.description == "<script>alert(1)</script>"


def test_statements_do_not_grow_with_rows(lumen: Cast, django_assert_max_num_queries: Any) -> None:
    rows = [row(f"Company {n % 40}", hour=n % 24, day=f"2026-03-{n % 28 + 1:02}") for n in range(600)]
    with django_assert_max_num_queries(25):
        assert bring(lumen, export(*rows)).added == 600


def test_the_samples_of_every_tracker_go_in_once(lumen: Cast, shared: Path) -> None:
    samples = sorted((shared / "work").glob("*.csv"))
    assert samples
    for sample in samples:
        data = sample.read_bytes()
        preview = importing.preview(lumen.lumen, data)
        assert preview.problems == (), sample.name
        first, again = bring(lumen, data), bring(lumen, data)
        assert first.added == preview.new == preview.rows - preview.known, sample.name
        assert (again.added, again.known) == (0, preview.rows), sample.name


# --- Several at once ---------------------------------------------------------------------------


def import_the_same(*, organisation_id: int, number: int) -> None:
    organisation = Organisation.objects.get(pk=organisation_id)
    rows = [row(f"Company {n % 7}", hour=n % 24, day=f"2026-03-{n % 28 + 1:02}") for n in range(300)]
    importing.import_time(
        organisation,
        export(*rows),
        actor=Actor.system(organisation_id),
        file_name=f"{number}.csv",
    )


def test_the_same_file_from_several_people_at_once_adds_once(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    Crew(fresh_database, "tests.work.test_importing:import_the_same", folder=tmp_path).run(
        4, organisation_id=cast.lumen.pk
    )
    with scope(cast.lumen.pk):
        assert TimeEntry.objects.count() == 300
        assert sorted(TimeImport.objects.values_list("added", flat=True)) == [0, 0, 0, 300]
        assert Customer.objects.filter(name__startswith="Company").count() == 7
