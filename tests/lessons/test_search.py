"""Search: what is found, in which order, how it is shown, and that nothing breaks it."""

import re
import string
import unicodedata
from html import unescape

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lessons import search
from lessons.loading import load_content
from lessons.models import Edition, Quest, Revision
from lessons.passages import marked, passage
from lessons.words import fold, terms, words
from tests.trees import lesson_text, translation_text, write

HOSTILE = [
    '"',
    "'",
    "\\",
    "%",
    "_",
    "*",
    "(",
    ")",
    "a OR",
    "AND",
    "NOT a",
    "NEAR(a b)",
    "title:soil",
    "^soil",
    "{title}:x",
    "soil & !",
    "a <-> b",
    ":*",
    "'soil':A",
    "-soil",
    "soil\x00",
    "🌱",
    "👩‍🌾",
    "ㅎ",
    "흙ㅅ",
    "\ud800",
    string.punctuation * 4,
    "a " * 50,
    "흙" * 100,
    "İß’ﬁ½②",
    "\u202esoil",
    "%s %(x)s {} {0}",
    "ก็",
    "ضَ",
    " ",
]


def found(query: str, language: str = "en", page: int = 1) -> list[str]:
    """The addresses of the results."""
    return [result["url"] for result in search.search(query, language, page=page).results]


def grow(tree, count: int, *, body: str = "Worms live here.") -> None:
    """Add a track of so many lessons, "worm-0" to the last, each in both languages."""
    slugs = [f"worm-{number}" for number in range(count)]
    for slug in slugs:
        source = lesson_text(slug, "Worms", body=body)
        write(tree / f"garden/worms/{slug}.md", source)
        write(
            tree / f"garden/worms/{slug}.ko.md",
            translation_text(source, "지렁이", body="지렁이가 살아요."),
        )
    write(
        tree / "garden/worms/track.yml",
        "id: garden-worms\ntitle: {en: Worms, ko: 지렁이}\ndescription: {en: They dig., ko: 파요.}\n"
        f"emoji: 🪱\nlessons: [{', '.join(slugs)}]\n",
    )
    quest = tree / "garden/quest.yml"
    quest.write_text(quest.read_text().replace("[soil, water]", "[soil, water, worms]"))


def edit(tree, path: str, old: str, new: str) -> None:
    file = tree / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


# What is found ----------------------------------------------------------------------------------


def test_a_word_of_the_text_is_found_whatever_its_case_and_accents(loaded):
    assert found("SILT") == found("sílt") == found("ｓｉｌｔ") == ["/en/garden/soil/what-soil-is/"]
    assert found("gravel") == []


def test_every_word_must_be_there_and_may_be_begun(loaded):
    assert found("leav become") == ["/en/garden/soil/compost/"]
    assert found("leaves morning") == []
    assert found("orning") == []


def test_a_plural_finds_the_singular(loaded):
    assert found("mornings") == ["/en/garden/water/watering/"]


@pytest.mark.parametrize(
    "query", ["흙", "대한", "한민", "민국", "국", "대한민국", "대한민국의", "모래와", "미사"]
)
def test_a_part_of_a_korean_word_is_found(loaded, query):
    assert found(query, "ko") == ["/ko/garden/soil/what-soil-is/"]


def test_korean_syllables_that_stand_apart_are_not_a_word(loaded):
    assert found("흙요", "ko") == found("국대", "ko") == []


def test_a_korean_compound_is_found_when_it_is_written_apart(loaded, tree):
    edit(tree, "garden/soil/what-soil-is.ko.md", "대한민국의 흙도", "양분 순환과 흙도")
    load_content(tree)
    assert found("양분순환", "ko") == found("양분 순환", "ko") == ["/ko/garden/soil/what-soil-is/"]
    assert found("양분순한", "ko") == []


def test_decomposed_korean_is_the_same_word(loaded):
    assert found(unicodedata.normalize("NFD", "대한민국"), "ko") == [
        "/ko/garden/soil/what-soil-is/"
    ]


