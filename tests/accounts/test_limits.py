"""Limits on trying: they count in one place for all processes, and cannot be talked around."""

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site_settings
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client

DATABASE_CACHE = {**site_settings.CACHES, "default": site_settings.CACHES["database"]}
TOO_MANY = "Too many failed login attempts"
WRONG = {"login": "alice@example.org", "password": "wrong"}

# Another process of the site, at the same database: it tries as often as it is told, and says
# what it got.
PROCESS = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.test import Client
from django.test.utils import setup_test_environment
settings.CACHES["default"] = settings.CACHES["database"]
setup_test_environment()
answers = [
    Client().post("/en/accounts/login/", {"login": "alice@example.org", "password": "wrong"})
    for _ in range(int(sys.argv[1]))
]
print(json.dumps([sys.argv[2] in answer.content.decode() for answer in answers]))
"""


def in_another_process(times: int) -> list[bool]:
    done = subprocess.run(
        [sys.executable, "-c", PROCESS, str(times), TOO_MANY],
        env={**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"},
        cwd=site_settings.BASE_DIR, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def database_url() -> str:
    """Where the database of this test is, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture
def shared_cache(settings):
    settings.CACHES = DATABASE_CACHE
    yield caches["database"]
    caches["database"].clear()


def is_stopped(client: Client, **extra: str) -> bool:
    return TOO_MANY in client.post("/en/accounts/login/", WRONG, **extra).content.decode()


@pytest.mark.django_db(transaction=True)
def test_wrong_passwords_are_counted_over_processes(shared_cache, alice):
    assert [is_stopped(Client()) for _ in range(3)] == [False] * 3
    assert in_another_process(3) == [False, False, True]  # the fourth, the fifth, one too many
    assert is_stopped(Client())


@pytest.mark.django_db(transaction=True)
def test_sites_own_settings_count_in_the_database_and_end_sessions_everywhere():
    """What the tests replace for speed is what the site has by itself."""
    script = (
        "from config import settings as s;"
        "print(s.CACHES['default']['BACKEND'], s.SESSION_ENGINE, s.ALLAUTH_TRUSTED_PROXY_COUNT)"
    )
    environ = {
        key: value for key, value in os.environ.items() if key not in ("CACHE_URL", "BEHIND_PROXY")
    }

    def read(**extra: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", script], env={**environ, **extra}, cwd=site_settings.BASE_DIR,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.split()

    engine = "django.contrib.sessions.backends."
    assert read() == ["django.core.cache.backends.db.DatabaseCache", f"{engine}db", "0"]
    assert read(BEHIND_PROXY="1")[2] == "1"
    assert read(BEHIND_PROXY="1", TRUSTED_PROXY_COUNT="2")[2] == "2"
    redis = "django.core.cache.backends.redis.RedisCache"
    assert read(CACHE_URL="redis://localhost:1")[:2] == [redis, f"{engine}cached_db"]


@pytest.mark.django_db
def test_the_limit_holds_for_an_address_from_everywhere(alice):
    stopped = [is_stopped(Client(), REMOTE_ADDR=f"192.0.2.{n}") for n in range(6)]
    assert stopped == [False] * 5 + [True]


@pytest.mark.django_db
def test_a_forged_forwarding_header_buys_no_attempts(settings):
    """Without proxies it is not read; with one, only what that proxy added is."""

    def tries(header: str) -> list[int]:
        cache.clear()
        return [
            Client().post(
                "/en/accounts/login/",
                {"login": f"who{n}@example.org", "password": "wrong"},
                headers={"x-forwarded-for": header.format(n)},
            ).status_code
            for n in range(5)
        ]  # fmt: skip

    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip"}  # the site's own 30 are tried below

    assert settings.ALLAUTH_TRUSTED_PROXY_COUNT == 0
    assert tries("198.51.100.{}") == [200] * 3 + [429] * 2
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert tries("198.51.100.{}, 203.0.113.9") == [200] * 3 + [429] * 2
    assert tries("203.0.113.9, 198.51.100.{}") == [200] * 5  # as many visitors behind our proxy


@pytest.mark.django_db
def test_too_many_answers_with_a_page_of_the_site():
    for n in range(30):
        Client().post("/en/accounts/login/", {"login": f"w{n}@example.org", "password": "x"})
    answer = Client().post("/en/accounts/login/", {"login": "w@example.org", "password": "x"})
    assert answer.status_code == 429
    assert "<h1>Slowly, please</h1>" in answer.content.decode()


@pytest.mark.django_db
def test_codes_by_mail_are_limited_by_address(smtp):
    for _ in range(5):
        Client().post("/en/accounts/login/code/", {"email": "alice@example.org"})
    assert len(smtp.mails) == 3
