"""Reading and writing comments, as guests and learners do it."""

import re
import uuid
from datetime import timedelta
from typing import NamedTuple

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comments.forms import CommentForm
from comments.models import Comment, Discussion, Notification, Thread
from lessons.kept import store
from lessons.outline import _outlines
from tests.comments.makers import make_comment

LESSON = "/en/garden/soil/what-soil-is/"
WRITE = "/en/comments/on/soil-is/write/"

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def sent(rf):
    """The fields of a comment form that somebody has had open for a while."""

    def make(person, text="Good question!", **more):
        request = rf.get("/")
        request.user = person
        with time_machine.travel(timezone.now() - timedelta(seconds=30)):
            stamp = CommentForm(lesson="soil-is", request=request).stamp()
        return {"text": text, "key": str(uuid.uuid4()), "shown_at": stamp, **more}

    return make


class Cost(NamedTuple):
    queries: int
    of_discussion: int


def texts(page: str) -> list[str]:
    return re.findall(r'<div class="comment-body prose"[^>]*>\s*<p>(.*?)</p>', page)


def section_of(page: str) -> str:
    return page[page.index('<section class="block discussion"') :]


def test_guest_sees_the_empty_discussion_and_an_invitation(client):
    page = section_of(client.get(LESSON).content.decode())
    assert 'Comments <span class="count">0</span>' in page
    assert "Reply notifications (sign-in required)" in page
    assert "Please sign in to leave a comment." in page
    assert "No comments yet. Be the first to leave one." in page
    assert "csrfmiddlewaretoken" not in page


def test_guest_sees_a_new_comment_at_the_next_request(client, alice):
    assert texts(client.get(LESSON).content.decode()) == []
    make_comment(author=alice, text="First!")
    page = client.get(LESSON).content.decode()
    assert texts(page) == ["First!"]
    assert 'Comments <span class="count">1</span>' in page


def test_learner_writes_a_comment_and_is_led_to_it(alice, client_of, sent):
    browser = client_of(alice)
    answer = browser.post(WRITE, sent(alice, "**Hello** <b>there</b>"))
    comment = Comment.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LESSON}#comment-{comment.pk}")
    assert (comment.text, comment.html) == (
        "**Hello** <b>there</b>",
        "<p><strong>Hello</strong> &lt;b&gt;there&lt;/b&gt;</p>\n",
    )
    assert (comment.lesson_id, comment.author, comment.state, comment.language) == (
        "soil-is",
        alice,
        "visible",
        "en",
    )
    assert texts(browser.get(LESSON).content.decode()) == [
        "<strong>Hello</strong> &lt;b&gt;there&lt;/b&gt;"
    ]


def test_guest_who_writes_is_sent_to_sign_in(client):
    assert client.post(WRITE, {"text": "hi"})["Location"].startswith("/en/accounts/login/")
    assert client.post(WRITE, {"text": "hi"}, headers={"X-Fragment": "1"}).status_code == 401
    assert Comment.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There is nothing to read in it yet."),
        ("  \u200b\n\t", "There is nothing to read in it yet."),
        ("x" * 5001, "at most 5000 characters"),
    ],
)
def test_comment_that_cannot_be_is_shown_again_with_the_reason(
    alice, client_of, sent, text, message
):
    answer = client_of(alice).post(WRITE, sent(alice, text))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert Comment.objects.count() == 0


def test_line_ends_of_a_browser_count_once(alice, client_of, sent):
    client_of(alice).post(WRITE, sent(alice, "a\r\n" * 2500))
    assert len(Comment.objects.get().text) == 5000 - 1


def test_comment_sent_again_is_written_once(alice, client_of, sent):
    browser, data = client_of(alice), sent(alice)
    first, second = browser.post(WRITE, data), browser.post(WRITE, data)
    assert first["Location"] == second["Location"]
    assert Comment.objects.count() == Thread.objects.count() == 1


def test_key_of_somebody_else_gives_nothing_away(alice, bob, client_of, sent):
    key = make_comment(author=alice, text="mine").key
    answer = client_of(bob).post(WRITE, sent(bob, "not yours", key=str(key)))
    assert answer.status_code == 422
    assert "mine" not in answer.content.decode()
    assert Comment.objects.get().author == alice


def test_form_that_is_too_fast_keeps_the_words(alice, client_of, sent):
    data = {**sent(alice, "quick words"), "shown_at": "forged"}
    answer = client_of(alice).post(WRITE, data)
    assert (answer.status_code, Comment.objects.count()) == (422, 0)
    page = answer.content.decode()
    assert "quick words</textarea>" in page
    assert data["key"] in page  # so that it is still sent once


def test_too_many_comments_have_to_wait(alice, client_of, sent):
    browser = client_of(alice)
    codes = [browser.post(WRITE, sent(alice, f"number {n}")).status_code for n in range(8)]
    assert codes == [302] * 6 + [422] * 2


