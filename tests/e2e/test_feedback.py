"""From a selected sentence to the answer in the reporter's postbox, in a real Chromium."""

import re

from django.core.management import call_command
from playwright.sync_api import expect

from feedback.models import Report
from tests.e2e.conftest import axe_violations

SOIL = "/en/garden/soil/what-soil-is/"
SELECT = """words => {
  const walker = document.createTreeWalker(document.querySelector(".body"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at >= 0) {
      getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + words.length);
      return;
    }
  }
}"""


def begin_report(page, site, words: str) -> None:
    """Select a passage of a lesson and open the form for it."""
    page.goto(site + SOIL)
    page.evaluate(SELECT, words)
    page.get_by_role("button", name="Report this passage").click()
    expect(page.locator("dialog [name=words]")).to_be_focused()


def test_a_guest_reports_a_sentence_and_hears_the_outcome(site, page, open_context, mod, smtp):
    begin_report(page, site, "sand, silt and clay")
    expect(page.locator("dialog [name=exact]")).to_have_value("sand, silt and clay")
    assert axe_violations(page) == []
    page.fill("dialog [name=words]", "There are stones, too.")
    page.fill("dialog [name=address]", "guest@example.org")
    page.wait_for_timeout(2100)  # nobody is faster; the guards know
    page.get_by_role("button", name="Send the report").click()
    address = page.locator("dialog .report-address a").get_attribute("href")
    assert page.context.cookies() == []
    report = Report.objects.get()
    assert (report.theme, report.window, report.exact) == (
        "light",
        "1280x900",
        "sand, silt and clay",
    )
    assert "Chrome" in report.browser

    desk = open_context().new_page()
    desk.goto(f"{site}/admin/feedback/report/")
    desk.fill("[name=login]", mod.email)
    desk.fill("[name=password]", "correct horse")
    desk.click(".account-form button")
    desk.get_by_role("link", name=re.compile("There are stones")).click()
    expect(desk.locator("mark").first).to_have_text("sand, silt and clay")
    expect(desk.get_by_text("what-soil-is.md:11")).to_be_visible()
    with desk.context.expect_page() as opened:
        desk.get_by_role("link", name="Open the page at that passage").click()
    assert "#sand-and-clay" in opened.value.url
    desk.fill("[name=reply]", "Stones are in. Thank you!")
    desk.get_by_role("button", name="Fixed", exact=True).click()
    expect(desk.get_by_text("Done for 1.")).to_be_visible()

    page.goto(site + address)
    expect(page.locator(".badge")).to_have_text("fixed")
    expect(page.locator(".report-reply")).to_have_text("Stones are in. Thank you!")
    assert axe_violations(page) == []
    call_command("deliver", once=True)
    (mail,) = smtp.to("guest@example.org")
    assert mail["Subject"] == "Your report: fixed"
    assert f"{site}{address}" in mail.get_body(("plain",)).get_content()


def test_everything_works_without_a_script(site, open_context):
    page = open_context(java_script_enabled=False).new_page()
    page.goto(site + SOIL)
    page.get_by_role("link", name="Report a problem").click()
    page.get_by_label("The translation").check()
    page.fill("[name=words]", "The Korean title is odd.")
    page.fill("[name=exact]", "sand,  silt and clay")
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator(".badge")).to_have_text("received")
    expect(page.locator(".report-quote")).to_have_text("sand, silt and clay")
    assert page.context.cookies() == []


def test_what_is_wrong_is_said_in_the_dialog_and_nothing_is_lost(site, page):
    begin_report(page, site, "silt")
    page.fill("dialog [name=words]", "Half a")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Report a problem").click()
    expect(page.locator("dialog [name=words]")).to_have_value("Half a")
    page.fill("dialog [name=words]", "Half a thought")
    page.fill("dialog [name=exact]", "something else")
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("dialog .errorlist")).to_contain_text(
        "This is not in the text of the lesson."
    )
    expect(page.locator("dialog [name=words]")).to_have_value("Half a thought")
    assert Report.objects.count() == 0


def test_text_stays_in_the_form_when_the_site_cannot_be_reached(site, page):
    begin_report(page, site, "silt")
    page.fill("dialog [name=words]", "Written on a train")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("dialog .said")).to_contain_text("Your text is kept here")
    expect(page.locator("dialog [name=words]")).to_have_value("Written on a train")


def test_a_selection_that_leaves_the_text_is_cut_at_its_end(site, page):
    page.goto(site + SOIL)
    page.evaluate("""() => {
      const text = document.querySelector(".body p").firstChild;
      getSelection().setBaseAndExtent(text, 8, document.querySelector(".takeaways h2"), 1);
    }""")
    page.get_by_role("button", name="Report this passage").click()
    expect(page.locator("dialog [name=exact]")).to_have_value("sand, silt and clay.")
    page.evaluate("getSelection().removeAllRanges()")


def test_no_button_beside_a_selection_that_is_not_the_lesson(site, page):
    page.goto(site + SOIL)
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.report-line'))")
    page.wait_for_timeout(400)
    expect(page.get_by_role("button", name="Report this passage")).to_be_hidden()
