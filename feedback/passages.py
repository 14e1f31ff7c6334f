"""Passages: found in a page's text, and found again after it was edited. Pure.

A passage is kept as a text quote (exact, prefix, suffix: W3C Web Annotation Data Model, 4.2.4)
beside the block it stands in. White space never counts: browsers differ in what they copy.
"""

import bisect
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from itertools import takewhile

from feedback.page_text import Block

CONTEXT = 32  # characters before and after, as most annotation tools keep
LONGEST = 1_000  # characters of a passage
LONGEST_BLOCK = 2_000  # characters of its block
_MOST_PLACES = 500  # occurrences of a short passage that are looked at
_TELLING = 40  # characters that do not stand in a text twice by chance
_AGREEING = 0.4  # share of the context that must be as it was, for a passage shorter than that
_ALIKE = 0.5  # share of the words that must be as they were, to call it the same block
_UNSEEN = "\\s\u00ad\u200b-\u200d\u2060\ufeff"
_SEEN = re.compile(f"[^{_UNSEEN}]+")

_Step = tuple[str, int, int, int, int]  # what difflib calls an opcode


@dataclass(frozen=True)
class Passage:
    """A quote with its surroundings, all of it taken from the page's own text."""

    exact: str
    prefix: str = ""
    suffix: str = ""
    block: str = ""
    index: int = 0
    anchor: str = ""


class Fate(Enum):
    """What became of a passage in a later text."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True)
class Change:
    """A run of words: as it was and as it is. Equal runs stayed; an empty one was added or taken out."""

    before: str
    after: str

    @property
    def is_same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True)
class Sighting:
    """A passage in a later text: where it stands, and how its block differs when it changed."""

    fate: Fate
    passage: Passage | None = None
    changes: Sequence[Change] = ()


def squeeze(text: str) -> str:
    """A text without anything that cannot be seen, composed."""
    return "".join(_SEEN.findall(unicodedata.normalize("NFC", text)))


class PageText:
    """The text of a page, searched without its white space."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.full = "\n".join(block.text for block in blocks)
        self._starts: list[int] = []
        at = 0
        for block in blocks:
            self._starts.append(at)
            at += len(block.text) + 1
        self._origin: list[int] = []
        for run in _SEEN.finditer(self.full):
            self._origin.extend(range(run.start(), run.end()))
        self.squeezed = "".join(_SEEN.findall(self.full))

    def find(self, exact: str, prefix: str = "", suffix: str = "") -> Passage | None:
        """The passage with these words, where its surroundings fit best; None if they are not there."""
        place = self._best_place(squeeze(exact), squeeze(prefix), squeeze(suffix))
        return self._passage(*place[:2]) if place else None

    def look_for(self, passage: Passage) -> Sighting:
        """What became of a passage of an earlier text. The cost is bounded by the page's length."""
        exact, prefix, suffix = map(squeeze, (passage.exact, passage.prefix, passage.suffix))
        place = self._best_place(exact, prefix, suffix)
        if place and (len(exact) >= _TELLING or place[2] >= _AGREEING):
            return Sighting(Fate.SAME, self._passage(*place[:2]))
        return self._changed(passage)

    def _best_place(self, exact: str, prefix: str, suffix: str) -> tuple[int, int, float] | None:
        """Start and end in the squeezed text, and how much of the context agrees (0 to 1)."""
        best: tuple[int, int, float] | None = None
        start = self.squeezed.find(exact) if exact else -1
        for _ in range(_MOST_PLACES):
            if start < 0:
                break
            end = start + len(exact)
            share = self._agreement(start, end, prefix, suffix)
            if best is None or share > best[2]:
                best = (start, end, share)
            start = self.squeezed.find(exact, start + 1)
        return best

    def _agreement(self, start: int, end: int, prefix: str, suffix: str) -> float:
        if not prefix and not suffix:
            return 1.0
        before = self.squeezed[max(0, start - len(prefix)) : start]
        after = self.squeezed[end : end + len(suffix)]
        agreeing = _shared(reversed(before), reversed(prefix)) + _shared(after, suffix)
        return agreeing / (len(prefix) + len(suffix))

    def _passage(self, start: int, end: int) -> Passage:
        return self._cut(self._origin[start], self._origin[end - 1] + 1)

    def _cut(self, begin: int, end: int) -> Passage:
        """The passage between two places of the full text."""
        first = bisect.bisect_right(self._starts, begin) - 1
        last = bisect.bisect_right(self._starts, end - 1) - 1
        block_begin = self._starts[first]
        block_end = self._starts[last] + len(self.blocks[last].text)
        spare = max(0, LONGEST_BLOCK - (end - begin)) // 2
        return Passage(
            exact=self.full[begin:end],
            prefix=self.full[max(0, begin - CONTEXT) : begin],
            suffix=self.full[end : end + CONTEXT],
            block=self.full[max(block_begin, begin - spare) : min(block_end, end + spare)],
            index=first,
            anchor=self.blocks[first].anchor,
        )

    def _changed(self, passage: Passage) -> Sighting:
        """The words around the longest run of words that the old block and this text share."""
        old = re.findall(r"\S+", passage.block or passage.exact)
        words = list(re.finditer(r"\S+", self.full))
        texts = [word[0] for word in words]
        run = SequenceMatcher(None, old, texts).find_longest_match()
        if not run.size:
            return Sighting(Fate.GONE)
        slack = len(old) // 2 + 8
        low = max(0, run.b - run.a - slack)
        window = texts[low : run.b - run.a + len(old) + slack]
        steps: list[_Step] = list(SequenceMatcher(None, old, window, autojunk=False).get_opcodes())
        while steps and steps[0][0] == "insert":
            steps.pop(0)
        while steps and steps[-1][0] == "insert":
            steps.pop()
        steps = _trimmed(steps)
        kept = sum(i2 - i1 for op, i1, i2, _, _ in steps if op == "equal")
        if kept < _ALIKE * len(old):
            return Sighting(Fate.GONE)
        changes = [
            Change(" ".join(old[i1:i2]), " ".join(window[j1:j2])) for _, i1, i2, j1, j2 in steps
        ]
        first, last = words[low + steps[0][3]], words[low + steps[-1][4] - 1]
        return Sighting(Fate.CHANGED, self._cut(first.start(), last.end()), changes)


def _trimmed(steps: list[_Step]) -> list[_Step]:
    """At the edges of the window, what replaces more words than there were is the neighbour's."""
    for edge, is_last in ((0, False), (-1, True)):
        op, i1, i2, j1, j2 = steps[edge]
        if op == "replace" and j2 - j1 > i2 - i1:
            size = i2 - i1
            steps[edge] = (op, i1, i2, j1, j1 + size) if is_last else (op, i1, i2, j2 - size, j2)
    return steps


def _shared(left: object, right: object) -> int:
    pairs = zip(left, right, strict=False)  # type: ignore[call-overload]
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
