"""Display names: what may stand beside a comment."""

import re
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 40

# Letters that look like nothing: Hangul fillers and the blank braille pattern.
_BLANK = "\u115f\u1160\u3164\uffa0\u2800"
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"  # part of emoji, and of words in Persian and in Indic scripts
# Letters of other scripts, and digits, that pass for Latin ones.
_LOOKALIKES = str.maketrans("аеорсухіјѕԁӏοαενικτρυ013457@$", "aeopcyxijsdloaeviktpyoieastas")
_RESERVED = (
    "admin", "administrator", "sysadmin", "webmaster", "root", "system", "staff", "support",
    "helpdesk", "moderator", "mod", "official", "owner", "security", "deletedlearner", "guest",
    "관리자", "운영자", "운영진", "운영팀", "관리팀", "모더레이터", "매니저", "고객센터", "공식",
    "시스템", "삭제된학습자", "탈퇴한학습자", "손님",
)  # fmt: skip
_RESERVED_BEGINNINGS = ("admin", "moderator", "관리자", "운영자", "운영진", "운영팀", "모더레이터")
# What somebody without a name is called (Learner.get_short_name), with a number.
_DEFAULT_NAME = re.compile(r"(learner|학습자)\d*")


def clean_display_name(value: str, *, is_staff: bool = False) -> str:
    """The name in its one form (NFC, single spaces). Raises ValidationError.

    A name must be visible, must not turn the text around it (bidi controls), and must not pass
    for the site's own people, unless it is theirs. Empty is allowed: "Learner 7" stands then.
    """
    name = " ".join(unicodedata.normalize("NFC", value).split())
    if not name:
        return ""
    if len(name) > MAX_LENGTH:
        raise ValidationError(_("Use at most %(limit)d characters."), params={"limit": MAX_LENGTH})
    if any(_is_hidden(character) for character in name) or _has_pile(name):
        raise ValidationError(_("Use only characters that can be seen."))
    if not any(_is_seen(character) for character in name):
        raise ValidationError(_("Use at least one letter."))
    if "@" in name or "://" in name or re.search(r"\bwww\.", name, re.IGNORECASE):
        raise ValidationError(_("A name is no place for an address."))
    if not is_staff and _is_reserved(name):
        raise ValidationError(_("This name could be taken for the site’s own. Choose another."))
    return name


def _is_hidden(character: str) -> bool:
    if character in _BLANK:
        return True
    return unicodedata.category(character)[0] == "C" and character not in _JOINERS


def _is_seen(character: str) -> bool:
    """A letter, a digit or an emoji."""
    category = unicodedata.category(character)
    return category[0] in "LN" or category == "So"


def _has_pile(name: str) -> bool:
    """More than three marks on one letter: text that climbs out of its line."""
    marks = 0
    for character in unicodedata.normalize("NFD", name):
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks > 3:
            return True
    return False


def skeleton(name: str) -> str:
    """What a name looks like: lower case, without spaces, signs and accents, look-alikes folded."""
    folded = unicodedata.normalize("NFKD", name).casefold().translate(_LOOKALIKES)
    return unicodedata.normalize("NFC", _letters(folded))


def _letters(name: str) -> str:
    return "".join(c for c in name if unicodedata.category(c)[0] in "LN")


def _is_reserved(name: str) -> bool:
    look = skeleton(name)
    for own in (skeleton(settings.SITE_NAME), "dotori", "도토리"):
        if look == own or look.removeprefix(own) in ("team", "팀"):
            return True
        look = look.removeprefix(own)  # "Dotori admin" is reserved as "admin" is
    is_default = _DEFAULT_NAME.fullmatch(_letters(unicodedata.normalize("NFKC", name).casefold()))
    return look in _RESERVED or look.startswith(_RESERVED_BEGINNINGS) or is_default is not None
