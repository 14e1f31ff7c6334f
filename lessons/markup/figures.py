"""Images: alternative text required, sizes read from the file, captions from the title."""

import unicodedata
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement

from markdown.treeprocessors import Treeprocessor

from lessons.markup.page import Page


class Figures(Treeprocessor):
    """Resolve images, and make a figure of one that stands alone in its paragraph."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.used: list[str] = []

    def run(self, root: Element) -> None:
        for image in root.iter("img"):
            self._resolve(image)
        for paragraph in root.iter("p"):
            if len(paragraph) == 1 and paragraph[0].tag == "img" and _is_alone(paragraph):
                _make_figure(paragraph)

    def _resolve(self, image: Element) -> None:
        line, source = image.get("line"), unquote(image.get("src", ""))
        if not image.get("alt", "").strip():
            self.page.error(line, f"the image {source} has no alt text; write ![what it shows](…)")
        if "//" in source or source.startswith("/"):
            self.page.error(line, f"the image {source} is not in the tree; put it into assets/")
            return
        path = normpath(str(PurePosixPath(self.page.path).parent / source))
        path = unicodedata.normalize("NFC", path)
        picture = self.page.pictures.get(path)
        if picture is None:
            self.page.error(line, f"there is no image {path}; add the file or mend the address")
            return
        self.used.append(path)
        image.set("src", picture.url)
        image.set("width", str(picture.width))
        image.set("height", str(picture.height))
        image.set("loading", "lazy")
        image.set("decoding", "async")


def _is_alone(paragraph: Element) -> bool:
    return not (paragraph.text or "").strip() and not (paragraph[0].tail or "").strip()


def _make_figure(paragraph: Element) -> None:
    paragraph.tag = "figure"
    paragraph.set("class", "picture")
    caption = paragraph[0].attrib.pop("title", "")
    if caption:
        SubElement(paragraph, "figcaption").text = caption
