"""Numbers for authors in the admin."""

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from progress.models import Entry
from tests.progress.test_lesson import text_of
from tests.progress.test_me import days_ago

LIST, QUEST = "/admin/progress/questactivity/", "/admin/progress/questactivity/garden/change/"


def test_authors_see_where_learners_stop(loaded, alice, bob, mod, make_learner, client_of):
    Entry.objects.receive(
        alice, [days_ago(30), days_ago(29, kind="exercise"), days_ago(28, "soil-compost")]
    )
    Entry.objects.receive(bob, [days_ago(30), days_ago(2, "soil-compost")])
    Entry.objects.receive(
        mod, [days_ago(30, lesson) for lesson in ("soil-is", "soil-compost", "water-how")]
    )
    carol = make_learner("carol@example.org")
    Entry.objects.receive(
        carol, [days_ago(40), days_ago(39).undone(int(timezone.now().timestamp() * 1000))]
    )
    page = client_of(mod).get(QUEST)
    assert "Learners: 3. Finished: 1. On their way: 1. Stopped: 1" in text_of(page)
    rows = re.findall(
        r"<th scope=\"row\">(.*?)</th><td>(.*?)</td>" + r"<td>(\d+)</td>" * 4, page.content.decode()
    )
    assert rows == [
        ("1. What soil is", "soil", "3", "3", "1", "0"),
        ("2. Compost", "soil", "3", "3", "0", "1"),
        ("3. Watering", "water", "1", "1", "0", "0"),
    ]
    assert 'style="' not in page.content.decode() and page.content.decode().count("<rect") == 5
    assert re.search(
        r'class="field-started">3</td><td class="field-read">7</td><td class="field-exercised">1<',
        client_of(mod).get(LIST).content.decode(),
    )


def test_the_numbers_are_for_staff_and_cannot_be_changed(loaded, alice, mod, client_of):
    for browser in (Client(), client_of(alice)):
        assert browser.get(QUEST).status_code == 302
    assert client_of(mod).get("/admin/progress/questactivity/add/").status_code == 403
    assert client_of(mod).get("/admin/progress/questactivity/nowhere/change/").status_code == 404
    assert client_of(mod).post("/admin/progress/questactivity/garden/delete/").status_code == 403


def test_the_numbers_cost_the_same_for_one_and_many_learners(
    loaded, mod, make_learner, client_of, django_assert_max_num_queries
):
    for n in range(50):
        Entry.objects.receive(
            make_learner(f"learner{n}@example.org"), [days_ago(timedelta(days=n).days)]
        )
    browser = client_of(mod)
    for path in (LIST, QUEST):
        with django_assert_max_num_queries(10):
            assert browser.get(path).status_code == 200
