"""Every region prints: valid files, its own sheet, its sentences and its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from facturier.delivery.pdf import render
from facturier.rules.issuing import issue
from facturier.rules.regions import REGIONS
from facturier.rules.regions import region as region_of
from tests.delivery.test_pdf_files import squeezed, verapdf, words
from tests.rules.drafts import DAY, complete
from tests.rules.test_generic import draft_of

CODES = [*REGIONS, "AT", "CH", "JP", "MX", "TN"]
each_region = pytest.mark.parametrize("code", CODES)
LETTER = {"CA-QC", "CA", "US", "MX"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """A complete invoice of every region and of five countries without one, in its own language."""
    folder = tmp_path_factory.mktemp("regions")
    found = {}
    for code in CODES:
        region = region_of(code)
        draft = complete(code) if code in REGIONS else draft_of(code)
        document = issue(draft, region=region, issue_date=DAY).numbered("X-1")
        found[code] = folder / f"{code}.pdf"
        found[code].write_bytes(render(document, region=region))
    return found


def test_every_region_prints_pdf_a_3a_and_pdf_ua_1(
    files: Mapping[str, Path], shared: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pdf"
    with pikepdf.open(files["FR"]) as pdf:
        del pdf.Root.Metadata
        pdf.save(broken)
    verdicts = [
        line
        for line in verapdf(shared, [*files.values(), broken])
        if line.split(" ")[0] in ("PASS", "FAIL", "ERROR")
    ]
    good = [line for line in verdicts if "broken.pdf" not in line]
    assert len(good) == 2 * len(files)
    assert all(line.startswith("PASS") for line in good), "\n".join(good)
    assert all(line.startswith("FAIL") for line in verdicts if "broken.pdf" in line)


@each_region
def test_a_sheet_has_the_size_of_its_country(code: str, files: Mapping[str, Path]) -> None:
    size = [round(one) for one in PdfReader(files[code]).pages[0].mediabox[2:]]
    assert size == ([612, 792] if code in LETTER else [595, 842])


@each_region
def test_sentences_and_numbers_of_the_law_are_on_the_sheet(code: str, files: Mapping[str, Path]) -> None:
    region = region_of(code)
    draft = complete(code) if code in REGIONS else draft_of(code)
    document = issue(draft, region=region, issue_date=DAY).numbered("X-1")
    text = words(files[code].read_bytes())
    for sentence in document.mentions:
        assert squeezed(sentence) in text
    for number in draft.seller.identifiers:
        assert squeezed(number.value) in text
