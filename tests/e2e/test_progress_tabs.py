"""Progress when browsing is not straight: Back from the browser's memory, tabs at once, failures, the way out."""

import re

import pytest
from playwright.sync_api import expect

from progress.models import Entry, Merge
from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.e2e.test_progress import LESSON, LESSONS, bar, press, read, sign_in, storage
from tests.progress.test_facts import make_fact

SYNC = "**/me/sync/"


@pytest.fixture(scope="module")
def remembering(browser):
    """A Chromium that keeps whole pages for Back, as people's do; Playwright switches that off."""
    chromium = browser.browser_type.launch(
        executable_path=CHROMIUM, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield chromium
    chromium.close()


@pytest.fixture
def context(remembering):
    context = remembering.new_context(locale="en-US")
    context.set_default_timeout(10_000)
    context.add_init_script(
        "addEventListener('pageshow', (event) => { window.isKept = event.persisted; });"
    )
    yield context
    context.close()


def back(page):
    """Playwright's own way waits for a load, which never comes to a page that was kept whole."""
    with page.expect_event("framenavigated"):
        page.evaluate("setTimeout(() => history.back())")


def emptied(page):
    page.wait_for_function("() => !localStorage.getItem('progress-queue')")


def test_back_to_a_kept_page_shows_what_a_guest_did_since(site, context):
    page = context.new_page()
    page.goto(site + "/en/garden/")
    read(page, site, LESSON)
    back(page)
    page.wait_for_function("() => window.isKept")
    expect(page.locator(".lesson-list .is-done")).to_have_count(1)
    assert "10 XP" in bar(page)


def test_back_to_a_guests_page_after_signing_in_is_the_learners(site, context, alice):
    Entry.objects.receive(alice, [make_fact()])
    page = context.new_page()
    page.goto(site + LESSON)
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    page.fill("[name=login]", alice.email)
    page.fill("[name=password]", "correct horse")
    page.locator(".account-form button").click()
    expect(page.locator(".account-name")).to_have_text("Alice")
    back(page)  # the form
    back(page)
    expect(page.locator(".account-name")).to_have_text("Alice")
    assert "10 XP" in bar(page)


@pytest.mark.parametrize("path", ["/en/garden/", "/en/me/"])
def test_back_shows_a_learner_what_was_done_since(site, context, alice, path):
    sign_in(context, alice, site)
    page = context.new_page()
    page.goto(site + "/en/me/")
    page.goto(site + path)
    read(page, site, LESSON)
    emptied(page)
    Entry.objects.receive(alice, [make_fact("soil-compost")])  # on another device
    back(page)
    expect(page.locator("[data-level-bar]").first).to_contain_text("2/3 lessons")


def test_back_after_signing_out_shows_nothing_of_the_account(site, context, alice):
    Entry.objects.receive(alice, [make_fact()])
    sign_in(context, alice, site)
    page = context.new_page()
    page.goto(site + LESSON)
    assert "10 XP" in bar(page)
    page.locator(".account-menu summary").click()
    press(page, "Sign out")
    page.wait_for_url("**/en/")
    back(page)
    expect(page.locator(".account-name")).to_have_count(0)
    assert "0/3 lessons" in bar(page) and storage(page) == {}


def test_what_two_tabs_did_offline_survives_the_one_that_is_closed(site, open_context, alice):
    context = open_context()
    sign_in(context, alice, site)
    one, other = context.new_page(), context.new_page()
    one.goto(site + LESSONS[0])
    other.goto(site + LESSONS[1])
    context.set_offline(True)
    for tab in (one, other):
        press(tab, "Mark as read")
        tab.get_by_text("Kept here; it will be sent when you are online.").wait_for()
    assert storage(other)["progress-queue"].count('"lesson"') == 2
    one.close()
    context.set_offline(False)
    emptied(other)
    assert {fact.lesson for fact in Entry.objects.of(alice).done().facts()} == {
        "soil-is",
        "soil-compost",
    }


def test_a_late_answer_does_not_hide_what_another_tab_said(site, open_context, alice):
    context = open_context()
    sign_in(context, alice, site)
    one, other = context.new_page(), context.new_page()
    for tab in (one, other):
        tab.goto(site + LESSON)
    held = []
    other.route(SYNC, lambda route: held.append((route, route.fetch())))
    other.evaluate("dispatchEvent(new Event('online'))")
    while not held:
        other.wait_for_timeout(20)
    press(one, "Mark as read")
    emptied(one)
    other.get_by_role("button", name="Undo: Read").wait_for()
    route, answer = held[0]
    with other.expect_response(SYNC):
        route.fulfill(response=answer)  # it knows nothing of the lesson
    other.wait_for_timeout(100)
    assert "10 XP" in bar(other)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (500, "Kept here; the site did not answer and will be asked again."),
        (429, "Kept here; your history takes no more today, it will be sent later."),
        (401, "You are signed out. Sign in again, and it will be kept."),
    ],
)
def test_a_refused_request_says_why_and_loses_nothing(site, open_context, alice, status, said):
    context = open_context()
    sign_in(context, alice, site)
    page = context.new_page()
    page.goto(site + LESSON)
    page.route(SYNC, lambda route: route.fulfill(status=status, body="{}"), times=1)
    press(page, "Mark as read")
    page.get_by_text(said).wait_for()
    assert "10 XP" in bar(page) and not Entry.objects.exists()
    if status == 401:
        page.reload()
    emptied(page)  # otherwise asked again by itself
    assert Entry.objects.of(alice).done().count() == 1


