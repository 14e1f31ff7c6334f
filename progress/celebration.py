"""A word for what was reached, for those who use no JavaScript; scripts say the same at once."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from progress.facts import Fact
from progress.quests import QuestProgress
from progress.rules import Subject


def say_what_was_reached(
    request: HttpRequest, subject: Subject, before: Iterable[Fact], new: Iterable[Fact]
) -> None:
    """Leave a message with the XP, the level and the achievements that the new facts have brought."""
    facts, told = list(before), list(new)
    earlier, later = QuestProgress(subject, facts), QuestProgress(subject, facts + told)
    gained = later.standing.xp - earlier.standing.xp
    said = []
    if gained > 0:
        said.append(_("+%(n)s XP") % {"n": gained})
    elif told and not told[0].done:
        said.append(_("Taken back."))
    if later.standing.level > earlier.standing.level:
        level = {"n": later.standing.level, "name": later.level_name}
        said.append(_("Level %(n)s: %(name)s") % level)
    had = {one.id for one in earlier.earned}
    for one in later.earned:
        if one.id not in had:
            said.append(
                _("Achievement: %(emoji)s %(name)s") % {"emoji": one.emoji, "name": one.name}
            )
    if said:
        messages.success(request, " · ".join(said))
