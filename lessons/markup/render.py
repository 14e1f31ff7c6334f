"""From a page's markdown to the blocks of a lesson."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension

from lessons.markup.asides import Asides
from lessons.markup.code import Code
from lessons.markup.figures import Figures
from lessons.markup.formulas import Formulas
from lessons.markup.headings import Headings, plain_text, readable_text
from lessons.markup.links import Links
from lessons.markup.minutes import reading_minutes
from lessons.markup.page import Page, Rendered
from lessons.markup.raw_html import RawHtml
from lessons.markup.reader import RAW, markdown_for, to_html
from lessons.markup.sanitize import INLINE, LESSON, lost, sanitize

VERSION = "4"  # raise it when the same markdown gives other HTML: the next load renders all anew


class _Lesson(Extension):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

        self.figures = Figures(page)

    def extendMarkdown(self, md: Markdown) -> None:
        page = self.page
        steps = (
            RawHtml(page),
            Asides(page),
            Formulas(page),
            Code(page),
            self.figures,
            Headings(page),
            Links(page),
        )
        for priority, step in enumerate(reversed(steps)):
            md.treeprocessors.register(step, type(step).__name__, priority)


_Part = tuple[str | None, str]  # the line on which some HTML begins, and the HTML
_TOO_DEEP = "nested too deeply to be read; make it flatter"


def render(page: Page) -> Rendered:
    """Render the body of a lesson. Every mistake is in the result's ``problems``."""
    try:
        return _render(page)
    except RecursionError:
        page.error(1, _TOO_DEEP)
        return Rendered(problems=page.problems)


def _render(page: Page) -> Rendered:
    lesson = _Lesson(page)
    root = _tree(page, lesson)
    blocks = _cut(root)
    text = readable_text(root)
    takeaways = blocks["takeaways"]
    rendered = {name: _sanitized(page, elements) for name, elements in blocks.items()}
    _check_blocks(blocks, page)
    return Rendered(
        body=rendered["body"],
        takeaways=rendered["takeaways"],
        external_links=rendered["links"],
        exercise=rendered["exercise"],
        takeaway_count=sum(len(e.findall("li")) for e in takeaways if e.tag in ("ul", "ol")),
        headings=page.headings,
        anchors=page.anchors,
        links=page.links,
        pictures=lesson.figures.used,
        text=text,
        minutes=reading_minutes(text),
        problems=page.problems,
    )


def render_inline(page: Page) -> tuple[str, str]:
    """Render one line of inline markdown (a summary): its HTML and its plain text."""
    try:
        root = _tree(page, _Lesson(page))
        return _inline(page, root), plain_text(root)
    except RecursionError:
        page.error(1, _TOO_DEEP)
        return "", ""


def _inline(page: Page, root: Element) -> str:
    if len(root) != 1 or root[0].tag != "p":
        page.error(1, "only inline markdown can stand here: one paragraph of text")
        return ""
    html = to_html(root[0]).removeprefix("<p>").removesuffix("</p>")
    return _clean(page, [(root[0].get("line"), html)], INLINE)


def render_prose(page: Page) -> str:
    """Render a description: paragraphs, lists and the like, without the blocks of a lesson."""
    try:
        return _sanitized(page, list(_tree(page, _Lesson(page))))
    except RecursionError:
        page.error(1, _TOO_DEEP)
        return ""


def _tree(page: Page, lesson: "_Lesson") -> Element:
    """The processed elements of a page, before they become text."""
    trees = [Element("div")]
    md = markdown_for(page, lesson)
    md.serializer = lambda root: trees.append(root) or to_html(root)  # type: ignore[func-returns-value]
    md.convert(page.text)
    return trees[-1]


def _cut(root: Element) -> dict[str, list[Element]]:
    blocks: dict[str, list[Element]] = {"body": [], "takeaways": [], "links": [], "exercise": []}
    current = blocks["body"]
    footnotes: list[Element] = []
    for element in root:
        name = element.attrib.pop("block", "")
        if name:
            current = blocks.get(name, [])
        elif element.get("class") == "footnotes":
            footnotes.append(element)
        else:
            current.append(element)
    blocks["body"] += footnotes
    return blocks


def _check_blocks(blocks: dict[str, list[Element]], page: Page) -> None:
    if not any(element.tag != RAW for element in blocks["body"]):
        page.error(1, "the body is empty; write the lesson, or set status: draft and a first line")
    for element in blocks["takeaways"]:
        if element.tag not in ("ul", "ol"):
            page.error(element.get("line"), "Key Takeaways hold one list and nothing else")


def _sanitized(page: Page, elements: list[Element]) -> str:
    return _clean(page, [(element.get("line"), to_html(element).strip()) for element in elements])


def _clean(page: Page, parts: list[_Part], allowed: Mapping[str, frozenset[str]] = LESSON) -> str:
    """What the sanitiser leaves. All that it drops is an error (I5), unless errors say why."""
    html = "\n".join(part for _, part in parts if part)
    clean = sanitize(html, allowed)
    for name in [] if page.has_errors else lost(html, clean):
        lines = [line for line, part in parts if name in lost(part, sanitize(part, allowed))]
        line = lines[0] if lines else parts[0][0]
        page.error(line, f"the page would drop {name}; take it out")
    return clean
