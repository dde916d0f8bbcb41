"""Which tracker wrote a file, told by its header in any order, case and language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Meaning(StrEnum):
    """What a column holds."""

    DAY = "day"
    START_TIME = "start time"
    END_DAY = "end day"
    END_TIME = "end time"
    DURATION = "duration"
    HOURS = "hours"
    PAUSE = "break"
    PERSON = "person"
    FIRST_NAME = "first name"
    LAST_NAME = "last name"
    LOGIN = "login"
    EMAIL = "email"
    CUSTOMER = "customer"
    PROJECT = "project"
    TASK = "task"
    DESCRIPTION = "description"
    TAGS = "tags"
    BILLABLE = "billable"
    KIND = "kind"
    RATE = "rate"
    FIXED_RATE = "fixed rate"
    AMOUNT = "amount"
    CURRENCY = "currency"
    OTHER_DAY = "other day"


_MONEY = frozenset({Meaning.RATE, Meaning.FIXED_RATE, Meaning.AMOUNT})
_SPACES = re.compile("[\\s_\u00a0\u2007\u2009\u202f]+")
_PARAMETER = re.compile(r"(?P<base>.+?) ?[(\[](?P<parameter>[^()\[\]]*)[)\]]")
_TRAILING_CODE = re.compile(r"(?P<base>.+?) (?P<parameter>[A-Za-z]{3}|[$€£¥])")
_CODE = re.compile(r"[A-Z]{3}")
_CODE_AT_END = re.compile(r"(?:^|[^A-Z])([A-Z]{3})\)?$")
_SYMBOLS = {"€": "EUR", "£": "GBP", "CA$": "CAD", "C$": "CAD", "US$": "USD", "Fr.": "CHF"}


@dataclass(frozen=True, slots=True)
class Tracker:
    """How one tracker exports.

    `headings` maps what stands at the head of a column to its meaning. `marks` are headings that
    this tracker has and others have not. `official` are its English headings letter by letter:
    they decide between trackers that differ in nothing else. `needed` names, by the English
    heading to show, the meanings of which a file must have one.
    """

    source: str
    title: str
    headings: Mapping[str, Meaning]
    marks: frozenset[str]
    official: frozenset[str]
    needed: tuple[tuple[str, tuple[Meaning, ...]], ...]
    breaks_shorten: bool = False
    dash_is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """One column: its place, its heading, the word in it that counts, meaning and currency."""

    at: int
    heading: str
    word: str
    meaning: Meaning | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """A header that was recognised."""

    tracker: Tracker
    columns: tuple[Understood, ...]
    score: tuple[int, int] = field(compare=False, default=(0, 0))

    def of(self, meaning: Meaning) -> tuple[Understood, ...]:
        """The columns that hold this, in the order of the file."""
        return tuple(column for column in self.columns if column.meaning is meaning)

    def missing(self) -> list[str]:
        """The headings of needed columns that the file lacks."""
        present = {column.meaning for column in self.columns}
        return [heading for heading, meanings in self.tracker.needed if not present & set(meanings)]


def plain(heading: str) -> str:
    """Reduce a heading to what counts: no case, accents, question marks or doubled spaces."""
    text = unicodedata.normalize("NFKD", heading.replace("’", "'").casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return _SPACES.sub(" ", text).strip(" ?:*'\"\ufeff").strip()


def lexicon(words: Mapping[Meaning, str]) -> dict[str, Meaning]:
    """Turn `{meaning: "heading | heading"}` into a look-up by plain heading."""
    return {plain(word): meaning for meaning, written in words.items() for word in written.split("|")}


def words(written: str) -> frozenset[str]:
    """Turn "heading | heading" into plain words."""
    return frozenset(plain(word) for word in written.split("|"))


def spellings(written: str) -> frozenset[str]:
    """Turn "Heading | Heading" into headings letter by letter."""
    return frozenset(word.strip() for word in written.split("|"))


def currency_code(text: str) -> str:
    """Find the ISO 4217 code in `EUR`, `Euro - EUR`, `€`; empty where there is none."""
    text = text.strip()
    if text in _SYMBOLS:
        return _SYMBOLS[text]
    if _CODE.fullmatch(text.upper()):
        return text.upper()
    found = _CODE_AT_END.search(text)
    return found[1] if found else ""


def understand(cell: str, at: int, tracker: Tracker) -> Understood:
    """Say what a tracker means by a heading."""
    heading = cell.strip().strip("\ufeff").strip()
    word = plain(heading)
    meaning = tracker.headings.get(word)
    if meaning is not None:
        return Understood(at, heading, word, meaning)
    for pattern in (_PARAMETER, _TRAILING_CODE):
        match = pattern.fullmatch(heading)
        if match is None:
            continue
        base = plain(match["base"])
        meaning = tracker.headings.get(base)
        code = currency_code(match["parameter"])
        if meaning in _MONEY and (code or not match["parameter"].strip().isalpha()):
            return Understood(at, heading, base, meaning, code)
    return Understood(at, heading, word)


LEAST_MARKED = 4
LEAST_UNMARKED = 7


def recognise(cells: Sequence[str], trackers: Sequence[Tracker]) -> Header | None:
    """Find the tracker that wrote this header; None where it is nobody's.

    A mark and four known columns are enough; without a mark (Toggl Track without durations) most
    of the columns must be known.
    """
    best: Header | None = None
    names = [cell for cell in cells if cell.strip()]
    for tracker in trackers:
        columns = tuple(understand(cell, at, tracker) for at, cell in enumerate(cells))
        known = len({c.meaning for c in columns if c.meaning is not None})
        marked = len(tracker.marks & {column.word for column in columns})
        if known < (LEAST_MARKED if marked else LEAST_UNMARKED):
            continue
        if not marked and known * 10 < len(names) * 7:
            continue
        exact = sum(1 for cell in names if cell.strip() in tracker.official)
        score = (known + 3 * marked, exact)
        if best is None or score > best.score:
            best = Header(tracker, columns, score)
    return best
