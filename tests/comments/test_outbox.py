"""The outbox: each mail goes out once, whatever fails in between."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from comments import outbox
from comments.models import Mail, Refusal
from comments.models.mail import LEASE, pause_after
from config.settings import BASE_DIR


def test_mail_has_text_html_and_one_click_headers(alice, postbox, write_mail):
    write_mail(alice)
    call_command("deliver", once=True)
    (mail,) = postbox.mails
    assert mail["To"] == "alice@example.org"
    assert mail["Subject"] == "Bob commented on “What soil is”"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    stop = mail["List-Unsubscribe"].strip()
    assert stop.startswith("<http://testserver/en/notifications/stop/") and stop.endswith("/>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Good **question**!" in mail.get_body(["plain"]).get_content()
    assert "<strong>question</strong>" in mail.get_body(["html"]).get_content()


def test_mail_of_a_thread_names_the_mails_it_continues(alice, postbox, write_mail):
    first, second = outbox.new_message_id("thread:1"), outbox.new_message_id("comment:2")
    write_mail(alice, thread=[first, second], message_id=outbox.new_message_id("comment:3"))
    call_command("deliver", once=True)
    (mail,) = postbox.mails
    assert mail["Message-ID"] == outbox.new_message_id("comment:3")
    assert (mail["In-Reply-To"], mail["References"]) == (second, f"{first} {second}")


def test_mail_is_written_once_for_a_key(alice, write_mail):
    assert write_mail(alice, "reply:7") == write_mail(alice, "reply:7")
    assert Mail.objects.count() == 1


def test_subject_cannot_carry_a_header(alice, postbox):
    outbox.write(
        key="evil",
        topic="replies",
        to=alice,
        template="comments/mail/reply",
        context={"writer": "Eve\r\nBcc: all@example.org", "lesson": "L", "html": "", "written": ""},
    )
    call_command("deliver", once=True)
    (mail,) = postbox.mails
    assert mail["Bcc"] is None
    assert mail["Subject"].strip() == "Eve Bcc: all@example.org commented on “L”"


def test_mail_server_down_three_times_loses_nothing_and_sends_once(
    alice, postbox, write_mail, settings
):
    write_mail(alice)
    settings.EMAIL_PORT = 9  # nobody listens there
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(3):
            call_command("deliver", once=True)
            clock.shift(timedelta(minutes=10))
        mail = Mail.objects.get()
        assert (mail.state, mail.tries) == ("waiting", 3)
        assert mail.last_error.startswith("ConnectionRefusedError")
        settings.EMAIL_PORT = postbox.port
        call_command("deliver", once=True)
        call_command("deliver", once=True)
    assert postbox.recipients == ["alice@example.org"]
    assert Mail.objects.get().state == "sent"


def test_pauses_grow_to_six_hours():
    minutes = [int(pause_after(tries).total_seconds() // 60) for tries in range(1, 12)]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]


def test_worker_gives_up_loudly_after_four_days(alice, postbox, write_mail, caplog):
    write_mail(alice)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(40):
            postbox.refusals = ["451 come back later"]
            call_command("deliver", once=True)
            clock.shift(timedelta(hours=6))
    mail = Mail.objects.get()
    assert mail.state == "failed"
    assert mail.tries == 17  # one at once, then one each six hours of four days
    assert "giving up on mail" in caplog.text
    assert postbox.mails == []


def test_address_that_does_not_exist_is_given_up_at_once(alice, postbox, write_mail):
    write_mail(alice)
    postbox.refusals = ["550 no such user"]
    call_command("deliver", once=True)
    assert Mail.objects.get().state == "failed"


def test_one_bad_address_does_not_keep_the_others(alice, bob, postbox, write_mail):
    write_mail(alice, "a")
    write_mail(bob, "b")
    postbox.refusals = ["451 greylisted"]
    call_command("deliver", once=True)
    assert postbox.recipients == ["bob@example.org"]
    assert postbox.mails[0]["Content-Language"] == "ko"


def test_claim_is_won_by_one_of_two_workers(alice, write_mail):
    write_mail(alice)
    one, two = Mail.objects.due().get(), Mail.objects.due().get()
    assert (one.claim(), two.claim()) == (True, False)
    assert not Mail.objects.due().exists()


def test_mail_of_a_killed_worker_is_sent_when_its_lease_has_run_out(alice, postbox, write_mail):
    write_mail(alice)
    assert Mail.objects.due().get().claim()  # and then the process was killed
    call_command("deliver", once=True)
    assert postbox.mails == []
    with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1)):
        call_command("deliver", once=True)
    assert postbox.recipients == ["alice@example.org"]


def test_one_click_ends_mail_without_cookie_or_token(alice, client, postbox, write_mail):
    write_mail(alice)
    call_command("deliver", once=True)
    write_mail(alice, "reply:2")
    path = postbox.mails[0]["List-Unsubscribe"].strip(" <>").removeprefix("http://testserver")
    assert client.get(path).status_code == 200
    assert Mail.objects.filter(state="waiting").count() == 1  # a look changes nothing
    answer = client.post(path, "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
    assert (answer.status_code, answer.cookies.output()) == (200, "")
    assert Mail.objects.filter(state="waiting").count() == 0
    assert write_mail(alice, "reply:3") is None


def test_address_without_account_can_refuse(db, client, write_mail):
    mail = write_mail("guest@example.org", topic="report:1")
    client.post(mail.stop_url.removeprefix("http://testserver"))
    assert Refusal.stands("Guest@example.org", "report:1")
    mail.refresh_from_db()
    assert mail.state == "cancelled"


def test_forged_stop_address_is_not_found(db, client):
    assert client.post("/en/notifications/stop/WzEsInJlcGxpZXMiXQ:abc:def/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_each_mail_once(make_learner, postbox, write_mail):
    people = [make_learner(f"reader{n}@example.org") for n in range(30)]
    for person in people:
        write_mail(person, f"reply:{person.pk}")
    workers = [worker(postbox, "--once") for _ in range(2)]
    assert [each.wait(60) for each in workers] == [0, 0]
    assert sorted(postbox.recipients) == sorted(person.email for person in people)


@pytest.mark.django_db(transaction=True)
def test_killed_workers_lose_nothing(make_learner, postbox, write_mail):
    """SIGKILL at any moment: what was claimed by the dead is sent after its lease."""
    people = [make_learner(f"reader{n}@example.org") for n in range(30)]
    for person in people:
        write_mail(person, f"reply:{person.pk}")
    for _ in range(2):
        victim = worker(postbox)
        count = len(postbox.mails)
        while len(postbox.mails) < count + 4 and victim.poll() is None:
            time.sleep(0.005)
        victim.send_signal(signal.SIGKILL)
        victim.wait(10)
    Mail.objects.waiting().update(due_at=timezone.now())  # the leases have run out
    assert worker(postbox, "--once").wait(60) == 0
    assert set(postbox.recipients) == {person.email for person in people}
    assert len(postbox.recipients) <= len(people) + 2  # at most one twice for each kill
    identities = {mail["To"]: mail["Message-ID"] for mail in postbox.mails}
    assert all(identities[mail["To"]] == mail["Message-ID"] for mail in postbox.mails)


@pytest.mark.django_db(transaction=True)
def test_worker_ends_when_asked_to(postbox):
    running = worker(postbox)
    assert running.stdout.readline() == b"waiting for mail to send\n"
    running.terminate()
    assert running.wait(10) == 0


def worker(postbox, *arguments: str) -> "subprocess.Popen[bytes]":
    """A worker in a process of its own, on the database of this test."""
    name = connection.settings_dict["NAME"]
    address = f"sqlite:///{name}" if connection.vendor == "sqlite" else _address(name)
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    code = (
        "import django; from django.conf import settings; django.setup();"
        "settings.EMAIL_BACKEND='django.core.mail.backends.smtp.EmailBackend';"
        f"settings.EMAIL_HOST='127.0.0.1'; settings.EMAIL_PORT={postbox.port};"
        "settings.EMAIL_USE_TLS=settings.EMAIL_USE_SSL=False; settings.EMAIL_HOST_USER='';"
        "from django.core.management import execute_from_command_line as run;"
        f"run(['manage.py', 'deliver', *{list(arguments)!r}])"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE
    )


def _address(name: str) -> str:
    """The address of the test's PostgreSQL database: the configured one with another name."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
