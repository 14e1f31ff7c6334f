"""Every mistake of a tree is said at once, each on its line, and nothing is changed by them."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lessons.content import rendering
from lessons.content.problems import ContentError
from lessons.content.reading import read_tree
from lessons.loading import check_content, load_content
from lessons.models import Edition, Lesson, Quest
from tests.trees import WATER, lesson_text, write

DATA = Path(__file__).parent / "data"
FORTY = DATA / "forty"
# Written by hand from the fixture; each line is path:line: words.
EXPECTED = (DATA / "forty.txt").read_text().splitlines()


@pytest.fixture
def robin(db):
    """A lesson of the broken tree, loaded when it was whole, so that its id can have changed."""
    quest = Quest.objects.create(
        id="birds",
        slug="birds",
        title={},
        tagline={},
        description={},
        source_language="en",
        difficulty="beginner",
        emoji="🐦",
        rules={},
    )
    track = quest.tracks.create(
        id="song",
        slug="song",
        position=0,
        title={},
        description={},
        source_language="en",
        emoji="🎵",
    )
    lesson = Lesson.objects.create(
        id="robin", quest=quest, track=track, slug="robin", position=0, status="published"
    )
    return Edition.objects.create(
        lesson=lesson,
        language="en",
        is_source=True,
        title="Robin",
        summary="",
        summary_text="",
        body="<p>It sings.</p>",
        text="",
        minutes=1,
        path="birds/song/robin.md",
        file_hash="",
        render_hash="",
        content_hash="",
    )


def test_a_tree_of_many_mistakes_reports_all_of_them_each_on_its_line(robin):
    with pytest.raises(ContentError) as caught:
        check_content(FORTY)
    assert [str(problem) for problem in caught.value.problems] == EXPECTED
    assert len(EXPECTED) >= 40


def test_a_failed_load_changes_nothing_and_exits_non_zero(loaded: Path):
    before = list(Edition.objects.values_list("path", "title", "body", "file_hash"))
    write(
        loaded / "garden/water/watering.md",
        lesson_text("water-how", "New title", body="<blink>x</blink>"),
    )
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="1 mistake; nothing was changed"):
        call_command("load_content", str(loaded), stdout=out, stderr=err)
    assert err.getvalue().startswith("garden/water/watering.md:9: <blink> is not an allowed tag")
    assert list(Edition.objects.values_list("path", "title", "body", "file_hash")) == before


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\nid: x\n---\n", 2, "no “title”"),
        (
            "---\nid: soil-new\ntitle: 'T'\nsummary: <class 'str'>\ntags: []\nstatus: draft\n---\n\nx\n",
            4,
            "looks like an object",
        ),
        (
            "---\nid: soil-new\ntitle: '{''en'': ''x''}'\nsummary: s\ntags: []\nstatus: draft\n---\n\nx\n",
            3,
            "looks like an object",
        ),
        (
            "---\nid: soil-new\ntitle: t\nsummary: s\ntags: []\nstatus: draft\nminutes: 012\n---\n\nx\n",
            7,
            "whole number",
        ),
        (
            "---\nid: soil-new\ntitle: t\nsummary: s\ntags: []\nstatus: no\n---\n\nx\n",
            6,
            "must be one of",
        ),
        (
            "---\nid: soil-new\ntitle: t\nsummary: s\ntags: []\nstatus: draft\n---\n",
            8,
            "the body is empty",
        ),
        (
            "---\nid: soil-new\ntitle: t: u\nsummary: s\ntags: []\nstatus: draft\n---\n\nx\n",
            3,
            "not YAML",
        ),
        ("---\nid: soil-new\ntitle: \x07\n", 3, "control character U+0007"),
        (
            '---\nid: soil-new\ntitle: "a\\x07b"\nsummary: s\ntags: []\nstatus: draft\n---\n\nx\n',
            3,
            "control character",
        ),
        ("---\nid: soil-new\ntitle: &a [*a]\n---\n\nx\n", 3, "anchors and aliases"),
        ("---\nid: soil-new\ntitle: " + "[" * 30_000 + "\n---\n\nx\n", 3, "nested too deeply"),
    ],
)
def test_a_mistake_in_front_matter_names_its_line(loaded: Path, text: str, line: int, words: str):
    write(loaded / "garden/soil/compost.md", text)
    with pytest.raises(ContentError) as caught:
        load_content(loaded)
    found = [
        p
        for p in caught.value.problems
        if p.path == "garden/soil/compost.md" and words in p.message
    ]
    assert [p.line for p in found] == [line]


def test_a_file_that_is_not_utf8_says_so(loaded: Path):
    (loaded / "garden/soil/compost.md").write_bytes(b"---\nid: a\n\xff\xfe\n---\n")
    with pytest.raises(ContentError, match=r"compost.md:3: not UTF-8"):
        load_content(loaded)


def test_a_missing_folder_says_what_to_do(db, tmp_path: Path):
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("load_content", str(tmp_path / "nowhere"))


def test_links_of_a_summary_are_checked_like_those_of_the_text(loaded: Path):
    text = lesson_text("water-how", summary="After [soil](../soil/what-soil-is.md#loam).")
    write(loaded / "garden/water/watering.md", text)
    with pytest.raises(
        ContentError, match=r"watering\.md:4: there is no anchor “#loam” in garden/soil/what-soil"
    ):
        load_content(loaded)


def test_a_summary_that_links_to_a_lesson_that_went_is_found(loaded: Path):
    text = lesson_text("water-how", summary="After [compost](../soil/compost.md).")
    write(loaded / "garden/water/watering.md", text)
    load_content(loaded)
    (loaded / "garden/soil/compost.md").unlink()
    track = loaded / "garden/soil/track.yml"
    track.write_text(track.read_text().replace(", compost", ""))
    with pytest.raises(ContentError, match=r"watering\.md:4: the link to \.\./soil/compost\.md"):
        load_content(loaded)


def test_a_link_may_lead_into_an_exercise(loaded: Path):
    text = lesson_text("water-how", body="See [it](#step).", exercise="### Step\n\nDo.")
    write(loaded / "garden/water/watering.md", text)
    load_content(loaded)
    assert 'href="#step"' in Edition.objects.get(path="garden/water/watering.md").body


def test_no_heading_takes_an_id_that_the_page_has(loaded: Path, client):
    address = "/en/garden/water/watering/"
    ids = re.findall(r'\bid="([^"]+)"', client.get(address).text)
    body = "\n\n".join(f"## {name}\n\nx" for name in ids)
    write(loaded / "garden/water/watering.md", lesson_text("water-how", body=body))
    load_content(loaded)
    found = re.findall(r'\bid="([^"]+)"', client.get(address).text)
    assert len(found) == 2 * len(ids)
    assert sorted(set(found)) == sorted(found)


def test_a_new_version_of_the_renderer_renders_descriptions_anew(loaded: Path, monkeypatch):
    Quest.objects.update(description={"en": "<p>As the old renderer made it.</p>"})
    load_content(loaded)
    assert Quest.objects.get().description == {"en": "<p>As the old renderer made it.</p>"}
    monkeypatch.setattr(rendering, "VERSION", "next")
    load_content(loaded)
    assert Quest.objects.get().description["en"] == "<p>From seed to harvest.</p>"


def test_a_mistake_in_a_description_names_its_line(loaded: Path):
    block = (
        "{en: Not too much., ko: 너무 많지 않게.}",
        "\n  en: |\n    One.\n\n    <blink>\n  ko: 둘",
    )
    write(loaded / "garden/water/track.yml", WATER.replace(*block))
    with pytest.raises(ContentError, match=r"garden/water/track\.yml:7: <blink>"):
        load_content(loaded)


def test_a_file_that_goes_while_it_is_read_is_a_problem(loaded: Path):
    tree = read_tree(loaded)
    for edition in tree.editions():
        edition.body = ""
    (loaded / "garden/soil/compost.md").unlink()
    rendering.render_tree(tree, {}, "/assets/")
    assert "garden/soil/compost.md:1: cannot be read (No such file or directory); is it gone?" in [
        str(problem) for problem in tree.errors
    ]
