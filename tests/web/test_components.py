"""Components escape what they are given, tell their state, and carry nothing that the policy forbids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template import Context, Template

from facturier.web import charts
from tests.support.places import PACKAGE
from tests.web.conftest import Visit

TEMPLATES = PACKAGE / "web" / "templates"
COMPONENTS = TEMPLATES / "components"
NASTY = '"><script>alert(1)</script>'
USE = re.compile(r"<c-(?!vars\b|slot\b)([\w.-]+)((?:[^<>{]|\{\{.*?\}\}|\{%.*?%\})*?)/?>", re.DOTALL)
PASSED_AS_IS = re.compile(r"\s:([\w-]+)=|\s([\w-]+)=(?![\"'])")
DECLARED = re.compile(r"<c-vars\s(.*?)/?>", re.DOTALL)
FORBIDDEN = re.compile(
    r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son(?!e=)\w+=|hx-on|javascript:", re.IGNORECASE
)


def compiled(source: str) -> Template:
    """A template as the cotton loader compiles it."""
    from django_cotton.compiler_regex import CottonCompiler

    return Template(CottonCompiler().process(source))


def draw(source: str, **values: object) -> str:
    return compiled(source).render(Context(values))


def templates() -> Iterator[Path]:
    yield from sorted(TEMPLATES.rglob("*.html"))


def declared(component: str) -> set[str]:
    """What a component names in its c-vars."""
    path = COMPONENTS / (component.replace(".", "/").replace("-", "_") + ".html")
    if not path.exists():
        path = path.with_suffix("") / "index.html"
    found = DECLARED.search(path.read_text())
    return set(re.findall(r"([\w-]+)(?:=\"[^\"]*\")?", found[1])) if found else set()


def unescaped(source: str) -> list[str]:
    """Values passed as they are to a component that would print them among its attributes."""
    return [
        f"<c-{use[1]} {(given[1] or given[2])}"
        for use in USE.finditer(source)
        for given in PASSED_AS_IS.finditer(re.sub(r"\"[^\"]*\"", '""', use[2]))
        if (given[1] or given[2]) not in declared(use[1])
    ]


def test_no_value_reaches_an_attribute_unescaped() -> None:
    assert [(str(path), found) for path in templates() if (found := unescaped(path.read_text()))] == []


def test_a_value_that_would_is_found() -> None:
    assert unescaped('<c-button :title="name">x</c-button>') == ["<c-button title"]
    assert unescaped("<c-button title=name>x</c-button>") == ["<c-button title"]
    assert unescaped('<c-button title="{{ name }}" :reason="why">x</c-button>') == []
    assert NASTY in draw('<c-button :title="name">x</c-button>', name=NASTY)


@pytest.mark.parametrize(
    "source",
    [
        '<c-button title="{{ x }}" :reason="no">{{ x }}</c-button>',
        '<c-button :reason="x">a</c-button>',
        '<c-input label="{{ x }}" value="{{ x }}" :hint="x" :error="x" data-x="{{ x }}" />',
        '<c-select label="a" :options="pairs" />',
        '<c-combobox label="{{ x }}" text="{{ x }}" :options="pairs" />',
        '<c-menu label="{{ x }}"><c-menu.item :reason="x">{{ x }}</c-menu.item></c-menu>',
        '<c-confirm id="i" title="{{ x }}" action="{{ x }}" go="{{ x }}">{{ x }}</c-confirm>',
        '<c-moment :who="x" :when="none">{{ x }}</c-moment>',
        '<c-toast>{{ x }}</c-toast><c-note :title="x">{{ x }}</c-note><c-tab :count="x">{{ x }}</c-tab>',
    ],
)
def test_what_people_wrote_is_escaped(source: str) -> None:
    drawn = draw(source, x=NASTY, no="", none=None, pairs=[(NASTY, NASTY)])
    assert "&lt;script&gt;" in drawn
    assert "<script>" not in drawn


def test_a_control_that_cannot_be_used_says_why_and_does_nothing() -> None:
    drawn = draw('<c-button type="submit" hx-post="/x" opens="d" :reason="why">Send</c-button>', why="No.")
    found = re.search(r'aria-describedby="([\w-]+)"', drawn)
    assert found
    assert f'id="{found[1]}">No.' in drawn
    assert 'type="button"' in drawn
    assert not re.search("submit|hx-post|commandfor", drawn)
    assert "hx-post" in draw('<c-button hx-post="/x" :reason="why">Send</c-button>', why="")


def test_a_field_points_to_its_hint_and_its_error() -> None:
    drawn = draw('<c-input id="p" label="Price" hint="Net." error="Too much." />')
    assert 'aria-describedby="p_helptext p_error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'id="p_helptext"' in drawn
    assert 'id="p_error"' in drawn
    assert "aria-invalid" not in draw('<c-input id="p" label="Price" hint="Net." />')


def test_ids_are_never_twice_on_a_page(visit: Visit) -> None:
    body = visit("ana").get("/lumen/docs/components/").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', body)
    assert len(ids) > 40
    assert len(ids) == len(set(ids))


def test_nothing_that_the_policy_forbids_is_drawn(visit: Visit) -> None:
    for address in ("/lumen/docs/components/", "/lumen/nowhere/"):
        answer = visit("ana").get(address)
        assert FORBIDDEN.findall(answer.content.decode()) == []
        assert "unsafe" not in answer["Content-Security-Policy"]
    assert FORBIDDEN.search('<p style="color: red">')
    assert FORBIDDEN.search("<script>")


def test_no_template_and_no_script_needs_an_exception_of_the_policy() -> None:
    sources = [*templates(), *(PACKAGE / "web" / "assets" / "js").glob("*.js")]
    assert [str(path) for path in sources if FORBIDDEN.search(path.read_text())] == []
    assert not any("eval(" in path.read_text() for path in sources)


def test_sorting_turns_round_and_starts_where_it_is_useful(visit: Visit) -> None:
    client = visit("ana")
    body = client.get("/lumen/docs/components/?sort=-number&after=9&q=x").content.decode()
    assert re.search(r'aria-sort="descending"\s*><a href="\?sort=number&amp;q=x"', body)
    assert 'href="?sort=-amount&amp;q=x"' in body
    assert 'href="?sort=customer&amp;q=x"' in body
    assert body.count("aria-sort") == 1


def test_charts_have_their_figures_as_a_table() -> None:
    drawn = charts.bars(
        "Billed",
        ["Oct", NASTY],
        [charts.Series("Net", [1050, 0]), charts.Series("Paid", [-3, 7])],
        write=lambda minor: f"{minor} c",
    )
    assert re.findall(r"<td>(.*?)</td>", drawn) == ["", "1050 c", "-3 c", "0 c", "7 c"]
    assert "<script>" not in drawn
    assert "style=" not in drawn
    heights = [
        float(one) for one in re.findall(r'<rect class="[ab]" x=\S+ y=\S+ width=\S+ height="([\d.]+)"', drawn)
    ]
    assert heights[0] == max(heights)
    assert heights.count(0) == 2


def test_a_chart_refuses_rows_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="2 values for 1 labels"):
        charts.bars("Billed", ["Oct"], [charts.Series("Net", [1, 2])], write=str)
