"""The way of a report: what its reporter sees and gets by mail, and what nobody else can learn."""

import datetime
import json
import re

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from comments.models import Mail
from feedback.models import Report
from lessons.loading import load_content
from progress.accounts import erase, export_as_json
from tests.feedback.conftest import PASSAGE
from tests.feedback.test_reporting import said
from tests.trees import lesson_text, write


def revise(tree, body: str) -> None:
    """Give the lesson another text."""
    text = lesson_text("soil-is", "What soil is", body=body)
    write(tree / "garden/soil/what-soil-is.md", text)
    load_content(tree)


def test_the_private_address_shows_the_state_and_the_words(loaded, client, mod, make_report):
    report = make_report(exact=PASSAGE)
    page = client.get(report.get_absolute_url())
    assert "received" in said(page) and PASSAGE in said(page)
    report.confirm(by=mod, reply="<b>Well</b> seen")
    report.fix(by=mod, reply="Mended today")
    page = client.get(report.get_absolute_url())
    assert '<strong class="badge" data-state="fixed">fixed</strong>' in page.content.decode()
    assert "&lt;b&gt;Well&lt;/b&gt; seen" in page.content.decode()
    assert mod.display_name not in said(page)


def test_the_private_address_is_kept_and_told_by_nobody(loaded, make_report):
    report = make_report()
    answer = Client().get(report.get_absolute_url())
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies
    html = answer.content.decode()
    assert "canonical" not in html and "og:url" not in html
    assert "data-report-line" not in html


def test_the_private_address_cannot_be_guessed(loaded, client, make_report):
    reports = [make_report(words=str(number)) for number in range(3)]
    assert {len(report.token) for report in reports} == {43}
    for guess in (
        str(reports[0].pk),
        reports[0].token[:-1],
        reports[0].token.swapcase(),
        reports[0].key,
    ):
        assert client.get(f"/en/reports/{guess}/").status_code == 404


def test_a_report_tells_nothing_of_another(loaded, client, mod, make_report):
    first = make_report(exact=PASSAGE, words="secret words", address="first@example.org")
    second = make_report(exact=PASSAGE, words="mine")
    second.repeat(first, by=mod)
    first.fix(by=mod, reply="private words to the first")
    page = client.get(second.get_absolute_url()).content.decode()
    assert "reported before" in page and "State of that report: <strong>fixed</strong>" in page
    for other in ("secret words", "private words", "first@", first.token):
        assert other not in page


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_private_address_is_for_reading(loaded, client, make_report, method):
    assert getattr(client, method)(make_report().get_absolute_url()).status_code == 405


def test_a_guest_hears_by_mail_in_their_language(loaded, mod, smtp, make_report):
    report = make_report(
        page="/ko/garden/soil/what-soil-is/", language="ko", address="guest@example.org"
    )
    report.fix(by=mod, reply="고쳤어요")
    call_command("deliver", once=True)
    (mail,) = smtp.to("guest@example.org")
    text = mail.get_body(("plain",)).get_content()
    assert "고쳤어요" in text
    assert f"http://testserver/ko/reports/{report.token}/" in text
    assert mail["Content-Language"] == "ko"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_learner_hears_only_if_wished(loaded, alice, bob, mod, client_of, smtp, make_report):
    silent, wished = make_report(client_of(alice)), make_report(client_of(bob), wants_mail="on")
    silent.fix(by=mod)
    wished.fix(by=mod)
    call_command("deliver", once=True)
    assert [mail["X-To"] for mail in smtp.mails] == [bob.email]
    assert smtp.mails[0]["Content-Language"] == "ko"


def test_one_click_ends_the_mails_of_this_report_alone(loaded, client, mod, smtp, make_report):
    report, other = (make_report(address="guest@example.org") for _ in range(2))
    report.confirm(by=mod)
    call_command("deliver", once=True)
    stop = smtp.mails[0]["List-Unsubscribe"].strip("<> \n").removeprefix("http://testserver")
    assert client.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    report.fix(by=mod)
    other.fix(by=mod)
    call_command("deliver", once=True)
    assert [mail["Subject"] for mail in smtp.mails] == [
        "Your report: confirmed",
        "Your report: fixed",
    ]


def test_who_reported_the_same_hears_of_it_too(loaded, mod, smtp, make_report):
    first, second, third = (make_report(address=f"r{number}@example.org") for number in range(3))
    second.repeat(first, by=mod)
    third.repeat(second, by=mod)
    assert Report.objects.get(pk=third.pk).original == first
    smtp.mails.clear()
    call_command("deliver", once=True)
    smtp.mails.clear()
    Report.objects.get(pk=first.pk).fix(by=mod, reply="for you alone")
    call_command("deliver", once=True)
    assert {mail["X-To"] for mail in smtp.mails} == {
        "r0@example.org",
        "r1@example.org",
        "r2@example.org",
    }
    assert "for you alone" not in smtp.to("r1@example.org")[0].get_body(("plain",)).get_content()


def test_saying_the_same_twice_is_no_news(loaded, mod, make_report):
    report = make_report(address="guest@example.org")
    assert report.confirm(by=mod) is not None
    assert report.confirm(by=mod) is None
    assert (report.steps.count(), Mail.objects.count()) == (1, 1)


