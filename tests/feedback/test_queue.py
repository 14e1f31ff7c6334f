"""The queue in the admin."""

import csv
import io

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from feedback.models import Report
from tests.feedback.conftest import PASSAGE
from tests.feedback.test_reporting import said
from tests.feedback.test_settling import revise

QUEUE = "/admin/feedback/report/"


@pytest.fixture
def helper(make_learner):
    """A moderator by group, not a superuser."""
    person = make_learner("helper@example.org", is_staff=True)
    person.groups.add(Group.objects.get(name="Moderators"))
    return person


@pytest.fixture
def desk(helper, client_of) -> Client:
    return client_of(helper)


def words_in(answer) -> list[str]:
    """The reports of the queue, as it lists them."""
    return [report.words for report in answer.context["cl"].result_list]


def test_the_group_may_settle_reports_and_nobody_else(loaded, alice, desk, client_of, make_report):
    make_report()
    assert desk.get(QUEUE).status_code == 200
    assert client_of(alice).get(QUEUE).status_code == 302


def test_the_queue_shows_what_is_open_and_filters(loaded, mod, desk, make_report):
    make_report(words="new one", exact=PASSAGE)
    make_report(words="confirmed one", page="/en/garden/soil/compost/").confirm(by=mod)
    make_report(words="fixed one", kind="idea").fix(by=mod)
    make_report(words="about the site", page="/en/")
    Report.objects.filter(words="new one").update(probably_fixed_at="2026-01-01T00:00Z")
    assert words_in(desk.get(QUEUE)) == ["about the site", "confirmed one", "new one"]
    assert words_in(desk.get(QUEUE, {"queue": "fixed"})) == ["fixed one"]
    assert words_in(desk.get(QUEUE, {"queue": "probably-fixed"})) == ["new one"]
    assert len(words_in(desk.get(QUEUE, {"queue": "all"}))) == 4
    assert words_in(desk.get(QUEUE, {"lesson": "soil-compost"})) == ["confirmed one"]
    assert words_in(desk.get(QUEUE, {"queue": "all", "kind": "idea"})) == ["fixed one"]


def test_the_queue_counts_by_lesson(loaded, desk, make_report):
    for page in (
        "/en/garden/soil/compost/",
        "/en/garden/soil/what-soil-is/",
        "/ko/garden/soil/compost/",
    ):
        make_report(page=page)
    page = said(desk.get(QUEUE))
    assert "soil-compost (2)" in page and "soil-is (1)" in page


@pytest.mark.parametrize("asked", ["clay", "sand, silt", "soil-is", "guest@example.org"])
def test_the_queue_is_searched(loaded, desk, make_report, asked):
    make_report(exact=PASSAGE, address="guest@example.org")
    make_report(words="another", page="/en/")
    assert words_in(desk.get(QUEUE, {"q": asked})) == ["It says clay twice."]


def test_a_number_is_found(loaded, desk, make_report):
    report = make_report()
    assert words_in(desk.get(QUEUE, {"q": str(report.pk)})) == [report.words]
    assert words_in(desk.get(QUEUE, {"q": "99999999999999999999999"})) == []


def test_a_report_has_its_whole_context(loaded, desk, make_report):
    report = make_report(
        exact=PASSAGE, headers={"user-agent": "Firefox 128"}, theme="dark", window="390x844"
    )
    page = desk.get(f"{QUEUE}{report.pk}/change/")
    html = page.content.decode()
    assert "<mark>sand, silt and clay</mark>" in html
    assert (
        'href="/en/garden/soil/what-soil-is/#sand-and-clay:~:text=Soil%20is-,sand%2C%20silt%20and%20clay."'
        in html
    )
    assert "garden/soil/what-soil-is.md:11" in html
    for part in ("Firefox 128 · 390x844 · dark", report.revision, "The passage stands as it was."):
        assert part in said(page)


def test_the_file_opens_at_its_line(loaded, desk, settings, make_report):
    settings.SOURCE_URL = "https://code.example/{path}#L{line}"
    report = make_report(exact=PASSAGE)
    page = desk.get(f"{QUEUE}{report.pk}/change/").content.decode()
    assert 'href="https://code.example/garden/soil/what-soil-is.md#L11"' in page


def test_a_changed_passage_is_shown_with_the_difference(loaded, desk, make_report):
    report = make_report(exact=PASSAGE)
    revise(loaded, "## Sand and clay\n\nSoil is sand, silt, stones and clay.")
    page = desk.get(f"{QUEUE}{report.pk}/change/").content.decode()
    assert "<del>silt</del> <ins>silt, stones</ins>" in page
    revise(loaded, "## Sand and clay\n\nNothing of it.")
    page = desk.get(f"{QUEUE}{report.pk}/change/").content.decode()
    assert "<del>Soil is sand, silt and clay.</del>" in page


