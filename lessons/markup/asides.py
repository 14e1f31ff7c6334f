"""Callouts, task lists and tables: small changes to what the reader made."""

import re
from xml.etree.ElementTree import Element, SubElement

from markdown.treeprocessors import Treeprocessor

from lessons.markup.headings import plain_text
from lessons.markup.page import Page
from lessons.markup.reader import RAW

_TITLES = {
    "note": {"en": "Note", "ko": "참고"},
    "tip": {"en": "Tip", "ko": "팁"},
    "important": {"en": "Important", "ko": "중요"},
    "warning": {"en": "Warning", "ko": "주의"},
    "caution": {"en": "Caution", "ko": "경고"},
}
_DONE = {"en": ("to do", "done"), "ko": ("할 일", "한 일")}
_MARKER = re.compile(r"^\[!(\w+)\]")
_EMOJI_CODE = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]+:(?!\w)")
_NO_LINK = re.compile(r"\]\(\s*<?(?:javascript|vbscript|data|file):", re.IGNORECASE)


class Asides(Treeprocessor):
    """Name callouts and task boxes in the page's language; let wide tables scroll."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def run(self, root: Element) -> None:
        for element in list(root.iter()):
            if element.tag == "aside":
                self._callout(element)
            elif element.tag == "blockquote":
                self._quote(element)
            elif element.tag == "input":
                self._task(element)
            elif element.tag == "dl":
                self.page.note(element.get("line"), "GitHub shows a definition list as plain lines")
        self._tables(root)
        self._headers(root)
        self._look_alikes(root)

    def _callout(self, element: Element) -> None:
        kind = element.attrib.pop("kind", "note")
        element.set("class", f"callout callout-{kind}")
        element[0].text = _TITLES[kind].get(self.page.language, _TITLES[kind]["en"])

    def _quote(self, element: Element) -> None:
        match = _MARKER.match(plain_text(element).strip())
        if match:
            known = ", ".join(kind.upper() for kind in _TITLES)
            self.page.error(
                element.get("line"),
                f"[!{match.group(1)}] is no callout; use one of {known}, alone on its line",
            )

    def _task(self, element: Element) -> None:
        is_done = bool(element.attrib.pop("checked", ""))
        element.tag = "span"
        element.set("class", "task-box is-done" if is_done else "task-box")
        element.set("role", "img")
        element.set("aria-label", _DONE.get(self.page.language, _DONE["en"])[is_done])
        element.tail = " " + (element.tail or "").lstrip()

    def _tables(self, root: Element) -> None:
        for parent in list(root.iter()):
            for index, child in enumerate(list(parent)):
                if child.tag == "table":
                    frame = Element("div", {"class": "table", "tabindex": "0"})
                    frame.tail, child.tail = child.tail, None
                    parent[index] = frame
                    frame.append(child)

    def _headers(self, root: Element) -> None:
        """A corner cell without words heads nothing; a header that is a formula is named in words too."""
        for cell in root.iter("th"):
            formulas = [child.text or "" for child in cell.iter("math")]
            if not plain_text(cell).strip():
                cell.tag = "td"
            elif formulas and not (cell.text or "").strip():
                for formula in cell.iter("math"):
                    formula.set("hidden", "1")
                SubElement(cell, "span", {"class": "visually-hidden"}).text = " ".join(formulas)

    def _look_alikes(self, root: Element) -> None:
        for element in root.iter():
            if element.tag not in ("code", "pre", RAW):
                self._look_alike(element.text or "", element.get("line"))
            self._look_alike(element.tail or "", element.get("end"))

    def _look_alike(self, text: str, first: str | None) -> None:
        for line, words in enumerate(text.split("\n"), int(first or 1)):
            for code in _EMOJI_CODE.findall(words):
                self.page.warn(
                    line,
                    f"GitHub shows {code} as an emoji, here it stays text; write the emoji itself",
                )
            if _NO_LINK.search(words):
                self.page.error(
                    line, "an address may be https or a file of the tree; mend the link"
                )
