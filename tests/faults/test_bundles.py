"""Killed workers never let half a file out, and memory does not grow with the number of documents."""

from __future__ import annotations

import hashlib
import re
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from facturier.config.background import work
from facturier.delivery import papers
from facturier.delivery.bundles import files, making, operations
from facturier.delivery.models import Bundle, Form, StoredPdf
from facturier.organisations.background import State
from facturier.organisations.tenancy import scope
from tests.delivery.post import issue
from tests.support.cast import Cast
from tests.support.databases import Database
from tests.support.processes import Crew, run

FEW, MANY = 300, 1_200
BOUND_MIB = 12  # what the documents between FEW and MANY may add; their PDFs are 50 MiB


def work_until_killed(*, number: int) -> None:
    making.TURN = 0.5  # some turns end by themselves, some by a kill
    while True:
        work(threading.Event(), once=True)
        time.sleep(0.05)


def test_killed_workers_let_no_half_file_out(
    fresh_database: Database, cast: Cast, tmp_path: Path, settings: Any
) -> None:
    settings.BUNDLES_DIR = tmp_path / "bundles"
    environment = {"FACTURIER_DATA_DIR": str(tmp_path), "FACTURIER_LEASE_SECONDS": "1"}
    database = replace(fresh_database, environment={**fresh_database.environment, **environment})
    rows = issue(cast.lumen, [cast.bellecour] * 60)
    keys = [row.pk for row in rows]
    operations.order(cast.lumen, actor=cast.carol, keys=keys, form=Form.ZIP, now=timezone.now())

    def ended() -> bool:
        with scope(cast.lumen.pk):
            bundle = Bundle.objects.get()
        if bundle.state != State.DONE:
            assert not bundle.is_kept(timezone.now())
        return crew.killed == 3 and not bundle.is_active

    crew = Crew(database, f"{__name__}:work_until_killed", folder=tmp_path)
    crew.run(2, kills=3, every=(0.8, 1.6), seconds=150, until=ended)
    with scope(cast.lumen.pk):
        bundle = Bundle.objects.get()
    assert (bundle.state, bundle.done, bundle.failed) == (State.DONE, 60, 0)
    data = files.path_of(bundle).read_bytes()
    assert hashlib.sha256(data).hexdigest() == bundle.sha256
    with zipfile.ZipFile(files.path_of(bundle)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"{row.number}.pdf" for row in rows]


def peak_of(*, organisation_id: int, form: str, count: int, hoard: bool) -> None:
    """Write a file of so many documents, and print the most memory this process has held, in KiB."""
    from facturier.organisations.models import Organisation

    with scope(organisation_id):
        keys = list(StoredPdf.objects.order_by("pk").values_list("invoice_id", flat=True)[:count])
    seller = Organisation.objects.get(pk=organisation_id)
    with Path("/dev/null").open("wb") as file:
        if hoard:
            kept = list(making.papers_of(seller, keys, now=timezone.now()))
            assert len(kept) == count
        else:
            assert not making.write_all(seller, keys, form=form, file=file, now=timezone.now())
    # Not ru_maxrss: a process inherits that of the one that started it.
    print("peak", re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[0])


@pytest.mark.only_on("sqlite")  # what is measured is the process, not the database
def test_memory_does_not_grow_with_the_number_of_documents(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    rows = issue(cast.lumen, [cast.bellecour] * MANY)
    content = bytes(papers.pdf_of(rows[0], now=timezone.now()).content)
    digest = hashlib.sha256(content).hexdigest()
    with scope(cast.lumen.pk, writing=True):
        StoredPdf.objects.bulk_create(
            StoredPdf(
                organisation_id=cast.lumen.pk,
                invoice=row,
                content=content,
                sha256=digest,
                rendered_at=timezone.now(),
            )
            for row in rows[1:]
        )

    def growth_mib(form: str, *, hoard: bool = False) -> float:
        peaks = []
        for count in (FEW, MANY):
            log = tmp_path / f"{form}-{count}-{hoard}.log"
            given = {"organisation_id": cast.lumen.pk, "form": form, "count": count, "hoard": hoard}
            written = run(f"{__name__}:peak_of", fresh_database, log=log, seconds=180, **given)
            peaks.append(int(written.rpartition("peak")[2]) / 1024)
        return peaks[1] - peaks[0]

    assert growth_mib(Form.ZIP) < BOUND_MIB
    assert growth_mib(Form.MERGED) < BOUND_MIB
    # The control: who keeps what was read is found out.
    assert growth_mib(Form.ZIP, hoard=True) > 2 * BOUND_MIB
