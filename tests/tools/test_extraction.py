"""Every message that a person may read is found, however it is written."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.places import PACKAGE
from tools.extraction import extract, in_python, in_template, takers_of_messages

REFUSED = """
class Refused(Exception):
    def __init__(self, message, *, field=None): ...
"""


def of_python(source: str) -> list[tuple[str, str | None, str | None]]:
    module = ast.parse(REFUSED + source)
    found = in_python(module, takers=takers_of_messages([module]), place="x.py")
    return [(one.singular, one.plural, one.context) for one in found]


def texts(source: str) -> list[str]:
    return [singular for singular, _, _ in of_python(source)]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("_('Draft')", ("Draft", None, None)),
        ("gettext_lazy('Draft')", ("Draft", None, None)),
        ("translation.gettext('Draft')", ("Draft", None, None)),
        ("gettext_noop('Draft')", ("Draft", None, None)),
        ("ngettext('%(n)s line', '%(n)s lines', n)", ("%(n)s line", "%(n)s lines", None)),
        ("pgettext('month', 'May')", ("May", None, "month")),
        ("npgettext('tax', 'rate', 'rates', n)", ("rate", "rates", "tax")),
    ],
)
def test_functions_of_gettext_are_followed(source: str, found: tuple[str, str | None, str | None]) -> None:
    assert of_python(source) == [found]


def test_refusals_are_messages() -> None:
    assert texts("raise Refused('The invoice has no lines.', field='lines')") == ["The invoice has no lines."]
    assert texts("raise Refused('One sentence '\n  'in two parts.')") == ["One sentence in two parts."]
    assert texts("raise Refused('Yes.' if a else 'No.')") == ["Yes.", "No."]


def test_a_text_that_is_handed_on_to_a_message_is_one() -> None:
    hands_on = "def of_seller(message, *, scheme): return Refused(message)\n"
    assert texts(hands_on + "asking.of_seller('No SIREN.', scheme='siren')") == ["No SIREN."]
    by_keyword = "def note(self, row, *, message): ...\n"
    assert texts(by_keyword + "self.note(3, message='No date.')") == ["No date."]
    value = "@dataclass(frozen=True)\nclass Problem:\n    row: int\n    message: str\n"
    assert texts(value + "Problem(3, 'No time.')\nProblem(row=3, message='No day.')") == [
        "No time.",
        "No day.",
    ]


def test_a_table_of_messages_is_read_whole() -> None:
    table = "_GUARDS = {'frozen': 'It is frozen.', 'kept': 'It is kept.'}\n"
    assert texts(table + "raise Refused(_GUARDS[key])") == ["It is frozen.", "It is kept."]
    assert texts("reason = 'Because.'\nRefused(reason)") == ["Because."]


def test_what_is_no_message_is_left_alone() -> None:
    assert texts("raise ValueError('A bug.')\nx = 'A text.'\nlog.warning('Gone.')\n_(variable)") == []


def of_template(source: str) -> list[tuple[str, str | None, str | None]]:
    return [(one.singular, one.plural, one.context) for one in in_template(source, place="x.html")]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{% translate 'Save' %}", ("Save", None, None)),
        ('{% trans "Save" as word %}', ("Save", None, None)),
        ("{% translate 'May' context 'month' %}", ("May", None, "month")),
        ("{% translate '%s results' %}", ("%%s results", None, None)),
        ("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", ("Hello %(name)s", None, None)),
        ("{% blocktranslate trimmed %}\n  Two\n  lines\n{% endblocktranslate %}", ("Two lines", None, None)),
        (
            "{% blocktranslate count n=list|length %}{{ n }} line{% plural %}{{ n }} lines"
            "{% endblocktranslate %}",
            ("%(n)s line", "%(n)s lines", None),
        ),
        (
            "{% blocktranslate count n=n context 'tax' %}rate{% plural %}rates{% endblocktranslate %}",
            ("rate", "rates", "tax"),
        ),
        ("{{ value|default:_('None') }}", ("None", None, None)),
        ('{{ _("It\'s") }}', ("It's", None, None)),
        ("{% include 'x.html' with label=_('Name') %}", ("Name", None, None)),
        ("<c-field label=\"{% translate 'Name' %}\" />", ("Name", None, None)),
        ("<c-field :label=\"_('Name')\" />", ("Name", None, None)),
    ],
)
def test_templates_are_read_as_django_reads_them(
    source: str, found: tuple[str, str | None, str | None]
) -> None:
    assert of_template(source) == [found]


def test_comments_and_plain_text_are_no_messages() -> None:
    assert of_template("{# translate 'x' #}{% comment %}{% translate 'x' %}{% endcomment %}_('x')") == []


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text("<p>\n\n{% translate 'Save' %}")
    (tmp_path / "b.py").write_text("x = 1\ny = _('Draft')\n")
    places = [(one.place, one.line) for one in extract(tmp_path)]
    assert places == [("b.py", 2), ("templates/a.html", 3)]


def test_the_refusals_of_the_rules_are_among_the_messages() -> None:
    found = {one.singular for one in extract(PACKAGE)}
    assert {
        "The document has no line with an amount.",
        "The seller has no SIREN.",
        "The customer's address has no city.",
        "An issued document cannot be changed. Correct it by a credit note.",
    } <= found
