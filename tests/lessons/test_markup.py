"""What the renderer makes of an author's markdown."""

import re

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.markup.code import columns
from lessons.markup.headings import slug
from lessons.markup.minutes import reading_minutes
from lessons.markup.page import Page, Picture, Target
from lessons.markup.render import render, render_inline
from lessons.markup.sanitize import LESSON, sanitize


def rendered(text: str, language: str = "en", **known):
    page = Page("q/t/x.md", text, language, **known)
    result = render(page)
    assert [str(p) for p in result.problems if p.severity == 1] == []
    return result


def test_blocks_are_cut_out_of_the_body_in_their_order():
    result = rendered(
        "Words.\n\n## Key Takeaways {.takeaways}\n\n- One\n- Two\n\n## External Links {.links}\n\n"
        "- [a](https://example.org/): b\n\n## Exercise {.exercise}\n\nDo."
    )
    assert result.body == "<p>Words.</p>"
    assert result.takeaways == "<ul><li>One</li><li>Two</li></ul>"
    assert (
        result.external_links
        == '<ul><li><a href="https://example.org/" rel="noopener">a</a>: b</li></ul>'
    )
    assert result.exercise == "<p>Do.</p>"
    assert result.takeaway_count == 2


def test_a_fence_has_a_caption_and_is_highlighted():
    body = rendered('```python title="A loop"\nfor x in y:\n    pass\n```').body
    assert (
        '<figure class="code language-python"><figcaption>A loop</figcaption><pre tabindex="0"><code>'
        in body
    )
    assert '<span class="k">for</span>' in body


def test_a_callout_is_named_in_the_language_of_the_edition():
    assert (
        rendered("> [!TIP]\n> Say it.").body
        == '<aside class="callout callout-tip"><p class="callout-title">Tip</p><p>Say it.</p></aside>'
    )
    assert "팁" in rendered("> [!TIP]\n> Say it.", "ko").body


def test_hints_fold_and_hold_markdown():
    body = rendered("<details>\n<summary>Hint</summary>\n\nLook *here*.\n\n</details>").body
    assert (
        re.sub(r"\s+", " ", body)
        == "<details> <summary>Hint</summary> <p>Look <em>here</em>.</p> </details>"
    )


def test_a_picture_alone_is_a_figure_with_its_size():
    pictures = {"q/t/assets/a.png": Picture("/assets/1.png", 40, 30)}
    assert rendered('![A leaf](assets/a.png "Green")', pictures=pictures).body == (
        '<figure class="picture"><img src="/assets/1.png" alt="A leaf" width="40" height="30" loading="lazy" '
        'decoding="async"><figcaption>Green</figcaption></figure>'
    )


def test_links_to_lessons_lead_to_the_reader_s_language():
    targets = {"q/t/y.md": Target("q/t/y")}
    assert '<a href="/ko/q/t/y/#a">' in rendered("[y](y.md#a)", "ko", targets=targets).body
    assert '<a href="/ko/q/t/y/">' in rendered("[y](y.ko.md)", "ko", targets=targets).body


def test_formulas_become_mathml_without_script():
    body = rendered("Now $x^2$ and\n\n$$\n\\frac{a}{b}\n$$").body
    assert '<math alttext="x^2"' in body and "<msup>" in body
    assert 'display="block"' in body and "<mfrac>" in body


def test_a_dollar_of_money_stays_money():
    assert "<math" not in rendered("It costs $5 and $10, or \\$3.").body


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("생성이란 무엇일까?", "생성이란-무엇일까"),
        ("What's new, in 3.11?", "whats-new-in-311"),
        ("A_b-c", "a_b-c"),
        ("!!!", "section"),
    ],
)
def test_anchors_are_those_of_github_and_keep_hangul(text, anchor):
    assert slug(text) == anchor


def test_the_same_heading_twice_has_two_anchors():
    result = rendered("## A\n\nx\n\n## A\n\ny")
    assert [h.anchor for h in result.headings] == ["a", "a-1"]


def test_tables_scroll_and_keep_their_alignment():
    body = rendered("| a | b |\n|---|--:|\n| 1 | 2 |").body
    assert (
        body.startswith('<div class="table" tabindex="0"><table>')
        and '<td class="align-right">2</td>' in body
    )


def test_comments_are_for_authors():
    assert rendered("Seen. <!-- not seen -->\n\n<!-- nor\nthis -->").body.strip() == "<p>Seen. </p>"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("word " * 238, 1),
        ("word " * 239, 2),
        ("가" * 500, 1),
        ("가" * 501, 2),
        ("가" * 500 + " word" * 238, 2),
        ("", 1),
    ],
)
def test_reading_time_counts_hangul_by_characters_and_the_rest_by_words(text, minutes):
    assert reading_minutes(text) == minutes


def test_a_summary_is_one_line():
    page = Page("q/t/x.md", "- a list", "en")
    render_inline(page)
    assert [p.message for p in page.problems] == [
        "only inline markdown can stand here: one paragraph of text"
    ]


_PIECES = [
    *"ab가 \n*_`#>-[]()!<&|:~$\\1.{}\"'=/",
    "<script>",
    "**",
    "```",
    "$$",
    "\n\n",
    "<kbd>",
    "</kbd>",
    "- [ ] ",
    "[^1]",
]
markdown = st.lists(st.sampled_from(_PIECES), max_size=60).map("".join)


@given(markdown)
@settings(max_examples=300, deadline=None)
def test_any_text_renders_to_what_the_sanitiser_allows(text):
    """Whatever is written: no exception, and a second sanitiser finds nothing to take out."""
    page = Page("q/t/x.md", text, "en")
    body = render(page).body
    second = nh3.clean(
        body,
        tags=set(LESSON),
        attributes={tag: set(names) for tag, names in LESSON.items()},
        link_rel=None,
        url_schemes={"http", "https", "mailto"},
        strip_comments=True,
    )
    assert set(re.findall(r"<([a-z0-9]+)", body)) == set(re.findall(r"<([a-z0-9]+)", second))
    assert "<script" not in body


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_sanitising_twice_changes_nothing(text):
    once = sanitize(text)
    assert sanitize(once) == once


@given(st.text(st.sampled_from("ab 가나🦊┌─│→\n👩‍🔬"), max_size=60))
@settings(deadline=None)
def test_a_drawing_loses_no_character(text):
    import html

    assert html.unescape(re.sub(r"</?span[^>]*>", "", columns(text))) == text


def test_a_corner_cell_is_no_header_and_a_formula_names_its_column():
    body = rendered("| | $w$ |\n|---|---|\n| a | 1 |").body
    assert '<thead><tr><td></td><th><math aria-hidden="true" ' in body
    assert '</math><span class="visually-hidden">w</span></th>' in body
