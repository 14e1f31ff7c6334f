"""The development server with live preview of the content tree."""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.management.commands.runserver import Command as RunServer
from django.core.management.base import CommandError

from config import environment
from lessons.management.commands.prepare import compile_messages, migrate
from lessons.preview import start_preview


class Command(RunServer):
    help = "Serve with live preview: save a file, and the open page shows it or its mistakes."
    default_addr = environment.text("HOST", "127.0.0.1")
    default_port = str(environment.number("PORT", 8000, 1))

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "Live preview needs DEBUG=1 (make dev sets it). Never serve the public with it."
            )
        super().handle(*args, **options)

    def inner_run(self, *args: Any, **options: Any) -> None:
        migrate()
        compile_messages()
        start_preview()
        self.stdout.write(
            "Live preview is on: drafts are visible, mistakes show in the page and here."
        )
        super().inner_run(*args, **options)

    def check_migrations(self) -> None:
        """Done before the watcher starts."""