def test_reports_of_the_same_passage_stand_side_by_side(loaded, desk, make_report):
    first = make_report(exact="sand, silt", words="First words")
    second = make_report(exact="silt and clay", words="Second words")
    make_report(exact="Sand and clay", words="Elsewhere")
    page = said(desk.get(f"{QUEUE}{first.pk}/change/"))
    assert f"#{first.pk} · this report" in page and f"#{second.pk}" in page
    assert "Second words" in page and "Elsewhere" not in page
    counts = {
        report.words: report.at_passage for report in desk.get(QUEUE).context["cl"].result_list
    }
    assert counts == {"First words": 2, "Second words": 2, "Elsewhere": 1}


@pytest.mark.parametrize(
    ("button", "state"),
    [("confirm", "confirmed"), ("fix", "fixed"), ("refuse", "refused"), ("reopen", "received")],
)
def test_a_button_settles_with_a_reply(loaded, helper, desk, make_report, button, state):
    report = make_report()
    answer = desk.post(
        f"{QUEUE}{report.pk}/change/", {f"_{button}": "x", "reply": "Thank you"}, follow=True
    )
    step = report.steps.get()
    assert (step.state, step.reply, step.moderator) == (state, "Thank you", helper)
    assert "Done for 1." in said(answer)


def test_a_duplicate_needs_its_original(loaded, desk, make_report):
    first, second = make_report(), make_report()
    url = f"{QUEUE}{second.pk}/change/"
    assert "Of which report?" in said(desk.post(url, {"_repeat": "x"}, follow=True))
    assert "Select a valid choice" in said(
        desk.post(url, {"_repeat": "x", "original": "777"}, follow=True)
    )
    desk.post(url, {"_repeat": "x", "original": str(first.pk)})
    second.refresh_from_db()
    assert (second.state, second.original) == ("duplicate", first)


def test_several_are_settled_at_once(loaded, desk, make_report):
    reports = [make_report() for _ in range(3)]
    data = {
        "action": "fix",
        "reply": "All mended",
        "_selected_action": [report.pk for report in reports],
    }
    assert "Done for 3." in said(desk.post(QUEUE, data, follow=True))
    assert {step.reply for report in reports for step in report.steps.all()} == {"All mended"}


def test_duplicates_of_the_oldest(loaded, desk, make_report):
    first, *others = [make_report() for _ in range(3)]
    picked = [report.pk for report in (*others, first)]
    desk.post(QUEUE, {"action": "repeat_oldest", "_selected_action": picked})
    assert {report.original_id for report in Report.objects.exclude(pk=first.pk)} == {first.pk}


def test_who_may_only_look_gets_no_buttons(loaded, make_learner, client_of, make_report):
    viewer = make_learner("viewer@example.org", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_report"))
    report = make_report()
    desk = client_of(viewer)
    assert 'name="_fix"' not in desk.get(f"{QUEUE}{report.pk}/change/").content.decode()
    assert desk.post(f"{QUEUE}{report.pk}/change/", {"_fix": "x"}).status_code == 403
    assert desk.post(QUEUE, {"action": "fix", "_selected_action": [report.pk]}).status_code in (
        302,
        403,
    )
    report.refresh_from_db()
    assert report.state == "received"


def test_nothing_is_added_edited_or_deleted_by_hand(loaded, mod, client_of, make_report):
    report = make_report()
    desk = client_of(mod)
    assert desk.get(f"{QUEUE}add/").status_code == 403
    assert desk.get(f"{QUEUE}{report.pk}/delete/").status_code == 403
    desk.post(f"{QUEUE}{report.pk}/change/", {"words": "forged", "state": "fixed", "reply": ""})
    report.refresh_from_db()
    assert (report.words, report.state) == ("It says clay twice.", "received")


def test_the_table_runs_no_formula_and_names_nobody(loaded, mod, desk, make_report):
    report = make_report(
        words='=HYPERLINK("https://evil.example")', address="guest@example.org", exact=PASSAGE
    )
    make_report(words="  +1", headers={"user-agent": "@SUM(A1)"})
    report.fix(by=mod, reply="-2+3")
    answer = desk.post(
        QUEUE + "?queue=all",
        {"action": "export", "_selected_action": list(Report.objects.values_list("pk", flat=True))},
    )
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["words"] for row in rows] == ['\'=HYPERLINK("https://evil.example")', "'+1"]
    assert (rows[0]["answer"], rows[1]["browser"]) == ("'-2+3", "'@SUM(A1)")
    assert (rows[0]["passage"], rows[0]["file"]) == (PASSAGE, "garden/soil/what-soil-is.md")
    assert "guest@example.org" not in text and report.token not in text


def test_the_queue_costs_the_same_for_1_and_50(
    loaded, desk, make_report, django_assert_max_num_queries
):
    report = make_report(exact=PASSAGE)
    desk.get(QUEUE)
    with django_assert_max_num_queries(20) as few:
        desk.get(QUEUE)
    fields = {
        f.attname: getattr(report, f.attname)
        for f in Report._meta.concrete_fields
        if f.attname not in ("id", "key", "token")
    }
    Report.objects.bulk_create(Report(**fields, key=f"{n:032x}") for n in range(49))
    with django_assert_max_num_queries(20) as many:
        assert len(words_in(desk.get(QUEUE))) == 50
    assert len(many) == len(few)
