"""Loading a tree: identity, addresses, revisions, and doing only what is needed."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from lessons.content.problems import ContentError
from lessons.loading import load_content
from lessons.management.commands.new_lesson import list_lesson
from lessons.models import Edition, FormerAddress, Lesson, PageVersion, Revision
from tests.trees import QUEST, SOIL, WATER, lesson_text, write


def test_load_creates_every_edition_and_a_second_load_changes_nothing(db, tree):
    first = load_content(tree)
    version = PageVersion.objects.get(key="content").value
    second = load_content(tree)
    assert len(first.created) == 4
    assert (second.created, second.revised, second.moved, second.retired, second.rendered) == (
        [],
        [],
        [],
        [],
        0,
    )
    assert second.unchanged == 4
    assert PageVersion.objects.get(key="content").value == version
    assert Lesson.objects.published().count() == 3
    assert Edition.objects.get(path="garden/soil/what-soil-is.ko.md").title == "흙이란"


def test_one_edit_renders_one_edition_and_keeps_a_revision(loaded: Path):
    write(
        loaded / "garden/water/watering.md",
        lesson_text("water-how", "Watering", body="Water at dusk."),
    )
    result = load_content(loaded)
    assert (result.revised, result.rendered, result.unchanged) == (
        ["garden/water/watering.md"],
        1,
        3,
    )
    texts = Revision.objects.filter(edition__path="garden/water/watering.md").values_list(
        "markdown", flat=True
    )
    assert ["dusk" in text for text in texts] == [True, False]
    lesson = Lesson.objects.get(id="water-how")
    assert lesson.revised_at > lesson.published_at


def test_a_move_keeps_the_lesson_and_re_renders_what_links_to_it(loaded: Path):
    published = Lesson.objects.get(id="soil-is").published_at
    (loaded / "garden/soil/what-soil-is.md").rename(loaded / "garden/soil/ground.md")
    (loaded / "garden/soil/what-soil-is.ko.md").rename(loaded / "garden/soil/ground.ko.md")
    write(loaded / "garden/soil/track.yml", SOIL.replace("what-soil-is", "ground"))
    compost = loaded / "garden/soil/compost.md"
    write(compost, compost.read_text().replace("what-soil-is.md", "ground.md"))
    result = load_content(loaded)
    assert result.moved == ["garden/soil/what-soil-is → garden/soil/ground"]
    assert Lesson.objects.get(id="soil-is").published_at == published
    assert FormerAddress.objects.get(path="garden/soil/what-soil-is").lesson_id == "soil-is"
    assert (
        'href="/en/garden/soil/ground/#sand-and-clay"'
        in Edition.objects.get(path="garden/soil/compost.md").body
    )


def test_moving_back_takes_the_former_address_away(loaded: Path, client):
    old, new = loaded / "garden/water/watering.md", loaded / "garden/water/rain.md"
    old.rename(new)
    write(loaded / "garden/water/track.yml", WATER.replace("watering", "rain"))
    load_content(loaded)
    assert client.get("/en/garden/water/watering/").headers["Location"] == "/en/garden/water/rain/"
    new.rename(old)
    write(loaded / "garden/water/track.yml", WATER)
    load_content(loaded)
    assert client.get("/en/garden/water/watering/").status_code == 200
    assert client.get("/en/garden/water/rain/").headers["Location"] == "/en/garden/water/watering/"


def test_two_lessons_may_change_places(loaded: Path, client):
    a, b = loaded / "garden/soil/compost.md", loaded / "garden/soil/what-soil-is.md"
    (loaded / "garden/soil/what-soil-is.ko.md").unlink()
    text_a, text_b = a.read_text().replace("what-soil-is.md", "compost.md"), b.read_text()
    write(a, text_b)
    write(b, text_a)
    load_content(loaded)
    assert Lesson.objects.get(id="soil-is").slug == "compost"
    assert client.get("/en/garden/soil/compost/").context["entry"].id == "soil-is"


def test_a_renamed_quest_answers_301_from_its_old_addresses(loaded: Path, client):
    (loaded / "garden").rename(loaded / "yard")
    load_content(loaded)
    assert client.get("/en/garden/").headers["Location"] == "/en/yard/"
    response = client.get("/ko/garden/soil/compost/")
    assert (response.status_code, response.headers["Location"]) == (301, "/ko/yard/soil/compost/")


def test_an_alias_answers_301(loaded: Path, client):
    write(
        loaded / "garden/water/watering.md",
        lesson_text("water-how", "Watering", extra="aliases: [garden/water/old]\n"),
    )
    load_content(loaded)
    assert client.get("/en/garden/water/old/").headers["Location"] == "/en/garden/water/watering/"


def test_what_left_the_tree_is_retired_and_comes_back_with_its_history(loaded: Path, client):
    file = loaded / "garden/water/watering.md"
    text = file.read_text()
    file.unlink()
    write(loaded / "garden/water/track.yml", WATER.replace("[watering]", "[]"))
    result = load_content(loaded)
    assert result.retired == ["garden/water/watering.md"]
    assert client.get("/en/garden/water/watering/").status_code == 404
    lesson = Lesson.objects.get(id="water-how")
    assert (lesson.status, lesson.retired_at is None) == ("retired", False)
    write(file, text)
    write(loaded / "garden/water/track.yml", WATER)
    load_content(loaded)
    assert client.get("/en/garden/water/watering/").status_code == 200
    assert Lesson.objects.get(id="water-how").published_at == lesson.published_at


def test_a_translation_that_left_is_not_shown_any_more(loaded: Path, client):
    (loaded / "garden/soil/what-soil-is.ko.md").unlink()
    load_content(loaded)
    response = client.get("/ko/garden/soil/what-soil-is/")
    assert response.context["edition"].language == "en"


def test_a_stale_translation_and_an_uneven_takeaway_count_are_warnings(loaded: Path):
    write(
        loaded / "garden/soil/what-soil-is.md",
        lesson_text(
            "soil-is",
            "What soil is",
            body="## Sand and clay\n\nOther words.",
            takeaways="- Only one",
        ),
    )
    result = load_content(loaded)
    assert [str(problem) for problem in result.warnings] == [
        "garden/soil/what-soil-is.ko.md:2: warning: 2 takeaways, but the source edition has 1; give both the same",
        "garden/soil/what-soil-is.ko.md:4: warning: made from another version of garden/soil/what-soil-is.md; "
        "bring it up to date, then run manage.py stamp_translation",
    ]
    assert Edition.objects.get(path="garden/soil/what-soil-is.ko.md").is_stale
    call_command("stamp_translation", "garden/soil/what-soil-is.ko.md", content=loaded)
    load_content(loaded)
    assert not Edition.objects.get(path="garden/soil/what-soil-is.ko.md").is_stale


def test_an_anchor_that_goes_is_found_in_files_that_did_not_change(loaded: Path):
    write(
        loaded / "garden/soil/what-soil-is.md",
        lesson_text("soil-is", "What soil is", body="## Clay\n\nWords."),
    )
    with pytest.raises(ContentError) as caught:
        load_content(loaded)
    assert str(caught.value.problems[0]).startswith(
        "garden/soil/compost.md:9: there is no anchor “#sand-and-clay”"
    )


def test_new_lesson_writes_a_draft_that_passes_the_check(loaded: Path):
    call_command("new_lesson", "garden/water/rain-barrels", content=loaded)
    load_content(loaded)
    lesson = Lesson.objects.get(slug="rain-barrels")
    assert (lesson.status, lesson.position, lesson.id.startswith("rain-barrels-")) == (
        "draft",
        1,
        True,
    )


@pytest.mark.parametrize(
    "address", ["garden/water", "garden/nowhere/x", "garden/water/Über", "garden/water/watering"]
)
def test_new_lesson_refuses_what_cannot_be(loaded: Path, address: str):
    with pytest.raises(CommandError):
        call_command("new_lesson", address, content=loaded)
    assert load_content(loaded).unchanged == 4


@given(
    st.lists(st.from_regex(r"[a-z]{1,6}", fullmatch=True), unique=True, max_size=20), st.booleans()
)
def test_listing_a_lesson_appends_it_to_a_list_of_either_style(names: list[str], is_flow: bool):
    from lessons.content.yaml_reader import read_yaml

    listed = (
        f"[{', '.join(names)}]"
        if is_flow or not names
        else "".join(f"\n  - {name}" for name in names)
    )
    text = list_lesson(f"id: x\nlessons: {listed}\nemoji: 🌱\n", "new-one")
    problems: list = []
    assert read_yaml(text or "", "track.yml", problems)["lessons"] == [*names, "new-one"]
    assert problems == []


def test_a_lesson_whose_status_is_retired_is_loaded_once(loaded: Path, client):
    write(
        loaded / "garden/water/watering.md", lesson_text("water-how", "Watering", status="retired")
    )
    load_content(loaded)
    assert load_content(loaded).rendered == 0
    assert client.get("/en/garden/water/watering/").status_code == 404
    assert (
        "Watering" not in client.get("/en/search/?q=watering").content.decode().split("<main", 1)[1]
    )


def test_a_source_that_moves_does_not_lend_its_translation_to_another_lesson(loaded: Path):
    soil = loaded / "garden/soil"
    (soil / "what-soil-is.md").rename(soil / "soil-basics.md")
    write(
        soil / "what-soil-is.md",
        lesson_text("soil-other", "Another", body="## Sand and clay\n\nOther."),
    )
    write(soil / "track.yml", SOIL.replace("[what-soil-is,", "[soil-basics, what-soil-is,"))
    load_content(loaded)
    korean = Edition.objects.get(language="ko", retired_at=None)
    assert (korean.lesson_id, korean.is_stale) == ("soil-other", True)
    assert load_content(loaded).rendered == 0


def test_old_addresses_live_on_when_a_lesson_leaves_and_comes_back_elsewhere(loaded: Path, client):
    file = loaded / "garden/water/watering.md"
    text = file.read_text()
    file.unlink()
    write(loaded / "garden/water/track.yml", WATER.replace("[watering]", "[]"))
    load_content(loaded)
    write(loaded / "garden/soil/rain.md", text)
    write(loaded / "garden/soil/track.yml", SOIL.replace("compost]", "compost, rain]"))
    load_content(loaded)
    assert client.get("/en/garden/water/watering/").headers["Location"] == "/en/garden/soil/rain/"


def test_a_lesson_may_be_called_like_a_page_of_the_site(loaded: Path, client):
    (loaded / "garden/water/watering.md").rename(loaded / "garden/water/search.md")
    write(loaded / "garden/water/track.yml", WATER.replace("watering", "search"))
    load_content(loaded)
    assert client.get("/en/garden/water/search/").status_code == 200
    assert client.get("/en/").status_code == 200


def test_a_quest_may_not_be_called_like_a_page_of_the_site(loaded: Path):
    (loaded / "garden").rename(loaded / "reports")
    with pytest.raises(ContentError, match=r"reports/quest.yml:1: “reports” is a page of the site"):
        load_content(loaded)


def test_an_empty_folder_is_a_mistake_and_retires_nothing(loaded: Path, tmp_path: Path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ContentError, match="there is no quest in"):
        load_content(empty)
    assert Lesson.objects.published().count() == 3


def test_the_id_of_a_quest_and_of_a_track_may_not_change(loaded: Path):
    write(loaded / "garden/quest.yml", QUEST.replace("id: garden\n", "id: garden2\n"))
    write(loaded / "garden/soil/track.yml", SOIL.replace("id: garden-soil", "id: soil2"))
    with pytest.raises(ContentError) as caught:
        load_content(loaded)
    assert [(p.path, p.line, "put “garden" in p.message) for p in caught.value.problems] == [
        ("garden/quest.yml", 1, True),
        ("garden/soil/track.yml", 1, True),
    ]


def test_words_changed_while_a_lesson_was_a_draft_count_as_a_revision(loaded: Path):
    file = loaded / "garden/water/watering.md"
    write(file, lesson_text("water-how", "Watering", status="draft", body="New words."))
    load_content(loaded)
    write(file, lesson_text("water-how", "Watering", body="New words."))
    load_content(loaded)
    lesson = Lesson.objects.get(id="water-how")
    assert lesson.revised_at > lesson.published_at
