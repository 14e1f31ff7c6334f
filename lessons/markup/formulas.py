"""Formulas: LaTeX to MathML at load, so that a page needs no script for them."""

from html import escape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert
from markdown.treeprocessors import Treeprocessor

from lessons.markup.page import Page
from lessons.markup.reader import RAW


class Formulas(Treeprocessor):
    """Turn ``math`` elements, and fences named ``math`` as on GitHub, into MathML."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag == "pre" and element.get("info") == "math":
                element.tag = "math"
                element.set("display", "block")
            if element.tag == "math":
                self._convert(element)

    def _convert(self, element: Element) -> None:
        latex, line = (element.text or "").strip(), element.get("line")
        display = element.get("display", "inline")
        tail, is_hidden = element.tail, element.get("hidden")
        element.clear()
        element.tag, element.tail = RAW, tail
        element.set("line", line or "1")
        try:
            mathml = convert(latex, display="block" if display == "block" else "inline")
        except Exception as error:  # the library raises classes of many kinds
            name = type(error).__name__
            self.page.error(line, f"this formula is not LaTeX that can be shown ({name}): {latex}")
            mathml = f"<code>{escape(latex)}</code>"
        named = 'aria-hidden="true"' if is_hidden else f'alttext="{escape(latex)}"'
        mathml = mathml.replace("<math ", f"<math {named} ", 1)
        if display == "block":
            mathml = f'<span class="formula" tabindex="0">{mathml}</span>'
        element.text = mathml
