"""Agreement with CommonMark and with what GitHub shows, because authors preview there."""

import json
import re
from pathlib import Path

import html5lib
import pytest
from markdown import Markdown

from lessons.markup.page import Page
from lessons.markup.reader import markdown_for
from lessons.markup.render import render

# The specification's own examples, where they are at hand; the project carries those below.
SPECIFICATION = Path(__file__).resolve().parents[3] / "shared" / "data" / "commonmark.json"
_BLOCKS = {
    "p",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "hr",
    "div",
    "table",
    "section",
    "h1",
    "h2",
    "h3",
}


def convert(text: str) -> str:
    html = markdown_for(Page("q/t/x.md", text, "en")).convert(text)
    return re.sub(
        r'<pre info="([^"]*)"(?: indented="1")?>(.*?)</pre>', _as_specified, html, flags=re.DOTALL
    )


def _as_specified(match: re.Match[str]) -> str:
    words = match[1].split()
    language = f' class="language-{words[0]}"' if words else ""
    return f"<pre><code{language}>{match[2]}</code></pre>"


def shape(html: str) -> list[object]:
    """The structure of HTML, with white space that nobody sees taken out."""
    flat = _flatten(html5lib.parseFragment(html.strip(), namespaceHTMLElements=False), False)
    joined: list[object] = []
    for item in flat:
        if isinstance(item, str) and joined and isinstance(joined[-1], str):
            joined[-1] += item
        else:
            joined.append(item)
    return [
        item.strip() if isinstance(item, str) else item
        for item in joined
        if not isinstance(item, str) or item.strip()
    ]


def _flatten(element, is_pre: bool) -> list[object]:
    is_pre = is_pre or element.tag in ("pre", "code")
    read = (lambda text: text or "") if is_pre else (lambda text: re.sub(r"\s+", " ", text or ""))
    found: list[object] = [
        (str(element.tag), tuple(sorted(element.attrib.items()))),
        read(element.text),
    ]
    for child in element:
        found += [*_flatten(child, is_pre), read(child.tail)]
    return [*found, "" if element.tag not in _BLOCKS else ("end",)]


def test_specification_examples_pass_through_and_the_agreeing_are_counted(capsys):
    if not SPECIFICATION.exists():
        examples = [{"number": n, "markdown": m, "html": h} for n, (m, h) in enumerate(OWN, 1)]
    else:
        examples = json.loads(SPECIFICATION.read_text())
    different, alone = [], 0
    for example in examples:
        render(Page("q/t/x.md", example["markdown"], "en"))
        if shape(convert(example["markdown"])) != shape(example["html"]):
            different.append(example["number"])
        alone += shape(Markdown().convert(example["markdown"])) == shape(example["html"])
    agree = len(examples) - len(different)
    with capsys.disabled():
        print(
            f"\nCommonMark: {agree} of {len(examples)} examples agree ({alone} with Python-Markdown alone)"
        )
    # GitHub links bare addresses, CommonMark does not: examples 608, 611 and 612. We follow GitHub.
    assert different in ([], [608, 611, 612])


OWN = [
    (
        "- one\n  - two\n    - three\n",
        "<ul><li>one<ul><li>two<ul><li>three</li></ul></li></ul></li></ul>",
    ),
    ("Words:\n- one\n- two\n", "<p>Words:</p><ul><li>one</li><li>two</li></ul>"),
    (
        "1. one\n   ```python\n   x = 1\n   ```\n2. two\n",
        '<ol><li>one<pre><code class="language-python">x = 1\n</code></pre></li><li>two</li></ol>',
    ),
    (
        "> quoted\n>\n> ```sh\n> ls\n> ```\n",
        '<blockquote><p>quoted</p><pre><code class="language-sh">ls\n</code></pre></blockquote>',
    ),
    ("a  \nb\\\nc\n", "<p>a<br />b<br />c</p>"),
    (
        "<https://example.org/a?b=c>\n",
        '<p><a href="https://example.org/a?b=c">https://example.org/a?b=c</a></p>',
    ),
    (
        "See https://example.org/x.\n",
        '<p>See <a href="https://example.org/x">https://example.org/x</a>.</p>',
    ),
    (
        "*a*b **c**d __e__ snake_case_word\n",
        "<p><em>a</em>b <strong>c</strong>d <strong>e</strong> snake_case_word</p>",
    ),
    (
        "| a | b |\n|---|:-:|\n| 1 | 2 |\n",
        '<table><thead><tr><th>a</th><th class="align-center">b</th></tr></thead><tbody><tr><td>1</td><td class="align-center">2</td></tr></tbody></table>',
    ),
    ("~~gone~~\n", "<p><s>gone</s></p>"),
    ("3. three\n4. four\n", '<ol start="3"><li>three</li><li>four</li></ol>'),
    ("- a\n\n- b\n", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
    ("10. ten\n\n    more\n", '<ol start="10"><li><p>ten</p><p>more</p></li></ol>'),
]
KOREAN = [
    (
        "**생성(Generative)**은 새로 만드는 일이다.",
        "<p><strong>생성(Generative)</strong>은 새로 만드는 일이다.</p>",
    ),
    ("이것은 **“따옴표”**라고 한다.", "<p>이것은 <strong>“따옴표”</strong>라고 한다.</p>"),
    ("한글*(기울임)*입니다", "<p>한글<em>(기울임)</em>입니다</p>"),
    ("~~취소(cancel)~~를 했다", "<p><s>취소(cancel)</s>를 했다</p>"),
    ("2 * 3 * 4는 곱셈이다", "<p>2 * 3 * 4는 곱셈이다</p>"),
    ("변수_이름_은 그대로", "<p>변수_이름_은 그대로</p>"),
]


@pytest.mark.parametrize(("markdown", "html"), OWN + KOREAN)
def test_what_authors_write_reads_as_they_mean_it(markdown, html):
    assert shape(convert(markdown)) == shape(html)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("Fine.\n\n**생성(Generative)**은", 3, "GitHub shows its asterisks"),
        ("Fine.\n\nTerm\n: meaning", 3, "definition list"),
        ("Fine :tada: yes", 1, ":tada:"),
        ("주소는 https://example.org/에서", 1, "swallows the Hangul"),
        ("a <u>b</u>", 1, "<u>"),
        ("```mermaid\ngraph\n```", 1, "mermaid"),
    ],
)
def test_what_differs_on_github_is_reported_with_its_line(text, line, words):
    problems = render(Page("q/t/x.md", text, "ko")).problems
    assert [p.line for p in problems if words in p.message] == [line]
