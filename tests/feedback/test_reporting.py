"""A report comes in: what is kept, what is refused, and that a guest gets no cookie for it."""

import re

import pytest
from django.test import Client

from feedback.models import Report
from lessons.loading import load_content
from lessons.models import Edition
from tests.feedback.conftest import PASSAGE, SOIL, fields_of
from tests.trees import lesson_text, write


def said(answer) -> str:
    """What the page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.mark.parametrize("path", [SOIL, "/en/", "/en/garden/", "/en/stream/", "/ko/tags/basics/"])
def test_every_page_leads_to_the_form(loaded, client, path):
    page = client.get(path).content.decode()
    assert page.count("data-report-line") == 1
    link = re.search(r'<a href="(/../report/\?page=[^"]+)"', page)[1].replace("&amp;", "&")
    answer = client.get(link)
    assert answer.status_code == 200
    assert f'value="{path}"' in answer.content.decode()


def test_a_guest_reports_without_a_cookie(loaded, client, send):
    answer = send(
        client, exact=PASSAGE, headers={"user-agent": "Firefox"}, theme="dark", window="1280x900"
    )
    report = Report.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/en/reports/{report.token}/"
    assert client.cookies == {}
    assert (report.kind, report.words, report.state) == ("text", "It says clay twice.", "received")
    assert (report.page, report.language, report.lesson_id) == (SOIL, "en", "soil-is")
    assert report.revision == Edition.objects.get(lesson="soil-is", language="en").content_hash
    assert (report.theme, report.window, report.browser) == ("dark", "1280x900", "Firefox")
    assert (report.reporter, report.address, report.wants_mail) == (None, "", False)


def test_the_passage_is_kept_with_its_surroundings_from_the_lesson_itself(
    loaded, client, make_report
):
    report = make_report(exact="sand,\n silt   and clay", before="forged", after="forged")
    assert (report.exact, report.suffix) == (PASSAGE, ".\nOne thing\nAnother thing\nTry it")
    assert report.prefix == "hat this lesson says.\nSand and clay\nSoil is "[-32:]
    assert report.block == "Soil is sand, silt and clay."
    assert report.anchor == "sand-and-clay"


def test_a_learner_is_known(loaded, alice, client_of, make_report):
    report = make_report(client_of(alice), wants_mail="on", address="other@example.org")
    assert (report.reporter, report.address, report.wants_mail) == (alice, "", True)


def test_a_report_in_korean_is_about_the_korean_edition(loaded, client, make_report):
    report = make_report(page="/ko/garden/soil/what-soil-is/", language="ko", exact="모래와 미사와")
    assert (report.language, report.edition.language, report.exact) == ("ko", "ko", "모래와 미사와")


def test_the_form_and_the_page_may_have_different_languages(loaded, client, make_report):
    report = make_report(page="/ko/garden/soil/what-soil-is/", language="en")
    assert (report.page, report.language, report.edition.language) == (
        "/ko/garden/soil/what-soil-is/",
        "ko",
        "ko",
    )


def test_a_page_that_falls_back_is_reported_with_the_edition_it_shows(loaded, client, make_report):
    report = make_report(page="/ko/garden/soil/compost/", language="ko")
    assert (report.language, report.edition.language) == ("ko", "en")


def test_sending_twice_keeps_one_report(loaded, client, open_form):
    sent = {"kind": "idea", "words": "More pictures", **open_form(client)}
    answers = [client.post("/en/report/", sent) for _ in range(2)]
    assert Report.objects.count() == 1
    assert answers[0]["Location"] == answers[1]["Location"]


def test_a_script_gets_the_form_and_the_answer_alone(loaded, client, open_form):
    fragment = client.get(
        "/en/report/", {"page": SOIL}, headers={"x-fragment": "1"}
    ).content.decode()
    assert fragment.startswith('<form class="report-form"')
    sent = {"kind": "idea", "words": "More pictures", **open_form(client)}
    answer = client.post("/en/report/", sent, headers={"x-fragment": "1"})
    assert answer.status_code == 200
    assert Report.objects.get().token in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"words": ""}, "There is nothing to read in it yet."),
        ({"words": " \u200b\n"}, "There is nothing to read in it yet."),
        ({"words": "x" * 5001}, "at most 5000 characters (it has 5001)"),
        ({"kind": "praise"}, "praise is not one of the available choices"),
        (
            {"exact": "words that the lesson does not have"},
            "This is not in the text of the lesson.",
        ),
        ({"exact": "x" * 1001}, "at most 1000 characters"),
        ({"address": "nobody"}, "Enter a valid email address."),
        ({"key": "1234"}, "This form cannot be used any more."),
        ({"website": "https://spam.example"}, "One field has to stay empty"),
        ({"shown_at": "forged"}, "This form has grown too old."),
        ({"words": "nul \x00 byte"}, "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(loaded, client, send, data, words):
    answer = send(client, **data)
    assert words in said(answer)
    assert answer.status_code == 422
    assert Report.objects.count() == 0


@pytest.mark.parametrize(
    "page",
    [
        "/en/garden/soil/nothing/",
        "/en/nothing/",
        "/de/garden/",
        "/admin/",
        "https://evil.example/en/",
        "//evil.example/",
        "/en/" + "x" * 5000,
        "/en/\x00/",
        "/en/report/../../",
        "/en/tags/none/",
        "/en/notifications/stop/secret/",
    ],
)
def test_a_report_on_a_page_that_is_not_there_is_asked_about_once(loaded, client, open_form, page):
    sent = {"kind": "text", "words": "x", **open_form(client), "page": page}
    answer = client.post("/en/report/", sent)
    assert answer.status_code == 422
    assert "There is no page at that address." in said(answer)
    assert Report.objects.count() == 0
    assert fields_of(answer.content.decode())["page"] == ""


def test_forged_context_is_not_kept(loaded, client, make_report):
    report = make_report(
        theme="<script>",
        window="9" * 500,
        revision="0" * 16,
        language="en",
        lesson="soil-compost",
        state="fixed",
    )
    assert (report.theme, report.window, report.lesson_id, report.state) == (
        "",
        "",
        "soil-is",
        "received",
    )
    assert report.revision == report.edition.content_hash


def test_a_form_made_for_another_person_is_refused(loaded, alice, client, client_of, open_form):
    stolen = open_form(client)
    answer = client_of(alice).post("/en/report/", {"kind": "text", "words": "x", **stolen})
    assert "This form has grown too old." in said(answer)
    assert Report.objects.count() == 0


def test_a_draft_is_no_page_for_a_guest(loaded, tree, client, send):
    write(tree / "garden/soil/compost.md", lesson_text("soil-compost", status="draft"))
    load_content(tree)
    send(client, page="/en/garden/soil/compost/")
    assert [report.page for report in Report.objects.all()] == [""]


def test_an_address_that_is_no_page_makes_a_report_about_the_site(loaded, client, make_report):
    shown = client.get("/en/report/", {"page": "/en/nothing/here/"})
    assert "There is no page at /en/nothing/here/" in said(shown)
    report = make_report(page="/en/nothing/here/")
    assert (report.page, report.lesson) == ("", None)


def test_secrets_in_addresses_are_not_kept(loaded, client, make_report):
    first = make_report()
    second = make_report(page=f"/en/reports/{first.token}/")
    assert second.page == ""


def test_five_megabytes_of_text_are_refused_clearly(loaded, client, send):
    answer = send(client, words="x" * 5 * 1024 * 1024)
    assert answer.status_code == 413
    assert "That was too much to take." in said(answer)
    assert Report.objects.count() == 0


def test_seven_megabytes_are_not_even_parsed(loaded, client):
    answer = client.post(
        "/en/report/", b"x" * 7 * 1024 * 1024, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("body", [b"", b"--x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"])
def test_a_broken_body_gets_an_answer(loaded, client, body):
    answer = client.post("/en/report/", body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code in (413, 422)
    assert Report.objects.count() == 0


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_not_allowed(loaded, client, method):
    assert getattr(client, method)("/en/report/").status_code == 405


def test_the_form_is_kept_by_nobody(loaded):
    answer = Client().get("/en/report/", {"page": SOIL})
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies
