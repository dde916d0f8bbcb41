"""Encodings, delimiters and line ends; files that are hostile, large or no text at all."""

from __future__ import annotations

import codecs
import csv
import io
import time
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facturier.rules.refusal import Refused
from facturier.work.importers import Reading, read, reading
from tests.work.importers.exports import (
    CLOCKIFY,
    CLOCKIFY_ENTRY,
    HARVEST,
    HARVEST_ENTRY,
    TOGGL,
    TOGGL_ENTRY,
    export,
    only,
    rows,
)
from tests.work.importers.exports import reading as read_export

UMLAUTS = TOGGL_ENTRY | {"Client": "Bäckerei Müller", "Description": "Menü für Söhne"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter: str, line: str) -> None:
    (row,) = rows(export(TOGGL, UMLAUTS, delimiter=delimiter, line=line))
    assert (row.customer, row.seconds) == ("Bäckerei Müller", 5400)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings(encoding: str) -> None:
    assert only(export(TOGGL, UMLAUTS).encode(encoding)).customer == "Bäckerei Müller"


def test_utf_16_with_the_mark_of_the_other_end() -> None:
    data = codecs.BOM_UTF16_BE + export(TOGGL, UMLAUTS).encode("utf-16-be")
    assert only(data).description == "Menü für Söhne"


def test_the_line_with_which_excel_is_told_the_delimiter() -> None:
    text = "sep=;\r\n" + export(TOGGL, UMLAUTS | {"Description": "a,b,c,d,e,f,g"}, delimiter=";")
    assert only(text).row == 2


def test_lines_before_the_header_are_passed_over() -> None:
    row = only('"Time report"\n"May 2024"\n\n' + export(TOGGL, UMLAUTS))
    assert (row.row, row.customer) == (5, "Bäckerei Müller")


def test_a_header_alone_is_an_export_without_entries() -> None:
    result = read_export(TOGGL)
    assert (result.source, result.rows, result.problems) == ("toggl", (), ())


def test_formulas_stay_text() -> None:
    for formula in ('=HYPERLINK("http://x.test","y")', "@SUM(1+1)", "+1", "-1+2", "\t=1"):
        row = only(export(TOGGL, TOGGL_ENTRY | {"Description": formula, "Project": formula}))
        assert row.description == row.project == formula.strip()


def test_control_characters_never_reach_a_document() -> None:
    row = only(export(TOGGL, TOGGL_ENTRY | {"Description": "a\x0bb\x1bc\x07"}))
    assert row.description == "a b c"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (b"PK\x03\x04" + bytes(50), "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08" + bytes(50), "archive"),
        (bytes(range(256)) * 20, "not text"),
        (b"User,Email\x00\x00\x01", "not text"),
        (b"\xff\xfeabc", "not text"),
        (b"\x81\x8d\x8f", "not text"),
    ],
)
def test_what_is_no_csv_text_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read(data, time_zone="Europe/Berlin")


def test_damaged_utf_8_is_refused_rather_than_garbled() -> None:
    data = export(TOGGL, UMLAUTS, UMLAUTS).encode()
    at = data.index("Müller".encode())
    with pytest.raises(Refused, match=f"damaged at byte {at + 2}"):
        read(data[: at + 1] + b"\xff" + data[at + 3 :], time_zone="Europe/Berlin")


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = export(TOGGL, TOGGL_ENTRY, TOGGL_ENTRY, TOGGL_ENTRY).encode()
    assert len(rows(data)) == 3
    with monkeypatch.context() as patch:
        patch.setattr("facturier.work.importers.MAX_ROWS", 2)
        with pytest.raises(Refused, match="more than 2 rows"):
            read(data, time_zone="Europe/Berlin")
    monkeypatch.setattr(reading, "MAX_BYTES", len(data) - 1)
    with pytest.raises(Refused, match="larger than"):
        read(data, time_zone="Europe/Berlin")


def test_a_huge_cell_is_kept_or_named_but_never_raises() -> None:
    long = "word " * 20_000
    assert only(export(TOGGL, TOGGL_ENTRY | {"Description": long})).description == long.strip()
    result = read_export(export(TOGGL, TOGGL_ENTRY, TOGGL_ENTRY | {"Description": long * 3}))
    assert [problem.row for problem in result.problems] == [3]
    assert "too long" in str(result.problems[0])


@settings(deadline=None)
@given(data=st.binary(max_size=400))
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read(data, time_zone="Europe/Berlin")


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "-", "1,5", "9:00", "2024-05-13", "03/04/24", "=1", '"', "Total", "99:99"]),
    st.sampled_from(["0001-01-01", "9999-12-31", "24:00", "1" * 30, "-5", "2024-03-31", "02:30"]),
)


def outcome(data: bytes) -> Reading | Refused:
    try:
        return read(data, time_zone="America/Toronto")
    except Refused as refusal:
        return refusal


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_random_cells_never_raise(data: st.DataObject) -> None:
    header = data.draw(st.sampled_from([CLOCKIFY, TOGGL, HARVEST])).split(",")
    body = data.draw(st.lists(st.lists(CELL, min_size=len(header), max_size=len(header) + 1)))
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *body])
    text = out.getvalue().replace("\x00", " ").encode("utf-8", "replace")
    result = outcome(text)
    if isinstance(result, Refused):
        assert "not text" in str(result), "Only too many control characters are a reason."
        return
    bad = {problem.row for problem in result.problems}
    assert not bad & {row.row for row in result.rows}
    assert all(row.seconds >= 0 for row in result.rows)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_random_text_after_a_good_row_never_raises(text: str) -> None:
    good = export(HARVEST, HARVEST_ENTRY)
    data = (good + text.replace("\x00", "")).encode("utf-8", "replace")
    result = outcome(data)
    if isinstance(result, Refused):
        assert "not text" in str(result), "Only too many control characters are a reason."
        return
    assert result.rows[0].project == "Website"


def _large(count: int) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(CLOCKIFY.split(","))
    begin = datetime(2024, 1, 1, 8)
    for n in range(count):
        start = begin + timedelta(days=n // 400, minutes=n % 400)
        end = start + timedelta(minutes=15 + n % 240)
        lasting = end - start
        cells = CLOCKIFY_ENTRY | {
            "Description": f"Ticket {n}",
            "Start Date": f"{start:%m/%d/%Y}",
            "Start Time": f"{start:%I:%M %p}",
            "End Date": f"{end:%m/%d/%Y}",
            "End Time": f"{end:%I:%M %p}",
            "Duration (h)": f"{lasting.seconds // 3600:02d}:{lasting.seconds // 60 % 60:02d}:00",
            "Billable Rate (EUR)": "80.00",
        }
        writer.writerow([cells.get(heading, "") for heading in CLOCKIFY.split(",")])
    return out.getvalue().encode()


def test_a_hundred_thousand_rows_in_seconds() -> None:
    """Measured against Python's own CSV reader in the same run, so that a busy machine fails nothing.

    Reading took 6 to 15 times as long as that reader alone; what grows faster than the rows takes hundreds.
    """
    data = _large(100_000)
    best_limit, best = float("inf"), float("inf")
    for _ in range(2):
        began = time.process_time()
        assert len(list(csv.reader(io.StringIO(data.decode(), newline="")))) == 100_001
        limit = time.process_time()
        result = read(data, time_zone="Europe/Paris")
        best_limit, best = min(best_limit, limit - began), min(best, time.process_time() - limit)
        assert (len(result.rows), result.problems) == (100_000, ())
    assert best < max(2.0, 25 * best_limit)
