"""``manage.py demo``: everything to look at, on an empty site only."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from comments.models import Comment, Flag, Mail, Notification
from tests.comments.test_moderation import is_consistent


def test_demo_fills_every_page_and_queue(loaded, client):
    call_command("demo", verbosity=0)
    people = get_user_model().objects
    assert people.count() == 9
    assert set(people.values_list("language", flat=True)) == {"en", "ko"}
    states = set(Comment.objects.values_list("state", "waits_for"))
    assert {("visible", ""), ("waiting", "links"), ("waiting", "flags"), ("hidden", "")} <= states
    assert Flag.objects.unsettled().count() == 3
    assert Notification.objects.unread().exists()
    assert is_consistent()
    assert client.login(email="juno@demo.example", password="acorn-demo")
    assert client.get("/en/garden/soil/what-soil-is/").status_code == 200
    call_command("deliver", once=True)
    assert Mail.objects.count() == 0  # these people do not exist


def test_demo_refuses_a_site_with_people(loaded, alice):
    with pytest.raises(CommandError, match="this site has people"):
        call_command("demo")
    assert Comment.objects.count() == 0


def test_demo_refuses_a_site_without_lessons(db):
    with pytest.raises(CommandError, match="no lessons"):
        call_command("demo")
