"""A page's HTML as the text a reader can select: blocks, each below its heading. Pure."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser

_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {
    "blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "h1", "hr", "li", "ol",
    "p", "pre", "section", "aside", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A paragraph, an item, a cell, a listing; ``anchor`` is that of the heading above it."""

    text: str
    anchor: str


def blocks_of(parts: Iterable[tuple[str, str]]) -> list[Block]:
    """The blocks of (anchor, HTML) parts in order. White space is one space, except in listings."""
    blocks: list[Block] = []
    for anchor, html in parts:
        reader = _Reader(anchor)
        reader.feed(html)
        reader.close()
        blocks += reader.finished()
    return blocks


class _Reader(HTMLParser):
    def __init__(self, anchor: str) -> None:
        super().__init__(convert_charrefs=True)
        self.anchor = anchor
        self.blocks: list[Block] = []
        self.words: list[str] = []
        self.is_listing = self.is_hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in _BLOCKS:
            self._end_block()
        if tag in _HEADINGS and values.get("id"):
            self.anchor = values["id"] or ""
        if tag == "br":
            self.words.append("\n" if self.is_listing else " ")
        self.is_listing = self.is_listing or tag == "pre"
        # The sign beside a heading is for the mouse; nobody reads or selects it.
        self.is_hidden = self.is_hidden or (tag == "a" and values.get("class") == "anchor")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_block()
        if tag == "pre":
            self.is_listing = False
        if tag == "a":
            self.is_hidden = False

    def handle_data(self, data: str) -> None:
        if not self.is_hidden:
            self.words.append(data)

    def finished(self) -> list[Block]:
        self._end_block()
        return self.blocks

    def _end_block(self) -> None:
        text = unicodedata.normalize("NFC", "".join(self.words))
        text = text.strip("\n") if self.is_listing else " ".join(text.split())
        if text.strip():
            self.blocks.append(Block(text, self.anchor))
        self.words = []
