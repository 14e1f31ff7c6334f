"""The guards: a trap, the age of a form, limits that hold across processes, addresses nobody can forge."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from comments.guards import Guard, GuardedForm, Limit, client_address, network_of
from comments.models import Attempt

GUARD = Guard(
    "test", [Limit(3, timedelta(minutes=10)), Limit(5, timedelta(days=1))], address_factor=2
)


class PlainForm(GuardedForm):
    guard = GUARD


@pytest.fixture
def ask(rf):
    """A request by somebody from somewhere."""

    def make(user=None, address="192.0.2.1", **headers):
        request = rf.post("/", REMOTE_ADDR=address, **headers)
        request.user = user or AnonymousUser()
        return request

    return make


def stamped(request, age: timedelta) -> str:
    with time_machine.travel(timezone.now() - age):
        return PlainForm(request=request).stamp()


def codes(form) -> list[str]:
    form.is_valid()
    return [error.code for error in form.non_field_errors().as_data()]


@pytest.mark.parametrize(
    ("age", "found"),
    [(timedelta(0), ["too-fast"]), (timedelta(seconds=5), []), (timedelta(days=3), ["too-old"])],
)
def test_form_must_be_neither_too_young_nor_too_old(db, ask, age, found):
    request = ask()
    assert codes(PlainForm({"shown_at": stamped(request, age)}, request=request)) == found


def test_form_with_the_trap_filled_in_is_refused(db, ask):
    request = ask()
    data = {"shown_at": stamped(request, timedelta(seconds=9)), "website": "https://spam.example"}
    assert codes(PlainForm(data, request=request)) == ["trap"]


@pytest.mark.parametrize("stamp", ["", "shown:1:2", "x" * 5000, "\x00", "shown:" + "9" * 40 + ":a"])
def test_form_with_a_forged_time_is_refused(db, ask, stamp):
    assert codes(PlainForm({"shown_at": stamp}, request=ask())) == ["too-old"]


def test_time_of_one_person_is_no_use_to_another(alice, bob, ask):
    stamp = stamped(ask(alice), timedelta(seconds=9))
    assert codes(PlainForm({"shown_at": stamp}, request=ask(alice))) == []
    assert codes(PlainForm({"shown_at": stamp}, request=ask(bob))) == ["too-old"]


def test_form_shown_again_carries_a_fresh_time(db, ask):
    request = ask()
    form = PlainForm({"shown_at": "forged"}, request=request)
    form.is_valid()
    assert form.guard_fields[1].value() != "forged"


def test_limit_counts_a_person_wherever_they_are(alice, ask):
    passes = [GUARD.lets(ask(alice, f"192.0.2.{n}")) for n in range(5)]
    assert passes == [True, True, True, False, False]


def test_limit_counts_an_address_whoever_is_there(make_learner, ask):
    people = [make_learner(f"p{n}@example.org") for n in range(8)]
    passes = [GUARD.lets(ask(person)) for person in people]
    assert passes == [True] * 6 + [False] * 2


def test_limit_lets_through_again_when_the_window_has_passed(db, ask):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert [GUARD.lets(ask()) for _ in range(4)] == [True, True, True, False]
        clock.shift(timedelta(minutes=11))
        assert [GUARD.lets(ask()) for _ in range(3)] == [True, True, False]  # five a day
        clock.shift(timedelta(days=1))
        assert GUARD.lets(ask())


def test_refused_attempt_does_not_lengthen_the_wait(db, ask):
    for _ in range(10):
        GUARD.lets(ask())
    assert Attempt.objects.count() == 3


def test_attempts_hold_no_address(db, ask):
    GUARD.lets(ask(address="198.51.100.77"))
    assert "198.51.100.77" not in Attempt.objects.get().who


@pytest.mark.parametrize(
    ("proxies", "header", "found"),
    [
        (0, "1.2.3.4", "192.0.2.1"),  # nobody may say where they come from
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # the left one is forged
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", "192.0.2.1"),  # came around the proxies
        (1, "nonsense", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "1.2.3.4:5678", "1.2.3.4"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
    ],
)
def test_address_is_the_one_that_a_trusted_proxy_saw(ask, settings, proxies, header, found):
    settings.TRUSTED_PROXY_COUNT = proxies
    assert client_address(ask(headers={"X-Forwarded-For": header})) == found


def test_forged_forwarding_header_does_not_lift_a_limit(db, ask):
    passes = [GUARD.lets(ask(headers={"X-Forwarded-For": f"10.0.0.{n}"})) for n in range(4)]
    assert passes == [True, True, True, False]


def test_addresses_of_one_ipv6_network_count_together():
    assert (
        network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    )
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert network_of("") == "unknown"
