"""What the renderer makes of an author's markdown."""

import re
import unicodedata

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.markup.code import columns
from lessons.markup.headings import slug
from lessons.markup.minutes import reading_minutes
from lessons.markup.page import Page, Picture, Target
from lessons.markup.render import render, render_inline, render_prose
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


def errors(text: str, by=render, **known) -> list[tuple[int, str]]:
    """The line and the first words of every error; ``render_inline`` and others come as ``by``."""
    page = Page("q/t/x.md", text, "en", **known)
    by(page)
    return [(p.line, p.message.partition(";")[0]) for p in page.problems if p.severity == 1]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("one\n\ntwo $\\color{red}x$", 3, "the page would drop <mstyle mathcolor>"),
        ("$\\href{https://example.org}{x}$", 1, "the page would drop <mrow href>"),
        ("$\\large x$", 1, "the page would drop <mstyle mathsize>"),
        ("Term\n: meaning\n\n$\\large x$", 4, "the page would drop <mstyle mathsize>"),
        ("one\n\n<!ELEMENT x>", 3, "“<!ELEMENT x>” is no tag and no comment"),
        ("one\n\n<details>\n</ x> two\n</details>", 4, "</x> closes nothing that is open here"),
        ("one </b>", 1, "</b> closes nothing that is open here"),
        ("one[^1]\n\n[^1]: a\n[^2]: b", 4, "the footnote [^2] is used nowhere"),
        ("one[^1]\n\n[^1]: a\n[^1]: b", 4, "the footnote [^1] is defined twice"),
        (
            "one[^1]\n\n[^1]: a\n\n    [^2]: b",
            5,
            "the footnote [^2] stands inside another footnote",
        ),
        ("\n".join("  " * n + "- a" for n in range(40)), 10, "nested too deeply"),
        ("x\n\n" + ">" * 70 + " text", 3, "nested too deeply"),
    ],
)
def test_whatever_the_page_would_drop_is_an_error_on_its_line(text, line, words):
    assert errors(text) == [(line, words)]


def test_a_note_does_not_switch_the_check_for_loss_off():
    page = Page("q/t/x.md", "Term\n: meaning\n\n$\\large x$", "en")
    render(page)
    assert [p.severity for p in page.problems] == [3, 1]


def test_summaries_and_descriptions_lose_nothing_in_silence():
    leaf = {"q/t/assets/leaf.png": Picture("/assets/1.png", 4, 3)}
    assert errors("![a](assets/leaf.png) hello", render_inline, pictures=leaf) == [
        (1, "the page would drop <img>")
    ]
    assert errors("x\n\n## Exercise {.exercise}", render_prose) == [
        (3, "the page would drop <h2 block>")
    ]


@pytest.mark.parametrize("by", [render, render_inline, render_prose])
def test_what_is_nested_too_deeply_to_be_read_is_an_error(by):
    found = errors("*" * 6000 + "a" + "*" * 6000, by)
    assert (1, "nested too deeply to be read") in found


def test_names_of_pictures_may_hold_hangul_and_spaces():
    pictures = {"q/t/assets/나무 잎.png": Picture("/assets/1.png", 4, 3)}
    decomposed = unicodedata.normalize("NFD", "나무 잎")
    for source in ("<assets/나무 잎.png>", "assets/나무%20잎.png", f"<assets/{decomposed}.png>"):
        result = rendered(f"![A leaf]({source})", pictures=pictures)
        assert '<img src="/assets/1.png" ' in result.body
        assert result.pictures == ["q/t/assets/나무 잎.png"]


def test_every_heading_has_an_anchor_of_its_own():
    result = rendered("## A\n\n## A\n\n## A 1\n\n## Comment\n\n## Comment\n\n## fn-1")
    assert [h.anchor for h in result.headings] == [
        "a",
        "a-1",
        "a-1-1",
        "comment",
        "section-comment-1",
        "section-fn-1",
    ]


def test_an_anchor_of_one_s_own_is_not_taken_twice():
    assert errors("## A\n\nx\n\n## B {#a}\n\nx\n\n## C {#discussion}\n\nx") == [
        (5, "{#a} is the anchor of a heading above"),
        (9, "{#discussion} is an anchor of the page itself"),
    ]


def test_headings_in_the_exercise_are_anchors_but_no_contents():
    result = rendered("## A\n\nx\n\n## Exercise {.exercise}\n\n### Step\n\ny")
    assert [h.anchor for h in result.headings] == ["a"]
    assert result.anchors == ["a", "step"]
    assert '<h3 id="step">' in result.exercise


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        ("\\aplha", "the command \\aplha is not known"),
        ("\\text{\\foo}", "the command \\foo is not known"),
        ("\\frak", "there is nothing to show"),
        ("\\frac{1}", "an argument is missing"),
        ("\\begin{foo}x\\end{foo}", "the environment “foo” is not known"),
    ],
)
def test_latex_that_is_not_known_is_an_error(latex, words):
    assert errors(f"x\n\n${latex}$") == [(3, f"{words} in the formula {latex}")]


@pytest.mark.parametrize(
    "latex",
    [
        "\\backslash",
        "50\\%",
        "\\sum_{i=0}^n x_i^2",
        "\\sqrt[3]{x}",
        "\\overline{x}",
        "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
    ],
)
def test_latex_that_is_known_is_a_formula(latex):
    assert "<math " in rendered(f"x ${latex}$").body


def test_an_ampersand_in_raw_html_stays_as_it_is_written():
    body = rendered("x\n\n<details>\n<summary>AT&T</summary>\nR&D &copy; x\n</details>\nR&D").body
    assert "AT&amp;T</summary>" in body and "R&amp;D &copy; x" in body and body.endswith("R&amp;D")


@pytest.mark.parametrize(
    "before",
    [
        "`a\nb`",
        '<abbr\ntitle="b">a</abbr>',
        "$a\nb$",
        "![a\nb](assets/a.png)",
        '[a](https://example.org/\n"title")',
        "a <!-- b\nc -->",
        "a\\\nb",
    ],
)
def test_a_problem_names_its_line_after_what_spans_lines(before):
    pictures = {"q/t/assets/a.png": Picture("/assets/1.png", 4, 3)}
    page = Page("q/t/x.md", f"x\n\n{before} :tada:\n<blink>", "en", pictures=pictures)
    render(page)
    assert [(p.line, p.message.split()[0]) for p in page.problems] == [
        (5, "<blink>"),
        (4, "GitHub"),
    ]


def test_a_footnote_in_the_text_names_the_line_of_the_text():
    assert [line for line, _ in errors("x\n\na\nb ^[note <blink>]\n\nc\n\nd")] == [4]


def test_details_do_not_reach_across_the_blocks():
    text = "x\n\n<details>\n\ny\n\n## Exercise {.exercise}\n\nz\n\n</details>"
    assert errors(text) == [(3, "<details> is still open where {.exercise} begins")]


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
