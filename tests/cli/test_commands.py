"""The `facturier` command: help that answers at once, errors that name what to mend, and what it does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from facturier.invoices.models import Invoice
from facturier.organisations.access import Actor
from facturier.organisations.tenancy import scope
from facturier.work import operations as work
from facturier.work.models import BillingMethod, TimeEntry
from facturier.work.values import NewContract
from tests.support.cast import Cast
from tests.support.databases import Database
from tests.support.documents import DAY, invoice, line

HEAD = (
    "User,Email,Client,Project,Task,Description,Billable,"
    "Start date,Start time,End date,End time,Duration,Tags\n"
)
ROW = (
    "Ana,ana@lumen.example,{customer},Maintenance,,Courriel,Yes,"
    "2026-03-{day},09:00:00,2026-03-{day},10:30:00,{length},\n"
)
COMMANDS = [
    *(["demo"], ["serve"], ["worker"], ["migrate"], ["import", "time"], ["batch", "run"]),
    *(["invoice", "show"], ["invoice", "pdf"], ["audit", "verify"], ["journal"]),
    *(["organisation", "create"], ["organisation", "plan"], ["user", "add"]),
    *(["tax-code", "list"], ["tax-code", "add"], ["tax-code", "rate"], ["tax-code", "default"]),
]


def facturier(
    *arguments: str | Path, database: Database | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    environment = dict(database.environment if database else os.environ)
    if folder:
        environment["FACTURIER_DATA_DIR"] = str(folder)
    return subprocess.run(
        [sys.executable, "-m", "facturier.cli", *map(str, arguments)],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    from facturier.cli.main import parser

    for command in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            parser().parse_args([*command, "--help"])
        assert ended.value.code == 0
        assert f"usage: facturier {' '.join(command)}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "required"),
        (["import", "time", "nowhere.csv", "--organisation", "lumen"], "there is no file"),
        (["journal", "--organisation", "x", "--from", "soon", "--until", "2026-01-31"], "is no date"),
        (["serve", "--port", "99999"], "is no port"),
        (["tax-code", "rate", "x", "TX", "--percent", "much", "--from", "2026-01-01"], "is no number"),
        (["dance"], "invalid choice"),
    ],
)
def test_wrong_usage_says_what_is_wrong(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from facturier.cli.main import parser

    with pytest.raises(SystemExit) as ended:
        parser().parse_args(arguments)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_the_main_job_by_command(fresh_database: Database, cast: Cast, tmp_path: Path) -> None:
    """Import twice, bill, finalise and send, look at the journal, verify: all by command."""
    with scope(cast.lumen.pk):
        usual = line()
    work.add_contract(
        cast.bellecour,
        actor=Actor.system(cast.lumen.pk),
        contract=NewContract(
            name="Maintenance",
            method=BillingMethod.HOURLY,
            hourly_rate=usual.unit_price,
            starts_on=DAY.replace(day=1),
            tax_code_id=usual.tax_code_id,
            account_id=usual.account_id,
            is_default=True,
        ),
    )
    connection.close()
    export = tmp_path / "time.csv"
    rows = [ROW.format(customer=cast.bellecour.name, day=day, length="01:30:00") for day in (10, 11)]
    export.write_text(HEAD + "".join(rows))

    def run(*arguments: str | Path) -> str:
        done = facturier(*arguments, database=fresh_database, folder=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    seller = ("--organisation", "lumen")
    march = ("--from", "2026-03-01", "--until", "2026-03-31")
    assert "2 time entries were added" in run("import", "time", export, *seller)
    assert "0 time entries were added, 2 were known" in run("import", "time", export, *seller)
    assert "1 documents to make" in run("batch", "run", *seller, *march, "--dry-run")
    with scope(cast.lumen.pk):
        assert not Invoice.objects.exists()
    done = run("batch", "run", *seller, *march, "--send", "--issue-date", "2026-03-31")
    assert "0 drafts, 1 issued" in done
    with scope(cast.lumen.pk):
        row = Invoice.objects.get()
        assert row.net_minor == 28650
    assert len(list((tmp_path / "mail").rglob("*.eml"))) == 1
    assert "343.80" in run("journal", *seller, *march)
    assert '"sha256"' in run("invoice", "show", str(row.number), *seller)
    run("invoice", "pdf", str(row.number), *seller, "--output", tmp_path / "one.pdf")
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF")
    assert "lumen: whole" in run("audit", "verify")


def test_a_bad_file_imports_nothing_and_names_its_row(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    connection.close()
    export = tmp_path / "time.csv"
    good = ROW.format(customer="Bellecour", day=10, length="01:30:00")
    export.write_text(HEAD + good + ROW.format(customer="Bellecour", day=11, length="soon"))
    done = facturier(
        "import", "time", export, "--organisation", "lumen", database=fresh_database, folder=tmp_path
    )
    assert done.returncode == 1
    assert "row 3, Duration" in done.stderr
    with scope(cast.lumen.pk):
        assert not TimeEntry.objects.exists()


@pytest.mark.only_on("sqlite")
def test_refusals_are_one_line_each(fresh_database: Database, cast: Cast, tmp_path: Path) -> None:
    invoice(cast.lumen, cast.bellecour)
    connection.close()
    for arguments, told in (
        (("invoice", "show", "F9", "--organisation", "lumen"), "No issued document has the number “F9”."),
        (("audit", "verify", "--organisation", "nobody"), "there are: cap, isar, lumen"),
        (("audit", "verify", "--organisation", "lumen", "--anchor", "0" * 64), None),
        (("organisation", "create", "lumen", "--region", "FR", "--legal-name", "X"), "is taken"),
    ):
        done = facturier(*arguments, database=fresh_database, folder=tmp_path)
        assert done.returncode == 1, arguments
        assert "Traceback" not in done.stderr
        if told:
            assert told in done.stderr


def test_a_database_that_is_not_migrated_is_named(tmp_path: Path) -> None:
    environment = {"FACTURIER_DATABASE_URL": f"sqlite://{tmp_path}/empty.sqlite3"}
    done = facturier(
        "serve", database=Database("sqlite", "empty", {**os.environ, **environment}), folder=tmp_path
    )
    assert done.returncode == 1
    assert "facturier migrate" in done.stderr


def test_a_payment_is_recorded_from_the_command_line(fresh_database: Database, cast: Cast) -> None:
    number = invoice(cast.lumen, cast.bellecour).number
    given = ("payment", "record", number, "400", "--organisation", "lumen", "--date", "2026-04-02")
    done = facturier(*given, database=fresh_database)
    assert (done.returncode, done.stdout) == (
        0,
        f"400.00 EUR recorded on {number}. 4.30 EUR stay as credit.\n",
    )
    again = facturier(*given, database=fresh_database)
    assert (again.returncode, "Nothing is left to pay." in again.stderr) == (1, True)