def test_titles_come_before_headings_before_summaries_before_text(loaded, tree):
    write(
        tree / "garden/soil/compost.md",
        lesson_text("soil-compost", body="## Mulch\n\nRead [soil](what-soil-is.md#sand-and-clay)."),
    )
    write(tree / "garden/water/watering.md", lesson_text("water-how", summary="Water the mulch."))
    edit(tree, "garden/soil/what-soil-is.md", "sand, silt", "mulch, sand, silt")
    write(tree / "garden/water/mulch.md", lesson_text("water-mulch", "Mulching", body="Straw."))
    edit(tree, "garden/water/track.yml", "[watering]", "[watering, mulch]")
    load_content(tree)
    assert found("mulch") == [
        "/en/garden/water/mulch/",
        "/en/garden/soil/compost/",
        "/en/garden/water/watering/",
        "/en/garden/soil/what-soil-is/",
    ]


def test_a_whole_word_in_a_title_comes_before_a_word_that_begins_so(loaded, tree):
    write(
        tree / "garden/soil/compost.md",
        lesson_text("soil-compost", "Seedlings", body="Some words."),
    )
    edit(tree, "garden/water/watering.md", "title: Watering", "title: The seed")
    load_content(tree)
    assert found("seed") == ["/en/garden/water/watering/", "/en/garden/soil/compost/"]


def test_equals_come_in_the_order_of_the_course(loaded):
    assert found("thing") == [
        "/en/garden/soil/what-soil-is/",
        "/en/garden/soil/compost/",
        "/en/garden/water/watering/",
    ]


def test_the_other_language_is_found_after_and_says_so(loaded, tree):
    edit(tree, "garden/soil/what-soil-is.ko.md", "미사", "loam")
    edit(tree, "garden/water/watering.md", "in the morning", "into loam")
    load_content(tree)
    results = search.search("loam", "en").results
    assert [(r["url"], r["language"]) for r in results] == [
        ("/en/garden/water/watering/", "en"),
        ("/ko/garden/soil/what-soil-is/", "ko"),
    ]


def test_a_lesson_without_a_translation_is_found_on_its_page_in_the_asked_language(loaded):
    results = search.search("leaves", "ko").results
    assert [(r["url"], r["language"], r["quest"]) for r in results] == [
        ("/ko/garden/soil/compost/", "en", "작은 정원")
    ]


def test_a_lesson_is_found_once_in_the_asked_language(loaded, tree):
    edit(tree, "garden/soil/what-soil-is.ko.md", "모래와 미사", "silt와 미사")
    load_content(tree)
    assert found("silt", "en") == ["/en/garden/soil/what-soil-is/"]
    assert found("silt", "ko") == ["/ko/garden/soil/what-soil-is/"]
    assert search.search("silt", "ko").count == 1


# What is not ------------------------------------------------------------------------------------


def test_drafts_are_not_found_until_they_are_published(loaded, tree):
    write(tree / "garden/water/frost.md", lesson_text("water-frost", "Frost", status="draft"))
    edit(tree, "garden/water/track.yml", "[watering]", "[watering, frost]")
    load_content(tree)
    assert found("frost") == []
    edit(tree, "garden/water/frost.md", "status: draft", "status: published")
    load_content(tree)
    assert found("frost") == ["/en/garden/water/frost/"]


def test_what_left_the_tree_is_not_found_until_it_returns(loaded, tree):
    text = (tree / "garden/water/watering.md").read_text()
    (tree / "garden/water/watering.md").unlink()
    edit(tree, "garden/water/track.yml", "[watering]", "[]")
    load_content(tree)
    assert found("morning") == []
    write(tree / "garden/water/watering.md", text)
    edit(tree, "garden/water/track.yml", "[]", "[watering]")
    load_content(tree)
    assert found("morning") == ["/en/garden/water/watering/"]


def test_a_retired_lesson_and_a_retired_quest_are_not_found(loaded, tree):
    edit(tree, "garden/water/watering.md", "status: published", "status: retired")
    load_content(tree)
    assert found("morning") == []
    Quest.objects.update(retired_at=timezone.now())
    assert found("silt") == []