def test_reply_to_a_reply_names_whom_it_answers(alice, bob, mod, client):
    first = make_comment(author=alice, text="Why?")
    second = make_comment(author=bob, text="Because.", parent=first)
    make_comment(author=alice, text="I see.", parent=second)
    page = client.get(LESSON).content.decode()
    assert re.findall(r'class="answers" href="([^"]+)">([^<]+)<', page) == [
        (f"/en/comments/{second.pk}/", "answers @Bob")
    ]
    assert texts(page) == ["Why?", "Because.", "I see."]
    assert Comment.objects.values_list("thread", flat=True).distinct().count() == 1


def test_answer_to_a_comment_of_another_lesson_is_refused(alice, bob, client_of, sent):
    elsewhere = make_comment(author=alice, lesson="soil-compost")
    answer = client_of(bob).post(WRITE, sent(bob, parent=elsewhere.pk))
    assert answer.status_code == 422
    assert Comment.objects.count() == 1


def test_reply_page_works_without_javascript(alice, bob, client_of, sent):
    first = make_comment(author=alice, text="Why?")
    browser = client_of(bob)
    page = browser.get(f"/en/comments/{first.pk}/reply/").content.decode()
    assert "You answer Alice:" in page
    assert f'name="parent" value="{first.pk}"' in page
    answer = browser.post(WRITE, sent(bob, parent=first.pk))
    assert answer.status_code == 302
    assert Comment.objects.last().parent == first


def test_preview_shows_and_keeps_the_words(alice, client_of, sent):
    data = sent(alice, "*soon*")
    page = client_of(alice).post("/en/comments/on/soil-is/preview/", data).content.decode()
    assert "<em>soon</em>" in page
    assert "*soon*</textarea>" in page
    assert data["key"] in page
    assert Comment.objects.count() == 0


def test_writer_edits_within_the_window_only(alice, bob, client_of):
    comment = make_comment(author=alice, text="Frist")
    address = f"/en/comments/{comment.pk}/edit/"
    assert client_of(bob).post(address, {"text": "Hacked"}).status_code == 404
    assert client_of(alice).post(address, {"text": "First"}).status_code == 302
    comment.refresh_from_db()
    assert (comment.text, comment.html, comment.edited_at is None) == (
        "First",
        "<p>First</p>\n",
        False,
    )
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        client_of(alice).post(address, {"text": "Late"})
    comment.refresh_from_db()
    assert comment.text == "First"


def test_edit_is_shown_with_its_time(alice, client):
    comment = make_comment(author=alice, text="Frist")
    comment.edit("First")
    assert 'class="edited">edited ' in client.get(LESSON).content.decode()


def test_deleted_comment_without_replies_is_gone(alice, client, client_of):
    comment = make_comment(author=alice)
    assert client_of(alice).post(f"/en/comments/{comment.pk}/delete/").status_code == 302
    comment.refresh_from_db()
    assert (comment.state, comment.text, comment.html) == ("deleted", "", "")
    page = client.get(LESSON).content.decode()
    assert "No comments yet." in page
    assert Discussion.objects.get().visible_count == 0


def test_deleted_comment_with_replies_leaves_a_tombstone(alice, bob, client):
    first = make_comment(author=alice, text="Secret words")
    second = make_comment(author=bob, text="An answer", parent=first)
    third = make_comment(author=alice, text="An answer to it", parent=second)
    first.delete_by_writer()
    second.delete_by_writer()
    page = client.get(LESSON).content.decode()
    assert "Secret words" not in page
    assert page.count("Its writer has deleted this comment.") == 2
    assert texts(page) == ["An answer to it"]
    third.delete_by_writer()
    assert "Its writer has deleted" not in client.get(LESSON).content.decode()


def test_others_cannot_delete(alice, bob, client, client_of):
    comment = make_comment(author=alice)
    assert client_of(bob).post(f"/en/comments/{comment.pk}/delete/").status_code == 404
    assert client.post(f"/en/comments/{comment.pk}/delete/").status_code == 302
    comment.refresh_from_db()
    assert comment.state == "visible"


def test_pages_go_by_keyset_in_both_orders(alice, client):
    made = [make_comment(author=alice, text=f"number {n}") for n in range(23)]
    for order, expected in (("newest", list(reversed(made))), ("oldest", made)):
        address, seen = f"{LESSON}?order={order}", []
        while address:
            page = client.get(address).content.decode()
            seen += texts(page)
            following = re.search(r'href="([^"]+)#discussion"[^>]*>More comments', page)
            address = following and following[1].replace("&amp;", "&")
        assert seen == [comment.text for comment in expected]


