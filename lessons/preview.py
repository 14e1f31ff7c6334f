"""Live preview for authors: save a file, and the open page shows it, or its mistakes.

A thread of the development server watches the tree by polling (works on every
file system and editor) and loads it when something changed; open pages hear of
it by server-sent events.
"""

import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from lessons.content.problems import ContentError
from lessons.loading import load_content

_PAUSE = 0.25  # seconds between two looks, more when a look is slow


class Preview:
    """The state of the tree under work: a number that rises with each change, and its mistakes."""

    def __init__(self, content: Path, also: list[Path]) -> None:
        self.content, self.also = content, also
        self.instance = secrets.token_hex(4)
        self.number = 0
        self.problems: list[str] = []
        self.seen: dict[str, float] = {}
        self.pause = _PAUSE

    def start(self) -> None:
        threading.Thread(target=self._watch, name="preview", daemon=True).start()

    def look(self) -> bool:
        """Load the tree when a file changed since the last look; whether one did."""
        start = time.monotonic()
        files: dict[str, float] = {}
        for root in (self.content, *self.also):
            files |= _stamps(root)
        self.pause = max(_PAUSE, 4 * (time.monotonic() - start))
        if files == self.seen:
            return False
        self.seen = files
        self.problems = self._load()
        self.number += 1
        return True

    def _load(self) -> list[str]:
        try:
            load_content(self.content)
        except ContentError as error:
            return [str(problem) for problem in error.problems]
        except Exception as error:  # whatever breaks, the watcher lives on and says so
            return [f"{type(error).__name__}: {error}"]
        return []

    def _watch(self) -> None:
        while True:
            if self.look():
                for problem in self.problems:
                    print(problem, flush=True)  # noqa: T201  (the terminal of make dev)
            connections.close_all()
            time.sleep(self.pause)

    def events(self) -> Iterator[bytes]:
        """Server-sent events: the state at once, then at each change; a comment keeps the line open."""
        told, quiet = 0, 0.0  # 0: nothing is loaded yet
        while True:
            if self.number != told:
                told, quiet = self.number, 0.0
                state = {"id": f"{self.instance}-{told}", "problems": self.problems}
                yield f"data: {json.dumps(state)}\n\n".encode()
            elif quiet > 10:
                quiet = 0.0
                yield b": still here\n\n"
            time.sleep(0.1)
            quiet += 0.1


preview: Preview | None = None


def start_preview() -> Preview:
    """Begin to watch the tree, the templates and the static files of this site."""
    global preview
    base = Path(settings.BASE_DIR)
    preview = Preview(Path(settings.CONTENT_DIR), [base / "templates", base / "static"])
    preview.start()
    return preview


@require_safe
def events(request: HttpRequest) -> StreamingHttpResponse:
    if preview is None:
        raise Http404
    response = StreamingHttpResponse(preview.events(), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    return response


def _stamps(root: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    stack = [str(root)]
    while stack:
        try:
            entries = list(os.scandir(stack.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                stack.append(entry.path)
            else:
                try:
                    found[entry.path] = entry.stat().st_mtime_ns
                except OSError:  # an editor replaced it just now
                    continue
    return found
