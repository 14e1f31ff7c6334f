"""Send what waits in the outbox."""

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils.module_loading import import_string

from comments.letters import write_letters
from comments.models import Attempt
from comments.outbox import Round, deliver_due

log = logging.getLogger(__name__)
_IDLE, _LONGEST = 2.0, 60.0  # seconds between rounds, and at most while something is down


class Command(BaseCommand):
    help = (
        "Send what waits in the outbox, and go on doing so. Run as many of these as you like; "
        "stop one by SIGTERM or by any other means at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due now, then end")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        if once:
            done = self._until_idle()
            self.stdout.write(str(done))
            self._complain(done)
        else:
            self._for_ever()

    def _until_idle(self) -> Round:
        total = Round()
        while True:
            done = _work()
            total += done
            if done.is_idle or done.is_down:
                return total

    def _for_ever(self) -> None:
        """Ends between two mails when asked to. What is down makes the pauses longer, nothing else."""
        stopped = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stopped.set())
        self.stdout.write("waiting for mail to send")
        self.stdout.flush()
        pause = _IDLE
        while not stopped.is_set():
            close_old_connections()
            try:
                done = _work(stopped)
                is_down = done.is_down
                self._say(done)
            except Exception:  # the database is away: it may come back
                log.exception("a round of the outbox failed")
                done, is_down = Round(), True
            pause = min(pause * 2, _LONGEST) if is_down else _IDLE
            if is_down or done.is_idle:
                stopped.wait(pause)

    def _say(self, done: Round) -> None:
        if not done.is_idle:
            self.stdout.write(str(done))
        self._complain(done)

    def _complain(self, done: Round) -> None:
        if done.is_down:
            self.stderr.write("the mail server does not answer")


def _work(stopped: threading.Event | None = None) -> Round:
    """One round: the mails that notifications owe, what other apps do, what is due, tidying up."""
    write_letters()
    _work_of_others()
    done = deliver_due(stopped)
    Attempt.objects.stale().delete()
    return done


def _work_of_others() -> None:
    for path in settings.WORKER_ROUNDS:
        try:
            import_string(path)()
        except Exception:  # mail has to go out all the same
            log.exception("%s failed", path)
