"""Several people at the same moment: nothing is counted wrong, written twice or left hanging."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from comments.guards import Guard, Limit
from comments.models import Comment, Discussion, Flag, ModerationAction, Notification, Thread
from lessons.models import PageVersion
from tests.comments.makers import make_comment
from tests.comments.test_moderation import is_consistent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("loaded")]


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Each call in a thread of its own, with a connection of its own."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_same_key_at_once_writes_one_comment(transactional_db, alice):
    key = uuid.uuid4()
    made = at_once([lambda: make_comment(author=alice, key=key)] * 4)
    assert len({comment.pk for comment in made}) == 1
    assert (Comment.objects.count(), Thread.objects.count()) == (1, 1)
    assert is_consistent()


def test_replies_and_moderation_at_once_keep_every_counter_right(
    transactional_db, alice, bob, mod, make_learner
):
    asked = make_comment(author=alice)
    others = [make_comment(author=bob, parent=asked) for _ in range(4)]
    flaggers = [make_learner(f"f{n}@example.org") for n in range(3)]
    version = PageVersion.objects.get(key="lesson:soil-is").value
    calls: list[Callable[[], Any]] = [lambda: make_comment(author=alice, parent=asked)] * 3
    calls += [lambda: make_comment(author=alice)] * 2
    calls += [lambda f=f: Flag.raise_on(others[0], by=f, reason="spam") for f in flaggers]
    calls += [lambda: ModerationAction.block(bob, by=mod), others[1].delete_by_writer]
    at_once(calls)
    assert is_consistent()
    assert sorted(Comment.objects.values_list("thread", "place")) == sorted(
        set(Comment.objects.values_list("thread", "place"))
    )
    assert Discussion.objects.get().visible_count == Comment.objects.visible().count()
    assert PageVersion.objects.get(key="lesson:soil-is").value >= version + 5
    assert Notification.objects.filter(recipient=bob).count() == 3


def test_limit_is_never_exceeded_by_trying_at_once(transactional_db, rf, alice):
    guard = Guard("at-once", [Limit(3, timedelta(minutes=5))])

    def attempt() -> bool:
        request = rf.post("/")
        request.user = alice
        return guard.lets(request)

    assert sum(at_once([attempt] * 8)) <= 3
