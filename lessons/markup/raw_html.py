"""Raw HTML in markdown: a short list is allowed, the rest is said with its line."""

from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor

from lessons.markup.headings import block_name
from lessons.markup.page import Page
from lessons.markup.reader import RAW, VOID

ALLOWED: dict[str, frozenset[str]] = {
    "abbr": frozenset({"title"}),
    "details": frozenset(),
    **dict.fromkeys(
        "br cite del ins kbd mark q rp rt ruby samp small sub summary sup var".split(),
        frozenset[str](),
    ),
}


class RawHtml(Treeprocessor):
    """Check every piece of raw HTML; comments are dropped, they are for authors."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def run(self, root: Element) -> None:
        checker = _Checker(self.page)
        for element in root.iter():
            if element.tag == RAW:
                checker.check(element)
            elif block_name(element):
                checker.end_of_block(block_name(element))
        checker.finish()


class _Checker(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=False)
        self.page = page
        self.open: list[tuple[str, int]] = []
        self.refused: set[str] = set()
        self.first_line = 1

    def check(self, element: Element) -> None:
        self.first_line = int(element.get("line", "1"))
        self.kept: list[str] = []
        self.lines = (element.text or "").split("\n")
        self.reset()
        self.feed(element.text or "")
        if self.rawdata.startswith("&"):  # the parser waits for a “;” that may never come
            self.kept.append(self.rawdata)
        elif self.rawdata:
            self.page.error(self.line, "this tag is not closed with “>”; finish it, or write &lt;")
        element.text = "".join(self.kept)

    def end_of_block(self, name: str) -> None:
        """Refuse what is open where a block of the lesson begins: the page is cut here."""
        for tag, line in self.open:
            self.page.error(
                line, f"<{tag}> is still open where {{.{name}}} begins; close it before the heading"
            )

    def finish(self) -> None:
        for tag, line in self.open:
            self.page.error(line, f"<{tag}> is never closed; add </{tag}>")

    @property
    def line(self) -> int:
        return self.first_line + self.getpos()[0] - 1

    @property
    def source(self) -> str:
        """What is being read, from its beginning to the end of its line."""
        line, column = self.getpos()
        return self.lines[line - 1][column:]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            self.page.error(self.line, _not_allowed(tag))
            self.refused.add(tag)
            return
        for name, _ in attrs:
            if name not in ALLOWED[tag]:
                self.page.error(
                    self.line, f"<{tag}> may not have the attribute “{name}”; take it out"
                )
        if tag not in VOID:
            self.open.append((tag, self.line))
        self.kept.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in ALLOWED and tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.refused:
            return  # what opened it is an error already
        if not self.open or self.open[-1][0] != tag:
            self.page.error(self.line, f"</{tag}> closes nothing that is open here; take it out")
            return
        self.open.pop()
        self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.kept.append(data)

    def handle_entityref(self, name: str) -> None:
        self._keep_reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._keep_reference(f"&#{name}")

    def _keep_reference(self, text: str) -> None:
        self.kept.append(f"{text};" if self.source.startswith(f"{text};") else text)

    def handle_comment(self, data: str) -> None:
        if not self.source.startswith("<!--"):
            self.page.error(
                self.line, f"“{self.source}” is no tag and no comment; take it out, or write &lt;"
            )

    def handle_decl(self, decl: str) -> None:
        self.page.error(self.line, f"“<!{decl}>” is not allowed in a lesson; take it out")

    def handle_pi(self, data: str) -> None:
        self.page.error(self.line, f"“<?{data}>” is not allowed in a lesson; take it out")

    def unknown_decl(self, data: str) -> None:
        self.page.error(self.line, "a CDATA section is not allowed in a lesson; take it out")


def _not_allowed(tag: str) -> str:
    instead = {
        "img": "write ![alt](assets/name.png)",
        "a": "write [text](address)",
        "b": "write **bold**",
        "strong": "write **bold**",
        "i": "write *italics*",
        "em": "write *italics*",
        "p": "leave an empty line between paragraphs",
        "div": "leave it out",
        "table": "write a table with pipes",
        "pre": "write a fence",
        "code": "write `code`",
    }.get(tag, f"write &lt;{tag}> if you mean the text, or use markdown")
    return f"<{tag}> is not an allowed tag (the page would drop it); {instead}"
