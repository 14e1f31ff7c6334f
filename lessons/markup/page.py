"""What is rendered, what it may refer to, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lessons.content.problems import Problem, Severity


@dataclass(frozen=True)
class Picture:
    """An image of the tree: its published address, and its size in CSS pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Target:
    """A lesson that others may link to: its published address without the language."""

    address: str


@dataclass
class Page:
    """A markdown body on its way to HTML: the input, and the problems found on the way.

    ``path`` is the file, relative to the content root, and ``first_line`` the line of
    the file on which ``text`` starts. ``targets`` and ``pictures`` are keyed by such paths,
    those of pictures in Unicode's form NFC. ``anchors`` holds those of all headings, ``headings``
    only what the table of contents lists.
    """

    path: str
    text: str
    language: str
    first_line: int = 1
    targets: Mapping[str, Target] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    headings: list["Heading"] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    links: list["Link"] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def error(self, line: int | str | None, message: str) -> None:
        """Record a mistake on a line of the body (counted from 1)."""
        self._add(line, message, Severity.ERROR)

    def warn(self, line: int | str | None, message: str) -> None:
        self._add(line, message, Severity.WARNING)

    def note(self, line: int | str | None, message: str) -> None:
        self._add(line, message, Severity.NOTE)

    def _add(self, line: int | str | None, message: str, severity: Severity) -> None:
        number = self.first_line + int(line or 1) - 1
        self.problems.append(Problem(self.path, number, message, severity))


@dataclass(frozen=True)
class Heading:
    """A heading of a body: level 2 to 6, its anchor and its plain text."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Link:
    """A link to a lesson of the tree: the file it names, the anchor in it, and its own line."""

    path: str
    anchor: str
    line: int


@dataclass(frozen=True)
class Rendered:
    """A body as sanitised HTML, cut into the blocks of a lesson's page."""

    body: str = ""
    takeaways: str = ""
    external_links: str = ""
    exercise: str = ""
    takeaway_count: int = 0
    headings: list[Heading] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    text: str = ""
    minutes: int = 1
    problems: list[Problem] = field(default_factory=list)

    def as_record(self) -> dict[str, Any]:
        """The small part that later checks of other files need, as JSON can hold it."""
        return {
            "headings": [[h.level, h.anchor, h.text] for h in self.headings],
            "anchors": self.anchors,
            "links": [[link.path, link.anchor, link.line] for link in self.links],
            "pictures": self.pictures,
            "takeaway_count": self.takeaway_count,
            "problems": [[p.line, p.message, p.severity.value] for p in self.problems],
        }
