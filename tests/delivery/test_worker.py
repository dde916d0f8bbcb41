"""One message and a real mail server: what is sent, and what every way of failing comes to."""

from __future__ import annotations

import email
import email.policy
import hashlib
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from facturier.audit.queries import timeline
from facturier.delivery import mailbox, operations
from facturier.delivery.mail import POLICY, sender
from facturier.delivery.models import Delivery, StoredPdf
from facturier.delivery.worker import deliver
from facturier.invoices.models import Invoice
from facturier.organisations.background import State, left, run
from facturier.organisations.models import Organisation
from facturier.organisations.tenancy import scope
from facturier.rules.lifecycle import Status
from tests.delivery.post import Server, issue, mail_server, mailers
from tests.support.cast import Cast
from tests.support.faultproxy import Fault, faultproxy

DOT = b"\r\n.\r\n"


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with mail_server() as server:
        settings.MAILERS = mailers(server.port)
        settings.MAIL_ANSWER_SECONDS = 1
        yield server


@pytest.fixture
def queued(cast: Cast) -> Delivery:
    (invoice,) = issue(cast.lumen, [cast.bellecour])
    return operations.queue(
        invoice,
        actor=cast.ana,
        to=["anna@bellecour.example"],
        cc=["bo@bellecour.example"],
        subject="Facture n° 1 – déjà prête",
        body="Bonjour,\n.\n..ein Punkt am Anfang\nVoilà.",
        now=timezone.now(),
    )


def work(delivery: Delivery) -> Delivery:
    """Let a worker do its turn, the time having come, and return the row as it is then."""
    with scope(delivery.organisation_id):
        Delivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now())
    run("delivery.Delivery", delivery.organisation_id, delivery.pk)
    return read(delivery)


def read(delivery: Delivery) -> Delivery:
    with scope(delivery.organisation_id):
        return Delivery.objects.select_related("invoice").get(pk=delivery.pk)


def events(delivery: Delivery) -> list[str]:
    with scope(delivery.organisation_id):
        return [moment.name for moment in timeline(delivery.organisation_id, "invoice", delivery.invoice_id)]


def test_accepted_means_sent_and_the_bytes_sent_are_the_bytes_kept(server: Server, queued: Delivery) -> None:
    done = work(queued)
    (got,) = server.received
    assert (done.state, done.error, done.refused) == (State.DONE, "", {})
    assert "queued as 4711" in done.answer
    assert done.invoice.sent_at == done.accepted_at
    assert done.invoice.status == Status.SENT
    assert events(queued)[0] == "invoice.sent"
    assert got.message_id == queued.message_id
    assert got.sender == "billing@localhost"
    assert got.recipients == ["anna@bellecour.example", "bo@bellecour.example"]
    (pdf,) = got.attachments
    assert (pdf.get_filename(), pdf.get_content_type()) == (f"{done.invoice.number}.pdf", "application/pdf")
    with scope(queued.organisation_id):
        kept = StoredPdf.objects.get(invoice=done.invoice)
    assert hashlib.sha256(pdf.get_content()).hexdigest() == kept.sha256 == done.pdf_sha256


def test_headers_and_text_arrive_as_they_were_written(server: Server, queued: Delivery) -> None:
    organisation = Organisation.objects.get(pk=queued.organisation_id)
    organisation.name = 'Lumière "& Fils", SA\r\nBcc: eve@evil.example'
    organisation.save(update_fields=["name"])
    work(queued)
    (got,) = server.received
    assert got.message["Subject"] == "Facture n° 1 – déjà prête"
    assert got.message["Reply-To"] == "billing@lumen.example"
    assert got.message["Bcc"] is None
    (writer,) = got.message["From"].addresses
    assert writer.display_name == "Lumière & Fils SA Bcc eve evil example"
    assert writer.addr_spec == "billing@localhost"
    text = got.message.get_body(("plain",)).get_content()
    assert text.replace("\r\n", "\n") == "Bonjour,\n.\n..ein Punkt am Anfang\nVoilà.\n"