def test_signing_in_on_the_learners_own_page_draws_it_with_what_was_brought(
    site, open_context, alice
):
    context = open_context()
    page = context.new_page()
    read(page, site, LESSON)
    sign_in(context, alice, site)
    page.goto(site + "/en/me/")
    expect(page.locator(".receipt")).to_contain_text("1 lesson from this browser.")
    assert "10 XP" in bar(page)
    expect(page.locator(".history").first).to_contain_text("1 lesson, 0 you already had")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.reload()
    expect(page.locator(".receipt")).to_have_count(0)


def test_a_merge_that_failed_is_tried_again_by_itself(site, open_context, alice):
    context = open_context()
    page = context.new_page()
    read(page, site, LESSON)
    sign_in(context, alice, site)
    page.route("**/me/merge/", lambda route: route.abort(), times=1)
    page.goto(site + LESSON)
    expect(page.locator(".receipt")).to_contain_text("1 lesson from this browser.")
    assert "10 XP" in bar(page) and storage(page) == {}


def test_a_tab_with_the_learners_own_page_is_drawn_anew(site, open_context, alice):
    context = open_context()
    sign_in(context, alice, site)
    mine, other = context.new_page(), context.new_page()
    mine.goto(site + "/en/me/")
    read(other, site, LESSON)
    emptied(other)
    mine.evaluate(
        "document.dispatchEvent(new Event('visibilitychange'))"
    )  # headless tabs are all visible
    expect(mine.locator("[data-level-bar]").first).to_contain_text("10 XP")


@pytest.mark.parametrize("is_page", [False, True], ids=["menu", "page"])
def test_signing_out_with_something_unsent_asks_first_and_then_leaves_nothing(
    site, open_context, alice, is_page
):
    context = open_context()
    sign_in(context, alice, site)
    page = context.new_page()
    page.goto(site + LESSON)
    context.route(SYNC, lambda route: route.fulfill(status=500, body="{}"))
    press(page, "Mark as read")
    page.get_by_text("Kept here").wait_for()
    if is_page:
        page.goto(site + "/en/accounts/logout/")
    else:
        page.locator(".account-menu summary").click()
    button = page.locator("main" if is_page else ".account-menu").get_by_role(
        "button", name="Sign out"
    )
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    button.click()
    while not asked:
        page.wait_for_timeout(20)
    expect(page.locator(".account-name")).to_have_text("Alice")
    assert asked == ["Some of your progress could not be sent yet. Sign out anyway and lose it?"]
    assert "progress-queue" in storage(page)
    page.once("dialog", lambda dialog: dialog.accept())
    button.click()
    expect(page.locator(".account-name")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0 and not Entry.objects.exists()


def test_signing_out_sends_what_was_waiting(site, open_context, alice):
    context = open_context()
    sign_in(context, alice, site)
    page = context.new_page()
    page.goto(site + LESSON)
    page.route(SYNC, lambda route: route.abort(), times=1)
    press(page, "Mark as read")
    page.get_by_text("Kept here").wait_for()
    page.goto(site + "/en/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    expect(page.locator(".account-name")).to_have_count(0)
    assert Entry.objects.of(alice).done().count() == 1 and not Merge.objects.exists()
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("path", ["/en/tags/basics/", "/en/stream/"])
@pytest.mark.parametrize("is_guest", [True, False], ids=["guest", "learner"])
def test_other_lists_mark_what_is_done_also_after_back(site, context, alice, path, is_guest):
    if not is_guest:
        sign_in(context, alice, site)
    page = context.new_page()
    page.route(
        SYNC, lambda route: route.abort(), times=1
    )  # sent from the list, which shows it meanwhile
    read(page, site, LESSON)
    page.goto(site + path)
    emptied(page)
    done = page.locator(".is-done")
    expect(done).to_have_count(1)
    expect(done.get_by_role("img", name="read")).to_be_visible()
    expect(done).to_contain_text("What soil is")
    read(page, site, LESSONS[1])
    emptied(page)
    back(page)
    expect(done).to_have_count(2)


def test_the_quests_page_says_which_achievements_are_earned_and_how_far_the_others_are(site, page):
    read(page, site, LESSON)
    page.goto(site + "/en/garden/")
    expect(page.locator(".is-earned")).to_have_count(1)
    expect(page.locator(".is-earned .so-far")).to_have_text(
        re.compile(r"^Earned [A-Z][a-z]+ \d+, \d{4}$")
    )
    expect(page.locator("[data-achievement=soil-done] .so-far")).to_have_text("1/2")
