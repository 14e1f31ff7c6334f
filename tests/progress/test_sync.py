"""The JSON endpoints: strict in what they take, the same after any repetition."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from progress.facts import milliseconds
from progress.models import Entry, Merge
from tests.progress.test_facts import TOKEN, fill_a_day, make_fact

SYNC, MERGE = "/en/me/sync/", "/en/me/merge/"


def post(browser, path, data, **headers):
    body = data if isinstance(data, (str, bytes)) else json.dumps(data)
    return browser.post(path, body, content_type="application/json", headers=headers)


def items(*facts):
    return [fact.as_json() for fact in facts]


def test_sync_takes_facts_and_says_what_holds(loaded, alice, client_of):
    facts = [make_fact(), make_fact("water-how", "exercise")]
    for _ in range(2):
        answer = post(client_of(alice), SYNC, {"facts": items(*facts), "quest": "garden"}).json()
        assert answer["refused"] == []
        assert sorted(map(str, answer["facts"])) == sorted(map(str, items(*facts)))
    assert Entry.objects.of(alice).count() == 2


def test_devices_converge_whatever_the_order(loaded, alice, client_of):
    phone, laptop = client_of(alice), client_of(alice)
    read, taken = make_fact(second=1000), make_fact(done=False, second=1001)
    post(phone, SYNC, {"facts": items(taken)})
    post(laptop, SYNC, {"facts": items(read)})  # said earlier, arrives later
    post(phone, SYNC, {"facts": items(taken)})  # and once more, because its answer was lost
    for device in (phone, laptop):
        assert post(device, SYNC, {"facts": [], "quest": "garden"}).json()["facts"] == items(taken)


def test_what_cannot_be_taken_is_named_and_the_rest_is_kept(loaded, alice, client_of):
    facts = [make_fact().as_json(), make_fact("nowhere").as_json(), {"lesson": "soil-is"}, 7]
    answer = post(client_of(alice), SYNC, {"facts": facts, "quest": "garden"}).json()
    assert answer["facts"] == facts[:1]
    assert answer["refused"] == [
        {"fact": {"lesson": "soil-is"}, "why": "a fact has exactly lesson, kind, done, at and on"},
        {"fact": None, "why": "a fact has exactly lesson, kind, done, at and on"},
        {"fact": facts[1], "why": "there is no such lesson"},
    ]


def test_facts_from_the_future_are_taken_as_of_now(loaded, alice, client_of):
    tomorrow = timezone.now() + timedelta(days=1)
    fact = make_fact(second=milliseconds(tomorrow) // 1000)
    (taken,) = post(client_of(alice), SYNC, {"facts": items(fact), "quest": "garden"}).json()[
        "facts"
    ]
    assert (
        taken["at"] <= milliseconds(timezone.now())
        and taken["on"] < fact.on
        and taken["on"][19:] == "+09:00"
    )


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        ("", 400, "not JSON"),
        ("{", 400, "not JSON"),
        ("[]", 400, "not a JSON object"),
        ("{}", 400, "the keys are facts, quest"),
        ('{"facts": [], "xp": 1000}', 400, "the keys are facts, quest"),
        ('{"facts": {}}', 400, "“facts” must be a list"),
        ('{"facts": [], "quest": "a\\u0000b"}', 400, "“quest” must be the id of a quest"),
        ('{"facts": [], "quest": 7}', 400, "“quest” must be the id of a quest"),
        (
            '{"facts": [' + ",".join(["0"] * 10_001) + "]}",
            400,
            "too many: at most 10000 facts at a time",
        ),
        (" " * 2_000_001, 413, "at most 2000000 bytes at a time"),
        (b"\xff", 400, "not JSON"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_request_that_cannot_be_read_says_why(loaded, alice, client_of, body, status, why):
    response = post(client_of(alice), SYNC, body)
    assert (response.status_code, response.json()) == (status, {"error": why})
    assert not Entry.objects.exists()


@pytest.mark.parametrize("path", [SYNC, MERGE])
def test_only_a_learner_may_with_a_token_and_by_post(loaded, alice, client_of, path):
    response = post(Client(), path, {"facts": []})
    assert (response.status_code, response.json()) == (401, {"error": "Please sign in again."})
    assert client_of(alice).get(path).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert post(strict, path, {"facts": items(make_fact())}).status_code == 403
    assert not Entry.objects.exists()


@pytest.mark.parametrize("count", [1, 6])
def test_sync_costs_the_same_for_one_and_for_many(
    loaded, alice, client_of, count, django_assert_max_num_queries
):
    lessons = ["soil-is", "soil-compost", "water-how"]
    facts = [make_fact(lesson, kind) for lesson in lessons for kind in ("read", "exercise")][:count]
    browser = client_of(alice)
    with django_assert_max_num_queries(12):
        post(browser, SYNC, {"facts": items(*facts), "quest": "garden"})


def test_ten_thousand_facts_are_answered(loaded, alice, client_of):
    facts = [make_fact(second=1000 + n) for n in range(9_990)] + [
        make_fact("nowhere", second=n) for n in range(10)
    ]
    answer = post(client_of(alice), SYNC, {"facts": items(*facts), "quest": "garden"}).json()
    assert answer["facts"] == items(make_fact(second=1000 + 9_989))
    assert len(answer["refused"]) == 1


def test_a_history_that_takes_no_more_today_says_so_everywhere(loaded, alice, client_of):
    fill_a_day(alice)
    browser, facts = client_of(alice), items(make_fact("soil-compost"))
    for path, data in ((SYNC, {"facts": facts}), (MERGE, {"facts": facts, "token": TOKEN})):
        response = post(browser, path, data)
        assert (response.status_code, response.headers["Retry-After"]) == (429, "3600")
        assert response.json() == {
            "error": "Your history takes no more today: 5000 changes in a day is the limit."
        }
    page = browser.post("/en/me/progress/soil-compost/read/", {"done": "1"})
    assert page.status_code == 429 and "<h1>Slowly, please</h1>" in page.content.decode()
    assert (
        browser.post(f"/en/me/history/{Entry.objects.get(stands=True).pk}/undo/").status_code == 429
    )
    assert not Entry.objects.filter(lesson="soil-compost").exists() and not Merge.objects.exists()


def test_signing_in_brings_what_the_browser_held_once(loaded, alice, bob, client_of):
    Entry.objects.receive(alice, [make_fact("water-how", second=900)])
    facts = [make_fact(), make_fact("soil-compost"), make_fact("water-how")]
    for _ in range(2):  # the first answer was lost
        answer = post(
            client_of(alice), MERGE, {"facts": items(*facts), "token": TOKEN, "quest": "garden"}
        ).json()
        assert answer["receipt"] == "3 lessons from this browser, 1 you already had."
        assert len(answer["facts"]) == 3
    merging = Merge.objects.get()
    assert answer["undo"] == f"/en/me/merges/{merging.pk}/undo/"
    assert client_of(bob).post(answer["undo"]).status_code == 404
    assert client_of(alice).get(answer["undo"]).status_code == 405
    page = client_of(alice).post(answer["undo"], follow=True).content.decode()
    assert "What this browser brought is taken back." in page
    assert [fact.key for fact in Entry.objects.of(alice).done().facts()] == [("water-how", "read")]


@pytest.mark.parametrize("token", [None, 7, "", "x", {"a": 1}])
def test_a_merge_needs_its_token(loaded, alice, client_of, token):
    response = post(client_of(alice), MERGE, {"facts": items(make_fact()), "token": token})
    assert (response.status_code, response.json()) == (400, {"error": "“token” must be a UUID"})
    assert not Merge.objects.exists()
