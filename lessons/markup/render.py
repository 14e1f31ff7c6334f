"""From a page's markdown to the blocks of a lesson."""

import re
from collections import Counter
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
from lessons.markup.sanitize import INLINE, sanitize

VERSION = "3"  # raise it when the same markdown gives other HTML: the next load renders all anew


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


def render(page: Page) -> Rendered:
    """Render the body of a lesson. Every mistake is in the result's ``problems``."""
    lesson = _Lesson(page)
    root = _tree(page, lesson)
    blocks = _cut(root)
    text = readable_text(root)
    takeaways = blocks["takeaways"]
    rendered = {name: _sanitized(elements, page) for name, elements in blocks.items()}
    _check_blocks(blocks, page)
    return Rendered(
        body=rendered["body"],
        takeaways=rendered["takeaways"],
        external_links=rendered["links"],
        exercise=rendered["exercise"],
        takeaway_count=sum(len(e.findall("li")) for e in takeaways if e.tag in ("ul", "ol")),
        headings=page.headings,
        links=page.links,
        pictures=lesson.figures.used,
        text=text,
        minutes=reading_minutes(text),
        problems=page.problems,
    )


def render_inline(page: Page) -> tuple[str, str]:
    """Render one line of inline markdown (a summary): its HTML and its plain text."""
    root = _tree(page, _Lesson(page))
    if len(root) != 1 or root[0].tag != "p":
        page.error(1, "only inline markdown can stand here: one paragraph of text")
        return "", plain_text(root)
    html = to_html(root[0]).removeprefix("<p>").removesuffix("</p>")
    return sanitize(html, INLINE), plain_text(root[0])


def render_prose(page: Page) -> str:
    """Render a description: paragraphs, lists and the like, without the blocks of a lesson."""
    return sanitize(markdown_for(page, _Lesson(page)).convert(page.text))


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


def _sanitized(elements: list[Element], page: Page) -> str:
    parts = (to_html(element).strip() for element in elements)
    html = "\n".join(part for part in parts if part)
    clean = sanitize(html)
    lost = _tags(html) - _tags(clean)
    if lost and not page.problems:
        names = ", ".join(f"<{name}>" for name in sorted(lost))
        page.error(elements[0].get("line"), f"the sanitiser would drop {names}; take it out")
    return clean


def _tags(html: str) -> Counter[str]:
    return Counter(re.findall(r"<([a-zA-Z][a-zA-Z0-9]*)", html))
