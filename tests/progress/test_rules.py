"""The rules against the shared vectors, in Python. tests/e2e/test_progress_parity.py runs them in Chromium."""

import json
from dataclasses import asdict, astuple
from pathlib import Path

import pytest

from progress import facts as progress_facts
from progress.facts import Fact, merge, read_facts
from progress.rules import standing, streak, xp_by_day

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())


@pytest.mark.parametrize("case", VECTORS["standings"], ids=lambda case: case["name"])
def test_standing_agrees_with_the_vectors(case):
    found = asdict(standing([Fact(*fact) for fact in case["facts"]], VECTORS["subject"]))
    rows = found["achievements"] = [list(one.values()) for one in found["achievements"]]
    assert {key: found[key] for key in case["expect"]} == case["expect"]
    expected = case.get("achievements", {})
    assert {row[0]: row[1:] for row in rows if row[0] in expected} == expected


@pytest.mark.parametrize("case", VECTORS["streaks"])
def test_streak_agrees_with_the_vectors(case):
    assert asdict(streak(case["days"], case["today"])) == case["expect"]


@pytest.mark.parametrize("case", VECTORS["merges"])
def test_merge_agrees_with_the_vectors(case):
    a, b = Fact(*case["a"]), Fact(*case["b"])
    holds = Fact(*case[case["holds"]])
    assert list(merge([a], [b]).values()) == list(merge([b], [a]).values()) == [holds]


@pytest.mark.parametrize("case", VECTORS["clamps"])
def test_clamping_agrees_with_the_vectors(case):
    assert list(astuple(Fact(*case["fact"]).clamped(case["now"]))) == case["expect"]


@pytest.mark.parametrize("case", VECTORS["facts"], ids=lambda case: str(case["item"])[:90])
def test_reading_a_fact_agrees_with_the_vectors(case):
    reading = read_facts([case["item"]])
    assert (len(reading.facts), len(reading.refused)) == ((1, 0) if case["ok"] else (0, 1))


def test_putting_back_restores_the_day():
    read = Fact("clay", "read", True, 1768000000000, "2026-01-09T23:06:40+00:00")
    taken = read.undone(1768999999999)
    assert taken == Fact("clay", "read", False, 1768999999999, read.on)
    assert taken.undone(5) == Fact("clay", "read", True, 1769000000000, read.on)


def test_xp_by_day_adds_up():
    facts = [Fact(*fact) for fact in VECTORS["standings"][7]["facts"]]
    assert xp_by_day(facts, VECTORS["subject"]) == [("2026-01-09", 10), ("2026-01-10", 40)]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"[]", "not a JSON object"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a":' + b"9" * 10_000 + b"}", "not JSON"),
        (b" " * 2_000_001, "too large: at most 2000000 bytes at a time"),
    ],
    ids=["list", "cut off", "no text", "deep", "huge number", "long"],
)
def test_a_body_that_is_no_object_is_refused(body, why):
    with pytest.raises(progress_facts.FactsError, match=why):
        progress_facts.read_json(body)


def test_too_many_facts_are_refused():
    with pytest.raises(progress_facts.FactsError, match="at most 10000"):
        read_facts([None] * 10_001)
