"""Who is told of what, on the site and by mail."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from comments.models import Bell, Mail, MailChoice, Notification
from comments.outbox import new_message_id
from lessons.models import Lesson
from tests.comments.makers import make_comment

LESSON = "/en/garden/soil/what-soil-is/"

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def carol(make_learner):
    return make_learner("carol@example.org")


def told() -> list[tuple[str, str]]:
    rows = Notification.objects.select_related("recipient", "comment").order_by("id")
    return [(row.recipient.display_name, row.comment.text) for row in rows]


def test_participants_are_told_once_and_never_the_writer(alice, bob, carol):
    asked = make_comment(author=alice, text="Why?")
    make_comment(author=bob, text="Because.", parent=asked)
    Bell.set(alice, lesson="soil-is", thread=None, choice="on")  # rings twice, is told once
    make_comment(author=carol, text="Indeed.", parent=asked)
    assert told() == [("Alice", "Because."), ("Alice", "Indeed."), ("Bob", "Indeed.")]


def test_bell_of_a_lesson_tells_of_new_threads(alice, bob, carol, client_of):
    client_of(carol).post("/en/comments/on/soil-is/bell/", {"choice": "on"})
    make_comment(author=alice, text="Why?")
    make_comment(author=alice, text="elsewhere", lesson="soil-compost")
    assert told() == [("Carol", "Why?")]


def test_who_muted_a_thread_or_the_lesson_is_not_told(alice, bob, carol, client_of):
    asked = make_comment(author=alice, text="Why?")
    make_comment(author=bob, text="one", parent=asked)
    Notification.objects.all().delete()
    client_of(alice).post(f"/en/comments/thread/{asked.thread_id}/bell/", {"choice": "muted"})
    client_of(bob).post("/en/comments/on/soil-is/bell/", {"choice": "muted"})
    make_comment(author=carol, text="two", parent=asked)
    assert told() == []
    client_of(bob).post("/en/comments/on/soil-is/bell/", {"choice": ""})
    make_comment(author=carol, text="three", parent=asked)
    assert told() == [("Bob", "three")]


def test_writing_again_does_not_unmute(alice, bob):
    asked = make_comment(author=alice, text="Why?")
    Bell.set(alice, lesson=Lesson.objects.get(pk="soil-is"), thread=asked.thread, choice="muted")
    make_comment(author=alice, text="More.", parent=asked)
    make_comment(author=bob, text="Answer.", parent=asked)
    assert told() == []


def test_bell_shows_the_unread_and_the_list_marks_them_read(alice, bob, client_of):
    asked = make_comment(author=alice, text="Why?")
    answer = make_comment(author=bob, text="Because.", parent=asked)
    browser = client_of(alice)
    assert 'data-unread="1"' in browser.get(LESSON).content.decode()
    ahead = browser.get("/en/notifications/", headers={"Sec-Purpose": "prefetch;prerender"})
    assert 'data-unread="1"' in ahead.content.decode()
    assert 'data-unread="1"' in browser.get(LESSON).content.decode()
    page = browser.get("/en/notifications/").content.decode()
    assert f'<a href="/en/comments/{answer.pk}/">Bob answered you</a>' in page
    assert "Because." in page
    assert 'data-unread="0"' in browser.get(LESSON).content.decode()
    assert "is-unread" not in browser.get("/en/notifications/").content.decode()


def test_all_can_be_marked_read_at_once(alice, bob, client_of):
    asked = make_comment(author=alice)
    for n in range(35):
        make_comment(author=bob, text=f"{n}", parent=asked)
    browser = client_of(alice)
    assert browser.get("/en/notifications/read/").status_code == 405
    browser.post("/en/notifications/read/")
    assert Notification.objects.unread().count() == 0


def test_list_goes_by_keyset_and_its_queries_do_not_grow(
    alice, bob, client_of, django_assert_num_queries
):
    asked = make_comment(author=alice)
    make_comment(author=bob, text="reply 0", parent=asked)
    browser = client_of(alice)
    browser.get("/en/notifications/")
    with django_assert_num_queries(4):
        browser.get("/en/notifications/")
    for n in range(1, 65):
        make_comment(author=bob, text=f"reply {n}", parent=asked)
    Notification.objects.all().mark_read()
    with django_assert_num_queries(4):
        page = browser.get("/en/notifications/").content.decode()
    seen = re.findall(r"<p>(reply \d+)</p>", page)
    while match := re.search(r'href="(\?from=\d+)"', page):
        page = browser.get("/en/notifications/" + match[1]).content.decode()
        seen += re.findall(r"<p>(reply \d+)</p>", page)
    assert seen == [f"reply {n}" for n in reversed(range(65))]


def test_guest_has_no_notifications(client):
    assert (
        client.get("/en/notifications/")["Location"]
        == "/en/accounts/login/?next=/en/notifications/"
    )


def test_notification_of_a_comment_that_is_gone_is_gone(alice, bob, mod, client_of):
    asked = make_comment(author=alice)
    make_comment(author=bob, text="Rude", parent=asked).delete_by_writer()
    page = client_of(alice).get("/en/notifications/").content.decode()
    assert 'data-unread="0"' in page and "Nothing yet." in page


def test_mail_comes_at_once_in_the_readers_language(alice, bob, postbox):
    asked = make_comment(author=bob, text="왜요?")
    answer = make_comment(author=alice, text="**Because.**", parent=asked)
    call_command("deliver", once=True)
    (mail,) = postbox.mails
    assert postbox.recipients == ["bob@example.org"]
    assert mail["Content-Language"] == "ko"
    assert mail["Message-ID"] == new_message_id(f"comment:{answer.pk}")
    assert mail["References"].split() == [
        new_message_id(f"thread:{asked.thread_id}"),
        new_message_id(f"comment:{asked.pk}"),
    ]
    text = mail.get_body(["plain"]).get_content()
    assert f"http://testserver/ko/comments/{answer.pk}/" in text
    assert "http://testserver/ko/notifications/mail/" in text
    assert "**Because.**" in text
    assert "<strong>Because.</strong>" in mail.get_body(["html"]).get_content()
    assert "흙이란" in text  # the lesson's title in the reader's language


def test_mail_is_written_once_by_any_number_of_workers(alice, bob, postbox):
    make_comment(author=bob, parent=make_comment(author=alice))
    for _ in range(3):
        call_command("deliver", once=True)
    assert len(postbox.mails) == 1


def test_one_click_ends_mail_but_the_bell_still_rings(alice, bob, postbox, client, client_of):
    asked = make_comment(author=alice)
    make_comment(author=bob, text="one", parent=asked)
    call_command("deliver", once=True)
    address = postbox.mails[0]["List-Unsubscribe"].strip(" <>").removeprefix("http://testserver")
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    make_comment(author=bob, text="two", parent=asked)
    call_command("deliver", once=True)
    assert len(postbox.mails) == 1
    assert 'data-unread="2"' in client_of(alice).get(LESSON).content.decode()
    assert MailChoice.of(alice).replies == "never"


def test_comment_hidden_before_the_mail_went_out_is_not_mailed(alice, bob, postbox):
    answer = make_comment(author=bob, parent=make_comment(author=alice))
    answer.delete_by_writer()
    call_command("deliver", once=True)
    assert postbox.mails == []


def test_daily_mail_gathers_what_is_unread_each_morning(alice, bob, postbox, client_of):
    client_of(alice).post("/en/notifications/mail/", {"replies": "daily"})
    asked = make_comment(author=alice)
    noon = datetime(2031, 5, 5, 12, tzinfo=ZoneInfo("UTC"))
    with time_machine.travel(noon, tick=False) as clock:
        make_comment(author=bob, text="first", parent=asked)
        make_comment(author=bob, text="second", parent=asked)
        call_command("deliver", once=True)
        assert postbox.mails == []
        clock.move_to(noon + timedelta(hours=20, minutes=1))  # after eight o'clock
        for _ in range(2):
            call_command("deliver", once=True)
        (mail,) = postbox.mails
        assert mail["Subject"] == "2 replies since your last mail"
        text = mail.get_body(["plain"]).get_content()
        assert text.index("first") < text.index("second")
        clock.shift(timedelta(days=1))
        call_command("deliver", once=True)
    assert len(postbox.mails) == 1


def test_daily_mail_leaves_out_what_was_seen(alice, bob, postbox, client_of):
    MailChoice.choose(alice, "daily")
    make_comment(author=bob, parent=make_comment(author=alice))
    client_of(alice).get("/en/notifications/")
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        call_command("deliver", once=True)
    assert Mail.objects.count() == 0
    assert Notification.objects.get().mail_settled


def test_learner_chooses_never(alice, bob, client_of, postbox):
    browser = client_of(alice)
    assert browser.post("/en/notifications/mail/", {"replies": "sometimes"}).status_code == 200
    browser.post("/en/notifications/mail/", {"replies": "never"})
    make_comment(author=bob, parent=make_comment(author=alice))
    call_command("deliver", once=True)
    assert (postbox.mails, Notification.objects.count()) == ([], 1)


def test_failed_transaction_leaves_neither_comment_nor_notification(alice, bob):
    from django.db import transaction

    asked = make_comment(author=alice)
    with pytest.raises(RuntimeError), transaction.atomic():
        make_comment(author=bob, parent=asked)
        raise RuntimeError
    assert Notification.objects.count() == 0
