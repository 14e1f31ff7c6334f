"""The buttons of a lesson and the level bar, without JavaScript."""

import re
import shutil
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from lessons.loading import load_content
from lessons.models import Lesson, Revision
from progress.facts import local, milliseconds
from progress.models import Entry
from tests.progress.test_facts import make_fact
from tests.trees import lesson_text, write

LESSON = "/en/garden/soil/what-soil-is/"
READ = "/en/me/progress/soil-is/read/"
EXERCISE = "/en/me/progress/soil-is/exercise/"


def text_of(response):
    html = re.sub(
        r"<(script|style|template|svg).*?</\1>", " ", response.content.decode(), flags=re.S
    )
    html = re.sub(r"<(\w+)[^>]* hidden[^>]*>.*?</\1>", " ", html, flags=re.S)
    return " ".join(strip_tags(html).split())


def bar_of(response):
    html = response.content.decode()
    return text_of(
        type(
            "Part",
            (),
            {
                "content": re.search(r"<section class=\"level-bar.*?</section>", html, re.S)[
                    0
                ].encode()
            },
        )
    )


def test_a_learner_reads_a_lesson_and_the_bar_moves(loaded, alice, client_of):
    browser = client_of(alice)
    page = browser.post(READ, {"done": "1"}, follow=True)
    assert page.redirect_chain == [(LESSON + "#lesson-progress", 302)]
    assert bar_of(page) == (
        "Level 0 Seed 10 XP 1/3 lessons 1/2 achievements 10/20 XP to next level 10 XP to go 33% complete"
    )
    assert "+10 XP · Achievement: 👣 First step" in text_of(page)
    page = browser.post(EXERCISE, {"done": "1"}, follow=True)
    assert "+15 XP · Level 1: Sprout" in text_of(page)
    assert bar_of(page).startswith("Level 1 Sprout 25 XP")
    page = browser.post(READ, {"done": "0"}, follow=True)
    assert "Taken back." in text_of(page) and bar_of(page).startswith(
        "Level 0 Seed 15 XP 0/3 lessons 0/2"
    )


def test_a_repeated_button_changes_nothing(loaded, alice, client_of):
    browser = client_of(alice)
    for _ in range(3):
        browser.post(READ, {"done": "1"})
    assert Entry.objects.of(alice).count() == 1
    browser.post(EXERCISE, {"done": "0"})
    assert Entry.objects.of(alice).count() == 1


def test_the_page_shows_what_is_done_and_offers_to_take_it_back(loaded, alice, client_of):
    Entry.objects.receive(alice, [make_fact(second=1_700_000_000)])
    html = client_of(alice).get(LESSON).content.decode()
    form = re.search(r'<form[^>]*action="/en/me/progress/soil-is/read/".*?</form>', html, re.S)[0]
    assert re.search(r"<button[^>]*data-todo hidden", form) and "<p data-done>" in form
    assert (
        '<time datetime="2023-11-15">November 15, 2023</time>' in form
    )  # the day in Seoul, not in UTC


def test_a_day_is_the_learners_own(loaded, alice, client_of):
    Entry.objects.receive(alice, [make_fact("water-how", second=1_700_000_000)])  # a clock of UTC+9
    client_of(alice).post(READ, {"done": "1"})
    assert Entry.objects.of(alice).get(lesson="soil-is").offset == 540


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/en/me/progress/nowhere/read/", {"done": "1"}, 404),
        ("/en/me/progress/soil-is/cooked/", {"done": "1"}, 404),
        (READ, {}, 302),
        (READ, {"done": "yes"}, 302),
    ],
)
def test_a_bad_button_states_nothing(loaded, alice, client_of, path, data, status):
    assert client_of(alice).post(path, data).status_code == status
    assert not Entry.objects.exists()


def test_a_lesson_without_an_exercise_has_no_button_for_it(loaded, alice, client_of):
    write(loaded / "garden/water/watering.md", lesson_text("water-how", "Watering", exercise=""))
    load_content(loaded)
    browser = client_of(alice)
    assert b'data-kind="exercise"' not in browser.get("/en/garden/water/watering/").content
    assert browser.post("/en/me/progress/water-how/exercise/", {"done": "1"}).status_code == 404


def test_guests_and_other_methods_state_nothing(loaded, alice, client_of):
    assert Client().post(READ, {"done": "1"}).status_code == 302
    assert client_of(alice).get(READ).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post(READ, {"done": "1"}).status_code == 403
    assert not Entry.objects.exists()


def test_a_guests_page_holds_nothing_personal_and_is_the_same_for_all(loaded, alice, client_of):
    before = Client().get(LESSON)
    client_of(alice).post(READ, {"done": "1"})
    after = Client().get(LESSON)
    assert before.content == after.content and b"csrf" not in after.content and not after.cookies
    assert bar_of(after).startswith(
        "Level 0 Seed 0 XP 0/3 lessons 0/2 achievements 0/20 XP to next level"
    )


