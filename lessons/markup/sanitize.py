"""The one door through which HTML of authors and learners reaches a page (I5).

``bleach`` gets no further releases; the rest of the project only knows
``sanitize``, so that another library can take its place here.
"""

import functools
from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser

import bleach
from bleach.sanitizer import Cleaner

_MATHML = (
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover "
    "munderover mmultiscripts mprescripts mtable mtr mtd menclose mpadded mphantom mstyle"
).split()
_MATHML_ATTRIBUTES = (
    "xmlns display alttext aria-hidden mathvariant stretchy fence separator lspace rspace form accent "
    "accentunder largeop movablelimits symmetric minsize maxsize width height depth columnalign "
    "rowspacing columnspacing columnlines rowlines frame linethickness notation displaystyle "
    "scriptlevel voffset"
).split()

LESSON: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        "br hr em strong del s ins kbd mark q cite samp small sub summary var wbr ruby rp rt "
        "blockquote dl dt dd thead tbody tr table figcaption code".split(),
        frozenset[str](),
    ),
    **dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), frozenset({"id"})),
    **dict.fromkeys(("p", "th", "td", "aside", "ul", "figure"), frozenset({"class"})),
    "sup": frozenset({"class"}),
    "ol": frozenset({"start"}),
    "li": frozenset({"class", "id"}),
    "a": frozenset({"href", "title", "rel", "class", "id", "aria-hidden", "tabindex"}),
    "abbr": frozenset({"title"}),
    "details": frozenset({"open"}),
    "div": frozenset({"class", "tabindex"}),
    "section": frozenset({"class", "role"}),
    "span": frozenset({"class", "role", "aria-label", "tabindex"}),
    "pre": frozenset({"role", "aria-label", "tabindex"}),
    "img": frozenset({"src", "alt", "title", "width", "height", "loading", "decoding"}),
    **dict.fromkeys(_MATHML, frozenset(_MATHML_ATTRIBUTES)),
}
INLINE: Mapping[str, frozenset[str]] = {
    tag: LESSON[tag]
    for tag in "a abbr br cite code del em ins kbd mark q s samp small strong sub sup var wbr "
    "ruby rp rt".split()
}
INLINE = {**INLINE, **{tag: LESSON[tag] for tag in _MATHML}}


def sanitize(html: str, allowed: Mapping[str, frozenset[str]] = LESSON) -> str:
    """Keep only the allowed elements and attributes; links only to http, https and mailto.

    The cost grows with the input (about 0.4 ms per KB), so limit what learners may send first.
    """
    return str(_cleaner(tuple(allowed.items())).clean(html))


def lost(html: str, clean: str) -> list[str]:
    """The tags and attributes that ``sanitize`` took out of ``html``: ``<a>``, or ``<a href>``."""
    gone = _names(html) - _names(clean)
    return sorted(
        f"<{tag} {name}>" if name else f"<{tag}>"
        for tag, name in gone
        if not name or (tag, "") not in gone
    )


class _Names(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[tuple[str, str]] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.update([(tag, ""), *((tag, name) for name, _ in attrs)])


def _names(html: str) -> Counter[tuple[str, str]]:
    parser = _Names()
    parser.feed(html)
    parser.close()
    return parser.found


@functools.cache
def _cleaner(allowed: tuple[tuple[str, frozenset[str]], ...]) -> Cleaner:
    return bleach.Cleaner(
        tags={tag for tag, _ in allowed},
        attributes={tag: list(names) for tag, names in allowed},
        protocols={"http", "https", "mailto"},
        strip=True,
        strip_comments=True,
    )
