"""A learner who changes their name, takes their words along, or leaves."""

import json

import pytest

from comments.models import Comment, Notification
from progress.accounts import erase
from tests.comments.makers import make_comment

LESSON = "/en/garden/soil/what-soil-is/"

pytestmark = pytest.mark.usefixtures("loaded")


def test_new_name_is_shown_to_guests_at_once(alice, client, client_of):
    make_comment(author=alice, text="Hello")
    assert '<strong class="writer">Alice</strong>' in client.get(LESSON).content.decode()
    client_of(alice).post("/en/accounts/settings/", {"display_name": "Alicia", "language": "en"})
    assert '<strong class="writer">Alicia</strong>' in client.get(LESSON).content.decode()


def test_export_holds_what_was_written(alice, bob, client_of):
    asked = make_comment(author=alice, text="Why?")
    make_comment(author=bob, text="Because.", parent=asked)
    answer = client_of(alice).get("/en/accounts/export/")
    found = json.loads(b"".join(answer.streaming_content))
    assert [row["text"] for row in found["comments"]] == ["Why?"]
    assert [row["comment_id"] for row in found["notifications"]] == [asked.answers.get().pk]
    assert found["replies_by_mail"] == "at_once"


def test_words_of_a_learner_who_leaves_are_gone_and_answers_stay(alice, bob, client):
    asked = make_comment(author=alice, text="Secret words")
    make_comment(author=bob, text="An answer", parent=asked)
    erase(alice)
    page = client.get(LESSON).content.decode()
    assert "Secret words" not in page and "Alice" not in page[page.index("data-discussion") :]
    assert "Its writer has deleted this comment." in page and "An answer" in page
    assert Comment.objects.filter(author=None).count() == 1
    assert Notification.objects.count() == 0
