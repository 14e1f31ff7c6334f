"""Reading in a real Chromium: by keyboard, on a phone, in the dark, in Korean."""

import pytest

from tests.e2e.conftest import axe_violations, serve

LESSON = "/en/garden/soil/what-soil-is/"


@pytest.fixture
def real_site(transactional_db, settings):
    """The content that the project ships."""
    from lessons.loading import load_content

    load_content(settings.CONTENT_DIR)
    yield from serve(settings)


def _addresses() -> list[str]:
    from lessons.models import Lesson, LessonTag, Quest

    paths = ["", "stream/", "search/?q=noise", "search/?q=zzz", "offline/"]
    paths += [f"{quest.slug}/" for quest in Quest.objects.live()]
    lessons = Lesson.objects.published().select_related("quest", "track")
    paths += [f"{x.quest.slug}/{x.track.slug}/{x.slug}/" for x in lessons]
    paths.append(f"tags/{LessonTag.objects.first().tag}/")
    return [*paths, "no-such-page/"]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_no_page_is_wider_than_a_phone(
    real_site, open_context, language, theme
):
    page = open_context(viewport={"width": 360, "height": 780}, color_scheme=theme).new_page()
    found = []
    for path in _addresses():
        page.goto(f"{real_site}/{language}/{path}")
        found += [f"{path} {line}" for line in axe_violations(page)]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            found.append(f"{path} is {width} px wide")
    assert found == []


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_no_page_scrolls_sideways_at_any_width(real_site, open_context, width):
    page = open_context(viewport={"width": width, "height": 900}).new_page()
    wide = []
    for path in _addresses():
        page.goto(f"{real_site}/ko/{path}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    assert wide == []


def test_diagram_columns_line_up_with_hangul_and_emoji(site, loaded, page):
    from lessons.loading import load_content
    from tests.trees import lesson_text, write

    body = (
        'Words.\n\n```diagram title="Boxes"\n┌──────┐\n│ 한글 │\n│ ab🦊 │\n│ abcd │\n└──────┘\n```'
    )
    write(loaded / "garden/water/watering.md", lesson_text("water-how", "Watering", body=body))
    load_content(loaded)
    page.goto(f"{site}/en/garden/water/watering/")
    edges = page.evaluate(
        """() => {
          const pre = document.querySelector("pre[role=img]");
          const right = [];
          for (const span of pre.querySelectorAll("span"))
            if ("┐│┘".includes(span.textContent)) right.push(Math.round(span.getBoundingClientRect().right));
          return [...new Set(right)].sort((a, b) => a - b);
        }"""
    )
    assert len(edges) == 2, edges  # one left edge, one right edge, whatever stands between them


def test_keys_lead_through_the_lessons_and_can_be_turned_off(site, page):
    page.goto(site + LESSON)
    page.keyboard.press("j")
    page.wait_for_url("**/garden/soil/compost/")
    page.keyboard.press("k")
    page.wait_for_url("**/garden/soil/what-soil-is/")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    assert dialog.is_visible()
    assert axe_violations(page) == []
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_timeout(300)
    assert page.url.endswith(LESSON)


def test_the_skip_link_is_the_first_stop_and_leads_to_the_text(site, page):
    page.goto(site + LESSON)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "site-main"


def test_every_stop_of_the_keyboard_has_a_visible_focus(site, page):
    page.goto(site + LESSON)
    unseen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return e === document.body ? null : [s.outlineStyle, s.outlineWidth, e.outerHTML.slice(0, 80)]; }"
        )
        if style is None:
            break
        if style[0] == "none" or style[1] == "0px":
            unseen.append(style[2])
    assert unseen == []


def test_the_theme_is_the_system_s_until_switched_and_then_stays(site, open_context):
    page = open_context(color_scheme="dark").new_page()
    page.goto(site + LESSON)
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    dark = page.evaluate(colour)
    page.keyboard.press("t")
    light = page.evaluate(colour)
    assert dark != light
    page.goto(site + "/en/")
    assert page.evaluate(colour) == light


def test_the_language_switch_stays_on_the_page(site, page):
    page.goto(site + LESSON)
    page.get_by_role("link", name="한국어").first.click()
    page.wait_for_url("**/ko/garden/soil/what-soil-is/")
    assert page.get_by_role("heading", level=1).inner_text() == "흙이란"


def test_code_can_be_copied(site, loaded, open_context):
    from lessons.loading import load_content
    from tests.trees import lesson_text, write

    body = "Words.\n\n```python\nprint('soil')\n```"
    write(loaded / "garden/water/watering.md", lesson_text("water-how", "Watering", body=body))
    load_content(loaded)
    context = open_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{site}/en/garden/water/watering/")
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "print('soil')"


def test_search_answers_as_one_types_and_without_script(site, open_context):
    page = open_context().new_page()
    page.goto(f"{site}/ko/search/")
    page.get_by_role("searchbox").press_sequentially("민국", delay=40)  # inside 대한민국
    page.locator("main mark").first.wait_for()
    assert "흙이란" in page.locator("main").inner_text()
    plain = open_context(java_script_enabled=False).new_page()
    plain.goto(f"{site}/en/search/?q=clay")
    assert plain.locator("main mark").first.inner_text().lower() == "clay"


def test_the_page_is_whole_without_script(site, open_context):
    page = open_context(java_script_enabled=False).new_page()
    page.goto(site + LESSON)
    text = page.locator("main").inner_text()
    for words in (
        "Soil is sand, silt and clay.",
        "Key Takeaways",
        "Exercise",
        "Progress",
        "Report a problem",
    ):
        assert words in text
    page.goto(f"{site}/en/garden/")
    assert page.get_by_role("link", name="What soil is").is_visible()


def test_print_leaves_the_frame_away(site, page):
    page.goto(site + LESSON)
    page.emulate_media(media="print")
    assert not page.get_by_role("banner").is_visible()
    assert page.get_by_text("Soil is sand, silt and clay.").is_visible()


def test_those_who_prefer_stillness_see_nothing_move(site, open_context):
    page = open_context(reduced_motion="reduce").new_page()
    page.goto(site + LESSON)
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((e) => {
          const s = getComputedStyle(e);
          return s.scrollBehavior === "smooth" || parseFloat(s.transitionDuration) > 0.01
            || (s.animationName !== "none" && parseFloat(s.animationDuration) > 0.01);
        }).map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert moving == []
