"""What a learner's own page shows, computed from all their facts."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cached_property

from lessons.models import Edition, LocalText
from lessons.outline import Outline, OutlineLesson
from lessons.views import quest_subject
from progress.charts import Calendar, Plot, calendar, plot
from progress.facts import Fact, hold, merge
from progress.models import Entry
from progress.quests import QuestProgress
from progress.rules import Streak, streak, xp_by_day


def titled(entries: list[Entry], outlines: Iterable[Outline]) -> list[Entry]:
    """Gives each entry the ``title`` and, unless its lesson is gone, the ``url`` of its lesson."""
    known = {one.id: one for outline in outlines for one in outline.lessons()}
    gone = {entry.lesson_id for entry in entries} - set(known)
    editions = (
        Edition.objects.filter(lesson__in=gone, is_source=True) if gone else Edition.objects.none()
    )
    titles = {
        lesson: LocalText(*text)
        for lesson, *text in editions.values_list("lesson_id", "title", "language")
    }
    for entry in entries:
        found = known.get(entry.lesson_id)
        entry.title = (
            found.title if found else titles.get(entry.lesson_id, LocalText(entry.lesson_id, ""))
        )
        entry.url = found.url if found else ""
    return entries


class MyQuest:
    """One quest of a learner."""

    def __init__(self, outline: Outline, facts: Iterable[Fact]) -> None:
        self.outline = outline
        self.subject = quest_subject(outline, "me")
        self.progress = QuestProgress(self.subject, facts)

    @property
    def is_begun(self) -> bool:
        return bool(self.progress.facts)

    @cached_property
    def resume(self) -> OutlineLesson | None:
        return self.progress.resume(self.outline)

    @property
    def gains(self) -> dict[str, int]:
        """The XP of each local day."""
        before, gains = 0, {}
        for day, total in xp_by_day(self.progress.facts, self.subject):
            gains[day], before = total - before, total
        return gains


class Mine:
    """``facts`` are all that hold; ``today`` is the learner's."""

    def __init__(self, outlines: Iterable[Outline], facts: Iterable[Fact], today: date) -> None:
        self.held = hold(merge(facts))
        self.today = today
        self.all_quests = [MyQuest(outline, self.held) for outline in outlines]

    @property
    def quests(self) -> list[MyQuest]:
        return [quest for quest in self.all_quests if quest.is_begun]

    @property
    def not_begun(self) -> list[Outline]:
        return [quest.outline for quest in self.all_quests if not quest.is_begun]

    @cached_property
    def streak(self) -> Streak:
        return streak((fact.day for fact in self.held), self.today.isoformat())

    @cached_property
    def calendar(self) -> Calendar:
        return calendar((fact.day for fact in self.held), self.today)

    @cached_property
    def plot(self) -> Plot:
        gains: Counter[str] = Counter()
        for quest in self.quests:
            gains.update(quest.gains)
        return plot(gains, self.today)

    @property
    def day_count(self) -> int:
        return len({fact.day for fact in self.held})

    @property
    def recent(self) -> list[OutlineLesson]:
        """The five lessons that were read last."""
        entries = {one.id: one for quest in self.quests for one in quest.outline.lessons()}
        read = sorted(
            (f for f in self.held if f.kind == "read"), key=lambda f: f.instant, reverse=True
        )
        return [entries[fact.lesson] for fact in read if fact.lesson in entries][:5]
