"""Progress in a real Chromium: guests, two tabs, Back, offline, sign-in and sign-out."""

import re

import pytest
from django.conf import settings as django_settings
from django.test import Client

from progress.models import Entry
from tests.progress.test_facts import make_fact

LESSON = "/en/garden/soil/what-soil-is/"
LESSONS = [LESSON, "/en/garden/soil/compost/", "/en/garden/water/watering/"]


def bar(page):
    return " ".join(page.locator("[data-level-bar]").first.inner_text().split())


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def read(page, site, path):
    page.goto(site + path)
    press(page, "Mark as read")
    page.get_by_role("button", name="Undo: Read").wait_for()


def sign_in(context, learner, site):
    """A session as allauth makes one; its pages have tests of their own."""
    client = Client()
    client.force_login(learner)
    value = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": django_settings.SESSION_COOKIE_NAME, "value": value, "url": site}]
    )


def storage(page):
    """What progress left in this browser; the theme and the like are nobody's account."""
    kept = page.evaluate("() => ({...localStorage})")
    return {key: value for key, value in kept.items() if key.startswith("progress")}


def test_a_guest_reads_and_the_bar_moves_and_stays(site, page):
    page.goto(site + LESSON)
    assert bar(page).startswith(
        "Level 0 Seed 0 XP · 0/3 lessons · 0/2 achievements"
    ) or "0/3 lessons" in bar(page)
    press(page, "Mark as read")
    assert "10 XP" in bar(page) and "1/3 lessons" in bar(page) and "33% complete" in bar(page)
    assert page.locator("[data-celebration]").inner_text().split("\n")[0].startswith("+10 XP")
    assert page.locator("progress").first.evaluate("bar => [bar.value, bar.max]") == [10, 20]
    press(page, "Exercise done")
    assert "Level 1 Sprout" in bar(page)
    page.reload()
    assert "Level 1 Sprout" in bar(page) and "25 XP" in bar(page)
    press(page, "Undo: Read")
    assert "15 XP" in bar(page) and "0/3 lessons" in bar(page)
    assert page.get_by_role("button", name="Mark as read").is_visible()


