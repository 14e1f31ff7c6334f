"""Load the content tree into the database, or only check it."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lessons.content.problems import ContentError, Problem
from lessons.content.tree import ContentTree
from lessons.loader import LoadResult
from lessons.loading import check_content, load_content

_FEW = 20  # paths that are named one by one; more with --verbosity 2


class Command(BaseCommand):
    help = "Check the content tree and load it in one transaction; on any error nothing changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, default=settings.CONTENT_DIR)
        parser.add_argument("--check", action="store_true", help="only check, change nothing")

    def handle(self, *args: Any, path: Path, check: bool, verbosity: int, **options: Any) -> None:
        self.bar = _Bar(sys.stderr)
        try:
            if check:
                tree = check_content(path, self.bar)
                self._checked(tree, path)
            else:
                self._loaded(load_content(path, self.bar), verbosity)
        except NotADirectoryError:
            raise CommandError(
                f"There is no folder {path}. Name the content tree: load_content PATH"
            ) from None
        except ContentError as error:
            self.bar.finish()
            for problem in error.problems:
                self.stderr.write(str(problem))
            count = len(error.problems)
            raise CommandError(
                f"{count} {'mistake' if count == 1 else 'mistakes'}; nothing was changed."
            ) from None

    def _checked(self, tree: ContentTree, path: Path) -> None:
        self.bar.finish()
        self._problems(tree.warnings + tree.notes)
        count = sum(1 for _ in tree.editions())
        self.stdout.write(f"{path}: {len(tree.quests)} quests, {count} editions, no mistakes.")

    def _loaded(self, result: LoadResult, verbosity: int) -> None:
        self.bar.finish()
        self._problems(result.warnings)
        for name in ("created", "revised", "moved", "retired"):
            paths = getattr(result, name)
            if verbosity > 1 or len(paths) <= _FEW:
                for path in paths:
                    self.stdout.write(f"{name}: {path}")
        self.stdout.write(
            ", ".join(
                f"{len(getattr(result, name))} {name}"
                for name in ("created", "revised", "moved", "retired")
            )
            + f", {result.unchanged} unchanged; {result.rendered} rendered."
        )

    def _problems(self, problems: list[Problem]) -> None:
        for problem in problems:
            self.stderr.write(str(problem))


class _Bar:
    """A progress bar on a terminal, drawn when the work takes longer than a second."""

    WIDTH = 30

    def __init__(self, out: Any) -> None:
        self.out, self.start, self.drawn = out, time.monotonic(), False

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self.start < 1 or not self.out.isatty():
            return
        full = self.WIDTH * done // total
        self.out.write(f"\r[{'█' * full}{'·' * (self.WIDTH - full)}] {done}/{total}")
        self.out.flush()
        self.drawn = True

    def finish(self) -> None:
        if self.drawn:
            self.out.write("\r\x1b[K")
            self.drawn = False
