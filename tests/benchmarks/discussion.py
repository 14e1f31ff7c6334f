"""``python -m tests.benchmarks.discussion``: what a discussion costs, measured now on this machine.

A lesson with 10 comments beside one with 100,000, in turns: the kept page
rendered anew, a learner's page, a permanent link, posting. Then the dearest
comments that can be written. Never a pass or a fail.
"""

import os
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

ROUNDS = 25


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="dotori-bench-") as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
        os.environ |= {"LOG_LEVEL": "ERROR", "SITE_URL": "http://testserver"}
        if "DATABASE_URL" not in os.environ:
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        _fill(Path(folder))
        _pages()
        _dearest_texts()


def _fill(folder: Path) -> None:
    from django.contrib.auth import get_user_model

    from lessons.loading import load_content
    from tests.trees import write_tree

    load_content(write_tree(folder / "content"))
    people = [
        get_user_model().objects.create_user(f"p{n}@example.org", display_name=f"P{n}")
        for n in range(50)
    ]
    for lesson, shape in (
        ("soil-is", [(10, 0)]),
        ("soil-compost", [(60_000, 0), (4_000, 5), (1, 16_000 - 1)]),
    ):
        start = time.perf_counter()
        total = sum(_threads(lesson, people, count, replies) for count, replies in shape)
        print(f"{total:,} comments under {lesson}: {time.perf_counter() - start:.0f} s to write")


def _threads(lesson: str, people: list[object], count: int, replies: int) -> int:
    """Threads with so many replies each, written in bulk; the counters as the verbs would leave them."""
    from django.db.models import F

    from comments.models import Comment, Discussion, Thread

    text, html = "Why is soil *dark*?", "<p>Why is soil <em>dark</em>?</p>\n"
    threads = Thread.objects.bulk_create(
        [
            Thread(lesson_id=lesson, visible_count=replies + 1, last_place=replies)
            for _ in range(count)
        ],
        batch_size=5000,
    )

    def comment(thread: Thread, place: int, parent: Comment | None) -> Comment:
        return Comment(
            lesson_id=lesson,
            thread=thread,
            place=place,
            parent=parent,
            author=random.choice(people),
            text=text,
            html=html,
            language="en",
            key=uuid.uuid4(),
        )

    roots = Comment.objects.bulk_create(
        [comment(thread, 0, None) for thread in threads], batch_size=5000
    )
    for place in range(1, replies + 1, 1000):
        places = range(place, min(place + 1000, replies + 1))
        Comment.objects.bulk_create(
            [comment(root.thread, at, root) for root in roots for at in places], batch_size=5000
        )
    Discussion.objects.get_or_create(pk=lesson)
    Discussion.objects.filter(pk=lesson).update(
        visible_count=F("visible_count") + count * (replies + 1)
    )
    return count * (replies + 1)


def _pages() -> None:
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from comments.models import Comment
    from lessons.kept import store

    guest, learner = Client(), Client()
    learner.force_login(get_user_model().objects.create_user("reader@example.org"))
    few, many = "/en/garden/soil/what-soil-is/", "/en/garden/soil/compost/"
    deep = Comment.objects.filter(lesson="soil-compost", place=0).order_by("pk")[1000].thread_id
    long = Comment.objects.filter(lesson="soil-compost").order_by("-place").first()
    assert long is not None
    addresses = {
        "first page, guest, as served": (guest, few, many),
        "first page, learner, as served": (learner, few, many),
        "first page, guest, rendered": (guest, few, many),
        "first page, learner, rendered": (learner, few, many),
        "oldest first": (guest, f"{few}?order=oldest", f"{many}?order=oldest"),
        "a page at depth 60,000": (guest, few + "?order=newest", f"{many}?from={deep}"),
        "the end of a thread of 16,000": (
            guest,
            few + "?order=newest",
            f"{many}?thread={long.thread_id}&replies=15990",
        ),
    }
    for name, (client, small, large) in addresses.items():

        def get(address: str, client: Client = client, name: str = name) -> None:
            if not name.endswith("as served"):
                store.clear()
            assert client.get(address).status_code == 200

        counts = []
        for address in (small, large):
            get(address)
            with CaptureQueriesContext(connection) as queries:
                get(address)
            counts.append(len(queries))
        one, two = _in_turns(get, small, large)
        print(
            f"  {name:34} 10: {one:6.2f} ms, {counts[0]} queries   100,000: {two:6.2f} ms, {counts[1]} queries   × {two / one:.2f}"
        )


def _in_turns(call: Callable[[str], None], one: str, two: str) -> tuple[float, float]:
    """Medians of processor time in ms; a machine that slows down slows both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for index, address in enumerate((one, two)):
            start = time.process_time()
            call(address)
            times[index].append((time.process_time() - start) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


def _dearest_texts() -> None:
    from comments import markup
    from tests.comments.test_markup import PIECES

    chance = random.Random(1)
    shapes = [[piece] for piece in PIECES] + [
        chance.choices(PIECES, k=chance.randint(2, 4)) for _ in range(400)
    ]
    dearest = []
    for shape in shapes:
        text = ("".join(shape) * markup.LONGEST)[: markup.LONGEST]
        for candidate in (text, text[::-1], f"```c\n{text}"[: markup.LONGEST]):
            dearest.append((min(_cost(markup.render, candidate) for _ in range(2)), shape))
    dearest.sort(key=lambda row: row[0], reverse=True)
    print(
        f"  the dearest of {len(dearest)} texts of 5,000 characters (ms of processor time; the budget is 100):"
    )
    for cost, shape in dearest[:5]:
        print(f"    {cost:6.1f}  {shape!r}")


def _cost(call: Callable[[str], str], text: str) -> float:
    start = time.process_time()
    call(text)
    return (time.process_time() - start) * 1000


if __name__ == "__main__":
    main()
