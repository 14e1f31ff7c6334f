"""The whole site from one command: prepared, served by gunicorn, mail sent by a worker beside it."""

import os
import signal
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connections
from gunicorn.app.base import BaseApplication

from config import environment


class Command(BaseCommand):
    help = "Prepare and serve the site on HOST and PORT (127.0.0.1:8000)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=environment.text("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=environment.number("PORT", 8000, 1))

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        call_command("prepare", stdout=self.stdout, stderr=self.stderr)
        connections.close_all()
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        worker = _MailWorker()
        worker.start()
        try:
            _Gunicorn(address, f"http://{address}/", self.stdout).run()
        finally:
            worker.stop()


class _Gunicorn(BaseApplication):
    """gunicorn in this process, so that Django is imported once."""

    def __init__(self, address: str, url: str, out: Any) -> None:
        self.address, self.url, self.out = address, url, out
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", self.address)
        self.cfg.set("workers", environment.number("WEB_WORKERS", min(4, os.cpu_count() or 1), 1))
        self.cfg.set("threads", environment.number("WEB_THREADS", 4, 1))
        self.cfg.set("preload_app", True)
        self.cfg.set("control_socket_disable", True)
        self.cfg.set("loglevel", "warning")
        self.cfg.set("keepalive", 15)
        self.cfg.set("when_ready", self._ready)
        self.cfg.set("max_requests", 20_000)
        self.cfg.set("max_requests_jitter", 2_000)

    def load(self) -> Any:
        from config.wsgi import application  # built once, before the workers fork

        connections.close_all()
        return application

    def _ready(self, server: Any) -> None:
        self.out.write(f"{settings.SITE_NAME} is up: {self.url}  (Ctrl+C stops it)")
        self.out.flush()


class _MailWorker:
    """``manage.py deliver`` as a process beside the server, when the app that sends mail is there."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if "deliver" in get_commands() and environment.flag("MAIL_WORKER", True):
            command = [sys.executable, sys.argv[0], "deliver"]
            self.process = subprocess.Popen(command)  # noqa: S603  (our own words)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:  # a mail it was sending is claimed again later
                self.process.kill()
