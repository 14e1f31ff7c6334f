"""What is wrong with a content tree, said so that an author can mend it."""

import enum
from dataclasses import dataclass, field


class Severity(enum.IntEnum):
    """How much a problem matters: an error stops the load, a warning and a note do not."""

    ERROR = 1
    WARNING = 2
    NOTE = 3


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: where it stands, what is wrong, and how to mend it in the same sentence."""

    path: str
    line: int
    message: str
    severity: Severity = field(default=Severity.ERROR, compare=False)

    def __str__(self) -> str:
        label = "" if self.severity is Severity.ERROR else f"{self.severity.name.lower()}: "
        return f"{self.path}:{self.line}: {label}{self.message}"


class ContentError(Exception):
    """A tree that cannot be loaded. Carries every problem found, in order of path and line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
