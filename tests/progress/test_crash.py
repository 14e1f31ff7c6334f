"""Killing the server at any moment loses no answer that it had given."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from progress.facts import milliseconds

ROOT = Path(__file__).parent.parent.parent
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
from pathlib import Path
from lessons.loading import load_content
from tests.trees import write_tree
load_content(write_tree(Path({tree!r})))
from django.contrib.auth import get_user_model
from django.test import Client
learner = get_user_model().objects.create_user("alice@example.org")
client = Client()
client.force_login(learner)
print(client.cookies["sessionid"].value)
"""


@pytest.fixture
def environment(tmp_path):
    """A site of its own on SQLite, as an operator would start it."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}",
        "SITE_URL": "http://127.0.0.1:8000",
        "CONTENT_DIR": str(tmp_path / "content"),
        "DEBUG": "1",
    }


def run(code, environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]


def start(environment):
    """The site in a process; gives it with its port."""
    code = (
        "from wsgiref.simple_server import make_server, WSGIRequestHandler as H\n"
        "from config.wsgi import application\n"
        "server = make_server('127.0.0.1', 0, application, handler_class=type('Q', (H,), {'log_message': lambda *a: None}))\n"
        "print(server.server_port, flush=True)\nserver.serve_forever()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return process, int(process.stdout.readline())


def state(port, cookie, at):
    """Sends one fact; gives back whether its answer came."""
    token = "a" * 32
    fact = {
        "lesson": "soil-is",
        "kind": "read",
        "done": True,
        "at": at,
        "on": "2026-01-01T00:00:00+00:00",
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/en/me/sync/",
        json.dumps({"facts": [fact]}).encode(),
        {
            "Content-Type": "application/json",
            "Cookie": f"sessionid={cookie}; csrftoken={token}",
            "X-CSRFToken": token,
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_a_killed_server_has_kept_every_fact_it_answered(environment, tmp_path):
    cookie = run(PREPARE.format(tree=str(tmp_path / "content")), environment)
    answered, at = [], 1_767_300_000_000
    for after in (0.15, 0.4):
        process, port = start(environment)
        killer = threading.Timer(after, process.send_signal, [signal.SIGKILL])
        first = state(port, cookie, at + 1)
        assert first
        answered.append(at := at + 1)
        killer.start()
        until = time.monotonic() + 10
        while state(port, cookie, at + 1) and time.monotonic() < until:
            answered.append(at := at + 1)
        process.wait()
        killer.cancel()
        at += 10  # what was under way may have been kept or not
    with closing(sqlite3.connect(tmp_path / "site.sqlite3")) as database:
        rows = database.execute("SELECT at FROM progress_entry").fetchall()
    held = {milliseconds(datetime.fromisoformat(at).replace(tzinfo=UTC)) for (at,) in rows}
    assert len(answered) > 2 and set(answered) <= held
