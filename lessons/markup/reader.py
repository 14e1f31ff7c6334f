"""CommonMark and GitHub's additions, as a reader for Python-Markdown.

Authors preview on GitHub, and Python-Markdown's own block parser reads nested
lists, lists after a paragraph and fences in lists differently. This extension
keeps Python-Markdown as the frame (tree processors, one conversion) and lets
markdown-it-py read the text, which follows the CommonMark specification
(https://spec.commonmark.org/) and knows on which line each block began.
Every element of the tree carries that line in its ``line`` attribute, and the
line on which its tail begins in ``end``; the serializer leaves both out.
"""

import functools
from html import escape
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension
from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.gfm import gfm_plugin

from lessons.markup.emphasis import differs_on_github, use_cjk_emphasis
from lessons.markup.page import Page

RAW = "raw"  # the tag of an element whose text is HTML already
VOID = {"br", "hr", "img", "input", "wbr"}
_DEEPEST = 20  # elements in elements; the parser itself drops what is deeper than its maxNesting


class CommonMark(Extension):
    """Read a ``Page`` as CommonMark; its problems are recorded on the page."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def extendMarkdown(self, md: Markdown) -> None:
        for registry in (md.preprocessors, md.treeprocessors, md.postprocessors):
            for name in [item.name for item in registry._priority]:
                registry.deregister(name)
        md.parser = _Parser(md, self.page)


def markdown_for(page: Page, *extensions: Extension) -> Markdown:
    """A Markdown that reads this page as CommonMark; good for one conversion."""
    md = Markdown(extensions=[CommonMark(page), *extensions])
    md.serializer = to_html  # not in the extension: the constructor sets its own afterwards
    return md


class _Parser(BlockParser):
    def __init__(self, md: Markdown, page: Page) -> None:
        super().__init__(md)
        self.page = page

    def parseDocument(self, lines: list[str]) -> ElementTree:
        root = Element(self.md.doc_tag)
        found: dict[str, Any] = {"lost_footnotes": []}
        _TreeBuilder(root, self.page).build(commonmark().parse("\n".join(lines), found))
        for line, message in found["lost_footnotes"]:
            self.page.error(line, message)
        return ElementTree(root)


@functools.cache
def commonmark() -> MarkdownIt:
    """The parser for lessons: CommonMark, GitHub's additions, definition lists and math."""
    md = MarkdownIt("commonmark", {"maxNesting": 60})
    use_cjk_emphasis(md)
    gfm_plugin(md)
    md.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        allow_blank_lines=False,
        double_inline=True,
    )
    md.use(deflist_plugin)
    md.core.ruler.before("footnote_tail", "lost_footnotes", _find_lost_footnotes)
    return md


def _find_lost_footnotes(state: StateCore) -> None:
    """Collect the definitions of footnotes that the next rule drops without a word."""
    numbers = state.env.get("footnotes", {}).get("refs", {})
    seen: set[str] = set()
    depth = 0
    for token in state.tokens:
        depth -= token.type == "footnote_reference_close"
        if token.type != "footnote_reference_open":
            continue
        depth += 1
        label, line = token.meta["label"], (token.map or [0])[0] + 1
        if depth > 1:
            why = "stands inside another footnote; move it out"
        elif label in seen:
            why = "is defined twice; keep one of them"
        elif numbers.get(f":{label}", -1) < 0:
            why = f"is used nowhere; write [^{label}] in the text, or take it out"
        else:
            why = ""
        seen.add(label)
        if why:
            state.env["lost_footnotes"].append((line, f"the footnote [^{label}] {why}"))


