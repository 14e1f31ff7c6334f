"""What a search result shows: the words asked for, marked, with what stands around them."""

import re
import unicodedata
from collections.abc import Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from lessons.words import Word, fold

LENGTH, DENSE_LENGTH = 220, 120  # characters; Hangul says more with fewer
_BEFORE = 0.3  # of a passage stand before its first mark, when it is cut out of a long line
_SHORT = 40  # a line below this is a heading or a cell
_MOST_MARKS = 60


def marked(text: str, words: Sequence[Word]) -> SafeString:
    """The text as HTML with every occurrence of the words in <mark>."""
    text = unicodedata.normalize("NFC", text)
    parts, end = [], 0
    for start, stop in _spans(text, words):
        parts += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        end = stop
    return mark_safe("".join([*parts, escape(text[end:])]))


def passage(
    summary: str, text: str, words: Sequence[Word], *, is_dense: bool = False
) -> SafeString:
    """The line that holds most of the words, marked and cut to size; else the summary's start."""
    lines = unicodedata.normalize("NFC", f"{summary}\n{text}").split("\n")
    line = " ".join(_best(lines, words).split())
    return marked(_cut(line, words, DENSE_LENGTH if is_dense else LENGTH), words)


def _best(lines: list[str], words: Sequence[Word]) -> str:
    patterns = [re.compile(word.pattern) for word in words]
    best, best_key = lines[0], (0, False)
    for line, folded in zip(lines, fold("\n".join(lines)).split("\n"), strict=True):
        count = sum(1 for pattern in patterns if pattern.search(folded))
        key = (count, len(line) >= _SHORT)
        if count and key > best_key:
            best, best_key = line, key
    return best


def _cut(line: str, words: Sequence[Word], length: int) -> str:
    if len(line) <= length:
        return line
    first = next(iter(_spans(line, words)), (0, 0))[0]
    begin = max(0, min(first - int(length * _BEFORE), len(line) - length))
    begin = _after_space(line, begin, first) if begin else 0
    end = begin + length
    if end < len(line):
        end = max(line.rfind(" ", begin + length // 2, end + 1), 0) or end
    return f"{'…' if begin else ''}{line[begin:end]}{'…' if end < len(line) else ''}"


def _after_space(line: str, begin: int, latest: int) -> int:
    """Where the next word begins, unless that is after ``latest``."""
    space = line.find(" ", begin - 1, latest)
    return space + 1 if space >= 0 else begin


def _spans(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Where the words stand in a text that is in NFC, in order and apart from each other."""
    pieces = [fold(character) for character in text]
    origin = [index for index, piece in enumerate(pieces) for _ in piece]
    origin.append(len(text))
    pattern = re.compile("|".join(word.pattern for word in words) or r"(?!)")
    spans: list[tuple[int, int]] = []
    for match in pattern.finditer("".join(pieces)):
        start, stop = origin[match.start()], origin[match.end()]
        stop = max(stop, start + 1)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
        elif len(spans) < _MOST_MARKS:
            spans.append((start, stop))
    return spans
