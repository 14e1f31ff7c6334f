"""What changed in a lesson's text between two of its revisions. Pure."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

_LIMIT = 4_000  # words of a block that are compared one by one; longer blocks are shown whole


@dataclass(frozen=True)
class Piece:
    """Words that stayed (""), came ("ins") or went ("del")."""

    kind: str
    text: str


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, list or listing. ``kind`` as of its pieces, or "changed"."""

    kind: str
    pieces: list[Piece]


def changed_blocks(before: str, after: str) -> list[Block]:
    """The blocks of two texts that differ; what stayed between them is left out."""
    old, new = _blocks(before), _blocks(after)
    found: list[Block] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            found += _pair(old[i1:i2], new[j1:j2])
    return found


def _blocks(markdown: str) -> list[str]:
    text = markdown.replace("\r\n", "\n").strip()
    return [block for block in re.split(r"\n{2,}", text) if block.strip()]


def _pair(old: list[str], new: list[str]) -> Iterator[Block]:
    """Blocks that took each other's place side by side, the rest as gone or new."""
    both = min(len(old), len(new))
    for before, after in zip(old[:both], new[:both], strict=True):
        yield _compared(before, after)
    yield from (Block("del", [Piece("del", block)]) for block in old[both:])
    yield from (Block("ins", [Piece("ins", block)]) for block in new[both:])


def _compared(before: str, after: str) -> Block:
    old, new = re.findall(r"\s+|[^\s]+", before), re.findall(r"\s+|[^\s]+", after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if len(old) + len(new) > _LIMIT or matcher.ratio() < 0.3:
        return Block("changed", [Piece("del", before), Piece("", "\n"), Piece("ins", after)])
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("", "".join(old[i1:i2])))
            continue
        pieces += [Piece("del", "".join(old[i1:i2]))] if i1 < i2 else []
        pieces += [Piece("ins", "".join(new[j1:j2]))] if j1 < j2 else []
    return Block("changed", pieces)
