"""The cells of a row by their meaning, parsed once for each text that occurs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from facturier.work.importers import dates, numbers
from facturier.work.importers.headings import Header, Meaning
from facturier.work.importers.numbers import DecimalMark
from facturier.work.importers.values import DateOrder


class Memo[Value](dict[str, Value]):
    """Answers by cell text: exports repeat themselves."""

    def __init__(self, parse: Callable[[str], Value]) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, text: str) -> Value:
        value = self[text] = self._parse(text)
        return value


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file writes dates and numbers; no decimal mark where it uses both."""

    order: DateOrder
    mark: DecimalMark | None


class Point(NamedTuple):
    """A point on the wall clock: day, seconds since midnight, offset from UTC where written."""

    day: date
    seconds: int | None
    offset: int | None


class Texts(NamedTuple):
    """The cells of one row, empty where the file has no such column. One field for each meaning."""

    day: str
    start_time: str
    end_day: str
    end_time: str
    duration: str
    hours: str
    pause: str
    person: str
    first_name: str
    last_name: str
    login: str
    email: str
    customer: str
    project: str
    task: str
    description: str
    tags: str
    billable: str
    kind: str
    currency: str


_STAND_INS = {
    Meaning.DURATION: (Meaning.HOURS, Meaning.END_TIME, Meaning.END_DAY),
    Meaning.END_TIME: (Meaning.END_DAY, Meaning.DURATION, Meaning.HOURS),
    Meaning.PERSON: (Meaning.FIRST_NAME, Meaning.LAST_NAME, Meaning.LOGIN, Meaning.EMAIL),
    Meaning.DAY: (Meaning.START_TIME,),
}


class Cells:
    """Reads the cells under one header, and collects what is wrong with those of a row in `bad`."""

    def __init__(self, header: Header, dialect: Dialect) -> None:
        self.header = header
        self.bad: list[tuple[str, str, dict[str, object]]] = []
        self.points = Memo(lambda text: _point(text, dialect.order))
        self.times = Memo(dates.time)
        self.durations = Memo(lambda text: numbers.duration(text, dialect.mark))
        self.numbers = Memo(lambda text: numbers.number(text, dialect.mark))
        self._dash_is_empty = header.tracker.dash_is_empty
        places = {name: [column.at for column in header.of(Meaning[name.upper()])] for name in Texts._fields}
        # The last cell is an empty one that `texts` adds, for what the file has no column for.
        self._pick = itemgetter(*(at[0] if at else -1 for at in places.values()))
        self._several = [at for at in places.values() if len(at) > 1]

    def texts(self, cells: list[str]) -> Texts:
        """Name the cells of a row; where two columns mean the same, the first that is not empty."""
        if self._dash_is_empty and "-" in cells:
            cells = ["" if cell == "-" else cell for cell in cells]
        cells = [*cells, ""]
        for first, *others in self._several:
            if not cells[first]:
                cells[first] = next((cells[at] for at in others if cells[at]), "")
        return Texts._make(self._pick(cells))

    def heading(self, meaning: Meaning) -> str:
        """The heading to blame: of the column itself, else of the one that stands in for it."""
        for stand_in in (meaning, *_STAND_INS.get(meaning, ()), Meaning.DAY):
            columns = self.header.of(stand_in)
            if columns:
                return columns[0].heading
        return ""

    def blame(self, meaning: Meaning, message: str, **values: object) -> None:
        """Note what is wrong with a cell of the row at hand."""
        self.blame_column(self.heading(meaning), message, **values)

    def blame_column(self, heading: str, message: str, **values: object) -> None:
        """Note what is wrong with a cell under this heading."""
        self.bad.append((heading, message, values))


def _point(text: str, order: DateOrder) -> Point | None:
    moment = dates.moment(text)
    if moment is None:
        return None
    day = moment.day if isinstance(moment.day, date) else moment.day.on(order)
    return None if day is None else Point(day, moment.seconds, moment.offset)