def test_a_translation_that_is_gone_is_not_found(loaded, tree):
    (tree / "garden/soil/what-soil-is.ko.md").unlink()
    load_content(tree)
    assert found("미사", "ko") == []
    assert found("silt", "ko") == ["/ko/garden/soil/what-soil-is/"]


def test_an_edit_is_found_at_once_and_the_old_words_no_more(loaded, tree):
    edit(tree, "garden/water/watering.md", "in the morning", "in the evening")
    load_content(tree)
    assert (found("evening"), found("morning")) == (["/en/garden/water/watering/"], [])


def test_what_was_rolled_back_is_not_found(loaded):
    edition = Edition.objects.get(path="garden/water/watering.md")
    with transaction.atomic():
        edition.text = "Evening."
        search.index(edition)
        transaction.set_rollback(True)
    assert (found("evening"), found("morning")) == ([], ["/en/garden/water/watering/"])


def test_editions_that_a_flush_took_are_not_found(loaded):
    Revision.objects.all().delete()
    Edition.objects.all().delete()
    assert search.search("soil", "en") == search.Found([], 0, "")


# How it is shown --------------------------------------------------------------------------------


def test_a_result_marks_the_words_in_title_and_passage(loaded):
    result = search.search("흙 모래", "ko").results[0]
    assert result == {
        "title": "<mark>흙</mark>이란",
        "url": "/ko/garden/soil/what-soil-is/",
        "quest": "작은 정원",
        "track": "흙",
        "language": "ko",
        "passage": "<mark>흙</mark>은 <mark>모래</mark>와 미사와 점토예요. 대한민국의 <mark>흙</mark>도 그래요.",
    }


def test_what_an_author_wrote_is_escaped(loaded, tree):
    edit(tree, "garden/water/watering.md", "title: Watering", 'title: "Water <b> & <mark>"')
    edit(tree, "garden/water/watering.md", "in the morning", "`<script>` & `<img>` in the morning")
    load_content(tree)
    result = search.search("water", "en").results[0]
    assert result["title"] == "<mark>Water</mark> &lt;b&gt; &amp; &lt;mark&gt;"
    assert (
        result["passage"] == "<mark>Water</mark> &lt;script&gt; &amp; &lt;img&gt; in the morning."
    )


def test_a_word_is_marked_whatever_its_form():
    assert marked("Café and cafés, CAFÉ; decafé", words("cafe")) == (
        "<mark>Café</mark> and <mark>café</mark>s, <mark>CAFÉ</mark>; decafé"
    )
    assert (
        marked("Straße, STRASSE", words("strasse")) == "<mark>Straße</mark>, <mark>STRASSE</mark>"
    )
    assert (
        marked("생성 모델과 생성모델", words("생성모델"))
        == "<mark>생성 모델</mark>과 <mark>생성모델</mark>"
    )
    assert marked("GPT는 AI", words("gpt ai")) == "<mark>GPT</mark>는 <mark>AI</mark>"


def test_a_long_line_is_cut_around_the_words():
    text = f"{'before ' * 60}the needle stands here {'after ' * 60}"
    cut = str(passage("A summary.", text, words("needle")))
    assert cut.startswith("…before before") and cut.endswith("after…")
    assert "the <mark>needle</mark> stands here" in cut
    assert len(cut) < 260


def test_the_passage_is_the_summary_when_the_words_are_elsewhere():
    assert passage("What it says.", "Other words.", words("title")) == "What it says."


# The page ---------------------------------------------------------------------------------------


def test_the_page_and_the_fragment_show_the_same_results(loaded):
    client = Client()
    page = client.get("/en/search/", {"q": "silt"}).content.decode()
    fragment = client.get(
        "/en/search/", {"q": "silt"}, headers={"X-Fragment": "1"}
    ).content.decode()
    assert '<a href="/en/garden/soil/what-soil-is/">' in fragment
    assert "Soil is sand, <mark>silt</mark> and clay." in fragment
    assert fragment.strip() in page
    assert "<html" not in fragment and "<html" in page


