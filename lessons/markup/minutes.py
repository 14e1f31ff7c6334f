"""Reading time.

English adults read 238 words a minute silently (Brysbaert 2019, a meta-analysis
of 190 studies, https://doi.org/10.1016/j.jml.2019.104047); the IReST texts give
Korean no worse than other alphabets, and 500 characters a minute is the figure
that Korean publishers and Medium use for Hangul, Chinese and Japanese. A lesson
is studied, not skimmed, so neither is rounded down.
"""

import math
import re

WORDS_PER_MINUTE = 238
CHARACTERS_PER_MINUTE = 500
_CJK = re.compile(
    "[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7ff]"
)
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def reading_minutes(text: str) -> int:
    """Whole minutes to read a text, at least 1: Hangul by characters, the rest by words."""
    characters = len(_CJK.findall(text))
    words = len(_WORD.findall(_CJK.sub(" ", text)))
    return max(1, math.ceil(characters / CHARACTERS_PER_MINUTE + words / WORDS_PER_MINUTE))
