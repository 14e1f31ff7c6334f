"""Plots as numbers: where the marks of an SVG go. Pure; templates draw them, tables repeat them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

WEEKS = 53
_CELL = 13


@dataclass(frozen=True)
class Day:
    day: date
    count: int
    x: int
    y: int

    @property
    def shade(self) -> int:
        """0 for nothing, to 4 for ten and more."""
        return sum(self.count >= step for step in (1, 3, 6, 10))


@dataclass(frozen=True)
class Month:
    day: date
    x: int


@dataclass(frozen=True)
class Calendar:
    """The last year, a column a week (Monday first). ``active`` are its days with anything done."""

    days: list[Day]
    months: list[Month]
    width: int = WEEKS * _CELL + 1
    height: int = 7 * _CELL + 16

    @property
    def active(self) -> list[Day]:
        return [day for day in reversed(self.days) if day.count]

    @property
    def total(self) -> int:
        return sum(day.count for day in self.days)

    @property
    def shades(self) -> list[tuple[int, str]]:
        """For each shade the path of its squares: five marks in the page instead of 371."""
        paths: dict[int, str] = {}
        for day in self.days:
            paths[day.shade] = paths.get(day.shade, "") + f"M{day.x} {day.y}h11v11h-11z"
        return sorted(paths.items())


def calendar(days: Iterable[str], today: date) -> Calendar:
    """A calendar of local days (ISO dates, one for each thing done) that ends with today."""
    counts = Counter(days)
    start = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    made = [
        Day(day, counts[day.isoformat()], (n // 7) * _CELL + 1, (n % 7) * _CELL + 16)
        for n in range((today - start).days + 1)
        for day in (start + timedelta(days=n),)
    ]
    firsts = [
        Month(day.day, day.x) for day in made if day.day.day == 1 and day.x < (WEEKS - 2) * _CELL
    ]
    return Calendar(made, firsts)


@dataclass(frozen=True)
class Point:
    day: date
    value: int
    gained: int
    x: float
    y: float


@dataclass(frozen=True)
class Plot:
    """A line that only rises in steps. ``line`` is an SVG path, ``area`` the same closed below."""

    points: list[Point] = field(default_factory=list)
    width: int = 640
    height: int = 180
    top: int = 0

    @property
    def line(self) -> str:
        first, *rest = self.points
        steps = "".join(f"H{point.x:g}V{point.y:g}" for point in rest)
        return f"M{first.x:g} {first.y:g}{steps}H{self.width}"

    @property
    def area(self) -> str:
        return f"{self.line}V{self.height}H{self.points[0].x:g}Z"


def plot(gains: Mapping[str, int], today: date, limit: int = 60) -> Plot:
    """What was gained on each local day, added up; by week or month once there are many days."""
    if not gains:
        return Plot()
    totals = _bucketed({date.fromisoformat(day): gain for day, gain in gains.items()}, limit)
    start = min(totals) - timedelta(days=1)
    days = max((max(max(totals), today) - start).days, 1)
    top = max(sum(totals.values()), 1)
    empty = Plot(top=top)
    points = [Point(start, 0, 0, 0, empty.height)]
    total = 0
    for day in sorted(totals):
        total += totals[day]
        x = round((day - start).days / days * empty.width, 1)
        y = round(empty.height - total / top * (empty.height - 8), 1)
        points.append(Point(day, total, totals[day], x, y))
    return Plot(points, top=top)


def _bucketed(gains: Mapping[date, int], limit: int) -> dict[date, int]:
    starts = (
        lambda day: day,
        lambda day: day - timedelta(days=day.weekday()),
        lambda day: day.replace(day=1),
    )
    totals: Counter[date] = Counter()
    for start in starts:
        totals = Counter()
        for day, gain in gains.items():
            totals[start(day)] += gain
        if len(totals) <= limit:
            break
    return dict(totals)


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    series: int
    label: str
    value: int


def bars(
    rows: Sequence[tuple[str, Sequence[int]]], width: int = 900, height: int = 200
) -> list[Bar]:
    """Bars side by side over one scale, a group a row; of ``series`` 0, 1, … within their group."""
    top = max((value for _, values in rows for value in values), default=0) or 1
    group = width / max(len(rows), 1)
    made = []
    for place, (label, values) in enumerate(rows):
        one = group * 0.8 / len(values)
        for series, value in enumerate(values):
            tall = round(value / top * height, 1)
            x = round(place * group + series * one, 1)
            made.append(Bar(x, round(height - tall, 1), round(one, 1), tall, series, label, value))
    return made
