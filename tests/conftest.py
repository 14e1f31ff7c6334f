"""The cast (alice learns, bob replies, mod moderates), makers, and a small content tree."""

import contextlib
import email
import email.policy
import logging
import os
import re
import socket
import tempfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from lessons.kept import store
from lessons.loading import load_content
from tests.trees import write_tree


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # once, not in each worker
        from lessons.management.commands.prepare import (
            collect_static,
            compile_messages,
            static_signature,
        )

        compile_messages()
        _share_static(collect_static, static_signature())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where CI is set, a test that was left out is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        reporter.write_line("CI: a test was skipped, and nothing may be", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _share_static(collect: Callable[[], bool], signature: str) -> None:
    """Collect the static files once for this state of them; every process of the tests reads them."""
    folder = settings.BASE_DIR / ".data" / "test-static" / signature[:16]
    if not folder.exists():
        settings.STATIC_ROOT = Path(tempfile.mkdtemp(prefix="collect-", dir=_made(folder.parent)))
        collect()
        with contextlib.suppress(OSError):  # another run was faster
            Path(settings.STATIC_ROOT).rename(folder)
    settings.STATIC_ROOT = folder
    os.environ["TEST_STATIC_ROOT"] = str(folder)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(autouse=True)
def _fresh_process() -> Iterator[None]:
    """Each test begins with nothing kept in this process."""
    from lessons.outline import _outlines

    store.clear()
    cache.clear()
    _outlines.version, _outlines.made = -1, {}
    yield


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small content tree: the quest "garden", two tracks, three lessons, one in Korean too."""
    return write_tree(tmp_path / "content")


@pytest.fixture
def loaded(db: None, tree: Path) -> Path:
    """The small tree, loaded."""
    load_content(tree)
    return tree


@pytest.fixture
def make_learner(db: None) -> Callable[..., object]:
    def make(email: str, *, password: str = "correct horse", **fields: object) -> object:
        fields.setdefault("display_name", email.partition("@")[0].title())
        learner = get_user_model().objects.create_user(email, password, **fields)
        EmailAddress.objects.create(user=learner, email=email, verified=True, primary=True)
        return learner

    return make


@pytest.fixture
def alice(make_learner):
    return make_learner("alice@example.org", language="en")


@pytest.fixture
def bob(make_learner):
    return make_learner("bob@example.org", language="ko")


@pytest.fixture
def mod(make_learner):
    return make_learner("mod@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def client_of() -> Callable[[object], Client]:
    """A browser in which somebody is signed in."""

    def signed_in(learner: object) -> Client:
        client = Client()
        client.force_login(learner)
        return client

    return signed_in


class Postbox:
    """A real SMTP server on this machine, and the mails that reached it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.is_refusing = False

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        if self.is_refusing:
            return "451 try again later"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        message["X-To"] = ",".join(envelope.rcpt_tos)
        self.mails.append(message)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if address in mail["X-To"].split(",")]

    def code_for(self, address: str) -> str:
        """The code in the latest mail to an address."""
        found = re.search(r"^ +(\d{4}-\d{4})\s*$", self.to(address)[-1].get_content(), re.MULTILINE)
        assert found, self.to(address)[-1].get_content()
        return found[1]


@pytest.fixture
def smtp(settings: object) -> Iterator[Postbox]:
    """Mail really goes over SMTP, to a server of this test."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    postbox = Postbox()
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield postbox
    controller.stop()