class _TreeBuilder:
    """Turns the flat list of tokens into elements."""

    def __init__(self, root: Element, page: Page) -> None:
        self.stack = [root]
        self.page = page
        self.line = 1
        self.footnotes: dict[int, int] = {}  # the line on which each is first referred to

    def build(self, tokens: list[Token]) -> None:
        for token in tokens:
            if token.map:
                self.line = token.map[0] + 1
            if token.type == "inline":
                self._inline(token)
            else:
                self._token(token)

    def _inline(self, token: Token) -> None:
        if differs_on_github(token):
            self.page.note(
                self.line,
                "this emphasis touches Hangul and punctuation: it works here, but GitHub "
                "shows its asterisks; to please both, put a space outside the asterisks",
            )
        first = self.line
        for child in token.children or []:
            self.line = first + (child.map or [0])[0]
            self._token(child)

    def _token(self, token: Token) -> None:
        if token.hidden:
            return
        handler = getattr(self, f"_{token.type}", None)
        if handler:
            handler(token)
        elif token.nesting == 1:
            self._open(token.tag, token)
        elif token.nesting == -1:
            self.stack.pop()
        else:
            self._leaf(token.tag, token)

    def _open(self, tag: str, token: Token | None = None, **attributes: str) -> Element:
        element = self._leaf(tag, token, **attributes)
        self.stack.append(element)
        if len(self.stack) == _DEEPEST:
            self.page.error(self.line, "nested too deeply; make this list or quote flatter")
        return element

    def _leaf(self, tag: str, token: Token | None = None, **attributes: str) -> Element:
        element = SubElement(self.stack[-1], tag)
        for name, value in (token.attrs if token else {}).items():
            element.set(name, str(value))
        for name, value in attributes.items():
            element.set(name.rstrip("_"), value)
        element.set("line", str(self.line))
        return element

    def _write(self, text: str) -> None:
        parent = self.stack[-1]
        if len(parent):
            if not parent[-1].tail:
                parent[-1].set("end", str(self.line))
            parent[-1].tail = (parent[-1].tail or "") + text
        else:
            parent.text = (parent.text or "") + text

    def _text(self, token: Token) -> None:
        self._write(token.content)

    _text_special = _text

    def _softbreak(self, token: Token) -> None:
        self._write("\n")

    def _hardbreak(self, token: Token) -> None:
        self._leaf("br")
        self._write("\n")

    def _code_inline(self, token: Token) -> None:
        self._leaf("code").text = token.content

    def _code_block(self, token: Token) -> None:
        self._leaf("pre", info="", indented="1").text = token.content

    def _fence(self, token: Token) -> None:
        self._leaf("pre", info=unescapeAll(token.info).strip()).text = token.content

    def _html_block(self, token: Token) -> None:
        self._leaf(RAW).text = token.content

    _html_inline = _html_block

    def _image(self, token: Token) -> None:
        element = self._leaf("img", token)
        element.set("alt", "".join(_plain(child) for child in token.children or []))

    def _math_inline(self, token: Token) -> None:
        self._leaf("math", display="inline").text = token.content

    def _math_inline_double(self, token: Token) -> None:
        self._leaf("math", display="block").text = token.content

    def _math_block(self, token: Token) -> None:
        self._leaf("math", display="block").text = token.content

    def _alert_open(self, token: Token) -> None:
        self._open("aside", kind=str(token.meta["kind"]).lower())

    def _alert_title_open(self, token: Token) -> None:
        self._open("p", class_="callout-title")

    def _list_item_open(self, token: Token) -> None:
        checked = (token.meta or {}).get("checked")
        item = self._open("li")
        if checked is not None:
            item.set("class", "task")
            self._leaf("input", checked="1" if checked else "")

    def _bullet_list_open(self, token: Token) -> None:
        self._open("ul")

    def _align(self, token: Token) -> None:
        side = str(token.attrs.pop("style", "")).removeprefix("text-align:")
        cell = self._open(token.tag)
        if side:
            cell.set("class", f"align-{side}")

    _th_open = _align
    _td_open = _align

    def _footnote_ref(self, token: Token) -> None:
        number, again = token.meta["id"] + 1, token.meta.get("subId", 0)
        self.footnotes.setdefault(number, self.line)
        suffix = f"-{again + 1}" if again else ""
        mark = self._open("sup", class_="footnote-ref")
        link = self._leaf("a", href=f"#fn-{number}", id=f"fnref-{number}{suffix}")
        link.text = str(number)
        self.stack.remove(mark)

    def _footnote_block_open(self, token: Token) -> None:
        self._open("section", class_="footnotes", role="doc-endnotes")
        self._open("ol")

    def _footnote_block_close(self, token: Token) -> None:
        del self.stack[-2:]

    def _footnote_open(self, token: Token) -> None:
        number = token.meta["id"] + 1
        self.line = self.footnotes.get(number, self.line)
        self._open("li", id=f"fn-{number}")

    def _footnote_anchor(self, token: Token) -> None:
        number, again = token.meta["id"] + 1, token.meta["subId"]
        suffix = f"-{again + 1}" if again else ""
        self._write(" ")
        back = self._leaf("a", href=f"#fnref-{number}{suffix}", class_="footnote-back")
        back.text = "↩"


def _plain(token: Token) -> str:
    if token.children:
        return "".join(_plain(child) for child in token.children)
    return "\n" if token.type in ("softbreak", "hardbreak") else token.content


def to_html(root: Element) -> str:
    """Serialize a tree: text escaped, ``RAW`` as it is, no ``line`` and no ``end``."""
    parts: list[str] = []
    _write_element(root, parts)
    return "".join(parts)


def _write_element(element: Element, parts: list[str]) -> None:
    if element.tag == RAW:
        parts.append(element.text or "")
    else:
        attributes = "".join(
            f' {name}="{escape(value)}"'
            for name, value in element.items()
            if name not in ("line", "end")
        )
        parts.append(f"<{element.tag}{attributes}>")
        if element.tag not in VOID:
            parts.append(escape(element.text or "", quote=False))
            for child in element:
                _write_element(child, parts)
            parts.append(f"</{element.tag}>")
    parts.append(escape(element.tail or "", quote=False))