@pytest.mark.parametrize(
    "name",
    [
        "Lumen",
        "Müller, Groß & Söhne GmbH",
        "Plain, Inc.",
        "Société Générale d’Électricité et de Maintenance Informatique du Rhône et de l’Isère, SARL",
        "A very long plain company name incorporated in Delaware and elsewhere, Incorporated Limited",
        "",
    ],
)
def test_the_name_of_a_sender_is_one_address(name: str) -> None:
    message = EmailMessage(policy=POLICY)
    message["From"] = sender(name, "billing@lumen.example")
    read = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    (found,) = read["From"].addresses
    assert found.addr_spec == "billing@lumen.example"
    assert found.display_name.replace(",", "").replace(".", "") == name.replace(",", "").replace(".", "")


def test_a_second_worker_finds_nothing_to_do(server: Server, queued: Delivery) -> None:
    work(queued)
    assert not run("delivery.Delivery", queued.organisation_id, queued.pk)
    assert len(server.received) == 1


def test_no_server_means_later(settings: Any, queued: Delivery) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.MAILERS = mailers(unused.getsockname()[1])
        after = work(queued)
    assert (after.state, after.attempts, after.handing_over) == (State.QUEUED, 1, False)
    assert "Connection refused" in after.error
    assert after.next_at > timezone.now()
    assert after.invoice.sent_at is None


@pytest.mark.parametrize("moment", ["mail", "rcpt", "data"])
def test_a_temporary_refusal_is_tried_again_and_then_accepted(
    server: Server, queued: Delivery, moment: str
) -> None:
    setattr(server, f"on_{moment}", lambda _what: "451 4.3.0 try again later")
    after = work(queued)
    assert (after.state, after.handing_over, server.received) == (State.QUEUED, False, [])
    assert "451 4.3.0 try again later" in after.error
    delays = [after.next_at - timezone.now()]
    after = work(queued)
    delays.append(after.next_at - timezone.now())
    assert delays[1] > delays[0], "each delay is longer than the one before"
    setattr(server, f"on_{moment}", lambda _what: None)
    assert work(queued).state == State.DONE
    assert len(server.received) == 1


@pytest.mark.parametrize("moment", ["mail", "rcpt", "data"])
def test_a_final_refusal_fails_and_is_shown_and_can_be_resent(
    server: Server, queued: Delivery, cast: Cast, moment: str
) -> None:
    setattr(server, f"on_{moment}", lambda _what: "550 5.1.1 no such user")
    after = work(queued)
    assert (after.state, server.received) == (State.FAILED, [])
    assert "550 5.1.1 no such user" in after.error
    assert events(queued)[0] == "invoice.send_failed"
    assert after.invoice.sent_at is None
    setattr(server, f"on_{moment}", lambda _what: None)
    operations.resend(after, actor=cast.ana, now=timezone.now())
    after = work(queued)
    assert (after.state, after.error) == (State.DONE, "")
    assert server.received[0].message_id == queued.message_id


def test_a_recipient_refused_for_good_does_not_hold_up_the_others(server: Server, queued: Delivery) -> None:
    server.on_rcpt = lambda address: "550 5.1.1 unknown" if address.startswith("bo@") else None
    after = work(queued)
    assert after.state == State.DONE
    assert after.refused == {"bo@bellecour.example": "550 5.1.1 unknown"}
    assert server.received[0].recipients == ["anna@bellecour.example"]


def test_a_recipient_refused_for_now_holds_up_the_others_a_few_times_only(
    server: Server, queued: Delivery
) -> None:
    server.on_rcpt = lambda address: "452 4.2.2 mailbox full" if address.startswith("bo@") else None
    for _ in range(4):
        assert work(queued).state == State.QUEUED
    assert server.received == []
    after = work(queued)
    assert (after.state, after.refused) == (State.DONE, {"bo@bellecour.example": "452 4.2.2 mailbox full"})
    assert server.received[0].recipients == ["anna@bellecour.example"]


