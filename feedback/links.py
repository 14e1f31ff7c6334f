"""A link that opens a page at a passage: heading and text fragment
(https://wicg.github.io/scroll-to-text-fragment/). Browsers without them open it at the heading. Pure.
"""

import re
from urllib.parse import quote

from feedback.passages import Passage

_EDGE = 5  # words at each end that name a long passage
_SHORT = 100  # characters up to which a passage is named whole
_AROUND = 3  # words before and after a short one, because it may stand there twice


def at_passage(address: str, passage: Passage | None) -> str:
    """The address of a page, with the passage to scroll to and to mark."""
    if passage is None:
        return address
    return f"{address}#{quote(passage.anchor)}:~:text={_fragment(passage)}"


def _fragment(passage: Passage) -> str:
    """Fragments match whole words within a block, and ranges across blocks."""
    before, whole, after = _whole_words(passage)
    if "\n" in whole or len(whole) > _SHORT:
        first, last = whole.split("\n")[0].split(), whole.split("\n")[-1].split()
        return f"{_encoded(first[:_EDGE])},{_encoded(last[-_EDGE:])}"
    start = f"{_encoded(before[-_AROUND:])}-," if before else ""
    end = f",-{_encoded(after[:_AROUND])}" if after else ""
    return f"{start}{_encoded(whole.split())}{end}"


def _whole_words(passage: Passage) -> tuple[list[str], str, list[str]]:
    """The words before the passage in its block, the passage grown to whole words, the words after."""
    at = _place_in_block(passage)
    head, tail = passage.block[:at], passage.block[at + len(passage.exact) :]
    begun = re.search(r"\S*\Z", head)
    ended = re.match(r"\S*", tail)
    grown_head, grown_tail = begun[0] if begun else "", ended[0] if ended else ""
    before = head.removesuffix(grown_head).split("\n")[-1].split()
    after = tail.removeprefix(grown_tail).split("\n")[0].split()
    return before, f"{grown_head}{passage.exact}{grown_tail}", after


def _place_in_block(passage: Passage) -> int:
    """Where the passage begins in its block; what stands before it tells it from its like."""
    lead = passage.prefix.split("\n")[-1]
    near = passage.block.find(lead + passage.exact)
    return near + len(lead) if near >= 0 else max(0, passage.block.find(passage.exact))


def _encoded(words: list[str]) -> str:
    """A dash would end the words before, a comma the passage; both are written as codes."""
    return quote(" ".join(words), safe="").replace("-", "%2D")
