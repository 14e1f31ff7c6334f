"""Facts of progress as pure data: what one says, how it is read, how two sets merge (I7).

The same in JavaScript: ``static/js/progress/facts.js``. Both pass ``tests/progress/vectors.json``.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

KINDS = ("read", "exercise")
LIMIT = 10_000  # facts in one request or file
LIMIT_BYTES = 2_000_000
FORMAT = "learning-progress"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 253_402_214_400_000  # the last day of the year 9999: beyond it no date can be written
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_ON = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?!-00:00)[+-][0-9]{2}:[0-9]{2}\Z"
)
_KEYS = {"lesson", "kind", "done", "at", "on"}

Key = tuple[str, str]


@dataclass(frozen=True)
class Fact:
    """One dated statement: this lesson was read (its exercise done), or it was taken back.

    ``at`` is when it was stated, in milliseconds since 1970: the later statement holds.
    ``on`` is when the lesson was read, as a local time with its distance from UTC; a
    statement that takes back carries the ``on`` of what it takes back, so that putting
    it back restores the day too, and with it a streak.
    """

    lesson: str
    kind: str
    done: bool
    at: int
    on: str

    @property
    def key(self) -> Key:
        return self.lesson, self.kind

    @property
    def rank(self) -> tuple[int, bool, str]:
        """Of two facts about the same thing the one with the higher rank holds.

        At the same millisecond "done" wins, so that a tie never takes progress away.
        """
        return self.at, self.done, self.on

    @property
    def instant(self) -> int:
        """``on`` in seconds since 1970."""
        return int(datetime.fromisoformat(self.on).timestamp())

    @property
    def day(self) -> str:
        return self.on[:10]

    def undone(self, now: int) -> "Fact":
        """The statement that reverses this one. It holds whatever this device's clock says."""
        return Fact(self.lesson, self.kind, not self.done, max(now, self.at + 1), self.on)

    def clamped(self, now: int) -> "Fact":
        """The same with no time later than ``now``."""
        if self.at <= now:
            return self
        moment = datetime.fromisoformat(self.on)
        latest = _EPOCH + timedelta(seconds=min(self.instant, now // 1000))
        return Fact(self.lesson, self.kind, self.done, now, local(latest, moment.utcoffset()))

    def as_json(self) -> dict[str, Any]:
        return {
            "lesson": self.lesson,
            "kind": self.kind,
            "done": self.done,
            "at": self.at,
            "on": self.on,
        }


def local(moment: datetime, offset: timedelta | None) -> str:
    """A moment as ``on`` is written, to the second."""
    return moment.astimezone(timezone(offset or timedelta())).isoformat(timespec="seconds")


def milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment(at: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at)


def merge(*sets: Iterable[Fact]) -> dict[Key, Fact]:
    """For each (lesson, kind) the fact that holds. Commutative, associative, idempotent."""
    held: dict[Key, Fact] = {}
    for facts in sets:
        for fact in facts:
            other = held.get(fact.key)
            if other is None or fact.rank > other.rank:
                held[fact.key] = fact
    return held


def hold(facts: Mapping[Key, Fact]) -> list[Fact]:
    """What is done and not taken back."""
    return [fact for fact in facts.values() if fact.done]


class FactsError(ValueError):
    """A request or file that cannot be read at all; says why."""


@dataclass
class Reading:
    """The facts of a request or file, and why some of it is not among them."""

    facts: list[Fact] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, fact: Any, why: str) -> None:
        self.refused.append({"fact": fact, "why": why})


def read_json(body: bytes) -> dict[str, Any]:
    """A JSON object out of a request. Raises FactsError."""
    if len(body) > LIMIT_BYTES:
        raise FactsError(f"too large: at most {LIMIT_BYTES} bytes at a time")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FactsError("not JSON") from error
    if not isinstance(data, dict):
        raise FactsError("not a JSON object")
    return data


def read_facts(items: Any) -> Reading:
    """Read a list of facts, each on its own. Raises FactsError when it is no list, or too long."""
    if not isinstance(items, list):
        raise FactsError("“facts” must be a list")
    if len(items) > LIMIT:
        raise FactsError(f"too many: at most {LIMIT} facts at a time")
    reading = Reading()
    for item in items:
        why = _problem(item)
        if why:
            reading.refuse(item if isinstance(item, dict) else None, why)
        else:
            reading.facts.append(Fact(**item))
    return reading


def is_id(value: Any) -> bool:
    """Whether this could be the id of a lesson or a quest."""
    return isinstance(value, str) and len(value) <= 80 and bool(_ID.match(value))


def _problem(item: Any) -> str:
    """Why this is not a fact; empty when it is one."""
    if not isinstance(item, dict) or set(item) != _KEYS:
        return "a fact has exactly lesson, kind, done, at and on"
    at = item["at"]
    if not is_id(item["lesson"]):
        return "“lesson” is not the id of a lesson"
    if item["kind"] not in KINDS:
        return "“kind” must be read or exercise"
    if not isinstance(item["done"], bool):
        return "“done” must be true or false"
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at <= _LAST:
        return "“at” must be milliseconds since 1970"
    return _problem_of_on(item["on"], at)


def _problem_of_on(on: Any, at: int) -> str:
    try:
        if not isinstance(on, str) or not _ON.match(on):
            raise ValueError
        moment = datetime.fromisoformat(on)
        if moment.isoformat(timespec="seconds") != on:
            raise ValueError
    except ValueError:
        return "“on” must be a local time such as 2026-03-01T21:30:00+09:00"
    if not timedelta(hours=-12) <= (moment.utcoffset() or timedelta()) <= timedelta(hours=14):
        return "“on” is further from UTC than any place on earth"
    if not 0 <= moment.timestamp() * 1000 <= at:
        return "“on” is later than “at”"
    return ""