def test_after_two_days_of_trying_it_is_given_up(server: Server, queued: Delivery) -> None:
    server.on_data = lambda _id: "451 4.3.0 try again later"
    with scope(queued.organisation_id):
        Delivery.objects.update(give_up_at=timezone.now() - timedelta(seconds=1))
    assert work(queued).state == State.FAILED
    assert events(queued)[0] == "invoice.send_failed"


@pytest.mark.parametrize("after_bytes", [3, 30, 80])
def test_a_connection_lost_before_the_message_is_tried_again(
    server: Server, queued: Delivery, settings: Any, after_bytes: int
) -> None:
    with faultproxy(server.port, lambda: Fault("cut", cut_after=after_bytes)) as proxy:
        settings.MAILERS = mailers(proxy.port)
        after = work(queued)
    assert (after.state, after.handing_over) == (State.QUEUED, False), after.error
    settings.MAILERS = mailers(server.port)
    assert work(queued).state == State.DONE
    assert len(server.received) == 1


@pytest.mark.parametrize("after_bytes", [400, 3_000, 20_000])
def test_a_connection_lost_within_the_message_is_never_taken_for_sent(
    server: Server, queued: Delivery, settings: Any, after_bytes: int
) -> None:
    """Whether the loss shows before the dot is left to the network; both is honest, sent is not."""
    with faultproxy(server.port, lambda: Fault("cut", cut_after=after_bytes)) as proxy:
        settings.MAILERS = mailers(proxy.port)
        after = work(queued)
    assert (after.state, after.handing_over) in [(State.QUEUED, False), (State.UNKNOWN, True)]
    assert after.invoice.sent_at is None
    assert server.received == []


def test_a_connection_lost_after_the_dot_is_parked_and_never_repeated(
    server: Server, queued: Delivery, settings: Any, cast: Cast
) -> None:
    with faultproxy(server.port, lambda: Fault("lose", lose_answer_to=DOT)) as proxy:
        settings.MAILERS = mailers(proxy.port)
        after = work(queued)
    assert after.state == State.UNKNOWN
    assert after.invoice.sent_at is None
    assert events(queued)[0] == "invoice.send_unknown"
    assert len(server.received) == 1, "the server has it; nobody could know"
    settings.MAILERS = mailers(server.port)
    assert left(now=timezone.now() + timedelta(days=9)) == []
    assert work(queued).state == State.UNKNOWN
    assert len(server.received) == 1
    # The control: who resends gets a second one, with the same Message-ID.
    operations.resend(after, actor=cast.ana, now=timezone.now())
    assert work(queued).state == State.DONE
    assert [got.message_id for got in server.received] == [queued.message_id] * 2


def test_a_person_can_say_that_a_parked_message_arrived(
    server: Server, queued: Delivery, settings: Any, cast: Cast
) -> None:
    with faultproxy(server.port, lambda: Fault("lose", lose_answer_to=DOT)) as proxy:
        settings.MAILERS = mailers(proxy.port)
        operations.confirm(work(queued), actor=cast.ana, now=timezone.now())
    after = read(queued)
    assert (after.state, after.invoice.status) == (State.DONE, Status.SENT)


def test_an_answer_that_comes_too_late_is_parked(server: Server, queued: Delivery) -> None:
    server.slow = 3
    after = work(queued)
    assert after.state == State.UNKNOWN
    assert len(server.received) == 1


def test_a_slow_answer_is_waited_for(server: Server, queued: Delivery, settings: Any) -> None:
    settings.MAIL_ANSWER_SECONDS = 10
    server.slow = 0.7
    assert work(queued).state == State.DONE


