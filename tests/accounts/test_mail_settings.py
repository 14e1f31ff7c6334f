"""Where mail goes, from the environment."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from config.environment import MailServer, mail_server

NAMES = ("EMAIL_URL", "SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD", "SMTP_TLS")


@pytest.fixture
def environ(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)

    def setup(**values: str) -> MailServer:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return mail_server()

    return setup


def test_without_a_server_mail_is_printed(environ):
    assert environ().backend == "django.core.mail.backends.console.EmailBackend"


@pytest.mark.parametrize(
    ("values", "server"),
    [
        ({"SMTP_HOST": "m.example"}, MailServer("m.example", 587, "", "", "starttls")),
        (
            {"SMTP_HOST": "m.example", "SMTP_PORT": "465"},
            MailServer("m.example", 465, "", "", "implicit"),
        ),
        (
            {"SMTP_HOST": "relay", "SMTP_PORT": "25", "SMTP_TLS": "none"},
            MailServer("relay", 25, "", "", "none"),
        ),
        ({"EMAIL_URL": "smtp://m.example"}, MailServer("m.example", 587, "", "", "starttls")),
        (
            {"EMAIL_URL": "smtp://me%40x.example:p%2Fw@m.example:2525"},
            MailServer("m.example", 2525, "me@x.example", "p/w", "starttls"),
        ),
        (
            {"EMAIL_URL": "smtps://u:p@m.example"},
            MailServer("m.example", 465, "u", "p", "implicit"),
        ),
        (
            {"EMAIL_URL": "smtp://localhost:1025?tls=none"},
            MailServer("localhost", 1025, "", "", "none"),
        ),
        ({"EMAIL_URL": "console://"}, MailServer()),
    ],
)
def test_a_server_is_read(environ, values, server):
    assert environ(**values) == server


@pytest.mark.parametrize(
    "values",
    [
        {"EMAIL_URL": "smtp://m.example", "SMTP_HOST": "m.example"},
        {"EMAIL_URL": "http://m.example"},
        {"EMAIL_URL": "smtp://m.example:port"},
        {"SMTP_HOST": "m.example", "SMTP_TLS": "yes"},
        {"SMTP_HOST": "m.example", "SMTP_PORT": "0"},
        {"SMTP_HOST": "m.example", "SMTP_PASSWORD": "p", "SMTP_TLS": "none"},
    ],
)
def test_what_cannot_be_meant_stops_the_start(environ, values):
    with pytest.raises(ImproperlyConfigured):
        environ(**values)


def test_printed_mail_is_said_plainly_at_each_start(settings):
    settings.DEBUG = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert [warning.id for warning in run_checks()] == ["progress.W001"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert run_checks() == []
