"""A mail server on this machine, and the ways it may fail."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller


@dataclass
class Postbox:
    """What a mail server has taken, and how often it will still refuse."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients.extend(envelope.rcpt_tos)
        return "250 taken"


@pytest.fixture
def postbox(settings) -> Iterator[Postbox]:
    """A mail server that is up; the site sends through it."""
    box = Postbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield box
    controller.stop()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def write_mail() -> Callable[..., object]:
    """Puts a mail about a reply into the outbox."""
    from comments import outbox

    def write(to, key="reply:1", *, topic="replies", **more):
        context = {
            "writer": "Bob",
            "lesson": "What soil is",
            "written": "Good **question**!",
            "html": "<p>Good <strong>question</strong>!</p>",
            "url": "http://testserver/en/comments/1/",
            "is_answer": True,
            "comment_language": "en",
        }
        return outbox.write(
            key=key, topic=topic, to=to, template="comments/mail/reply", context=context, **more
        )

    return write
