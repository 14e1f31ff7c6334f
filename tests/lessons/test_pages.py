"""The pages as a guest gets them."""

import re
from collections.abc import Iterator

import html5lib
import pytest
from django.conf import settings
from django.test import Client

from lessons.loading import load_content
from tests.trees import QUEST, lesson_text, write

LESSON = "/en/garden/soil/what-soil-is/"
PAGES = [
    "/en/",
    "/en/garden/",
    LESSON,
    "/ko/garden/soil/what-soil-is/",
    "/en/stream/",
    "/en/tags/basics/",
    "/en/search/",
    "/en/offline/",
]


_INLINE = {"a", "abbr", "b", "code", "data", "em", "i", "mark", "small", "span", "strong", "time"}
_UNSEEN = {"script", "style", "template", "dialog", "head"}


def text_of(response) -> str:
    """What a reader without style sheets sees, white space collapsed; nothing that is hidden."""
    document = html5lib.parse(response.content.decode(), namespaceHTMLElements=False)
    return " ".join("".join(_visible(document)).split())


def _visible(element) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in _UNSEEN or "hidden" in element.attrib:
        return
    space = "" if element.tag in _INLINE else " "
    yield space + (element.text or "")
    for child in element:
        yield from _visible(child)
        yield child.tail or ""
    yield space


def test_the_lesson_page_has_every_label_of_the_reference_in_its_order(loaded, client):
    write(
        loaded / "garden/soil/what-soil-is.md",
        lesson_text("soil-is", "What soil is", body="Words.\n\n## Sand and clay\n\nMore.").replace(
            "## Exercise",
            "## External Links {.links}\n\n- [Soil](https://example.org/soil)\n\n## Exercise",
        ),
    )
    load_content(loaded)
    text = text_of(client.get(LESSON))
    labels = [
        "Stream",
        "Lesson 01 of 2 · published",
        "What soil is",
        "~1 min · basics",
        "Level 0 Seed",
        "0 XP",
        "0/3 lessons",
        "0/2 achievements",
        "0/20 XP to next level",
        "20 XP to go",
        "0% complete",
        "In one line",
        "What this lesson says.",
        "Words.",
        "Key Takeaways",
        "One thing",
        "External links",
        "Soil",
        "Exercise",
        "Try it.",
        "Progress",
        "Progress is local-only — sign in to sync across devices.",
        "Found a bug on this page, or have feedback?",
        "Report a problem",
        "Comments 0",
        "Reply notifications (sign-in required)",
        "Sign in",
        "No comments yet",
    ]
    position = 0
    for label in labels:
        found = text.find(label, position)
        assert found >= 0, (
            f"“{label}” is missing after: …{text[max(0, position - 80) : position]}| {text[position : position + 300]}"
        )
        position = found + len(label)


def test_the_quest_page_computes_its_numbers(loaded, client):
    text = text_of(client.get("/en/garden/"))
    assert "2 tracks 3 lessons ~3 min Beginner" in text
    assert "Read your first lesson" in text
    assert "Read every lesson of “Soil”" in text


def test_the_korean_page_is_korean_and_its_fallback_says_so(loaded, client):
    korean = client.get("/ko/garden/soil/what-soil-is/")
    assert '<html lang="ko"' in korean.content.decode()
    assert "흙은 모래와 미사와 점토예요" in korean.content.decode()
    fallback = client.get("/ko/garden/soil/compost/").content.decode()
    assert re.search(r'<article[^>]* lang="en"|<div[^>]* lang="en"', fallback)
    assert "Leaves become" in fallback


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_valid_html_without_cookies_or_inline_code(loaded, client, path):
    response = client.get(path)
    html = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies
    html5lib.HTMLParser(strict=True).parse(html)
    assert "csrf" not in html.lower()
    assert not re.search(r"<[^>]+ (style|on\w+)=", html)
    assert re.findall(r"<script(?![^>]*(?:src=|application/(?:ld\+)?json))", html) == []
    sources = re.findall(r'(?:src|href)="(https?:[^"]+)"', html)
    assert all(s.startswith(settings.SITE_URL) or "example.org" in s for s in sources)
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and policy.startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["/en/garden/", LESSON])
def test_hreflang_ties_the_languages_and_canonical_names_the_page(loaded, client, path):
    html = client.get(path).content.decode()
    base = settings.SITE_URL
    assert f'<link rel="canonical" href="{base}{path}">' in html
    assert f'hreflang="ko" href="{base}{path.replace("/en/", "/ko/")}"' in html
    assert 'hreflang="x-default"' in html


