"""Sign-in with Google and GitHub: there when its keys are, and only then."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.accounts.test_limits import database_url

pytestmark = pytest.mark.django_db(transaction=True)  # the other process needs the tables

SCRIPT = """
import django
django.setup()
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
page = Client().get("/en/accounts/login/")
print("Continue with GitHub" in page.content.decode(), "Continue with Google" in page.content.decode())
print(page["Content-Security-Policy"].split("form-action ")[1].split(";")[0])
answer = Client().post("/en/accounts/github/login/")
print(answer.status_code, answer.get("Location", ""))
"""


def run(tmp_path, **environ: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=120,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATA_DIR": str(tmp_path),
             "DATABASE_URL": database_url(), **environ},
    )  # fmt: skip
    return (done.stdout or done.stderr).splitlines()


def test_without_keys_nothing_is_offered(tmp_path):
    assert run(tmp_path) == ["False False", "'self'", "404 "]


def test_with_keys_it_is_offered_and_leads_there(tmp_path):
    lines = run(tmp_path, GITHUB_CLIENT_ID="an-id", GITHUB_CLIENT_SECRET="a-secret")
    assert lines[0] == "True False"
    assert lines[1] == "'self' https://github.com"
    assert lines[2].startswith("302 https://github.com/login/oauth/authorize?client_id=an-id&")
    assert "code_challenge=" in lines[2]
    assert "a-secret" not in lines[2]


def test_half_a_key_stops_the_start(tmp_path):
    assert (
        "GOOGLE_CLIENT_ID and …_SECRET go together" in run(tmp_path, GOOGLE_CLIENT_ID="an-id")[-1]
    )
