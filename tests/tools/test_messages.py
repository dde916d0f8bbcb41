"""A catalogue that is not complete and true to its source is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils.translation.trans_real import DjangoTranslation

from tools.messages import LANGUAGES, catalogues, compile_all, faults, places, update

CODE = """
_("Draft")
gettext("%(name)s was sent.")
ngettext("%(count)s line", "%(count)s lines", count)
pgettext("month", "May")
"""
FRENCH = {
    'msgid "Draft"\nmsgstr ""': 'msgid "Draft"\nmsgstr "Brouillon"',
    'msgid "%(name)s was sent."\nmsgstr ""': 'msgid "%(name)s was sent."\nmsgstr "%(name)s est partie."',
    'msgstr[0] ""\nmsgstr[1] ""': 'msgstr[0] "%(count)s ligne"\nmsgstr[1] "%(count)s lignes"',
    'msgid "May"\nmsgstr ""': 'msgid "May"\nmsgstr "mai"',
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of four messages whose catalogues are complete."""
    (tmp_path / "words.py").write_text(CODE)
    update(tmp_path)
    for _, path in catalogues(tmp_path):
        text = path.read_text()
        for old, new in FRENCH.items():
            assert old in text, text
            text = text.replace(old, new)
        path.write_text(text)
    return tmp_path


def french(package: Path) -> Path:
    return package / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def test_a_complete_catalogue_has_no_fault(package: Path) -> None:
    assert faults(package) == []


def test_a_catalogue_that_is_not_there_lacks_everything(package: Path) -> None:
    french(package).unlink()
    assert len(faults(package)) == 4


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"Brouillon"', '""', "missing: “Draft” (words.py:2)"),
        ('"%(count)s lignes"', '""', "missing: “%(count)s line” (words.py:4)"),
        ('msgid "Draft"', '#, fuzzy\nmsgid "Draft"', "fuzzy: “Draft” (words.py:2)"),
        (
            "%(name)s est",
            "%(nom)s est",
            "other places than in the source: “%(name)s was sent.” (words.py:3) – %(nom)s est partie.",
        ),
        (
            "%(name)s est partie",
            "Elle est partie",
            "other places than in the source: “%(name)s was sent.” (words.py:3) – Elle est partie.",
        ),
        ('"mai"', '"mai "', "white space around it: “May” (words.py:5) – mai "),
    ],
)
def test_each_fault_is_named(package: Path, old: str, new: str, fault: str) -> None:
    text = french(package).read_text()
    assert old in text
    french(package).write_text(text.replace(old, new, 1))
    assert faults(package) == [f"fr: {fault}"]


def test_a_message_that_the_code_no_longer_says_is_obsolete(package: Path) -> None:
    (package / "words.py").write_text(CODE.replace('_("Draft")', '_("Issued")'))
    assert faults(package)[:2] == ["fr: missing: “Issued” (words.py:2)", "fr: obsolete: “Draft”"]


def test_updating_keeps_what_was_translated_and_is_stable(package: Path) -> None:
    before = french(package).read_text()
    update(package)
    assert french(package).read_text() == before
    (package / "words.py").write_text(CODE.replace('_("Draft")', '_("Issued")'))
    update(package)
    assert "Brouillon" not in french(package).read_text()
    assert "mai" in french(package).read_text()
    assert faults(package) == [f"{language}: missing: “Issued” (words.py:2)" for language in LANGUAGES]


def test_django_reads_what_was_compiled(package: Path, settings: Any) -> None:
    compile_all(path for _, path in catalogues(package))
    settings.LOCALE_PATHS = [package / "locale"]
    found = DjangoTranslation("fr")
    assert found.gettext("Draft") == "Brouillon"
    assert found.pgettext("month", "May") == "mai"
    assert [found.ngettext("%(count)s line", "%(count)s lines", n) for n in (0, 1, 2)] == [
        "%(count)s ligne",
        "%(count)s ligne",
        "%(count)s lignes",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%(a)s of {b}", {"%(a)s", "{b}"}),
        ("100 %% of %s", {"%s"}),
        ("%%s results", {"%%s"}),
        ("20 % off", set()),
    ],
)
def test_places_of_every_kind_are_seen(text: str, found: set[str]) -> None:
    assert places(text) == found
