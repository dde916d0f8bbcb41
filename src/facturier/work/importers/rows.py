"""From the cells of a recognised file to time rows, or to problems that name row and column."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from decimal import Decimal
from zoneinfo import ZoneInfo

from facturier.work.importers.cells import Cells, Dialect, Memo, Point, Texts
from facturier.work.importers.clocks import rounding_step
from facturier.work.importers.headings import (
    Header,
    Meaning,
    Understood,
    currency_code,
    plain,
    words,
)
from facturier.work.importers.numbers import DecimalMark, number
from facturier.work.importers.timing import Timing
from facturier.work.importers.values import Problem, TimeRow, shown

YES = words(
    "yes | y | true | 1 | x | ✓ | billable | ja | j | wahr | abrechenbar | oui | o"
    " | vrai | facturable"
    " | si | s | vero | fatturabile | sim | verdadero | verdadeiro | waar"
)
NO = words(
    "no | n | false | 0 | - | non-billable | not billable | nein | falsch | nicht abrechenbar | non"
    " | faux | non facturable | falso | non fatturabile | nao | nee | onwaar"
)
BREAKS = words("break | pause | pausa | time off | holiday")
# So many rows must be off before rounding is a better explanation than a mistake.
LEAST_ROUNDED = 3
_TOTAL = re.compile(
    r"(?:grand )?(?:totals?|totale|totaux|totales|totaal|gesamt|gesamtsumme|summe|insgesamt|somme"
    r"|sum)(?: hours)?\s*:?\s*(?:\(.*\))?",
    re.IGNORECASE,
)


class RowReader:
    """Reads the rows under one header; collects what cannot be read in `problems`."""

    def __init__(self, header: Header, dialect: Dialect, zone: ZoneInfo) -> None:
        self.problems: list[Problem] = []
        self.skipped = 0
        self._source = header.tracker.source
        self._columns = len(header.columns)
        self._cells = Cells(header, dialect)
        self._timing = Timing(self._cells, zone)
        self._rates, self._amounts = header.of(Meaning.RATE), header.of(Meaning.AMOUNT)
        self._fixed = header.of(Meaning.FIXED_RATE)
        self._flagged = bool(header.of(Meaning.BILLABLE))
        self._named = any(
            header.of(m) for m in (Meaning.PERSON, Meaning.LAST_NAME, Meaning.LOGIN, Meaning.EMAIL)
        )
        self._width = max((c.at + 1 for c in header.columns if c.heading), default=0)
        self._tags = Memo(_tags)
        self._answers = Memo(_answer)
        self._codes = Memo(currency_code)
        self._seen: dict[bytes, int] = {}
        self._doubtful: list[tuple[TimeRow, int]] = []
        self._spans: list[tuple[int, int]] = []

    def read(self, number: int, record: list[str]) -> TimeRow | None:
        """Read one row; None where it is no entry, or a problem."""
        cells = list(map(str.strip, record))
        if not self._width <= len(cells) <= self._columns:
            if not any(cells):
                return None
            if len(cells) < self._width or any(cells[self._columns :]):
                self._refuse_width(number, len(cells))
                return None
        texts = self._cells.texts(cells)
        if (not texts.day or _TOTAL.match(texts.day)) and self._is_no_entry(texts, cells):
            return None
        row = self._entry(number, texts, cells)
        if self._cells.bad:
            self.problems.extend(Problem(number, *bad) for bad in self._cells.bad)
            self._cells.bad = []
            return None
        return row

    def _is_no_entry(self, texts: Texts, cells: list[str]) -> bool:
        """Whether a row is empty, or is headed Total where a date should be or is missing."""
        if not any(cells):
            return True
        total = not (texts.day and not _TOTAL.fullmatch(texts.day)) and any(map(_TOTAL.fullmatch, cells))
        self.skipped += total
        return total

    def only_numbers(self, record: list[str]) -> bool:
        """Whether a row holds nothing but sums: no date, no name, no text."""
        if len(record) < self._width:
            return not any(cell.strip() for cell in record)
        cells = list(map(str.strip, record))
        texts = self._cells.texts(cells)
        return not (texts.day or texts.start_time) and all(
            text.startswith("=SUBTOTAL(") or self._cells.durations[text] for text in cells if text
        )

    def _refuse_width(self, number: int, count: int) -> None:
        last = min(count, self._width - 1)
        self.problems.append(
            Problem(
                number,
                self._cells.header.columns[last].heading,
                "The row has %(count)s cells where the header has %(expected)s.",
                {"count": count, "expected": self._columns},
            )
        )

    def _entry(self, number: int, texts: Texts, cells: list[str]) -> TimeRow | None:
        person = texts.person or f"{texts.first_name} {texts.last_name}".strip() or texts.login or texts.email
        if self._named and not person:
            self._cells.blame(Meaning.PERSON, "The person is missing.")
        amount, currency = self._money(cells, self._amounts)
        rate, rate_currency = self._money(cells, self._rates)
        if self._fixed and self._money(cells, self._fixed)[0]:
            rate = None
        billable = self._billable(texts)
        timed = self._timing.read(texts)
        if timed is None or self._cells.bad:
            return None
        start, stint = timed
        description = texts.description
        if "\r" in description:
            description = description.replace("\r\n", "\n").replace("\r", "\n")
        row = TimeRow(
            number,
            person,
            texts.email,
            texts.customer,
            texts.project,
            texts.task,
            description,
            self._tags[texts.tags],
            billable,
            start.day,
            stint.started_at,
            stint.ended_at,
            stint.seconds,
            rate,
            amount,
            self._codes[texts.currency] or currency or rate_currency,
            self._key(texts.email.casefold() or person, texts, description, start, stint.seconds),
        )
        if stint.span is not None:
            self._spans.append((stint.span, stint.seconds))
            if not stint.agrees:
                self._doubtful.append((row, stint.span))
        return row

    def doubts(self) -> list[Problem]:
        """Report durations that contradict start and end, unless the report rounded all of them."""
        if not self._doubtful:
            return []
        if len(self._doubtful) >= LEAST_ROUNDED and rounding_step(self._spans) is not None:
            return []
        heading = self._cells.heading(Meaning.DURATION)
        return [
            Problem(
                row.row,
                heading,
                "The duration %(duration)s contradicts the %(span)s between start and end. "
                "If the report rounds times, export it without rounding.",
                {"duration": _clock(row.seconds), "span": _clock(span)},
            )
            for row, span in self._doubtful
        ]

    def _key(self, person: str, texts: Texts, description: str, start: Point, seconds: int) -> str:
        """Hash what makes an entry that entry, and how many like it came before in the file.

        Rates, amounts, tags and the billable mark are left out: they change without the work
        changing, and columns that a person may not see are missing from that person's export. The
        time is the one written, so that another time zone in the settings changes no key.
        """
        content = (
            f"{self._source}\x1f{person}\x1f{texts.customer}\x1f{texts.project}\x1f{texts.task}"
            f"\x1f{description}\x1f{start.day}\x1f{start.seconds}\x1f{start.offset}\x1f{seconds}"
        )
        if not content.isascii():
            content = unicodedata.normalize("NFC", content)
        digest = hashlib.sha256(content.encode())
        like_it = digest.digest()
        before = self._seen[like_it] = self._seen.get(like_it, 0) + 1
        digest.update(b"\x1f%d" % before)
        return digest.hexdigest()

    def _billable(self, texts: Texts) -> bool:
        """Read the mark. Without such a column work is billable unless it is a break."""
        if not self._flagged:
            return plain(texts.kind) not in BREAKS
        answer = self._answers[texts.billable]
        if answer is None:
            text = shown(texts.billable)
            self._cells.blame(Meaning.BILLABLE, "“%(text)s” says neither yes nor no.", text=text)
        return bool(answer)

    def _money(self, cells: list[str], columns: tuple[Understood, ...]) -> tuple[Decimal | None, str]:
        """Read the rate or amount: of several currencies the one that is not zero."""
        found: Decimal | None = None
        currency = columns[0].currency if columns else ""
        for column in columns:
            text = cells[column.at]
            if not text or text == "-":
                continue
            value = self._cells.numbers[text]
            if value is None:
                self._blame_number(column.heading, text)
            elif found is None or (not found and value):
                found, currency = value, column.currency or self._codes[text]
        return found, currency

    def _blame_number(self, heading: str, text: str) -> None:
        if number(text, DecimalMark.POINT) is None:
            self._cells.blame_column(heading, "“%(text)s” is not a number.", text=shown(text))
        else:
            self._cells.blame_column(
                heading,
                "“%(text)s” could be two numbers: the file has decimal commas and decimal points.",
                text=shown(text),
            )


def _answer(text: str) -> bool | None:
    """Read yes or no; an empty cell is a box that was not ticked."""
    word = plain(text)
    if word in YES:
        return True
    return False if word in NO or not text else None


def _tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip())))


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