def test_a_report_does_not_repeat_itself(loaded, mod, make_report):
    report, other = make_report(), make_report()
    assert report.repeat(report, by=mod) is None
    other.repeat(report, by=mod)
    assert report.repeat(other, by=mod) is None
    report.refresh_from_db()
    assert (report.state, report.original) == ("received", None)


def test_a_settled_report_can_be_opened_again(loaded, mod, make_report):
    report = make_report()
    report.fix(by=mod)
    assert report.settled_at is not None
    report.reopen(by=mod)
    assert (report.is_open, report.settled_at, report.steps.count()) == (True, None, 2)


# When the lesson is revised ---------------------------------------------------------------------


def test_a_changed_passage_is_marked_and_waits_for_a_look(loaded, client, make_report):
    report, other = make_report(exact=PASSAGE), make_report(exact="Soil is")
    revise(loaded, "## Sand and clay\n\nSoil is sand, silt, clay and stones.")
    call_command("deliver", once=True)
    report.refresh_from_db()
    other.refresh_from_db()
    assert (report.state, report.probably_fixed_at is not None) == ("received", True)
    assert other.probably_fixed_at is None
    assert "may be fixed already" in said(client.get(report.get_absolute_url()))
    assert list(Report.objects.probably_fixed()) == [report]


def test_an_edit_elsewhere_marks_nothing(loaded, make_report):
    report = make_report(exact=PASSAGE)
    revise(loaded, "A new beginning.\n\n## Sand and clay\n\nSoil is sand, silt and clay.")
    call_command("deliver", once=True)
    report.refresh_from_db()
    assert report.probably_fixed_at is None


def test_the_mark_goes_when_the_edit_is_taken_back(loaded, make_report):
    report = make_report(exact=PASSAGE)
    for body in (
        "## Sand and clay\n\nSomething else.",
        "## Sand and clay\n\nSoil is sand, silt and clay.",
    ):
        revise(loaded, body)
        call_command("deliver", once=True)
    report.refresh_from_db()
    assert report.probably_fixed_at is None


def test_a_settled_report_is_not_marked(loaded, mod, make_report):
    report = make_report(exact=PASSAGE)
    report.refuse(by=mod)
    revise(loaded, "## Sand and clay\n\nSomething else.")
    call_command("deliver", once=True)
    report.refresh_from_db()
    assert report.probably_fixed_at is None


def test_a_passage_of_the_text_that_the_reader_still_had_open_is_taken(loaded, client, send):
    first = re.search(
        r"revision=([0-9a-f]+)", client.get("/en/garden/soil/what-soil-is/").content.decode()
    )[1]
    revise(loaded, "## Sand and clay\n\nSomething else.")
    refused = send(client, exact=PASSAGE)
    assert "This is not in the text of the lesson." in said(refused)
    assert send(client, exact=PASSAGE, revision=first).status_code == 302
    report = Report.objects.get()
    assert (report.exact, report.revision) == (PASSAGE, first)
    call_command("deliver", once=True)
    report.refresh_from_db()
    assert report.probably_fixed_at is not None


# The daily mail ---------------------------------------------------------------------------------


def test_managers_get_one_mail_a_day_if_there_is_anything_new(
    loaded, mod, alice, make_learner, smtp, make_report
):
    make_learner("clerk@example.org", is_staff=True)  # staff without the permission
    day = timezone.now().replace(hour=6, minute=0)
    with time_machine.travel(day, tick=False):
        make_report(words="The first")
        make_report(words="Settled already").fix(by=mod)
        call_command("deliver", once=True)
    assert smtp.mails == []
    with time_machine.travel(day + datetime.timedelta(hours=3), tick=False):
        for _ in range(3):
            call_command("deliver", once=True)
        make_report(words="Tomorrow’s")
        call_command("deliver", once=True)
    (mail,) = smtp.mails
    text = mail.get_body(("plain",)).get_content()
    assert (mail["X-To"], mail["Subject"]) == (mod.email, "1 new report")
    assert "The first" in text and "Settled" not in text and "Tomorrow" not in text
    with time_machine.travel(day + datetime.timedelta(days=1, hours=3), tick=False):
        call_command("deliver", once=True)
    assert len(smtp.mails) == 2
    with time_machine.travel(day + datetime.timedelta(days=2, hours=3), tick=False):
        call_command("deliver", once=True)
    assert len(smtp.mails) == 2


# The learner’s own data -------------------------------------------------------------------------


def test_a_learners_export_holds_their_reports(loaded, alice, bob, mod, client_of, make_report):
    make_report(client_of(alice), words="From Alice").fix(by=mod, reply="Done")
    make_report(client_of(bob), words="From Bob")
    export = _export(alice)
    assert [report["words"] for report in export] == ["From Alice"]
    assert export[0]["answers"][0]["reply"] == "Done"
    assert "token" not in export[0]


def _export(learner) -> list[dict]:
    return json.loads("".join(export_as_json(learner)))["reports"]


def test_erasing_a_learner_erases_their_reports_and_leaves_others_in_the_queue(
    loaded, alice, mod, client_of, make_report
):
    first = make_report(client_of(alice))
    second, third = make_report(), make_report()
    second.repeat(first, by=mod)
    third.repeat(first, by=mod)
    first.confirm(by=mod)
    erase(alice)
    second.refresh_from_db()
    third.refresh_from_db()
    assert not Report.objects.filter(pk=first.pk).exists()
    assert (second.state, second.original) == ("confirmed", None)
    assert (third.state, third.original) == ("duplicate", second)
