"""Headings: anchors as GitHub makes them, the blocks of a lesson, a table of contents."""

import re
import unicodedata
from html import unescape
from xml.etree.ElementTree import Element, SubElement

from markdown.treeprocessors import Treeprocessor

from lessons.markup.page import Heading, Page
from lessons.markup.reader import RAW

BLOCKS = ("takeaways", "links", "exercise")
_ATTRIBUTE = re.compile(r"\s*\{(?P<mark>[.#])(?P<name>[^\s{}]+)\}\s*$")
# What the lesson's page itself calls its parts, or the scripts and forms that come into it.
_OF_THE_PAGE = re.compile(
    "site-(main|copy|keys|keys-title)|lesson-(toc|takeaways|links|exercise|progress)|discussion|"
    r"(comment|thread|fn|fnref)-\d+(-\d+)?|(report-|id_).*|progress-receipt|preview-problems"
)
_LEVELS = {f"h{level}": level for level in range(1, 7)}


class Headings(Treeprocessor):
    """Give every heading an anchor, check the levels, and find the blocks of a lesson."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.taken: dict[str, int] = {}
        self.level = 1
        self.blocks: list[str] = []

    def run(self, root: Element) -> None:
        for element in root:
            if element.tag in _LEVELS:
                self._heading(element)
        for parent in root:
            for element in parent.iter():
                if element is not parent and element.tag in _LEVELS:
                    self.page.error(
                        element.get("line"), "a heading inside a list or a quote; move it out"
                    )

    def _heading(self, element: Element) -> None:
        mark, name = _take_attribute(element)
        text = unicodedata.normalize("NFC", plain_text(element)).strip()
        self._check_level(element, text)
        if mark == ".":
            self._block(element, name)
            return
        anchor = self._explicit(element, name) if mark == "#" else self._unique(slug(text))
        element.set("id", anchor)
        self.page.anchors.append(anchor)
        if not self.blocks:
            self.page.headings.append(Heading(_LEVELS[element.tag], anchor, text))
            link = SubElement(element, "a", {"class": "anchor", "href": f"#{anchor}"})
            link.set("aria-hidden", "true")
            link.set("tabindex", "-1")
            link.text = "#"
        elif element.tag == "h2":
            self.page.error(
                element.get("line"),
                f"“{text}” comes after the block {{.{self.blocks[-1]}}}; move it above the blocks",
            )

    def _check_level(self, element: Element, text: str) -> None:
        level, line = _LEVELS[element.tag], element.get("line")
        if not text:
            self.page.error(line, "a heading without text; write one or take it out")
        if level == 1:
            self.page.error(
                line, f"“# {text}” is a second title; begin with ## (the title is above)"
            )
        elif level > self.level + 1:
            self.page.error(
                line,
                f"“{text}” skips a level: {'#' * level} after {'#' * self.level}; "
                f"write {'#' * (self.level + 1)}",
            )
        self.level = max(level, 1)

    def _block(self, element: Element, name: str) -> None:
        line = element.get("line")
        if name not in BLOCKS:
            self.page.error(
                line, f"{{.{name}}} is no block; the blocks are .takeaways, .links, .exercise"
            )
            element.set("block", "unknown")
            return
        if element.tag != "h2":
            self.page.error(line, f"the block {{.{name}}} must be a heading of level 2: ## …")
        if name in self.blocks:
            self.page.error(line, f"a second {{.{name}}} block; put both into one")
        elif self.blocks and BLOCKS.index(name) < BLOCKS.index(self.blocks[-1]):
            self.page.error(
                line, f"{{.{name}}} must come before {{.{self.blocks[-1]}}}; move it up"
            )
        self.blocks.append(name)
        element.set("block", name)

    def _explicit(self, element: Element, anchor: str) -> str:
        if anchor in self.taken:
            self.page.error(
                element.get("line"), f"{{#{anchor}}} is the anchor of a heading above; take another"
            )
        elif _OF_THE_PAGE.fullmatch(anchor):
            self.page.error(
                element.get("line"), f"{{#{anchor}}} is an anchor of the page itself; take another"
            )
        self.taken.setdefault(anchor, 0)
        return anchor

    def _unique(self, anchor: str) -> str:
        name = anchor = _apart(anchor)
        while name in self.taken:
            self.taken[anchor] += 1
            name = _apart(f"{anchor}-{self.taken[anchor]}")
        self.taken[name] = 0
        return name


def _apart(anchor: str) -> str:
    """This anchor, or another where the page has the name itself."""
    return f"section-{anchor}" if _OF_THE_PAGE.fullmatch(anchor) else anchor


def slug(text: str) -> str:
    """The anchor that GitHub gives a heading: lower case, no punctuation, hyphens for spaces."""
    kept = re.sub(r"[^\w\- ]", "", text.lower())
    return kept.strip().replace(" ", "-") or "section"


def block_name(element: Element) -> str:
    """The block that a heading such as ``## Exercise {.exercise}`` begins, or nothing."""
    if element.tag not in _LEVELS:
        return ""
    match = _ATTRIBUTE.search((element[-1].tail if len(element) else element.text) or "")
    return match["name"] if match and match["mark"] == "." else ""


def plain_text(element: Element) -> str:
    """The text a reader sees in an element, without its tags and without raw HTML tags."""
    parts = [
        re.sub(r"<[^>]*>", "", element.text or "") if element.tag == RAW else element.text or ""
    ]
    for child in element:
        if child.get("class") not in ("anchor", "footnote-ref"):
            parts.append(plain_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


_BLOCKS = {
    "p",
    "li",
    "dt",
    "dd",
    "tr",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "figcaption",
    "pre",
    "figure",
    RAW,
}
_CELLS = {"td", "th"}


def readable_text(root: Element) -> str:
    """The text of a page for search and reading time: a line a block, spaces between cells."""
    parts: list[str] = []
    _read(root, parts)
    return re.sub(r"[ \t]*\n\s*", "\n", "".join(parts)).strip()


def _read(element: Element, parts: list[str]) -> None:
    if element.get("class") in ("anchor", "footnote-ref", "footnote-back"):
        return
    text = element.text or ""
    if element.tag == RAW:
        text = unescape(re.sub(r"<[^>]*>", "", text))
    parts.append(text)
    for child in element:
        _read(child, parts)
        parts.append(child.tail or "")
    if element.tag in _BLOCKS and not (element.tag == RAW and "\n" not in (element.text or "")):
        parts.append("\n")
    elif element.tag in _CELLS:
        parts.append(" ")


def _take_attribute(element: Element) -> tuple[str, str]:
    holder, name = (element[-1], "tail") if len(element) else (element, "text")
    text = getattr(holder, name) or ""
    match = _ATTRIBUTE.search(text)
    if not match:
        return "", ""
    setattr(holder, name, text[: match.start()])
    return match.group("mark"), match.group("name")
