"""The discussion in a real Chromium: from an answer to the mail about it, and with everything failing."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import BrowserContext, Page, Route, expect

from comments.models import Comment
from tests.comments.makers import make_comment
from tests.e2e.conftest import axe_violations

LESSON = "/en/garden/soil/what-soil-is/"


@pytest.fixture
def signed_in(site, open_context, client_of, settings):
    """A page of a browser in which somebody is signed in."""

    def make(learner, **options) -> Page:
        context: BrowserContext = open_context(**options)
        cookie = client_of(learner).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
        return context.new_page()

    return make


def main_form(page: Page):
    return page.locator("[data-mine] > form.comment-form")


def write(page: Page, text: str) -> None:
    page.wait_for_timeout(2100)  # nobody types faster: the form says so
    main_form(page).locator("textarea").fill(text)
    main_form(page).get_by_role("button", name="Comment").click()


def test_answer_reaches_its_reader_by_bell_and_mail_until_one_click_ends_it(
    site, signed_in, alice, bob, smtp, page
):
    asked = make_comment(author=alice, text="Why is soil dark?")
    bobs = signed_in(bob)
    bobs.goto(site + LESSON)
    bobs.locator(f"#comment-{asked.pk}").get_by_role("link", name="Reply").click()
    reply = bobs.locator(".inline-place form")
    bobs.wait_for_timeout(2100)
    reply.locator("textarea").fill("Because of **humus**.")
    reply.get_by_role("button", name="Reply").click()
    expect(bobs.locator(".is-reply strong", has_text="humus")).to_be_visible()
    assert bobs.url == site + LESSON  # nothing was reloaded

    alices = signed_in(alice)
    alices.goto(site + LESSON)
    expect(alices.locator(".header-bell .bubble")).to_have_text("1")
    call_command("deliver", once=True)
    (mail,) = smtp.to("alice@example.org")
    assert mail["Content-Language"] == "en"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = mail["List-Unsubscribe"].strip(" <>")
    answer = page.request.post(
        stop, form={"List-Unsubscribe": "One-Click"}
    )  # a browser without cookies
    assert answer.status == 200

    make_comment(author=bob, text="And of iron.", parent=asked)
    call_command("deliver", once=True)
    assert len(smtp.to("alice@example.org")) == 1
    alices.reload()
    expect(alices.locator(".header-bell .bubble")).to_have_text("2")
    alices.locator(".header-bell").click()
    expect(alices.locator(".notification-list li")).to_have_count(2)
    alices.goto(site + LESSON)
    expect(alices.locator(".header-bell .bubble")).to_have_count(0)


def test_stop_page_works_without_signing_in(site, page, alice, bob, smtp):
    make_comment(author=bob, parent=make_comment(author=alice))
    call_command("deliver", once=True)
    link = re.search(
        r"http\S+/notifications/stop/\S+",
        smtp.to("alice@example.org")[0].get_body(["plain"]).get_content(),
    )
    page.goto(link[0])
    page.get_by_role("button", name="Stop these mails").click()
    expect(page.get_by_role("status")).to_contain_text("you will get no more of these mails")


def test_comment_is_written_without_javascript(site, signed_in, alice):
    page = signed_in(alice, java_script_enabled=False)
    page.goto(site + LESSON)
    write(page, "Without any script")
    comment = Comment.objects.get()
    expect(page).to_have_url(f"{site}{LESSON}#comment-{comment.pk}")
    page.get_by_text("Your comments here").click()
    page.locator("[data-own]").get_by_role("link", name="Edit").click()
    page.locator("textarea").fill("Edited without any script")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#comment-{comment.pk} .comment-body")).to_have_text(
        "Edited without any script"
    )


def test_draft_survives_a_closed_tab_and_not_a_sign_out(site, signed_in, alice):
    page = signed_in(alice)
    page.goto(site + LESSON)
    main_form(page).locator("textarea").press_sequentially("Half a thought")
    again = page.context.new_page()
    page.close()
    again.goto(site + LESSON)
    expect(main_form(again).locator("textarea")).to_have_value("Half a thought")
    again.locator(".account-menu summary").click()
    again.locator("[data-sign-out] button").click()
    again.wait_for_url("**/en/")
    assert (
        again.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))") == []
    )


def test_failed_post_is_kept_and_sent_again_once(site, signed_in, alice):
    """The server has it, but its answer is lost: sending again writes nothing twice."""
    page = signed_in(alice)
    page.goto(site + LESSON)
    lost = []

    def lose_the_first_answer(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch())
        return route.abort()

    page.route("**/write/", lose_the_first_answer)
    write(page, "Only once, please")
    expect(main_form(page).locator(".said")).to_contain_text("It was not sent.")
    assert Comment.objects.count() == 1
    page.reload()
    expect(main_form(page).locator("textarea")).to_have_value("Only once, please")
    write(page, "Only once, please")
    expect(page.locator(".comment .comment-body")).to_have_text("Only once, please")
    assert Comment.objects.count() == 1
    expect(main_form(page).locator("textarea")).to_have_value("")


def test_refused_post_says_why_in_place(site, signed_in, alice):
    page = signed_in(alice)
    page.goto(site + LESSON)
    main_form(page).locator("[name=shown_at]").evaluate("(field) => { field.value = 'forged'; }")
    main_form(page).locator("textarea").fill("Too late")
    main_form(page).get_by_role("button", name="Comment").click()
    expect(main_form(page).locator(".errorlist")).to_contain_text("grown too old")
    expect(main_form(page).locator("textarea")).to_have_value("Too late")


def test_preview_flag_bell_and_pages_stay_on_the_page(site, signed_in, alice, bob):
    for n in range(12):
        make_comment(author=alice, text=f"Number {n}")
    page = signed_in(bob)
    page.goto(f"{site}{LESSON}")
    loads = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    main_form(page).locator("textarea").fill("*soon*")
    main_form(page).get_by_role("button", name="Preview").click()
    expect(main_form(page).locator(".preview em")).to_have_text("soon")
    page.get_by_role("button", name="All", exact=True).click()
    expect(page.get_by_role("button", name="All", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.locator(".comment").first.get_by_role("link", name="Flag").click()
    page.get_by_label("It is advertising or spam").check()
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Tell the moderators").click()
    expect(page.locator("[data-said]")).to_contain_text("A moderator will look at it")
    page.get_by_role("link", name="More comments").click()
    expect(page.locator(".comment .comment-body").first).to_have_text("Number 1")
    assert all("order" in url or "from" in url for url in loads)  # the address, without a reload
    page.go_back()
    expect(page.locator(".comment .comment-body").first).to_have_text("Number 11")


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", 1280), ("ko", "dark", 360)]
)
def test_discussion_is_accessible(site, signed_in, alice, bob, language, theme, width):
    asked = make_comment(author=alice, text="Why is `soil` dark?\n\n```python\nx = 1\n```")
    make_comment(
        author=bob,
        text="흙에 부식이 있어서 그래요.",
        parent=make_comment(author=bob, text="왜냐하면…", parent=asked),
    )
    page = signed_in(alice, viewport={"width": width, "height": 900}, color_scheme=theme)
    for path in (
        f"/{language}/garden/soil/what-soil-is/",
        f"/{language}/notifications/",
        f"/{language}/notifications/mail/",
    ):
        page.goto(site + path)
        assert axe_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
