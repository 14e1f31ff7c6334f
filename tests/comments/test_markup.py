"""What comments are made of: little, safe and cheap, whatever was written."""

import re
from urllib.parse import urlsplit

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comments import markup
from tests.comments.hostile import ELEMENTS, SHARED, vectors

NAMESPACE = "{http://www.w3.org/1999/xhtml}"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>\n"),
        ("**생성(Generative)**은", "<p><strong>생성(Generative)</strong>은</p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>\n'),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n"),
        ("`a < b`", "<p><code>a &lt; b</code></p>\n"),
        (
            "[x](https://a.example)",
            '<p><a href="https://a.example" rel="nofollow ugc noopener">x</a></p>\n',
        ),
        (
            "See https://a.example/b_(c). Yes",
            '<p>See <a href="https://a.example/b_(c)" rel="nofollow ugc noopener">https://a.example/b_(c)</a>. Yes</p>\n',
        ),
        # nothing else: no headings, images, tables, rules, HTML
        ("# h", "<p># h</p>\n"),
        (
            "![x](https://a.example/i.png)",
            '<p>!<a href="https://a.example/i.png" rel="nofollow ugc noopener">x</a></p>\n',
        ),
        ("---", "<p>---</p>\n"),
        ("| a |\n|---|", "<p>| a |<br>\n|---|</p>\n"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
    ],
)
def test_markdown_of_comments(text, html):
    assert markup.render(text) == html


def test_fence_is_highlighted_as_in_lessons():
    html = markup.render("```python\nx = 1\n```")
    assert html.startswith(
        '<figure class="code language-python"><pre tabindex="0"><code><span class="n">x</span>'
    )


def test_fence_of_an_unknown_language_is_text():
    assert 'class="code language-text"' in markup.render("```brainfuck\n+\n```")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("안녕하세요", "ko"),
        ("Hello there", "en"),
        ("Python은 좋아요 정말", "ko"),
        ("1234", ""),
        ("ok", ""),
    ],
)
def test_language_is_told_by_the_letters(text, language):
    assert markup.language_of(text) == language


def faults_of(html: str) -> list[str]:
    """Everything about a comment's HTML that should not be, as a strict reader sees it."""
    page = f'<!doctype html><title>x</title><div id="before"></div><div id="body">{html}</div><p id="after">x</p>'
    parser = html5lib.HTMLParser(namespaceHTMLElements=True)
    body = parser.parse(page).find(f"{NAMESPACE}body")
    faults = [f"parse error: {error[1]}" for error in parser.errors]
    if [child.get("id") for child in body] != ["before", "body", "after"]:
        return [*faults, "the page's structure is broken"]
    for element in body[1].iter():
        if element is not body[1]:
            faults += _faults_of_element(element)
    return faults


def _faults_of_element(element) -> list[str]:
    name = str(element.tag).removeprefix(NAMESPACE)
    if name not in ELEMENTS:
        return [f"<{name}>"]
    faults = [f"<{name} {key}>" for key in element.attrib if key not in ELEMENTS[name]]
    if name == "a":
        scheme = urlsplit(re.sub(r"[\x00-\x20]", "", element.get("href", ""))).scheme.lower()
        if scheme not in ("", "http", "https", "mailto"):
            faults.append(f"a link to {scheme}:")
        if element.get("rel") != "nofollow ugc noopener":
            faults.append("a link that gives rank")
    return faults


def test_check_of_faults_can_fail():
    assert faults_of("<p>fine</p>") == []
    assert faults_of("<img src=x onerror=alert(1)>") == ["<img>"]
    assert faults_of('<p onclick="x">a</p>') == ["<p onclick>"]
    assert "the page's structure is broken" in faults_of("</div><h1>mine</h1>")
    assert "a link to javascript:" in faults_of(
        '<a href="java\tscript:alert(1)" rel="nofollow ugc noopener">x</a>'
    )


def test_no_attack_leaves_anything_behind():
    """All of them in process: structure and allow-list. A browser runs them in tests/e2e."""
    found = {text: faults for text in vectors() if (faults := faults_of(markup.render(text)))}
    assert found == {}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared vectors are not here")
def test_all_shared_vectors_are_read():
    assert len(vectors()) > 6415


PIECES = [
    "[", "![", "]", "](", "[a](", "(", ")", "*", "**", "_", "`", "``", "```\n", "~~~\n", "> ", ">", "- ", "1. ", "1) ",
    "+ ", "\n", "\n\n", "\t", "  \n", "\\", "&", "&amp;", "&#", "<", "<a ", "<!--", "<http://a>", "https://a.b/", "|", "|-|\n",
    "[a]: b\n", "#", "---\n", "===\n", "'", '"', "한", "가**", "*한*", "🌱", "\u200d", "a", " ", "\r", "\x00", "\u2028",
    ">```\na\n", "-\n*\n", "[a](b\n[a\n", "- > a\n---\n",
    "```python\n", "```c\n", "```html\n", "/*", "//", "${", "a.", "\\\n",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from(PIECES), max_size=120).map("".join),
    st.tuples(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), st.integers(1, 2500)).map(
        lambda drawn: ("".join(drawn[0]) * drawn[1])[: markup.LONGEST]
    ),
)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_text_renders_safely(text):
    assert faults_of(markup.render(text)) == []


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_rendering_is_the_same_every_time(text):
    assert markup.render(text) == markup.render(text)


@pytest.mark.parametrize("piece", PIECES)
def test_pathological_shapes_stay_small(piece):
    """Not the time (tests/benchmarks measures it) but what it grows with: elements and bytes."""
    html = markup.render(piece * (markup.LONGEST // len(piece)))
    assert html.count("<") <= 1_300
    assert len(html) <= 60_000
