"""Flags, the moderators' queue, and actions that can all be undone."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from comments.forms import FlagForm
from comments.guards import GuardedForm
from comments.models import (
    Comment,
    Discussion,
    Flag,
    ModerationAction,
    Notification,
    Standing,
    Thread,
)
from tests.comments.makers import make_comment

LESSON = "/en/garden/soil/what-soil-is/"

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def people(make_learner):
    return [make_learner(f"p{n}@example.org") for n in range(4)]


@pytest.fixture
def keeper(make_learner):
    """A moderator with the permissions of the group and no others."""
    person = make_learner("keeper@example.org", is_staff=True)
    person.groups.add(Group.objects.get(name="Moderators"))
    return person


def flag_data(rf, person, **more) -> dict[str, str]:
    request = rf.get("/")
    request.user = person
    with time_machine.travel(timezone.now() - timedelta(seconds=30)):
        stamp = GuardedForm.stamp(FlagForm(request=request))
    return {"reason": "spam", "note": "an advert", "shown_at": stamp, **more}


def is_consistent() -> bool:
    """Whether every counter says what there is."""
    threads = all(
        thread.visible_count == thread.comments.filter(state="visible").count()
        for thread in Thread.objects.all()
    )
    lessons = all(
        row.visible_count == Comment.objects.visible().for_lesson(row.lesson_id).count()
        for row in Discussion.objects.all()
    )
    return threads and lessons


def press(browser, comment, button: str):
    address = reverse("admin:comments_comment_change", args=[comment.pk])
    return browser.post(address, {f"_{button}": "x"}, follow=True)


def test_learner_flags_with_a_reason(alice, bob, client_of, rf):
    comment = make_comment(author=alice)
    browser = client_of(bob)
    assert (
        "What is wrong with it?" in browser.get(f"/en/comments/{comment.pk}/flag/").content.decode()
    )
    browser.post(f"/en/comments/{comment.pk}/flag/", flag_data(rf, bob))
    browser.post(f"/en/comments/{comment.pk}/flag/", flag_data(rf, bob))
    flag = Flag.objects.get()
    assert (flag.flagger, flag.reason, flag.note) == (bob, "spam", "an advert")


def test_nobody_flags_their_own_or_without_a_reason(alice, bob, client, client_of, rf):
    comment = make_comment(author=alice)
    address = f"/en/comments/{comment.pk}/flag/"
    assert client_of(alice).post(address, flag_data(rf, alice)).status_code == 404
    assert client_of(bob).post(address, flag_data(rf, bob, reason="ugly")).status_code == 422
    assert client.post(address).status_code == 302
    assert Flag.objects.count() == 0


def test_comment_waits_after_three_flags_and_its_writer_sees_that(alice, people, client, client_of):
    comment = make_comment(author=alice, text="Doubtful words")
    for person in people[:2]:
        Flag.raise_on(comment, by=person, reason="unkind")
    assert "Doubtful words" in client.get(LESSON).content.decode()
    Flag.raise_on(comment, by=people[2], reason="unkind")
    comment.refresh_from_db()
    assert (comment.state, comment.waits_for) == ("waiting", "flags")
    assert "Doubtful words" not in client.get(LESSON).content.decode()
    assert (
        "This comment of yours waits for a moderator."
        in client_of(alice).get(LESSON).content.decode()
    )
    assert is_consistent()


def test_dismissed_flags_show_the_comment_again_and_do_not_count_later(alice, people, mod):
    comment = make_comment(author=alice)
    for person in people[:3]:
        Flag.raise_on(comment, by=person, reason="spam")
    ModerationAction.dismiss_flags(comment, by=mod)
    comment.refresh_from_db()
    assert comment.state == "visible"
    Flag.raise_on(comment, by=people[3], reason="spam")
    comment.refresh_from_db()
    assert comment.state == "visible"


def test_queue_holds_what_waits_and_what_is_flagged(alice, bob, people, keeper, client_of):
    make_comment(author=alice, text="harmless")
    waiting = make_comment(author=bob, text="see https://spam.example")
    flagged = make_comment(author=alice, text="flagged words")
    Flag.raise_on(flagged, by=people[0], reason="spam")
    address = reverse("admin:comments_comment_changelist")
    browser = client_of(keeper)
    page = browser.get(address).content.decode()
    assert "harmless" not in page
    assert "see https://spam.example" in page and "flagged words" in page
    assert "harmless" in browser.get(f"{address}?queue=all").content.decode()
    shown = browser.get(
        reverse("admin:comments_comment_change", args=[flagged.pk])
    ).content.decode()
    assert "It is advertising or spam" in shown
    assert re.findall(r'<input type="submit" name="_(\w+)"', shown) == [
        "approve",
        "hide",
        "restore",
        "dismiss_flags",
        "pause_writers",
        "block_writers",
    ]
    assert waiting.state == "waiting"


def test_queue_costs_the_same_queries_for_1_and_50(
    alice, keeper, client_of, django_assert_max_num_queries
):
    browser = client_of(keeper)
    address = reverse("admin:comments_comment_changelist")
    for wanted in (1, 50):
        for _ in range(wanted):
            make_comment(author=alice).move_to("waiting")
        with django_assert_max_num_queries(12):
            browser.get(address)


def test_moderator_approves_in_the_admin_and_readers_are_told(
    alice, bob, keeper, client, client_of
):
    asked = make_comment(author=alice, text="Why?")
    waiting = make_comment(author=bob, text="See https://example.org", parent=asked)
    assert Notification.objects.count() == 0
    press(client_of(keeper), waiting, "approve")
    waiting.refresh_from_db()
    assert waiting.state == "visible"
    assert "example.org" in client.get(LESSON).content.decode()
    assert [(n.recipient, n.comment) for n in Notification.objects.all()] == [(alice, waiting)]
    action = ModerationAction.objects.get()
    assert (action.kind, action.moderator, action.comment) == ("approve", keeper, waiting)


def test_hidden_comment_comes_back_without_telling_anybody_twice(
    alice, bob, keeper, client, client_of
):
    asked = make_comment(author=alice, text="Why?")
    answer = make_comment(author=bob, text="Rude words", parent=asked)
    browser = client_of(keeper)
    press(browser, answer, "hide")
    assert "Rude words" not in client.get(LESSON).content.decode()
    press(browser, answer, "restore")
    assert "Rude words" in client.get(LESSON).content.decode()
    assert Notification.objects.count() == 1
    assert is_consistent()


def test_hidden_comment_with_replies_leaves_a_word_in_its_place(alice, bob, mod, client):
    asked = make_comment(author=alice, text="Rude words")
    make_comment(author=bob, text="An answer", parent=asked)
    ModerationAction.hide(asked, by=mod)
    page = client.get(LESSON).content.decode()
    assert "A moderator has hidden this comment." in page
    assert "Alice" not in page[page.index("data-discussion") :]


@pytest.mark.parametrize("verb", ["hide", "approve", "dismiss_flags"])
def test_actions_on_comments_can_be_undone_once(alice, people, mod, verb):
    comment = make_comment(author=alice)
    for person in people[:3]:
        Flag.raise_on(comment, by=person, reason="spam")
    comment.refresh_from_db()
    before = (comment.state, comment.waits_for)
    action = getattr(ModerationAction, verb)(comment, by=mod)
    assert Flag.objects.unsettled().count() == 0
    assert (action.undo(by=mod), action.undo(by=mod)) == (True, False)
    comment.refresh_from_db()
    assert (comment.state, comment.waits_for) == before == ("waiting", "flags")
    assert Flag.objects.unsettled().count() == 3
    assert is_consistent()


def test_blocked_writer_is_hidden_everywhere_and_one_undo_restores(
    alice, bob, keeper, client, client_of
):
    hidden_before = make_comment(author=bob, text="hidden before")
    ModerationAction.hide(hidden_before, by=keeper)
    here = make_comment(author=bob, text="Bob here")
    make_comment(author=bob, text="Bob there", lesson="soil-compost")
    make_comment(author=alice, text="Alice answers", parent=here)
    browser = client_of(keeper)
    press(browser, here, "block_writers")
    page = client.get(LESSON).content.decode()
    assert "Bob here" not in page and "Alice answers" in page
    assert "Bob there" not in client.get("/en/garden/soil/compost/").content.decode()
    assert Standing.of(bob).is_blocked
    assert is_consistent()
    mine = client_of(bob).get(LESSON).content.decode()
    assert "A moderator has closed the discussion for you." in mine
    assert "block" not in page[page.index("data-discussion") :].replace('class="block', "")
    action = ModerationAction.objects.get(kind="block")
    browser.post(
        reverse("admin:comments_moderationaction_change", args=[action.pk]), {"_undo": "x"}
    )
    page = client.get(LESSON).content.decode()
    assert "Bob here" in page and "hidden before" not in page
    assert not Standing.of(bob).is_blocked
    action.refresh_from_db()
    assert action.undone_by == keeper
    assert is_consistent()


def test_paused_writer_writes_again_when_the_time_is_over(alice, mod, client_of):
    ModerationAction.pause(alice, by=mod)
    assert "You can write here again on" in client_of(alice).get(LESSON).content.decode()
    assert not Standing.of(alice).may_write
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert Standing.of(alice).may_write


def test_blocked_writer_cannot_post_or_edit(alice, mod, client_of, rf):
    comment = make_comment(author=alice, text="before")
    ModerationAction.pause(alice, by=mod)
    client_of(alice).post(f"/en/comments/{comment.pk}/edit/", {"text": "after"})
    comment.refresh_from_db()
    assert comment.text == "before"


def test_staff_cannot_be_blocked_from_the_queue(mod, keeper, client_of):
    comment = make_comment(author=mod, text="official")
    press(client_of(keeper), comment, "block_writers")
    assert not Standing.of(mod).is_blocked


def test_moderators_may_moderate_and_nothing_else(keeper):
    assert sorted(keeper.get_all_permissions()) >= ["comments.change_comment"]
    ours = {name for name in keeper.get_all_permissions() if name.startswith("comments.")}
    assert ours == {
        "comments.view_comment",
        "comments.change_comment",
        "comments.view_flag",
        "comments.view_thread",
        "comments.view_standing",
        "comments.change_standing",
        "comments.view_moderationaction",
        "comments.change_moderationaction",
    }


def test_group_is_there_after_migration(transactional_db):
    Group.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert (
        Group.objects.get(name="Moderators").permissions.filter(codename="change_comment").count()
        == 1
    )


def test_learner_cannot_enter_the_queue(alice, client_of):
    answer = client_of(alice).get(reverse("admin:comments_comment_changelist"))
    assert answer.status_code == 302


def test_nothing_is_deleted_in_the_admin(alice, mod, client_of):
    comment = make_comment(author=alice)
    browser = client_of(mod)
    assert (
        browser.post(
            reverse("admin:comments_comment_delete", args=[comment.pk]), {"post": "yes"}
        ).status_code
        == 403
    )
    assert Comment.objects.count() == 1


def test_deleted_comment_is_not_brought_back_by_an_undo(alice, mod):
    comment = make_comment(author=alice)
    action = ModerationAction.hide(comment, by=mod)
    comment.delete_by_writer()
    action.undo(by=mod)
    comment.refresh_from_db()
    assert (comment.state, comment.text) == ("deleted", "")
