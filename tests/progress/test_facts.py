"""Merging is a join of sets (I7): in pure Python, and in the database whatever the order of requests."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from progress.facts import Fact, Reading, local, merge, milliseconds
from progress.history import DAILY_LIMIT, TooManyFacts
from progress.models import Entry, Merge

LESSONS = ["soil-is", "soil-compost", "water-how"]


def make_fact(lesson="soil-is", kind="read", done=True, second=1000, earlier=0):
    on = local(datetime.fromtimestamp(second - earlier, UTC), timedelta(hours=9))
    return Fact(lesson, kind, done, second * 1000, on)


# Few lessons and few moments, so that facts meet and tie often.
FACT = st.builds(
    make_fact,
    st.sampled_from(LESSONS),
    st.sampled_from(["read", "exercise"]),
    st.booleans(),
    st.integers(1000, 1004),
    st.integers(0, 1),
)
FACTS = st.lists(FACT, max_size=12)


def values(*sets):
    return list(merge(*sets).values())


@given(FACTS, FACTS)
def test_merge_is_commutative(a, b):
    assert merge(a, b) == merge(b, a)


@given(FACTS, FACTS, FACTS)
def test_merge_is_associative(a, b, c):
    assert merge(values(a, b), c) == merge(a, values(b, c)) == merge(a, b, c)


@given(FACTS)
def test_merge_is_idempotent(a):
    assert merge(a, a) == merge(values(a), a) == merge(a)


@given(FACT, st.integers(0, 2_000_000))
def test_an_undone_fact_holds_over_what_it_takes_back(fact, now):
    taken = fact.undone(now)
    assert merge([fact], [taken])[fact.key] == taken != fact
    assert (taken.done, taken.on) == (not fact.done, fact.on)


@given(FACT, st.integers(0, 2_000_000))
def test_a_clamped_fact_is_never_later_than_now(fact, now):
    clamped = fact.clamped(now)
    assert clamped.at <= now and clamped.instant * 1000 <= clamped.at
    assert clamped.on[19:] == fact.on[19:]
    assert clamped.clamped(now) == clamped


class Device:
    """A browser that is offline most of the time. Its requests may be lost, repeated, late."""

    def __init__(self):
        self.held, self.queue = {}, []

    def state(self, rng, now):
        lesson, kind = rng.choice(LESSONS), rng.choice(["read", "exercise"])
        before = self.held.get((lesson, kind))
        fact = before.undone(now) if before else make_fact(lesson, kind, second=now // 1000)
        self.held = merge(self.held.values(), [fact])
        self.queue.append(fact)


def test_ten_thousand_interleavings_of_two_devices_and_a_server_converge():
    for seed in range(10_000):
        rng = random.Random(seed)
        devices, server, under_way = [Device(), Device()], {}, []
        for now in range(1_000_000, 1_000_000 + rng.randrange(4, 16) * 1000, 1000):
            device = rng.choice(devices)
            if rng.random() < 0.7:
                device.state(rng, now + rng.choice([-3000, 0, 3000]))  # clocks differ
            if device.queue and rng.random() < 0.4:
                under_way.append((device, list(device.queue)))
            if under_way and rng.random() < 0.5:  # any request arrives, the oldest or not
                sender, facts = rng.choice(under_way)
                server = merge(server.values(), facts)
                if rng.random() < 0.5:  # and its answer arrives, or not
                    sender.held = merge(sender.held.values(), server.values())
                    sender.queue = [fact for fact in sender.queue if fact not in facts]
        for device in [*devices, *devices]:  # at last both come online
            server = merge(server.values(), device.queue, *[facts for _, facts in under_way])
            device.held = merge(device.held.values(), server.values())
        assert devices[0].held == devices[1].held == server, seed


def test_the_database_holds_what_a_merge_holds(loaded, alice):
    @settings(max_examples=40, deadline=None)
    @given(st.lists(FACTS, max_size=4), st.randoms(use_true_random=False))
    def check(requests, rng):
        Entry.objects.all().delete()
        for facts in requests:
            Entry.objects.receive(alice, facts)
        for facts in rng.sample(requests, len(requests)):  # repeated, in another order
            Entry.objects.receive(alice, facts)
        assert merge(Entry.objects.of(alice).standing().facts()) == merge(*requests)
        assert merge(Entry.objects.of(alice).facts()) == merge(*requests)
        rows = Entry.objects.of(alice)
        assert rows.count() == len(set(rows.facts())) <= sum(map(len, requests))

    check()


def test_receiving_costs_the_same_for_one_and_for_many(
    loaded, alice, django_assert_max_num_queries
):
    for facts in ([make_fact()], [make_fact(lesson, second=2000) for lesson in LESSONS]):
        with django_assert_max_num_queries(8):  # with the two of the transaction
            Entry.objects.receive(alice, facts)


def test_two_learners_do_not_share(loaded, alice, bob):
    Entry.objects.receive(alice, [make_fact()])
    assert Entry.objects.of(bob).facts() == []


def test_an_entry_is_taken_back_and_put_back_with_its_day(loaded, alice):
    Entry.objects.receive(alice, [make_fact()])
    entry = Entry.objects.of(alice).standing().get()
    assert entry.undo() and not Entry.objects.get(pk=entry.pk).undo()
    taken = Entry.objects.of(alice).standing().get()
    assert (taken.done, taken.on) == (False, entry.on)
    assert taken.undo()
    put_back = Entry.objects.of(alice).standing().get()
    assert (put_back.done, put_back.on, put_back.offset) == (True, entry.on, 540)
    assert Entry.objects.of(alice).count() == 3


def test_a_fact_from_the_future_is_clamped_to_now(loaded, alice):
    later = milliseconds(timezone.now() + timedelta(days=30))
    fact = Fact(
        "soil-is",
        "read",
        True,
        later,
        local(timezone.now() + timedelta(days=30), timedelta(hours=9)),
    )
    Entry.objects.accept(alice, Reading([fact]))
    entry = Entry.objects.of(alice).get()
    assert entry.at <= timezone.now() and entry.on <= entry.at and entry.offset == 540


def test_lessons_that_never_were_and_exercises_of_none_are_refused(loaded, alice, mod):
    from lessons.models import Lesson

    Lesson.objects.filter(pk="soil-compost").update(has_exercise=False)
    Lesson.objects.filter(pk="water-how").update(published_at=None, status="draft")
    facts = [
        make_fact("nowhere"),
        make_fact("soil-compost", "exercise"),
        make_fact("water-how"),
        make_fact(),
    ]
    reading = Reading(facts)
    assert Entry.objects.accept(alice, reading) == [make_fact()]
    assert [(one["fact"]["lesson"], one["why"]) for one in reading.refused] == [
        ("nowhere", "there is no such lesson"),
        ("soil-compost", "this lesson has no exercise"),
        ("water-how", "there is no such lesson"),
    ]
    assert len(Entry.objects.accept(mod, Reading(facts))) == 2  # who writes drafts reads them


TOKEN = "7d1f0a52-6a3f-4c55-9d0e-0a8f5f1c2b11"


def test_a_merge_counts_and_a_repeated_one_counts_the_same(loaded, alice):
    Entry.objects.receive(alice, [make_fact("soil-is", second=900)])
    facts = [make_fact("soil-is"), make_fact("soil-compost"), make_fact("soil-compost", "exercise")]
    for _ in range(2):
        merging = Merge.objects.receive(alice, TOKEN, Reading(list(facts)))
        assert (merging.total, merging.lessons, merging.had) == (2, 1, 1)
    assert Merge.objects.of(alice).count() == 1


def test_a_merge_only_adds(loaded, alice):
    """Read again as a guest, the day of the first reading stays; what a guest took back was not theirs."""
    before = [make_fact("soil-is", second=900), make_fact("water-how", second=900)]
    Entry.objects.receive(alice, before)
    facts = [make_fact("soil-is"), make_fact("soil-compost"), make_fact("water-how", done=False)]
    merging = Merge.objects.receive(alice, TOKEN, Reading(facts))
    assert (merging.lessons, merging.had) == (1, 1)
    assert sorted(Entry.objects.of(alice).standing().facts(), key=str) == sorted(
        [*before, make_fact("soil-compost")], key=str
    )


def test_undoing_a_merge_restores_what_held_before(loaded, alice):
    before = [make_fact("soil-is", second=900), make_fact("water-how", done=False, second=900)]
    Entry.objects.receive(alice, before)
    facts = [make_fact("soil-is"), make_fact("soil-compost"), make_fact("water-how")]
    merging = Merge.objects.receive(alice, TOKEN, Reading(facts))
    assert (merging.lessons, merging.had) == (2, 1)
    Entry.objects.receive(alice, [make_fact("soil-is", "exercise", second=1100)])
    for _ in range(2):
        merging.undo()
        held = {fact.key: fact.on for fact in Entry.objects.of(alice).done().facts()}
        assert held == {
            ("soil-is", "read"): before[0].on,
            ("soil-is", "exercise"): make_fact(second=1100).on,
        }


def fill_a_day(learner):
    """As many entries as a history takes in a day."""
    facts = [make_fact(second=n) for n in range(1, DAILY_LIMIT + 1)]
    Entry.objects.bulk_create(
        [Entry.of_fact(learner, fact, None, stands=fact is facts[-1]) for fact in facts],
        batch_size=1000,
    )


def test_a_history_takes_so_many_entries_in_a_day_and_more_on_the_next(loaded, alice, bob):
    fill_a_day(alice)
    present = Entry.objects.of(alice).standing().facts()
    with pytest.raises(TooManyFacts):
        Entry.objects.receive(alice, [make_fact("soil-compost")])
    assert Entry.objects.receive(alice, present) == []  # a repeated request is no new one
    assert Entry.objects.receive(bob, [make_fact()]) == [make_fact()]
    assert Entry.objects.of(alice).standing().facts() == present
    Entry.objects.of(alice).update(received=timezone.now() - timedelta(days=1))
    assert Entry.objects.receive(alice, [make_fact("soil-compost")]) == [make_fact("soil-compost")]
