"""Words as search knows them, for the index and the question alike.

A text is *folded*: no case, no diacritics, no width. Then it is cut into runs of
letters and digits. A run in an alphabet is one *term*. A run of Hangul (or Han, or
Kana) gives a term at every syllable: that syllable with up to two after it. So what
is asked for may begin anywhere inside a longer word, and one, two or three
syllables are the beginning of a term.

The databases are handed these terms and never the text, because their own parsers
differ from each other and between locales; so both find the same.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

WINDOW = 3
_LONGEST = 64  # characters of a term; PostgreSQL allows 2,046 bytes
_MOST_WORDS = 16  # of a question
_LONGEST_COMPOUND = 10
_SYLLABLES = "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7a3"
_RUN = re.compile(rf"[{_SYLLABLES}]+|[^\W_{_SYLLABLES}]+")
_SYLLABLE = re.compile(rf"[{_SYLLABLES}]")
_JAMO = re.compile(r"[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")
_UNSEEN = ("Mn", "Me", "Cf")  # accents, enclosures, soft hyphens


@dataclass(frozen=True)
class Term:
    text: str
    is_prefix: bool = False


@dataclass(frozen=True)
class Word:
    """One thing asked for. It is found where, in one of its ways, every term is."""

    text: str
    ways: tuple[tuple[Term, ...], ...]

    @property
    def pattern(self) -> str:
        """A regular expression for the word in folded text."""
        if _SYLLABLE.match(self.text):
            return "|".join(
                [r"\s?".join(self.text), *(part for pair in _pairs(self.text) for part in pair)]
            )
        letter = rf"[^\W_{_SYLLABLES}]"
        forms = (
            re.escape(term.text) + ("" if term.is_prefix else f"(?!{letter})")
            for way in self.ways
            for term in way
        )
        return f"(?<!{letter})(?:{'|'.join(forms)})"


def fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_folding)


def terms(text: str) -> Iterable[str]:
    """The distinct terms of a text, in the order in which they come."""
    found: dict[str, None] = {}
    for run in _RUN.findall(fold(text)):
        if _SYLLABLE.match(run):
            found.update(dict.fromkeys(run[i : i + WINDOW] for i in range(len(run))))
        else:
            found[run[:_LONGEST]] = None
    return found


def words(query: str) -> list[Word]:
    """What a question asks for: each distinct word once, and no more than sixteen."""
    runs = dict.fromkeys(run[:_LONGEST] for run in _RUN.findall(fold(query[:500])))
    return [_word(run) for run in runs][:_MOST_WORDS]


def _word(run: str) -> Word:
    if _SYLLABLE.match(run):
        apart = ((*_windows(first), *_windows(second)) for first, second in _pairs(run))
        return Word(run, (_windows(run), *apart))
    beginning = Term(run, is_prefix=len(run) > 1)
    return Word(run, ((beginning,), *((Term(form),) for form in _singular(run))))


def _windows(run: str) -> tuple[Term, ...]:
    if len(run) <= WINDOW:
        return (Term(run, is_prefix=len(run) < WINDOW),)
    windows = dict.fromkeys(run[i : i + WINDOW] for i in range(len(run) - WINDOW + 1))
    return tuple(Term(window) for window in windows)


def _pairs(run: str) -> list[tuple[str, str]]:
    """A compound in two: people write 생성모델 and 생성 모델, and mean the same."""
    if len(run) > _LONGEST_COMPOUND:
        return []
    return [(run[:i], run[i:]) for i in range(2, len(run) - 1)]


def _singular(run: str) -> list[str]:
    """What an English plural may be the plural of: a guess only adds to what is found."""
    if len(run) < 4 or not run.isascii() or not run.endswith("s") or run.endswith("ss"):
        return []
    if run.endswith("ies"):
        return [f"{run[:-3]}y"]
    return [run[:-1], run[:-2]] if run.endswith("es") else [run[:-1]]


class _Folding(dict[int, str]):
    """Folds one character, for ``str.translate``; remembers those of the first planes."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if code < 0x20000:
            self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    if "가" <= character <= "힣":
        return character
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    seen = "".join(part for part in parts if unicodedata.category(part) not in _UNSEEN)
    # A lone jamo is a syllable that is still being typed.
    return _JAMO.sub("", unicodedata.normalize("NFC", seen))


_folding = _Folding()
