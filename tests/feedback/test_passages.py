"""Passages: taken from the lesson's own text, and found again after it was edited."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.links import at_passage
from feedback.page_text import Block, blocks_of
from feedback.passages import Fate, PageText, Passage, squeeze
from feedback.sources import line_of

BEFORE = """<h2 id="a">Soil<a class="anchor" href="#a">#</a></h2>
<p>Soil is <strong>sand</strong>, silt and clay. It holds water for weeks, and it feeds what grows in it.</p>
<h2 id="b">Water</h2><p>Water in the morning, when the ground is cool. Never at noon.</p>
<pre><code>days = 3
for day in range(days):
    water(plants)
</code></pre><ul><li>Sand drains.</li><li>Clay holds.</li></ul>"""


def text(html: str) -> PageText:
    return PageText(blocks_of([("", html)]))


def edited(*changes: tuple[str, str]) -> PageText:
    html = BEFORE
    for old, new in changes:
        assert old in html
        html = html.replace(old, new)
    return text(html)


def test_blocks_are_what_a_reader_selects():
    assert [(block.text, block.anchor) for block in text(BEFORE).blocks[:3]] == [
        ("Soil", "a"),
        (
            "Soil is sand, silt and clay. It holds water for weeks, and it feeds what grows in it.",
            "a",
        ),
        ("Water", "b"),
    ]
    assert text(BEFORE).blocks[4].text == "days = 3\nfor day in range(days):\n    water(plants)"


def test_a_passage_is_found_whatever_its_white_space():
    found = text(BEFORE).find("range(days):\r\n\twater( plants )".replace(" ", "\u00a0"))
    assert (found.exact, found.anchor) == ("range(days):\n    water(plants)", "b")


def test_the_surroundings_tell_equal_words_apart():
    page = text("<p>One day it rains.</p><p>Another day it shines.</p>")
    assert page.find("day it", suffix=" shines.").block == "Another day it shines."
    assert page.find("day it", prefix="One ").block == "One day it rains."


def test_a_passage_over_several_blocks_is_kept_with_all_of_them():
    found = text(BEFORE).find("drains. Clay")
    assert (found.exact, found.block) == ("drains.\nClay", "Sand drains.\nClay holds.")


@pytest.mark.parametrize("words", ["", " ", "water the plants at noon", "clay silt"])
def test_what_is_not_there_is_not_found(words):
    assert text(BEFORE).find(words) is None


@pytest.mark.parametrize(
    ("words", "change", "fate", "now"),
    [
        # the text moved, or changed elsewhere
        ("silt and clay", ("<h2 id=\"b\">", "<p>A new paragraph.</p><h2 id=\"b\">"), Fate.SAME, "silt and clay"),
        ("Never at noon.", ("for weeks", "for months"), Fate.SAME, "Never at noon."),
        ("It holds water for weeks, and it feeds what grows in it.", ("Soil is", "Earth is made of"), Fate.SAME,
         "It holds water for weeks, and it feeds what grows in it."),
        # the passage itself changed
        ("for weeks", ("for weeks", "for days"), Fate.CHANGED,
         "Soil is sand, silt and clay. It holds water for days, and it feeds what grows in it."),
        ("silt and clay", ("silt and clay", "silt, stones and clay"), Fate.CHANGED,
         "Soil is sand, silt, stones and clay. It holds water for weeks, and it feeds what grows in it."),
        # it is gone with its block
        ("Never at noon.", ("<p>Water in the morning, when the ground is cool. Never at noon.</p>", ""), Fate.GONE, None),
    ],
)  # fmt: skip
def test_a_passage_is_sought_in_the_edited_lesson(words, change, fate, now):
    sighting = edited(change).look_for(text(BEFORE).find(words))
    assert sighting.fate is fate
    assert (sighting.passage.exact if sighting.passage else None) == now


def test_the_difference_is_shown_word_by_word():
    sighting = edited(("for weeks", "for days")).look_for(text(BEFORE).find("for weeks"))
    assert [(c.before, c.after) for c in sighting.changes if not c.is_same] == [("weeks,", "days,")]


def test_a_short_word_that_stands_elsewhere_is_not_taken_for_the_passage():
    page = text("<p>Soil holds teh water that plants drink on a hot day.</p>")
    passage = page.find("teh")
    later = text("<p>Soil holds the water that plants drink on a hot day. Whateher it is.</p>")
    assert later.look_for(passage).fate is Fate.CHANGED


def test_korean_is_found_again():
    page = text("<p>흙은 모래와 미사와 점토예요. 물을 오래 품고 있어요.</p>")
    later = text("<p>새 문단이에요.</p><p>흙은 모래, 미사, 점토예요. 물을 오래 품고 있어요.</p>")
    assert later.look_for(page.find("물을 오래 품고")).fate is Fate.SAME
    assert later.look_for(page.find("모래와 미사와")).fate is Fate.CHANGED


def test_the_search_has_a_bounded_cost():
    """200,000 characters of the worst kind: the same word again and again."""
    page = PageText([Block("word " * 40_000, "")])
    began = time.process_time()
    page.look_for(Passage("word word", "x", "y", "word " * 400))
    page.find("word" * 250, "x" * 64, "y" * 64)
    assert time.process_time() - began < 1


@given(st.lists(st.text(max_size=40), max_size=8), st.data())
def test_whatever_can_be_selected_is_found(paragraphs, data):
    page = PageText([Block(" ".join(part.split()), "") for part in paragraphs if part.split()])
    if not page.squeezed:
        return
    start = data.draw(st.integers(0, len(page.full) - 1))
    words = page.full[start : data.draw(st.integers(start + 1, len(page.full)))]
    if not squeeze(words):
        return
    found = page.find(words)
    assert found is not None
    assert squeeze(found.exact) == squeeze(words)
    assert page.look_for(found).fate is Fate.SAME


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("sand, silt", "/p#a:~:text=Soil%20is-,sand%2C%20silt,-and%20clay.%20It"),
        ("ilt and cl", "/p#a:~:text=Soil%20is%20sand%2C-,silt%20and%20clay.,-It%20holds%20water"),
        ("drains. Clay", "/p#b:~:text=drains.,Clay"),
        ("It holds water for weeks, and it feeds what grows in it.", "/p#a:~:text=silt%20and%20clay.-,"
         "It%20holds%20water%20for%20weeks%2C%20and%20it%20feeds%20what%20grows%20in%20it."),
    ],
)  # fmt: skip
def test_a_link_leads_to_the_whole_words(words, address):
    found = text(BEFORE).find(words)
    assert at_passage("/p", found) == address


@pytest.mark.parametrize(
    ("passage", "line"),
    [
        ("sand, silt", 3),
        ("Clay holds", 8),
        ("is cool. Never", 6),
        ("water(plants)", 11),
        ("not there", 1),
    ],
)
def test_the_line_of_a_passage_is_found_in_its_markdown(passage, line):
    markdown = (
        "## Soil {#soil}\n\nSoil is **[sand](other.md#x)**, silt and *clay*.\n\n"
        "Water when the ground\nis cool. Never at noon.\n- Sand drains.\n- Clay holds.[^1]\n"
        "```python\nfor day in days:\n    water(plants)\n```\n"
    )
    assert line_of(passage, markdown) == line
