"""The learner's own page."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lessons.loading import load_content
from progress.accounts import export_as_json
from progress.charts import calendar, plot
from progress.facts import Fact, local, milliseconds
from progress.models import Entry
from tests.progress.test_facts import make_fact
from tests.progress.test_lesson import LESSON, make_history, text_of

ME = "/en/me/"


def days_ago(days, lesson="soil-is", kind="read", done=True):
    moment = timezone.now() - timedelta(days=days)
    return Fact(lesson, kind, done, milliseconds(moment), local(moment, timedelta(hours=9)))


def test_me_shows_quests_achievements_streak_and_plots(loaded, alice, client_of):
    Entry.objects.receive(alice, [days_ago(1), days_ago(0, "soil-compost")])
    page = client_of(alice).get(ME)
    text = text_of(page)
    assert "2 days in a row 2 days at longest 2 days of learning" in text
    assert "Level 1 Sprout 20 XP 2/3 lessons 2/2 achievements 0/40 XP to next level" in text
    assert "Resume: Watering" in text and "Achievements earned" in text
    assert (
        "In the last year: 2 things done on 2 days." in text
        and "20 XP in all quests together." in text
    )
    html = page.content.decode()
    assert html.count('<svg class="calendar"') == html.count('<svg class="plot"') == 1
    assert " style=" not in html and "<style" not in html
    assert page.headers["Cache-Control"] == "private, no-store"


def test_achievements_to_earn_say_how_far(loaded, alice, client_of):
    Entry.objects.receive(alice, [days_ago(0)])
    html = client_of(alice).get(ME).content.decode()
    assert "1 achievement to earn" in html
    assert re.search(
        r'Good soil</strong> <span class="soft">1/2</span> <progress max="2" value="1"', html
    )


def test_the_tables_repeat_the_plots(loaded, alice, client_of):
    Entry.objects.receive(
        alice, [days_ago(3), days_ago(3, kind="exercise"), days_ago(0, "soil-compost")]
    )
    tables = re.findall(r"<tbody>(.*?)</tbody>", client_of(alice).get(ME).content.decode(), re.S)
    assert [re.findall(r"<td>(\d+)</td>", table) for table in tables] == [
        ["1", "2"],
        ["25", "25", "10", "35"],
    ]


def test_the_whole_history_is_there_and_each_entry_can_be_undone(loaded, alice, client_of):
    browser = client_of(alice)
    Entry.objects.receive(alice, [days_ago(2), days_ago(1, "soil-compost")])
    entry = Entry.objects.of(alice).get(lesson="soil-is")
    page = browser.post(f"/en/me/history/{entry.pk}/undo/", follow=True)
    assert page.redirect_chain == [("/en/me/#history", 302)] and "Taken back." in text_of(page)
    assert "What soil is: taken back: read Put back" in text_of(
        page
    ) and "replaced later" in text_of(page)
    assert [fact.lesson for fact in Entry.objects.of(alice).done().facts()] == ["soil-compost"]
    page = browser.post(f"/en/me/history/{entry.pk}/undo/", follow=True)
    assert "Something later has replaced this entry already." in text_of(page)
    taken = Entry.objects.of(alice).get(lesson="soil-is", stands=True)
    assert "Put back." in text_of(browser.post(f"/en/me/history/{taken.pk}/undo/", follow=True))
    (back,) = Entry.objects.of(alice).done().for_lessons(["soil-is"]).facts()
    assert back.on == entry.fact.on


def test_nobody_undoes_for_another(loaded, alice, bob, client_of):
    Entry.objects.receive(alice, [make_fact()])
    path = f"/en/me/history/{Entry.objects.get().pk}/undo/"
    assert client_of(bob).post(path).status_code == 404
    assert Client().post(path).status_code == 302
    assert client_of(alice).get(path).status_code == 405
    assert Entry.objects.of(alice).done().count() == 1


def test_history_pages_show_each_entry_once(loaded, alice, client_of):
    make_history(alice, 65)
    browser, path, seen, pages = client_of(alice), "/en/me/history/", [], 0
    while path:
        html = browser.get(path).content.decode()
        seen += re.findall(r'<li[^>]*><time datetime="([^"]+)"', html)
        older = re.search(r'rel="next" href="([^"]+)"', html)
        path, pages = older and older[1], pages + 1
    assert pages == 3 and len(seen) == len(set(seen)) == 65 and seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("before", ["x", "1-", "99999999999999999-1", "-5-5"])
def test_a_place_in_history_that_is_none_shows_the_beginning_or_nothing(
    loaded, alice, client_of, before
):
    make_history(alice, 6)
    assert client_of(alice).get(f"/en/me/history/?before={before}").status_code == 200


@pytest.mark.parametrize("count", [10, 100_000])
def test_a_lesson_costs_at_most_8_queries_and_me_12_whatever_the_history(
    loaded, alice, client_of, count, django_assert_max_num_queries
):
    make_history(alice, count)
    assert Entry.objects.of(alice).count() == count
    browser = client_of(alice)
    for path, limit in ((LESSON, 8), (ME, 12), ("/en/me/history/", 12)):
        browser.get(path)
        with django_assert_max_num_queries(limit) as captured:
            assert browser.get(path).status_code == 200
        if path == LESSON:
            assert sum("progress_entry" in query["sql"] for query in captured.captured_queries) == 1


def test_korean_times_are_written_as_koreans_do(loaded, alice, client_of):
    Entry.objects.receive(alice, [make_fact(second=1_700_000_000)])
    assert "2023년 11월 15일 오전 7:13" in text_of(client_of(alice).get("/ko/me/history/"))


def test_the_bar_is_full_on_the_highest_level(loaded, alice, client_of):
    lessons = [
        (lesson, kind)
        for lesson in ("soil-is", "soil-compost", "water-how")
        for kind in ("read", "exercise")
    ]
    Entry.objects.receive(alice, [days_ago(0, *key) for key in lessons])
    page = client_of(alice).get(ME)
    assert "Level 2 Tree 75 XP" in text_of(page) and 'max="15" value="15"' in page.content.decode()


def test_a_guest_sees_what_this_browser_holds(loaded):
    page = Client().get(ME)
    assert "My progress in this browser" in text_of(page) and "Level 0 Seed 0 XP" in text_of(page)
    assert not page.cookies and "csrf" not in page.content.decode()
    assert page.headers["Cache-Control"] == "public, no-cache"
    assert Client().get("/en/me/history/").status_code == 302


def test_a_lesson_that_is_gone_stays_in_the_history(loaded, alice, client_of):
    import shutil

    Entry.objects.receive(alice, [make_fact("water-how")])
    shutil.rmtree(loaded / "garden/water")
    quest = loaded / "garden/quest.yml"
    quest.write_text(quest.read_text().replace("tracks: [soil, water]", "tracks: [soil]"))
    load_content(loaded)
    assert "Watering: read Undo" in text_of(client_of(alice).get(ME))


def test_the_history_is_part_of_a_learners_export(loaded, alice, bob):
    Entry.objects.receive(alice, [make_fact()])
    Entry.objects.receive(alice, [make_fact(done=False, second=1001)])
    Entry.objects.receive(bob, [make_fact("water-how")])
    exported = json.loads("".join(export_as_json(alice)))
    assert exported["merges"] == [] and exported["facts"] == [
        {**make_fact().as_json(), "holds": False},
        {**make_fact(done=False, second=1001).as_json(), "holds": True},
    ]


def test_deleting_a_learner_takes_the_history_along(loaded, alice):
    Entry.objects.receive(alice, [make_fact()])
    alice.delete()
    assert not Entry.objects.exists()


def test_a_calendar_ends_with_today_in_its_column():
    today = datetime(2026, 3, 4, tzinfo=UTC).date()  # a Wednesday
    made = calendar(["2026-03-04", "2026-03-04", "2026-03-04", "2020-01-01"], today)
    last = made.days[-1]
    assert (last.day, last.count, last.shade, len(made.days)) == (today, 3, 2, 52 * 7 + 3)
    assert [shade for shade, _path in made.shades] == [0, 2] and made.shades[1][
        1
    ] == "M677 42h11v11h-11z"
    assert (last.x, last.y) == (52 * 13 + 1, 2 * 13 + 16) and made.total == 3


def test_a_plot_of_many_days_is_drawn_by_week_or_month():
    start = datetime(2024, 1, 1, tzinfo=UTC).date()
    gains = {(start + timedelta(days=n)).isoformat(): 10 for n in range(700)}
    made = plot(gains, start + timedelta(days=700))
    assert len(made.points) == 24 and made.points[-1].value == made.top == 7000
    assert (
        made.points[0].x == 0
        and made.points[-1].y == 8
        and all(0 <= p.x <= 640 for p in made.points)
    )
