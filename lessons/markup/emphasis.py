"""Emphasis beside Chinese, Japanese and Korean text.

CommonMark decides by the neighbours of ``**`` whether it may open or close
emphasis. The rule leaves ``**생성(Generative)**은`` as it is typed, because a
closing run after punctuation must be followed by white space or punctuation,
and Korean puts its particle there. A CJK letter on the outer side counts here
as such a boundary too; text without CJK letters is read as CommonMark reads it.
"""

import re
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3130-\u318f\u31c0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def use_cjk_emphasis(md: MarkdownIt) -> None:
    """Let ``*`` and ``~`` open and close emphasis next to a CJK letter.

    Must be called before rules are added to ``md.inline``: it takes its place.
    ``_`` is left alone, so that ``snake_case`` stays one word.
    """
    inline = _Inline()
    inline.ruler, inline.ruler2 = md.inline.ruler, md.inline.ruler2
    md.inline = inline


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _State(StateInline):
    """Reads emphasis beside CJK letters, and notes on which line of its text a token begins."""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        token.map = self._lines()
        return token

    def pushPending(self) -> Token:
        token = super().pushPending()  # plain text never goes on after the end of a line
        token.map = self._lines()
        return token

    def _lines(self) -> list[int]:
        line = self.src.count("\n", 0, self.pos)
        return [line, line + 1]

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        scanned = super().scanDelims(start, canSplitWord)
        if not canSplitWord:
            return scanned
        end = start + scanned.length
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        opens = bool(_CJK.match(before)) and not after.isspace()
        closes = bool(_CJK.match(after)) and not before.isspace()
        return Scanned(scanned.can_open or opens, scanned.can_close or closes, scanned.length)


def differs_on_github(inline: Token) -> bool:
    """Whether CommonMark alone, as on GitHub, reads less emphasis in this text than we do."""
    content = inline.content
    if "*" not in content or not _CJK.search(content):
        return False
    plain = MarkdownIt("commonmark").parseInline(content)[0].children or []
    return _emphases(plain) < _emphases(inline.children or [])


def _emphases(tokens: list[Token]) -> int:
    return sum(token.type in ("em_open", "strong_open") for token in tokens)