FRAMES = """
window.seen = [];
const look = () => {
  const field = document.querySelector('[data-field="xp"]');
  if (field) window.seen.push(field.textContent + "/" + document.querySelector('[data-field="level"]')?.textContent);
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def test_the_first_paint_of_a_guest_is_right(site, page):
    read(page, site, LESSON)
    press(page, "Exercise done")
    page.add_init_script(FRAMES)
    slow = lambda route: (page.wait_for_timeout(150), route.continue_())  # noqa: E731
    page.route(re.compile(r"/main\.js|/progress/main\.js"), slow)
    for path in (LESSON, "/en/garden/", "/en/me/"):
        page.goto(site + path)
        page.wait_for_timeout(300)
        assert set(page.evaluate("window.seen")) == {"25/1"}


def test_the_quest_page_marks_what_is_done_and_resumes(site, page):
    read(page, site, LESSONS[0])
    press(page, "Exercise done")
    page.goto(site + "/en/garden/")
    done = page.locator(".lesson-list .is-done")
    assert done.count() == 1 and done.locator(".marks [role=img]").evaluate_all(
        "marks => marks.map(mark => mark.ariaLabel)"
    ) == ["read", "exercise done"]
    page.get_by_role("link", name="Resume: Compost").click()
    page.wait_for_url("**" + LESSONS[1])


def test_back_and_another_tab_show_the_same(site, open_context):
    context = open_context()
    page = context.new_page()
    page.goto(site + "/en/garden/")
    page.goto(site + LESSON)
    press(page, "Mark as read")
    other = context.new_page()
    other.goto(site + LESSON)
    page.go_back()
    page.locator(".lesson-list .is-done").wait_for()
    assert "10 XP" in bar(page)
    other.get_by_role("button", name="Undo: Read").click()
    page.locator(".lesson-list .is-done").wait_for(state="detached")
    assert "0 XP" in bar(page)


def test_a_guest_saves_a_file_and_loads_it_elsewhere(site, open_context, tmp_path):
    page = open_context(accept_downloads=True).new_page()
    read(page, site, LESSON)
    page.goto(site + "/en/me/")
    with page.expect_download() as download:
        press(page, "Save to a file")
    file = tmp_path / "progress.json"
    download.value.save_as(file)
    elsewhere = open_context().new_page()
    read(elsewhere, site, LESSONS[1])
    elsewhere.goto(site + "/en/me/")
    for said in (
        "Loaded. Facts in the file: 1; new here: 1.",
        "Loaded. Facts in the file: 1; new here: 0.",
    ):
        elsewhere.locator("[data-load]").set_input_files(file)
        elsewhere.get_by_text(said).wait_for()
    assert "20 XP" in bar(elsewhere) and "2/3 lessons" in bar(elsewhere)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "This file holds no progress that can be read. Nothing was changed."),
        ('{"facts": []}', "This file holds no progress that can be read. Nothing was changed."),
        (
            '{"format": "learning-progress", "version": 2, "facts": []}',
            "This file was made by a newer version. Nothing was changed.",
        ),
        (
            '{"format": "learning-progress", "version": 1, "facts": [1, {}]}',
            "Loaded. Facts in the file: 0; new here: 0. Not understood and left out: 2.",
        ),
        (" " * 2_000_001, "This file is too large. Nothing was changed."),
    ],
    ids=["cut off", "another file", "newer", "malformed", "large"],
)
def test_a_file_that_is_wrong_says_so_and_changes_nothing(site, page, tmp_path, text, said):
    read(page, site, LESSON)
    before = storage(page)
    page.goto(site + "/en/me/")
    (tmp_path / "wrong.json").write_text(text)
    page.locator("[data-load]").set_input_files(tmp_path / "wrong.json")
    page.get_by_text(said).wait_for()
    assert storage(page) == before


def test_signing_in_brings_the_guests_facts_once_and_out_leaves_nothing(
    site, open_context, alice, bob
):
    first = open_context()
    page = first.new_page()
    for path in LESSONS:
        read(page, site, path)
    shown = bar(page)
    sign_in(first, alice, site)
    page.goto(site + LESSON)
    page.get_by_text("3 lessons from this browser.").wait_for()
    assert bar(page) == shown and storage(page) == {}
    second = open_context()
    sign_in(second, alice, site)
    elsewhere = second.new_page()
    elsewhere.goto(site + LESSON)
    assert bar(elsewhere) == shown
    press(elsewhere, "Undo: Read")
    elsewhere.wait_for_function(
        "() => !Object.keys(localStorage).some((key) => key.startsWith('progress'))"
    )
    page.goto(site + LESSON)
    assert "2/3 lessons" in bar(page)
    assert page.get_by_text("from this browser").count() == 0
    page.locator(".account-menu summary").click()
    press(page, "Sign out")
    page.wait_for_load_state()
    page.goto(site + LESSON)
    assert "0/3 lessons" in bar(page) and storage(page) == {}
    sign_in(first, bob, site)
    page.goto(site + LESSON)
    assert "0/3 lessons" in bar(page) and storage(page) == {}


def test_the_receipt_has_one_undo(site, open_context, alice):
    context = open_context()
    page = context.new_page()
    read(page, site, LESSON)
    sign_in(context, alice, site)
    page.goto(site + LESSON)
    page.locator(".receipt").get_by_role("button", name="Undo").click()
    page.get_by_text("What this browser brought is taken back.").wait_for()
    assert not Entry.objects.of(alice).done().exists()


def test_a_learner_offline_keeps_what_they_did_until_it_is_sent(site, open_context, alice):
    context = open_context()
    sign_in(context, alice, site)
    page = context.new_page()
    page.goto(site + LESSON)
    context.set_offline(True)
    press(page, "Mark as read")
    page.get_by_text("Kept here; it will be sent when you are online.").wait_for()
    assert "10 XP" in bar(page) and not Entry.objects.exists()
    context.set_offline(False)
    page.wait_for_function("() => !localStorage.getItem('progress-queue')")
    assert Entry.objects.of(alice).done().count() == 1


def test_a_failed_request_is_sent_again_from_the_next_page(site, open_context, alice):
    context = open_context()
    sign_in(context, alice, site)
    page = context.new_page()
    page.goto(site + LESSON)
    page.route("**/me/sync/", lambda route: route.abort())
    press(page, "Mark as read")
    page.get_by_text("Kept here").wait_for()
    page.unroute("**/me/sync/")
    page.goto(site + "/en/stream/")
    page.wait_for_function("() => !localStorage.getItem('progress-queue')")
    assert Entry.objects.of(alice).done().count() == 1


def test_an_answer_that_is_lost_does_no_harm(site, open_context, alice):
    context = open_context()
    sign_in(context, alice, site)
    page = context.new_page()
    page.goto(site + LESSON)

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/me/sync/", lose)
    press(page, "Mark as read")
    page.get_by_text("Kept here").wait_for()
    page.unroute("**/me/sync/")
    page.reload()
    page.wait_for_function("() => !localStorage.getItem('progress-queue')")
    assert Entry.objects.of(alice).count() == 1 and "10 XP" in bar(page)


def test_somebody_elses_queue_is_not_inherited(site, open_context, alice, bob):
    context = open_context()
    sign_in(context, alice, site)
    page = context.new_page()
    page.goto(site + LESSON)
    page.route("**/me/sync/", lambda route: route.abort())
    press(page, "Mark as read")
    page.get_by_text("Kept here").wait_for()
    page.unroute("**/me/sync/")
    sign_in(context, bob, site)
    page.goto(site + LESSON)
    assert "0/3 lessons" in bar(page) and storage(page) == {}
    assert not Entry.objects.exists()


def test_two_tabs_of_a_learner_agree(site, open_context, alice):
    context = open_context()
    sign_in(context, alice, site)
    page, other = context.new_page(), context.new_page()
    for tab in (page, other):
        tab.goto(site + LESSON)
    press(page, "Mark as read")
    other.get_by_role("button", name="Undo: Read").click()
    page.get_by_role("button", name="Mark as read").wait_for()
    other.wait_for_function("() => !localStorage.getItem('progress-queue')")
    assert Entry.objects.of(alice).count() == 2 and not Entry.objects.of(alice).done().exists()


def test_without_javascript_a_learner_can_do_all_of_it(site, open_context, alice):
    context = open_context(java_script_enabled=False)
    sign_in(context, alice, site)
    page = context.new_page()
    page.goto(site + LESSON)
    press(page, "Mark as read")
    assert "10 XP" in bar(page) and page.get_by_text("+10 XP").is_visible()
    press(page, "Exercise done")
    assert "Level 1 Sprout" in bar(page)
    page.goto(site + "/en/garden/")
    page.get_by_text("What you have done").click()
    assert page.get_by_text("What soil is: read, exercise done").is_visible()
    page.goto(site + "/en/me/")
    page.get_by_role("button", name="Undo: What soil is").first.click()
    assert page.get_by_text("Taken back.", exact=True).is_visible()
    page.goto(site + LESSON)
    assert "Level 1 Sprout" not in bar(page)


def test_a_storage_that_is_closed_or_broken_breaks_nothing(site, open_context):
    context = open_context()
    page = context.new_page()
    page.goto(site + LESSON)
    page.evaluate("localStorage.setItem('progress', '{broken')")
    page.reload()
    assert "0/3 lessons" in bar(page)
    press(page, "Mark as read")
    assert "1/3 lessons" in bar(page)
    assert page.evaluate("localStorage.getItem('progress-unreadable')") == "{broken"
    closed = context.new_page()
    closed.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
    closed.goto(site + LESSONS[1])
    press(closed, "Mark as read")
    closed.get_by_text("This browser keeps nothing for us").wait_for()


@pytest.mark.parametrize("path", [LESSON, "/en/garden/", "/en/me/", "/en/me/history/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(site, open_context, alice, path, scheme):
    from tests.e2e.conftest import axe_violations

    Entry.objects.receive(alice, [make_fact(), make_fact("soil-compost", second=2000)])
    context = open_context(color_scheme=scheme)
    sign_in(context, alice, site)
    page = context.new_page()
    page.goto(site + path)
    assert axe_violations(page) == []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
