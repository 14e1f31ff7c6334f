"""The whole story of a learner's progress in a real Chromium, from a guest's first lesson to nobody's."""

import re

from playwright.sync_api import BrowserContext, Page, expect

ADDRESS, PASSWORD = "carol@example.org", "acorns in winter"
FIRST, SECOND, THIRD = (
    "/en/garden/soil/what-soil-is/", "/en/garden/soil/compost/", "/en/garden/water/watering/"
)  # fmt: skip
ALL_READ = "Level 1 Sprout 30 XP 3/3 lessons 2/2 achievements 10/40 XP to next level 30 XP to go 100% complete"
TWO_READ = "Level 1 Sprout 20 XP 2/3 lessons 1/2 achievements 0/40 XP to next level 40 XP to go 66% complete"
NOTHING = (
    "Level 0 Seed 0 XP 0/3 lessons 0/2 achievements 0/20 XP to next level 20 XP to go 0% complete"
)


def expect_bar(page: Page, words: str) -> None:
    """The level bar says exactly this, besides the day of finishing; and so does its progressbar."""
    pattern = re.compile("^" + words.replace(" ", r"\W+"))
    expect(page.locator("[data-level-bar]")).to_have_text(pattern, use_inner_text=True)
    into, span = re.search(r"(\d+)/(\d+) XP to", words).groups()
    progressbar = page.get_by_role("progressbar", name="XP to the next level")
    assert progressbar.evaluate("bar => [bar.value, bar.max]") == [int(into), int(span)]


def mark(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Mark as read", exact=True).click()
    expect(page.get_by_role("button", name="Undo: Read")).to_be_visible()


def storage(page: Page) -> dict[str, str]:
    return page.evaluate("() => ({...localStorage, ...sessionStorage})")


def sign_in(page: Page, address: str, password: str) -> None:
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    page.fill("[name=login]", address)
    page.fill("[name=password]", password)
    page.locator(".account-form button").click()


def sign_out(page: Page) -> None:
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


def cookies(context: BrowserContext) -> list[str]:
    return [cookie["name"] for cookie in context.cookies()]


def test_a_guests_progress_becomes_an_accounts_and_stays_nobody_elses(
    site, open_context, smtp, bob
):
    first = open_context()
    page = first.new_page()
    for path in (FIRST, SECOND, THIRD):
        mark(page, site + path)
    expect_bar(page, ALL_READ)
    assert cookies(first) == [] and list(storage(page)) == ["progress"]

    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Sign up").click()
    page.fill("[name=email]", ADDRESS)
    page.fill("[name=password1]", PASSWORD)
    page.locator(".account-form button").click()
    page.fill("[name=code]", smtp.code_for(ADDRESS))
    page.locator(".account-form button").click()
    page.wait_for_url("**" + THIRD)
    receipt = page.locator(".receipt")
    expect(receipt).to_contain_text("3 lessons from this browser.")
    expect_bar(page, ALL_READ)
    assert storage(page) == {}

    second = open_context()
    elsewhere = second.new_page()
    elsewhere.goto(site + FIRST)
    expect_bar(elsewhere, NOTHING)
    sign_in(elsewhere, ADDRESS, PASSWORD)
    elsewhere.wait_for_url("**" + FIRST)
    expect_bar(elsewhere, ALL_READ)
    expect(elsewhere.locator(".receipt")).to_have_count(0)

    elsewhere.get_by_role("button", name="Undo: Read").click()
    expect_bar(elsewhere, TWO_READ)
    elsewhere.wait_for_function("() => !localStorage.length")  # the server has confirmed it
    page.reload()
    expect_bar(page, TWO_READ)

    elsewhere.goto(site + "/en/me/")
    brought = elsewhere.locator("section[aria-labelledby=merges]")
    expect(brought).to_contain_text("3 lessons, 0 you already had")
    brought.get_by_role("button", name="Undo").click()
    expect(elsewhere.locator(".messages")).to_contain_text(
        "What this browser brought is taken back."
    )
    page.reload()
    expect_bar(page, NOTHING)
    mark(page, site + THIRD)

    sign_out(page)
    assert storage(page) == {} and cookies(first) == []
    page.goto(site + THIRD)
    expect_bar(page, NOTHING)

    sign_in(page, bob.email, "correct horse")
    page.wait_for_url("**" + THIRD)
    expect(page.locator(".account-name")).to_have_text("Bob")
    expect_bar(page, NOTHING)
    assert storage(page) == {}
