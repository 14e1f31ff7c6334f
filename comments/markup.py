"""What learners write: a little markdown, at a bounded cost, behind its own allow-list.

Emphasis, code, fenced code, lists, quotes and links; nothing else. The parser
is markdown-it-py with few rules, because its cost stays near linear where
Python-Markdown's does not.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from lessons.markup.emphasis import use_cjk_emphasis
from lessons.markup.sanitize import sanitize

LONGEST = 5_000  # characters of a comment

COMMENT: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ["p", "br", "em", "strong", "code", "ul", "li", "blockquote"], frozenset[str]()
    ),
    "ol": frozenset({"start"}),
    "a": frozenset({"href", "rel"}),
    "figure": frozenset({"class"}),
    "pre": frozenset({"tabindex"}),
    "span": frozenset({"class"}),
}

# Highlighting runs regular expressions of others on hostile text: few languages, little text.
_LANGUAGES = {
    alias: name
    for name, aliases in {
        "bash": "bash sh shell",
        "c": "c h",
        "cpp": "cpp c++",
        "css": "css",
        "diff": "diff",
        "go": "go",
        "html": "html",
        "java": "java",
        "javascript": "javascript js",
        "json": "json",
        "kotlin": "kotlin kt",
        "python": "python py",
        "rust": "rust rs",
        "sql": "sql",
        "toml": "toml",
        "typescript": "typescript ts",
        "yaml": "yaml yml",
    }.items()
    for alias in aliases.split()
}
_MOST_HIGHLIGHTED = 1_500  # characters of code in one comment
_LEAST_COUNTED = 150  # a lexer costs its start as well
_MOST_SPANS = 400  # colours in one listing
_MOST_LOOKED_AT = 20_000  # lines with a quote, times lines
_MOST_TAGS = (
    1_200  # beyond it a comment is shown as plain text; what a person writes stays far below
)

_RULES = [
    "fence",
    "blockquote",
    "list",
    "newline",
    "escape",
    "backticks",
    "emphasis",
    "link",
    "autolink",
    "entity",
]
_QUOTED = re.compile(r"^[ \t>*+\-\d.)]*>", re.MULTILINE)
_GAP = re.compile(r"\s{60}")  # runs of white space make the lexers of C and Java quadratic
_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^]+")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)
_HANGUL = re.compile("[가-힣ㄱ-ㆎ]")
_LATIN = re.compile("[A-Za-z]")


def render(text: str) -> str:
    """The HTML of a comment. Never raises, whatever is in ``text`` (at most ``LONGEST`` characters)."""
    text = printable(text[:LONGEST])
    html = "" if _is_dear(text) else _rendered(text)
    if html.count("<") > _MOST_TAGS or not html:
        html = _plain(text)
    return sanitize(html, COMMENT)


def printable(text: str) -> str:
    """The text without characters that neither HTML nor XML may carry: controls, halves, non-characters."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def has_links(html: str) -> bool:
    """Whether the HTML of a comment leads anywhere."""
    return "<a " in html


def language_of(text: str) -> str:
    """``ko`` or ``en`` by its letters, empty when there is no telling (I6)."""
    hangul, latin = len(_HANGUL.findall(text)), len(_LATIN.findall(text))
    if hangul * 2 >= latin and hangul:
        return "ko"
    return "en" if latin > 3 and not hangul else ""


def _is_dear(text: str) -> bool:
    """Whether quotes begin and end so often that the parser, looking ahead from each, is slow."""
    lines = text.count("\n") + 1
    return len(_QUOTED.findall(text)) * lines > _MOST_LOOKED_AT


def _rendered(text: str) -> str:
    try:
        return str(_markdown().render(text, {"highlighted": 0}))
    except RecursionError:
        return ""


def _markdown() -> MarkdownIt:
    global _made
    if _made is None:
        _made = _build()
    return _made


_made: MarkdownIt | None = None


def _build() -> MarkdownIt:
    md = MarkdownIt(
        "zero", {"html": False, "breaks": True, "maxNesting": 12}, renderer_cls=_Renderer
    )
    use_cjk_emphasis(md)
    md.core.ruler.after("inline", "bare_links", _bare_links)
    return md.enable(_RULES)


class _Renderer(RendererHTML):
    """Links that give nobody a rank; fenced code as in the lessons."""

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return _escape(tokens[idx].content)

    def code_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<code>{_escape(tokens[idx].content)}</code>"

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        token.attrs = {"href": str(token.attrs.get("href", "")), "rel": "nofollow ugc noopener"}
        return self.renderToken(tokens, idx, options, env)

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        words = token.info.split(maxsplit=1)
        language = _LANGUAGES.get(words[0].lower() if words else "", "text")
        code = _highlighted(token.content, language, env)
        return f'<figure class="code language-{language}"><pre tabindex="0"><code>{code}</code></pre></figure>\n'


def _highlighted(code: str, language: str, env: dict[str, int]) -> str:
    env["highlighted"] += max(len(code), _LEAST_COUNTED)
    if language == "text" or env["highlighted"] > _MOST_HIGHLIGHTED or _GAP.search(code):
        return _escape(code)
    lexer = get_lexer_by_name(language, stripnl=False)
    html = str(highlight(code, lexer, HtmlFormatter(nowrap=True)))
    return html if html.count("<span") <= _MOST_SPANS else _escape(code)


def _bare_links(state: StateCore) -> None:
    """Make links of addresses that stand in the text as they are."""
    for block in state.tokens:
        if block.type == "inline" and "://" in block.content:
            block.children = _linked(block.children or [], state.md)


def _linked(tokens: list[Token], md: MarkdownIt) -> list[Token]:
    linked: list[Token] = []
    depth = 0
    for token in tokens:
        depth += (token.type == "link_open") - (token.type == "link_close")
        if token.type == "text" and not depth and "://" in token.content:
            linked += _split(token.content, md)
        else:
            linked.append(token)
    return linked


def _split(text: str, md: MarkdownIt) -> list[Token]:
    tokens: list[Token] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        shown = _without_punctuation(match[0])
        address = md.normalizeLink(shown)
        if len(shown) < 11 or not md.validateLink(address):
            continue
        tokens.append(_text(text[end : match.start()]))
        tokens.append(Token("link_open", "a", 1, attrs={"href": address}))
        tokens.append(_text(shown))
        tokens.append(Token("link_close", "a", -1))
        end = match.start() + len(shown)
    tokens.append(_text(text[end:]))
    return tokens


def _without_punctuation(address: str) -> str:
    """An address in a sentence ends before the full stop, and before a bracket it did not open."""
    while address and address[-1] in ".,:;!?)]*_~…。，、":
        if address[-1] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _plain(text: str) -> str:
    """The text as it was written, in one element."""
    return f'<figure class="code language-text"><pre tabindex="0"><code>{_escape(text)}</code></pre></figure>'


def _escape(text: str) -> str:
    """Text between tags. Quotes stay: they mean nothing there, and each entity costs the sanitiser."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