@pytest.mark.parametrize(
    ("accepted", "target"),
    [("ko-KR,ko;q=0.9,en;q=0.5", "/ko/"), ("en-GB", "/en/"), ("fr", "/en/"), ("", "/en/")],
)
def test_the_root_leads_to_the_language_of_the_browser(db, client, accepted, target):
    response = client.get("/", headers={"accept-language": accepted})
    assert (response.status_code, response.headers["Location"]) == (302, target)
    assert "Accept-Language" in response.headers["Vary"]
    assert not response.cookies


def test_drafts_are_for_staff_only(loaded, client, mod, alice, client_of):
    write(loaded / "garden/soil/compost.md", lesson_text("soil-compost", "Compost", status="draft"))
    load_content(loaded)
    path = "/en/garden/soil/compost/"
    assert client.get(path).status_code == 404
    assert client_of(alice).get(path).status_code == 404
    assert "draft" in text_of(client_of(mod).get(path))
    assert client.get(path).status_code == 404
    assert "Compost" not in text_of(client.get("/en/garden/"))


def test_a_404_suggests_the_nearest_lesson(loaded, client):
    response = client.get("/en/garden/soil/what-soil-iz/")
    assert response.status_code == 404
    assert f'href="{LESSON}"' in response.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
@pytest.mark.parametrize("path", ["/en/", "/en/garden/", LESSON, "/en/stream/"])
def test_reading_pages_refuse_to_be_written(loaded, method, path):
    assert getattr(Client(), method)(path).status_code == 405


def test_a_picture_is_served_for_ever_and_can_run_nothing(loaded, client):
    from lessons.models import Asset

    asset = Asset.objects.get(path="garden/picture.png")
    response = client.get(asset.get_absolute_url())
    assert response.headers["Content-Type"] == "image/png"
    assert "immutable" in response.headers["Cache-Control"]
    assert "sandbox" in response.headers["Content-Security-Policy"]
    again = client.get(
        asset.get_absolute_url(), headers={"if-none-match": response.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/assets/none.png").status_code == 404


def _big_tree(root, count):
    write(
        root / "garden/quest.yml",
        QUEST.replace("[soil, water]", "[soil]").replace(
            "when: {track: soil}", "when: {lessons: 3}"
        ),
    )
    names = [f"lesson-{n}" for n in range(count)]
    write(
        root / "garden/soil/track.yml",
        "id: garden-soil\ntitle: {en: Soil}\ndescription: {en: Soil.}\nemoji: 🪴\nlessons:\n"
        + "".join(f"  - {n}\n" for n in names),
    )
    for name in names:
        write(root / f"garden/soil/{name}.md", lesson_text(f"id-{name}", name))
    return root


@pytest.mark.parametrize("path", ["/en/garden/soil/lesson-3/", "/en/garden/", "/en/stream/"])
def test_a_page_costs_the_same_queries_for_10_and_1000_lessons(
    db, tmp_path, client, django_assert_max_num_queries, path
):
    from lessons.kept import store
    from lessons.outline import _outlines

    counts = []
    for size in (10, 1000):
        load_content(_big_tree(tmp_path / str(size), size))
        store.clear()
        _outlines.version = -1
        with django_assert_max_num_queries(5) as captured:
            assert client.get(path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
