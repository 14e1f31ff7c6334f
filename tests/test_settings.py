"""Settings fail loudly, and are safe when nothing is said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def started(tmp_path: Path, code: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Import the settings in a process of its own, with just this environment."""
    script = f"import django; from django.conf import settings as s; django.setup(); {code}"
    env = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_defaults_are_for_production(tmp_path):
    code = (
        "print(s.DEBUG, '*' in s.ALLOWED_HOSTS, len(s.SECRET_KEY) > 50, s.SESSION_COOKIE_HTTPONLY)"
    )
    assert started(tmp_path, code).stdout == "False False True True\n"


def test_a_secret_is_made_once_and_for_nobody_else(tmp_path):
    first = started(tmp_path, "print(s.SECRET_KEY)").stdout
    assert first == started(tmp_path, "print(s.SECRET_KEY)").stdout
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    other = tmp_path / "other"
    other.mkdir()
    assert started(other, "print(s.SECRET_KEY)").stdout != first


def test_https_sites_have_secure_cookies_and_hsts(tmp_path):
    code = "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS)"
    assert (
        started(tmp_path, code, SITE_URL="https://learn.example").stdout
        == "True True True 31536000\n"
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEBUG", "maybe", "DEBUG must be 1 or 0"),
        ("SECRET_KEY", "short", "too short"),
        ("SITE_URL", "learn.example", "SITE_URL must be an address"),
        ("CACHE_URL", "memcached://x", "CACHE_URL must be"),
        ("HSTS_SECONDS", "-1", "whole number"),
        ("DATABASE_URL", "oracle://x", ""),
    ],
)
def test_a_value_that_cannot_be_used_stops_the_start(tmp_path, name, value, words):
    result = started(tmp_path, **{name: value})
    assert result.returncode != 0
    assert words in result.stderr