def test_a_worker_that_died_past_the_point_of_no_return_leaves_a_parked_message(
    server: Server, queued: Delivery
) -> None:
    now = timezone.now()
    with scope(queued.organisation_id):
        dead = Delivery.claim(queued.pk, now=now)
        assert dead.renew(now=now, handing_over=True)
    assert left(now=now) == []
    later = now + timedelta(hours=1)
    (found,) = left(now=later)
    with scope(queued.organisation_id):
        Delivery.objects.update(lease_until=now - timedelta(seconds=1))
    assert run(found.label, found.organisation_id, found.pk)
    after = read(queued)
    assert (after.state, server.received) == (State.UNKNOWN, [])
    # The dead one, should it wake up, can say nothing any more.
    with scope(queued.organisation_id):
        assert not dead.finish(State.DONE)


def test_a_worker_that_was_overtaken_sends_nothing(server: Server, queued: Delivery) -> None:
    """While it spoke with the server, its lease ran out and another worker took the row."""

    def overtake(_address: str) -> None:
        overtaken.append(_address)

    overtaken: list[str] = []
    server.on_rcpt = overtake
    with scope(queued.organisation_id):
        Delivery.objects.update(next_at=timezone.now() - timedelta(hours=2))
        slow = Delivery.claim(queued.pk, now=timezone.now() - timedelta(hours=1))
        quick = Delivery.claim(queued.pk, now=timezone.now())
    deliver(slow)
    assert overtaken, "the slow one spoke with the server"
    assert (server.received, read(queued).state) == ([], State.RUNNING)
    deliver(quick)
    assert len(server.received) == 1
    assert read(queued).state == State.DONE


def test_a_message_that_was_stopped_meanwhile_is_not_sent(server: Server, queued: Delivery) -> None:
    with scope(queued.organisation_id):
        Delivery.objects.update(state=State.STOPPED)
    assert not run("delivery.Delivery", queued.organisation_id, queued.pk)
    assert server.received == []


def test_the_folder_keeps_one_readable_message(queued: Delivery, settings: Any, tmp_path: Any) -> None:
    settings.MAILERS = {"default": {"BACKEND": "facturier.delivery.mailbox.FolderBackend"}}
    settings.MAIL_DIR = tmp_path / "mail"
    assert mailbox.in_use()
    done = work(queued)
    assert done.state == State.DONE
    kept = mailbox.read(queued.message_id)
    assert kept is not None
    assert kept.subject == queued.subject
    assert kept.to == "anna@bellecour.example"
    assert kept.body.strip().endswith("Voilà.")
    (pdf,) = kept.attachments
    assert hashlib.sha256(pdf.content).hexdigest() == done.pdf_sha256
    assert [path.parent.name for path in tmp_path.rglob("*.eml*")] == ["new"]
    assert mailbox.read("<another@localhost>") is None


def test_a_folder_that_cannot_be_written_means_later(queued: Delivery, settings: Any, tmp_path: Any) -> None:
    settings.MAILERS = {"default": {"BACKEND": "facturier.delivery.mailbox.FolderBackend"}}
    settings.MAIL_DIR = tmp_path / "mail"
    settings.MAIL_DIR.write_text("a file stands where the folder should be")
    assert work(queued).state == State.QUEUED
    settings.MAIL_DIR.unlink()
    assert work(queued).state == State.DONE


def test_any_other_mailer_of_django_works_too(queued: Delivery, settings: Any) -> None:
    assert not mailbox.in_use()
    assert work(queued).state == State.DONE
    (sent,) = django_mail.outbox
    assert sent.extra_headers["Message-ID"] == queued.message_id


class Breaking:
    """A mailer that breaks in the middle, nobody knows where."""

    def __init__(self, **options: object) -> None:
        self.options = options

    def send_messages(self, messages: object) -> int:
        raise RuntimeError("broken pipe")


def test_a_mailer_that_breaks_leaves_a_parked_message(queued: Delivery, settings: Any) -> None:
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Breaking"}}
    after = work(queued)
    assert (after.state, after.error) == (State.UNKNOWN, "RuntimeError: broken pipe")


def test_another_organisation_sees_no_message(server: Server, queued: Delivery, cast: Cast) -> None:
    with scope(cast.cap.pk):
        assert not Delivery.objects.exists()
        assert not Invoice.objects.exists()