def test_permanent_link_leads_to_the_page_that_shows_the_comment(alice, client):
    made = [make_comment(author=alice, text=f"number {n}") for n in range(12)]
    replies = [make_comment(author=alice, text=f"reply {n}", parent=made[0]) for n in range(60)]
    for comment in (made[0], made[1], made[2], made[11], replies[0], replies[5], replies[59]):
        answer = client.get(f"/en/comments/{comment.pk}/")
        page = client.get(answer["Location"]).content.decode()
        assert answer["Location"].endswith(f"#comment-{comment.pk}")
        assert f'id="comment-{comment.pk}"' in page
    assert (
        client.get(f"/en/comments/{made[11].pk}/")["Location"] == f"{LESSON}#comment-{made[11].pk}"
    )
    assert client.get(f"/ko/comments/{made[11].pk}/")["Location"].startswith("/ko/garden/soil/")


def test_long_thread_goes_on_by_itself(alice, client):
    first = make_comment(author=alice, text="first")
    for n in range(120):
        make_comment(author=alice, text=f"reply {n}", parent=first)
    page = client.get(LESSON).content.decode()
    assert len(texts(page)) == 3
    address = re.search(r'href="([^"]+)#discussion"[^>]*>118 more replies', page)[1].replace(
        "&amp;", "&"
    )
    seen = []
    while address:
        page = client.get(address).content.decode()
        assert texts(page)[0] == "first"
        seen += texts(page)[1:]
        following = re.search(r'href="([^"]+)#discussion"[^>]*>More replies', page)
        address = following and following[1].replace("&amp;", "&")
    assert seen == [f"reply {n}" for n in range(2, 120)]


@pytest.mark.parametrize(
    "query", ["?from=x", "?thread=999999999999", "?from=-1", "?order=%00", "?thread=1&replies=9e9"]
)
def test_nonsense_in_the_address_shows_the_first_page(alice, client, query):
    make_comment(author=alice, text="here")
    assert texts(client.get(LESSON + query).content.decode()) == ["here"]


def test_first_comment_with_links_waits_and_only_its_writer_sees_it(
    alice, bob, client, client_of, sent
):
    answer = client_of(alice).post(WRITE, sent(alice, "Buy https://spam.example now"), follow=True)
    comment = Comment.objects.get()
    assert (comment.state, comment.waits_for) == ("waiting", "links")
    page = answer.content.decode()
    assert "waits for a moderator" in page
    assert f'id="comment-{comment.pk}"' in page
    assert "spam.example" not in client.get(LESSON).content.decode()
    assert "spam.example" not in client_of(bob).get(LESSON).content.decode()
    assert client.get(f"/en/comments/{comment.pk}/").status_code == 404
    assert Notification.objects.count() == 0


def test_known_writer_may_link(alice):
    make_comment(author=alice, text="Hello")
    assert make_comment(author=alice, text="See https://example.org").state == "visible"


def test_edit_cannot_smuggle_links_into_a_first_comment(alice):
    comment = make_comment(author=alice, text="Hello")
    comment.edit("Hello https://spam.example")
    comment.refresh_from_db()
    assert (comment.state, comment.waits_for) == ("waiting", "links")


def test_queries_of_a_lesson_page_do_not_grow(alice, bob, client, client_of):
    learner = client_of(bob)
    counts = []
    for wanted in (1, 50):
        for n in range(wanted):
            make_comment(author=alice, text=f"{n}", parent=make_comment(author=bob))
        counts.append(
            (_count(client, LESSON), _count(learner, LESSON), _count(client, f"{LESSON}?from=40"))
        )
    assert counts[0] == counts[1]
    assert counts[0][0].of_discussion == 1


def _count(client, address: str) -> Cost:
    """What a page costs in a process that has kept nothing."""
    client.get(address)  # sessions and content types
    store.clear()
    _outlines.version = -1
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    ours = [query for query in queries if '"comments_' in query["sql"]]
    return Cost(len(queries), len(ours))


def test_feed_lists_the_newest_comments(alice, client):
    make_comment(author=alice, text="**Hello** from Seoul")
    comment = Comment.objects.get()
    answer = client.get(reverse("comments:feed", args=["soil-is"]))
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = answer.content.decode()
    assert "<title>Comments: What soil is</title>" in feed
    assert f"http://testserver/en/comments/{comment.pk}/" in feed
    assert "&lt;strong&gt;Hello&lt;/strong&gt;" in feed
    again = client.get(
        reverse("comments:feed", args=["soil-is"]), headers={"If-None-Match": answer["ETag"]}
    )
    assert again.status_code == 304
    make_comment(author=alice, text="More")
    again = client.get(
        reverse("comments:feed", args=["soil-is"]), headers={"If-None-Match": answer["ETag"]}
    )
    assert again.status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_writing_takes_post_only(alice, client_of, method):
    assert getattr(client_of(alice), method)(WRITE).status_code == 405


def test_draft_lesson_has_no_discussion(alice, client_of, tree, sent):
    assert (
        client_of(alice).post("/en/comments/on/no-such-lesson/write/", sent(alice)).status_code
        == 404
    )
