"""Formulas: LaTeX to MathML at load, so that a page needs no script for them."""

import re
from html import escape
from xml.etree.ElementTree import Element, fromstring

from latex2mathml.commands import MATRICES
from latex2mathml.converter import convert
from markdown.treeprocessors import Treeprocessor

from lessons.markup.page import Page
from lessons.markup.reader import RAW

_CHILDREN = {
    "mfrac": 2,
    "mroot": 2,
    "msub": 2,
    "msup": 2,
    "munder": 2,
    "mover": 2,
    "msubsup": 3,
    "munderover": 3,
}
_ENVIRONMENT = re.compile(r"\\begin\s*\{([^}]*)\}")


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
            for mistake in _unknown(latex) or _mistakes(latex, mathml):
                self.page.error(line, f"{mistake} in the formula {latex}; mend or simplify it")
        except Exception as error:  # the library raises classes of many kinds
            name = type(error).__name__
            self.page.error(line, f"this formula is not LaTeX that can be shown ({name}): {latex}")
            mathml = f"<code>{escape(latex)}</code>"
        named = 'aria-hidden="true"' if is_hidden else f'alttext="{escape(latex)}"'
        mathml = mathml.replace("<math ", f"<math {named} ", 1)
        if display == "block":
            mathml = f'<span class="formula" tabindex="0">{mathml}</span>'
        element.text = mathml


def _unknown(latex: str) -> list[str]:
    names = _ENVIRONMENT.findall(latex)
    return [
        f"the environment “{name}” is not known" for name in names if f"\\{name}" not in MATRICES
    ]


def _mistakes(latex: str, mathml: str) -> list[str]:
    """What the library let pass: it shows the name of a command that it does not know."""
    root = fromstring(mathml)  # noqa: S314 – made here, without declarations
    found = []
    if not any(element.text or element.tag.endswith("mspace") for element in root.iter()):
        found.append("there is nothing to show")
    for element in root.iter():
        tag, text = element.tag.rpartition("}")[2], element.text or ""
        if text.startswith("\\") and not (text == "\\" and r"\backslash" in latex):
            found.append(f"the command {text} is not known")
        if len(element) != _CHILDREN.get(tag, len(element)):
            found.append("an argument is missing")
    return found