def test_more_leads_to_the_next_page_until_the_last(loaded, tree):
    grow(tree, 2 * search.PAGE + 3)
    load_content(tree)
    first = search.search("worms", "en")
    assert (len(first.results), first.count) == (search.PAGE, 2 * search.PAGE + 3)
    assert first.more == "/en/search/?q=worms&page=2"
    third = search.search("worms", "en", page=3)
    assert (len(third.results), third.count, third.more) == (3, 2 * search.PAGE + 3, "")
    pages = [found("worms", page=page) for page in (1, 2, 3)]
    assert [url for page in pages for url in page] == [
        f"/en/garden/worms/worm-{n}/" for n in range(2 * search.PAGE + 3)
    ]
    assert found("worms", page=9) == pages[0]
    assert Client().get(first.more).content.decode().count("<mark>Worms</mark></a>") == search.PAGE


def test_the_number_of_queries_is_the_same_for_1_and_for_50_results(loaded, tree):
    with CaptureQueriesContext(connection) as one:
        assert search.search("morning", "en").count == 1
    grow(tree, 50)
    load_content(tree)
    with CaptureQueriesContext(connection) as many:
        assert search.search("worms", "en").count == 50
    assert len(one) == len(many) == 2


def test_a_load_of_one_edit_indexes_one_edition(loaded, tree):
    grow(tree, 10)
    load_content(tree)
    edit(tree, "garden/worms/worm-3.md", "live here", "sleep here")
    with CaptureQueriesContext(connection) as queries:
        load_content(tree)
    writes = [q for q in queries if "lessons_search" in q["sql"]]
    assert len(writes) == (1 if connection.vendor == "postgresql" else 2)
    assert found("sleep") == ["/en/garden/worms/worm-3/"]


def test_reindexing_finds_what_was_found_before(loaded, capsys):
    before = search.search("soil", "en")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM lessons_search")
    assert found("soil") == []
    call_command("reindex_search")
    assert capsys.readouterr().out == "indexed: 4\n"
    assert search.search("soil", "en") == before


# What must hold for everything ------------------------------------------------------------------

texts = st.text(max_size=120) | st.text(
    "가나다흙물 ab Éßﬁİ①\u0301\u200d🌱ㅎ\u1112が漢", max_size=60
)


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_input_gets_an_answer(loaded, query):
    with transaction.atomic():  # an error in the database would break the transaction
        assert isinstance(search.search(query, "en").count, int)
    if "\ud800" not in query:
        assert Client().get("/en/search/", {"q": query}).status_code == 200


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts, st.integers(1, 60))
def test_no_input_breaks_search(loaded, query, page):
    answer = search.search(query, "ko", page=page)
    assert len(answer.results) <= answer.count


@given(texts)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_terms_hold_nothing_that_a_database_would_read(text):
    assert all(term.isalnum() and len(term) <= 64 and term == fold(term) for term in terms(text))


@given(texts)
@example("대한민국의 흙")
def test_a_text_is_found_by_each_of_its_own_words(text):
    present = set(terms(text))
    for word in words(text):
        way = word.ways[0]
        assert all(
            any(p.startswith(term.text) if term.is_prefix else p == term.text for p in present)
            for term in way
        )


@given(st.text("가나다라마바사", min_size=3, max_size=8), st.data())
def test_every_part_of_a_korean_word_begins_a_term(word, data):
    start = data.draw(st.integers(0, len(word) - 1))
    part = word[start : start + data.draw(st.integers(1, 3))]
    assert any(term.startswith(part) for term in terms(word))


@given(texts, texts)
def test_marking_adds_marks_and_changes_no_letter(text, query):
    html = str(marked(text, words(query)))
    plain = re.sub("</?mark>", "", html)
    assert plain == escape(unicodedata.normalize("NFC", text))
    assert not re.search("<(?!/?mark>)", html)


@given(texts, texts, texts)
def test_a_passage_is_short(summary, text, query):
    html = str(passage(summary, text * 20, words(query)))
    assert len(unescape(re.sub("</?mark>", "", html))) <= 222
