"""Killed workers, and a network that loses what it carries: no message lost, none repeated in silence.

The receiver is a real mail server behind a proxy that refuses, cuts and delays connections and loses answers.
Workers are processes as in service; some are killed with SIGKILL while they work.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from django.utils import timezone

from facturier.config.background import work
from facturier.delivery import operations
from facturier.delivery.models import Delivery, StoredPdf
from facturier.organisations.background import State
from facturier.organisations.tenancy import scope
from facturier.rules.lifecycle import Status
from tests.delivery.post import Server, issue, mail_server
from tests.support.cast import Cast
from tests.support.databases import Database
from tests.support.faultproxy import Fault, Proxy, faultproxy
from tests.support.processes import Crew, start, stop

MESSAGES = 30
WORKERS = 2
KILLS = 5
DOT = b"\r\n.\r\n"


def work_until_killed(*, number: int) -> None:
    """A worker that looks again at once, where one in service would wait some seconds."""
    while True:
        work(threading.Event(), once=True)
        time.sleep(0.05)


def weather(seed: int) -> Callable[[], Fault]:
    """Choose the faults of connections, the same for the same seed."""
    chance = random.Random(seed)

    def choose() -> Fault:
        found = chance.random()
        if found < 0.06:
            return Fault("refused", refuse=True)
        if found < 0.12:
            return Fault("cut before the message", cut_after=chance.randrange(10, 90))
        if found < 0.20:
            return Fault("cut within the message", cut_after=chance.randrange(200, 20_000))
        if found < 0.30:
            return Fault("answer lost", lose_answer_to=DOT)
        return Fault("slow", delay=0.03)  # so that kills meet work in every state

    return choose


def moody(server: Server, seed: int) -> None:
    """Let the server refuse some messages for now, and one for good."""
    chance = random.Random(seed)
    server.on_data = lambda _id: "451 4.3.0 later" if chance.random() < 0.08 else None
    server.on_rcpt = lambda address: "550 5.1.1 no such user" if address.startswith("gone@") else None


def queue_all(cast: Cast) -> None:
    documents = issue(cast.lumen, [cast.bellecour] * MESSAGES)
    dispatch = operations.queue_many(
        cast.lumen, actor=cast.ana, invoice_ids=[one.pk for one in documents[1:]], now=timezone.now()
    )
    assert dispatch.skipped == []
    operations.queue(
        documents[0],
        actor=cast.ana,
        to=["gone@bellecour.example"],
        cc=[],
        subject="To nobody",
        body="Text",
        now=timezone.now(),
    )


def posting_to(port: int, database: Database, *, answer_seconds: float) -> Database:
    """Return the database whose processes send by the server at a port, and have short leases."""
    environment = {
        **database.environment,
        "FACTURIER_MAIL_URL": f"smtp://127.0.0.1:{port}?timeout=2",
        "FACTURIER_MAIL_ANSWER_SECONDS": str(answer_seconds),
        "FACTURIER_LEASE_SECONDS": "1",
    }
    return replace(database, environment=environment)


def let_crew_work(
    database: Database, cast: Cast, proxy: Proxy, folder: Path, *, size: int, kills: int
) -> Crew:
    """Run killed and living workers until every message has come to an end."""

    def ended() -> bool:
        with scope(cast.lumen.pk):
            open_ones = Delivery.objects.filter(state__in=[State.QUEUED, State.RUNNING])
            # The delays between attempts pass quickly; leases are waited for.
            open_ones.filter(state=State.QUEUED).update(next_at=timezone.now())
            return not open_ones.exists()

    database = posting_to(proxy.port, database, answer_seconds=0.5)
    crew = Crew(database, f"{__name__}:work_until_killed", folder=folder)
    crew.run(size, kills=kills, every=(0.4, 1.0), seconds=120, until=ended)
    return crew


def test_no_message_is_lost_and_none_repeated_in_silence(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    queue_all(cast)
    with mail_server() as server, faultproxy(server.port, weather(seed=7)) as proxy:
        moody(server, seed=11)
        crew = let_crew_work(fresh_database, cast, proxy, tmp_path, size=WORKERS, kills=KILLS)
        arrived = Counter(got.message_id for got in server.received)
        with scope(cast.lumen.pk):
            rows = list(Delivery.objects.select_related("invoice"))
            papers = dict(StoredPdf.objects.values_list("invoice_id", "sha256"))
        assert crew.killed
        assert len(proxy.met) == 5, f"the weather was too good: {proxy.met}"

        assert len(rows) == MESSAGES
        assert {row.state for row in rows} <= {State.DONE, State.UNKNOWN, State.FAILED}
        assert [row.to for row in rows if row.state == State.FAILED] == [["gone@bellecour.example"]]
        assert max(arrived.values()) == 1, "repeated in silence"
        for row in rows:
            if row.state == State.DONE:
                assert arrived[row.message_id] == 1, "lost in silence"
                assert (row.invoice.status, row.invoice.sent_at) == (Status.SENT, row.accepted_at)
                assert row.pdf_sha256 == papers[row.invoice_id]
            else:
                assert row.invoice.sent_at is None
        unknown = [row for row in rows if row.state == State.UNKNOWN]
        doubtful = sum(arrived[row.message_id] for row in unknown)
        assert doubtful, "no answer was lost: the test has shown nothing"

        # The control: who sends again whatever got no answer, as a queue that delivers at least once does,
        # sends twice. A person who does so knows it, and the Message-ID tells the receiver.
        for row in unknown:
            operations.resend(row, actor=cast.ana, now=timezone.now())
        let_crew_work(fresh_database, cast, proxy, tmp_path, size=1, kills=0)
        arrived = Counter(got.message_id for got in server.received)
        assert max(arrived.values()) > 1
        assert set(arrived) <= {row.message_id for row in rows}


def test_a_worker_killed_while_the_server_listens_loses_nothing(
    fresh_database: Database, cast: Cast, tmp_path: Path
) -> None:
    """The server kills the worker at a moment of its choice, then a second worker carries on."""
    documents = issue(cast.lumen, [cast.bellecour] * 3)
    ends = {"mail": State.DONE, "rcpt": State.DONE, "data": State.UNKNOWN}
    for moment, document in zip(ends, documents, strict=True):
        with mail_server() as server:
            database = posting_to(server.port, fresh_database, answer_seconds=0.2)
            operations.queue_many(cast.lumen, actor=cast.ana, invoice_ids=[document.pk], now=timezone.now())
            killed = kill_at(server, moment, database, tmp_path)
            carry_on(database, cast, tmp_path)
            with scope(cast.lumen.pk):
                row = Delivery.objects.get(invoice=document)
            assert killed == [moment]
            assert (row.state, row.attempts) == (ends[moment], 2)
            assert [got.message_id for got in server.received] == [row.message_id], "once, in every case"


def kill_at(server: Server, moment: str, database: Database, folder: Path) -> list[str]:
    """Start a worker and kill it when the server hears this command for the first time."""
    killed: list[str] = []

    def kill(_what: str) -> None:
        if not killed:
            worker.kill()
            worker.wait()
            killed.append(moment)

    setattr(server, f"on_{moment}", kill)
    worker = start(f"{__name__}:work_until_killed", database, log=folder / "killed.log", number=1)
    try:
        worker.wait(60)
    finally:
        stop(worker)
    return killed


def carry_on(database: Database, cast: Cast, folder: Path) -> None:
    """Let a second worker find what the first one left, once its lease is over."""

    def ended() -> bool:
        with scope(cast.lumen.pk):
            return not Delivery.objects.filter(state__in=[State.QUEUED, State.RUNNING]).exists()

    Crew(database, f"{__name__}:work_until_killed", folder=folder).run(1, seconds=60, until=ended)
