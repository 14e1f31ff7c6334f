"""Write the hash of the source edition into translations that are up to date again."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lessons.content.checks import is_stale
from lessons.content.reading import read_tree

_SOURCE = re.compile(r"^source:[^\r\n]*", re.MULTILINE)


class Command(BaseCommand):
    help = "Mark translations as made from the present source edition (their key “source”)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="*", type=Path, help="translations, such as quest/track/lesson.ko.md"
        )
        parser.add_argument("--all", action="store_true", help="every translation that is behind")
        parser.add_argument("--content", type=Path, default=settings.CONTENT_DIR)

    def handle(
        self, *args: Any, paths: list[Path], all: bool, content: Path, **options: Any
    ) -> None:
        if not paths and not all:
            raise CommandError("Name the translations, or give --all.")
        tree = read_tree(content)
        behind = {
            edition.path: lesson.source.content_hash
            for _, _, lesson in tree.lessons()
            for edition in lesson.translations
            if is_stale(lesson, edition)
        }
        known = {edition.path for edition in tree.editions() if not edition.is_source}
        wanted = set(behind) if all else {self._relative(path, content) for path in paths}
        if wanted - known:
            raise CommandError(f"No such translation: {', '.join(sorted(wanted - known))}")
        for path in sorted(wanted & set(behind)):
            file = content / path
            text, count = _SOURCE.subn(
                f'source: "{behind[path]}"', file.read_bytes().decode("utf-8"), count=1
            )
            if not count:
                raise CommandError(f"{path} has no line “source: …” in its front matter; add it.")
            file.write_bytes(text.encode())  # bytes, so that line ends stay as they are
            self.stdout.write(f"stamped: {path}")

    def _relative(self, path: Path, content: Path) -> str:
        full = path if path.is_absolute() else Path.cwd() / path
        if full.is_relative_to(content.resolve()):
            return str(full.relative_to(content.resolve()))
        return str(path)
