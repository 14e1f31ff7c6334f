"""Python and JavaScript agree: on the shared vectors, and on thousands of random histories."""

import json
import random
from dataclasses import asdict, astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from progress.facts import Fact, local, merge, read_facts
from progress.rules import standing, streak

ROOT = Path(__file__).parent.parent.parent
VECTORS = json.loads((ROOT / "tests/progress/vectors.json").read_text())
SUBJECT = VECTORS["subject"]


@pytest.fixture
def script(browser):
    """A page with the modules of progress as ``rules`` and ``facts``; served from the folder, no site."""
    context = browser.new_context()
    page = context.new_page()
    folder = ROOT / "static/js/progress"
    page.route(
        "http://rules.test/*.js",
        lambda route: route.fulfill(
            body=(folder / route.request.url.rpartition("/")[2]).read_text(),
            content_type="text/javascript",
        ),
    )
    page.route(
        "http://rules.test/",
        lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"),
    )
    page.goto("http://rules.test/")
    page.evaluate("""async () => {
      globalThis.facts = await import("http://rules.test/facts.js");
      globalThis.rules = globalThis.progressRules;
      globalThis.made = ([lesson, kind, done, at, on]) => ({ lesson, kind, done, at, on });
      globalThis.plain = ({ lesson, kind, done, at, on }) => [lesson, kind, done, at, on];
    }""")
    yield page
    context.close()


def test_javascript_agrees_with_the_vectors(script):
    found = script.evaluate(
        """(vectors) => ({
          standings: vectors.standings.map((one) => rules.standing(one.facts.map(made), vectors.subject)),
          streaks: vectors.streaks.map((one) => rules.streak(one.days, one.today)),
          merges: vectors.merges.map(({ a, b }) => [[a, b], [b, a]].map(([x, y]) =>
            [...facts.merge([made(x)], [made(y)]).values()].map(plain))),
          clamps: vectors.clamps.map((one) => plain(facts.clamped(made(one.fact), one.now))),
          facts: vectors.facts.map((one) => !facts.problem(one.item)),
        })""",
        VECTORS,
    )
    for case, one in zip(VECTORS["standings"], found["standings"], strict=True):
        rows = {row["id"]: [row["have"], row["need"], row["earned"]] for row in one["achievements"]}
        assert {key: rows[key] for key in case.get("achievements", {})} == case.get(
            "achievements", {}
        ), case["name"]
        one["achievements"] = [[key, *row] for key, row in rows.items()]
        assert {key: one[key] for key in case["expect"]} == case["expect"], case["name"]
    assert found["streaks"] == [case["expect"] for case in VECTORS["streaks"]]
    assert found["merges"] == [[[case[case["holds"]]]] * 2 for case in VECTORS["merges"]]
    assert found["clamps"] == [case["expect"] for case in VECTORS["clamps"]]
    assert found["facts"] == [case["ok"] for case in VECTORS["facts"]]


def random_fact(rng, lessons):
    at = rng.randrange(1_767_000_000, 1_771_000_000)
    if rng.random() < 0.3:
        at = 1_768_000_000 + rng.randrange(3)  # ties
    on = local(
        datetime.fromtimestamp(at - rng.choice([0, 0, 0, 86_400]), UTC),
        timedelta(minutes=rng.choice([0, 540, -210, 840, -720])),
    )
    return Fact(
        rng.choice(lessons),
        rng.choice(["read", "exercise"]),
        rng.random() < 0.8,
        at * 1000 + rng.choice([0, 1]),
        on,
    )


def random_subject(rng):
    ids = [f"l{n}" for n in range(8)]
    lessons = [
        {
            "id": id,
            "xp": rng.choice([None, 0, 30]),
            "has_exercise": rng.random() < 0.7,
            "published": rng.choice([0, 1_767_000_000, 1_769_000_000]),
        }
        for id in ids[:7]
    ]
    cut = rng.randrange(8)
    value = {
        "lessons": rng.randrange(1, 9),
        "exercises": rng.randrange(1, 9),
        "xp": rng.randrange(1, 200),
        "streak": rng.randrange(1, 5),
        "track": "one",
        "track_exercises": "two",
        "quest": rng.choice(["lessons", "exercises"]),
        "first": rng.choice(["read", "exercise"]),
        "between": rng.choice(["22:00-04:00", "04:00-22:00", "12:00-12:00", "00:00-00:01"]),
    }
    return ids, {
        "rules": {
            "xp": {"lesson": rng.choice([0, 10]), "exercise": 15},
            "levels": [{"at": 0}, {"at": rng.randrange(1, 60)}, {"at": rng.randrange(60, 150)}],
            "achievements": [
                {"id": kind, "when": {kind: wanted}} for kind, wanted in value.items()
            ],
        },
        "tracks": [
            {"slug": "one", "lessons": lessons[:cut]},
            {"slug": "two", "lessons": lessons[cut:]},
        ],
        "retired": [{"id": ids[7], "xp": 5}],
    }


def test_javascript_agrees_on_thousands_of_random_histories(script):
    rng = random.Random(20260301)
    for _ in range(6):
        cases = []
        for _ in range(500):
            ids, subject = random_subject(rng)
            cases.append(
                (subject, [random_fact(rng, [*ids, "elsewhere"]) for _ in range(rng.randrange(40))])
            )
        found = script.evaluate(
            """(text) => JSON.stringify(JSON.parse(text).map(([subject, list]) => {
              const history = list.map(made);
              const held = [...facts.merge(history).values()];
              return {
                held: held.map(plain).sort(),
                standing: rules.standing(history, subject),
                streak: rules.streak(held.map((fact) => fact.on.slice(0, 10)), "2026-01-15"),
                clamped: held.map((fact) => plain(facts.clamped(fact, 1769000000123))).sort(),
                readable: history.map((fact) => !facts.problem(fact)),
              };
            }))""",
            json.dumps(
                [[subject, [list(astuple(fact)) for fact in facts]] for subject, facts in cases]
            ),
        )
        for (subject, facts), one in zip(cases, json.loads(found), strict=True):
            held = merge(facts).values()
            assert one == {
                "held": sorted((list(astuple(fact)) for fact in held), key=str_order),
                "standing": asdict(standing(facts, subject)),
                "streak": asdict(streak([fact.day for fact in held], "2026-01-15")),
                "clamped": sorted(
                    (list(astuple(f.clamped(1769000000123))) for f in held), key=str_order
                ),
                "readable": [not read_facts([fact.as_json()]).refused for fact in facts],
            }


def str_order(row):
    """As JavaScript sorts lists: by their text."""
    return ",".join(str(value).lower() if isinstance(value, bool) else str(value) for value in row)
