"""Begin a lesson: a draft that passes the check, listed in its track."""

import re
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lessons.content.fields import SLUG
from lessons.content.problems import ContentError
from lessons.loading import check_content

_TEMPLATE = """\
---
id: {id}
title: {title}
summary: One or two sentences that say what a reader will know afterwards.
tags: []
status: draft
---

Begin with what the reader meets first: a question, a number, a small experiment.

## Key Takeaways {{.takeaways}}

- The one thing to remember.

## Exercise {{.exercise}}

Something to try at once, with what the reader has at hand.

<details>
<summary>Hint</summary>

The first step.

</details>
"""
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Command(BaseCommand):
    help = "Write a draft lesson that passes the check, and list it in its track."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="QUEST/TRACK/SLUG")
        parser.add_argument("--title")
        parser.add_argument("--content", type=Path, default=settings.CONTENT_DIR)

    def handle(
        self, *args: Any, address: str, title: str | None, content: Path, **options: Any
    ) -> None:
        quest, track, slug = self._parts(address)
        folder = content / quest / track
        if not (folder / "track.yml").is_file():
            raise CommandError(
                f"There is no track {quest}/{track}: {folder / 'track.yml'} is missing."
            )
        file = folder / f"{slug}.md"
        if file.exists():
            raise CommandError(f"{file} exists already; choose another name.")
        suffix = "".join(secrets.choice(_ALPHABET) for _ in range(4))
        listing = folder / "track.yml"
        before = listing.read_text(encoding="utf-8")
        after = list_lesson(before, slug)
        if after is None:
            raise CommandError(
                f"{listing} has no list “lessons”; add lessons: [{slug}] and run again."
            )
        title = title or slug.replace("-", " ").capitalize()
        quoted = "'" + title.replace("'", "''") + "'"
        file.write_text(
            _TEMPLATE.format(id=f"{slug[:70]}-{suffix}", title=quoted), encoding="utf-8"
        )
        listing.write_text(after, encoding="utf-8")
        self._check(content, file, listing, before)
        self.stdout.write(f"{file}\nListed in {listing}. Write, and see it with: make dev")

    def _parts(self, address: str) -> list[str]:
        parts = address.removesuffix(".md").strip("/").split("/")
        if len(parts) != 3 or not all(SLUG.match(part) for part in parts):
            raise CommandError(
                "The address must be QUEST/TRACK/SLUG, each of a–z, 0–9 and hyphens."
            )
        return parts

    def _check(self, content: Path, file: Path, listing: Path, before: str) -> None:
        """Take everything back when this lesson is not right (other mistakes stay their own)."""
        try:
            check_content(content)
        except ContentError as error:
            ours = [
                p
                for p in error.problems
                if p.path.endswith((file.name, f"{file.parent.name}/track.yml"))
            ]
            if ours:
                file.unlink()
                listing.write_text(before, encoding="utf-8")
                raise CommandError("\n".join(map(str, ours))) from None


def list_lesson(track: str, slug: str) -> str | None:
    """A track.yml with one more lesson at the end of its list; None when it has no such list."""
    flow = re.search(r"^lessons:[ \t]*\[([^\]]*)\]", track, re.MULTILINE)
    if flow:
        names = [item.strip() for item in flow[1].split(",") if item.strip()]
        if "\n" in flow[1] or len(", ".join([*names, slug])) > 80:
            lines = "".join(f"\n  - {item}" for item in [*names, slug])
            return f"{track[: flow.start()]}lessons:{lines}{track[flow.end() :]}"
        return (
            track[: flow.start()] + f"lessons: [{', '.join([*names, slug])}]" + track[flow.end() :]
        )
    block = re.search(r"^lessons:[ \t]*\n((?:[ \t]*(?:-[^\n]*|#[^\n]*)?\n?)*)", track, re.MULTILINE)
    if block is None:
        return None
    items = list(re.finditer(r"^([ \t]*)-[^\n]*$", block[0], re.MULTILINE))
    indent = items[-1][1] if items else "  "
    at = block.start() + (items[-1].end() if items else len("lessons:"))
    return track[:at] + f"\n{indent}- {slug}" + track[at:]
