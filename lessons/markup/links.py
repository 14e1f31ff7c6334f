"""Links between lessons, by the path of their file, as they work on GitHub too."""

import re
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor

from lessons.markup.page import Link, Page

_HANGUL = re.compile("[\uac00-\ud7a3]")
_TRANSLATION = re.compile(r"\.[a-z]{2}\.md$")


class Links(Treeprocessor):
    """Turn ``other-lesson.md#anchor`` into its address; refuse what leads nowhere."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            self._resolve(link)

    def _resolve(self, link: Element) -> None:
        href, line = link.get("href", ""), int(link.get("line", "1"))
        parts = urlsplit(href)
        if parts.scheme in ("http", "https") and parts.netloc:
            link.set("rel", "noopener")
            if (link.text or "").startswith(("http", "www.")) and _HANGUL.search(link.text or ""):
                self.page.warn(
                    line,
                    f"the bare address {link.text} swallows the Hangul after it; "
                    "put the address between < and >, or write [text](address)",
                )
        elif parts.scheme == "mailto":
            return
        elif parts.scheme or parts.netloc:
            self.page.error(line, f"the address {href} is neither https nor a file of the tree")
        elif not parts.path and parts.fragment:
            if link.get("class") != "footnote-back" and not parts.fragment.startswith("fn-"):
                self._link(self.page.path, unquote(parts.fragment), line)
                link.set("href", "#" + unquote(parts.fragment))
        else:
            self._lesson(link, parts.path, unquote(parts.fragment), line)

    def _lesson(self, link: Element, path: str, anchor: str, line: int) -> None:
        file = normpath(str(PurePosixPath(self.page.path).parent / unquote(path)))
        file = _TRANSLATION.sub(".md", file)
        target = self.page.targets.get(file)
        if target is None:
            self.page.error(
                line,
                f"the link to {path} leads to no lesson ({file}); mend the path or take it out",
            )
            return
        self._link(file, anchor, line)
        fragment = f"#{anchor}" if anchor else ""
        link.set("href", f"/{self.page.language}/{target.address}/{fragment}")

    def _link(self, path: str, anchor: str, line: int) -> None:
        self.page.links.append(
            Link(_TRANSLATION.sub(".md", path), anchor, line + self.page.first_line - 1)
        )