def make_history(learner, count):
    """A history of ``count`` entries of three lessons, of which six stand."""
    keys = [
        (lesson, kind)
        for lesson in ("soil-is", "soil-compost", "water-how")
        for kind in ("read", "exercise")
    ]
    made = min(count, 1000)
    facts = [make_fact(*keys[n % 6], bool(n // 6 % 2), 1_000_000 + n) for n in range(made)]
    Entry.objects.bulk_create(
        [Entry.of_fact(learner, fact, None, stands=n >= made - 6) for n, fact in enumerate(facts)]
    )
    for offset in range(
        541, 540 + count // made
    ):  # the rest as copies, of a clock that differs a little
        copy_history(learner, offset)


def copy_history(learner, offset):
    """Once more what a clock of UTC+9 said, as one of another place would have, and long replaced."""
    columns = 'learner_id, lesson_id, kind, done, at, "on", received'
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO progress_entry ({columns}, "offset", stands) SELECT {columns}, %s, %s'
            ' FROM progress_entry WHERE learner_id = %s AND "offset" = 540',
            [offset, False, learner.pk],
        )


def test_lessons_added_afterwards_do_not_take_completion_away(loaded, alice, client_of):
    now = milliseconds(timezone.now())
    Lesson.objects.update(published_at=timezone.now() - timedelta(days=3))
    facts = [
        make_fact(lesson, second=now // 1000 - 60)
        for lesson in ("soil-is", "soil-compost", "water-how")
    ]
    Entry.objects.receive(alice, facts)
    write(loaded / "garden/water/rain.md", lesson_text("water-rain", "Rain"))
    track = loaded / "garden/water/track.yml"
    track.write_text(track.read_text().replace("[watering]", "[watering, rain]"))
    load_content(loaded)
    bar = bar_of(client_of(alice).get(LESSON))
    assert (
        "3/4 lessons" in bar
        and "75% complete Finished" in bar
        and bar.endswith("lessons added since: 1")
    )


def test_a_retired_lesson_keeps_its_xp(loaded, alice, client_of):
    Entry.objects.receive(alice, [make_fact("water-how"), make_fact()])
    shutil.rmtree(loaded / "garden/water")
    quest = loaded / "garden/quest.yml"
    quest.write_text(quest.read_text().replace("tracks: [soil, water]", "tracks: [soil]"))
    load_content(loaded)
    assert bar_of(client_of(alice).get(LESSON)).startswith("Level 1 Sprout 20 XP 1/2 lessons")


def revise(loaded, old="Soil is sand, silt and clay.", new="Soil is sand, silt, clay and life."):
    file = loaded / "garden/soil/what-soil-is.md"
    file.write_text(file.read_text().replace(old, new))
    load_content(loaded)


def test_a_lesson_revised_since_it_was_read_says_so_and_shows_what_changed(
    loaded, alice, client_of
):
    Revision.objects.update(at=timezone.now() - timedelta(days=3))
    second = milliseconds(timezone.now() - timedelta(days=1)) // 1000
    Entry.objects.receive(alice, [make_fact(second=second)])
    browser = client_of(alice)
    assert "was revised since" not in text_of(browser.get(LESSON))
    revise(loaded)
    page = browser.get(LESSON)
    assert "This lesson was revised since you read it. See what changed" in text_of(page)
    assert f'href="{LESSON}changes/?since={second}"' in page.content.decode()
    changes = browser.get(f"{LESSON}changes/?since={second}").content.decode()
    block = re.search(r'<p class="change.*?</p>', changes, re.S)[0]
    assert strip_tags(re.sub(r"<ins>.*?</ins>", "", block)) == "Soil is sand, silt and clay."
    assert strip_tags(re.sub(r"<del>.*?</del>", "", block)) == "Soil is sand, silt, clay and life."
    browser.post(READ, {"done": "0"})
    browser.post(READ, {"done": "1"})
    assert "was revised since" not in text_of(browser.get(LESSON))


def test_the_korean_readers_are_not_told_of_a_change_in_english(loaded, alice, client_of):
    Revision.objects.update(at=timezone.now() - timedelta(days=3))
    Entry.objects.receive(alice, [make_fact(second=milliseconds(timezone.now()) // 1000 - 60)])
    revise(loaded)
    html = client_of(alice).get("/ko/garden/soil/what-soil-is/").content.decode()
    assert re.search(r'<p class="notice revised" data-revised hidden>', html)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 404),
        ("?since=abc", 404),
        ("?since=-1", 404),
        ("?since=9999999999999999", 404),
        ("?since=0", 200),
    ],
)
def test_changes_need_a_moment(loaded, client, query, status):
    response = client.get(f"{LESSON}changes/{query}")
    assert response.status_code == status
    if status == 200:
        assert (
            "Nothing has changed since then." in response.content.decode() and not response.cookies
        )


def test_the_quest_page_shows_what_is_done_and_where_to_resume(loaded, alice, client_of):
    Entry.objects.receive(
        alice, [make_fact(), make_fact(kind="exercise"), make_fact("soil-compost", second=2000)]
    )
    page = text_of(client_of(alice).get("/en/garden/"))
    assert "Resume: Watering" in page
    assert "What soil is: read, exercise done Compost: read" in page, page[300:900]


@pytest.mark.parametrize("path", ["/en/tags/basics/", "/en/stream/"])
def test_other_lists_show_what_is_done_by_one_query(
    loaded, alice, client_of, path, django_assert_max_num_queries
):
    Entry.objects.receive(
        alice, [make_fact(), make_fact(kind="exercise"), make_fact("soil-compost", done=False)]
    )
    browser = client_of(alice)
    assert "What you have done What soil is: read, exercise done" in text_of(browser.get(path))
    assert "Compost: read" not in text_of(browser.get(path))
    with django_assert_max_num_queries(8) as captured:
        browser.get(path)
    assert sum("progress_entry" in query["sql"] for query in captured.captured_queries) == 1
    guest = Client().get(path)
    assert "What you have done" not in text_of(guest) and b"data-held" not in guest.content


def test_local_is_written_with_its_distance():
    moment = timezone.datetime(2026, 3, 1, tzinfo=timezone.get_fixed_timezone(0))
    assert local(moment, timedelta(hours=-3, minutes=-30)) == "2026-02-28T20:30:00-03:30"
