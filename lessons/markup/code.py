"""Fenced code: highlighted at load; drawings keep their columns in any font."""

import functools
import re
from html import escape
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound
from wcwidth import iter_graphemes, wcswidth

from lessons.markup.page import Page
from lessons.markup.reader import RAW

_INFO = re.compile(r"^(?P<language>[^\s{]+)?\s*(?:title=\"(?P<title>[^\"]*)\")?\s*(?P<rest>.*)$")


class Code(Treeprocessor):
    """Turn each ``pre`` of the reader into a figure with a caption, or an error."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def run(self, root: Element) -> None:
        for element in root.iter("pre"):
            self._figure(element)

    def _figure(self, element: Element) -> None:
        line, text = element.get("line"), element.text or ""
        if element.get("indented"):
            self.page.error(line, "code by indentation has no language; write a fence: ```text")
        match = _INFO.match(element.get("info", ""))
        language, title, rest = match.group("language", "title", "rest") if match else ("", "", "")
        if not language and not element.get("indented"):
            self.page.error(line, "a fence needs a language: ```python, ```text, ```diagram …")
        elif rest:
            self.page.error(
                line, f'“{rest}” is not understood after ```{language}; write title="…"'
            )
        if language == "diagram" and not title:
            self.page.error(line, 'a drawing needs a caption that says it in words: title="…"')
        self._replace(element, language or "text", title or "", text, line)

    def _replace(
        self, element: Element, language: str, title: str, text: str, line: object
    ) -> None:
        tail = element.tail
        element.clear()
        element.tail = tail
        element.tag = "figure"
        element.set("class", f"code language-{_class_name(language)}")
        if title:
            caption = Element("figcaption")
            caption.text = title
            element.append(caption)
        pre = Element(RAW)
        pre.text = self._pre(language, title, text, line)
        element.append(pre)

    def _pre(self, language: str, title: str, text: str, line: object) -> str:
        if language == "diagram":
            return (
                f'<pre role="img" aria-label="{escape(title)}" tabindex="0">{columns(text)}</pre>'
            )
        if language == "text":
            return f'<pre tabindex="0"><code>{columns(text)}</code></pre>'
        lexer = _lexer(language)
        if lexer is None:
            self.page.error(
                str(line),
                f"“{language}” is not a language that can be highlighted; "
                "use a short name of Pygments, or ```text",
            )
            return f"<pre><code>{escape(text)}</code></pre>"
        html = highlight(text, lexer, HtmlFormatter(nowrap=True))
        return f'<pre tabindex="0"><code>{html}</code></pre>'


@functools.cache
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


def _class_name(language: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", language.lower()).strip("-") or "text"


def columns(text: str) -> str:
    """Escape a drawing so that its columns line up in every font.

    A Hangul syllable or an emoji takes two columns in an editor, but most fonts
    draw neither at twice the width of a letter, and box drawings may come from
    yet another font. Each such character gets a box as wide as its columns.
    """
    return "".join(_column(grapheme) for grapheme in iter_graphemes(text))


def _column(grapheme: str) -> str:
    if grapheme.isascii():
        return escape(grapheme, quote=False)
    width = max(wcswidth(grapheme), 1)
    return f'<span class="c{min(width, 2)}">{escape(grapheme, quote=False)}</span>'
