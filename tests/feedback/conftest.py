"""A reporter who opens the form, takes a while, and sends it."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from feedback.models import Report

SOIL = "/en/garden/soil/what-soil-is/"
PASSAGE = "sand, silt and clay"


def fields_of(page: str) -> dict[str, str]:
    """What stands in the form's hidden fields."""
    form = re.search(r"<form class=\"report-form\".*?</form>", page, re.DOTALL)
    assert form, page
    hidden = re.findall(r"<input type=\"hidden\"[^>]*>", form[0])
    found = {
        re.search(r'name="([^"]+)"', tag)[1]: re.search(r'value="([^"]*)"', tag) for tag in hidden
    }
    return {name: html.unescape(value[1]) if value else "" for name, value in found.items()}


@pytest.fixture
def open_form() -> Callable[..., dict[str, str]]:
    """Opens the form a minute ago; gives back its hidden fields."""

    def get(client: Client, page: str = SOIL, language: str = "en") -> dict[str, str]:
        with time_machine.travel(timezone.now() - timedelta(minutes=1)):
            answer = client.get(f"/{language}/report/", {"page": page})
        return fields_of(answer.content.decode())

    return get


@pytest.fixture
def send(open_form):
    """Opens the form, fills it in and sends it; gives back the answer."""

    def post(client: Client, page: str = SOIL, language: str = "en", headers=None, **data):
        sent = {
            "kind": "text",
            "words": "It says clay twice.",
            **open_form(client, page, language),
            **data,
        }
        return client.post(f"/{language}/report/", sent, headers=headers or {})

    return post


@pytest.fixture
def make_report(send):
    """A report as it comes in; gives it back."""

    def make(client: Client | None = None, **data) -> Report:
        before = set(Report.objects.values_list("pk", flat=True))
        answer = send(client or Client(), **data)
        assert answer.status_code == 302, answer.content.decode()
        return Report.objects.exclude(pk__in=before).get()

    return make
