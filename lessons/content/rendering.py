"""Renders what changed in a tree, on all cores."""

import hashlib
import json
import os
import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from lessons.content.problems import Problem, Severity
from lessons.content.reading import decode, split_front_matter
from lessons.content.tree import ContentTree, EditionFile, Known, QuestFile, TrackFile
from lessons.markup.page import Page, Picture, Rendered, Target
from lessons.markup.render import VERSION, render, render_inline, render_prose

_BLOCK_SCALAR = re.compile(r":\s+[|>][-+0-9]*\s*(#.*)?$")  # the text is on the lines below
_FEW = 12  # below this, starting processes costs more than it saves
_Job = tuple[str, str, str, int, str, int]  # path, language, body, first line, summary, its line
_Result = tuple[Rendered, tuple[str, str]]


class Refers:
    """What the editions of a tree may refer to."""

    def __init__(self, tree: ContentTree, assets_url: str) -> None:
        self.targets = {
            lesson.source.path: Target(f"{quest.slug}/{track.slug}/{lesson.slug}")
            for quest, track, lesson in tree.lessons()
        }
        self.pictures = {
            unicodedata.normalize("NFC", path): Picture(
                assets_url + picture.name, picture.width, picture.height
            )
            for path, picture in tree.pictures.items()
        }

    def render_hash(self, edition: EditionFile) -> str:
        """Names everything that the HTML of an edition depends on."""
        links = sorted({path for path, _, _ in edition.record.get("links", [])})
        pictures = edition.record.get("pictures", [])
        parts: list[object] = [
            VERSION,
            edition.file_hash,
            edition.language,
            [
                [path, self.targets[path].address if path in self.targets else None]
                for path in links
            ],
            [
                [path, vars(self.pictures[path]) if path in self.pictures else None]
                for path in pictures
            ],
        ]
        return _hash(parts)


def _hash(parts: list[object]) -> str:
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def render_tree(
    tree: ContentTree,
    known: Mapping[str, Known],
    assets_url: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Render every edition whose HTML may differ from the last load's.

    ``progress`` is called with the number done and the number to do.
    """
    refers = Refers(tree, assets_url)
    changed = [e for e in tree.editions() if _is_changed(e, refers, known)]
    jobs = [_job(tree, edition) for edition in changed]
    for count, (edition, result) in enumerate(zip(changed, _results(jobs, refers), strict=True), 1):
        edition.rendered, edition.summary = result
        front = {**edition.spec.as_record()}
        edition.record = {
            **edition.rendered.as_record(),
            "front": front,
            "first_line": edition.first_line,
            "content_hash": edition.content_hash,
            "is_source": edition.is_source,
        }
        edition.render_hash = refers.render_hash(edition)
        progress(count, len(changed))
    for edition in tree.editions():
        for line, message, severity in edition.record.get("problems", []):
            tree.problems.append(Problem(edition.path, line, message, Severity(severity)))


def render_descriptions(tree: ContentTree, known: Mapping[str, tuple[str, dict[str, str]]]) -> None:
    """Render what quest.yml and track.yml describe; ``known`` maps a path to its hash and HTML.

    From here on ``file_hash`` names the renderer's version too: another one renders anew.
    """
    for quest in tree.quests:
        files: list[QuestFile | TrackFile] = [quest, *quest.tracks]
        for file in files:
            file.file_hash = _hash([VERSION, file.file_hash])
            before = known.get(file.path)
            if before and before[0] == file.file_hash:
                file.description = before[1]
            else:
                file.description = _descriptions(tree, file)


def _descriptions(tree: ContentTree, file: QuestFile | TrackFile) -> dict[str, str]:
    rendered = {}
    for language, text in file.spec.description.items():
        page = Page(file.path, str(text), language, _first_line(tree, file.path, text.line))
        rendered[language] = render_prose(page)
        tree.problems.extend(page.problems)
    return rendered


def _first_line(tree: ContentTree, path: str, line: int) -> int:
    """The line on which a text of YAML begins, whose value begins on this one."""
    lines = _read(tree, path).split("\n")
    return line + bool(_BLOCK_SCALAR.search(lines[line - 1] if line <= len(lines) else ""))


def _read(tree: ContentTree, path: str) -> str:
    try:
        data = (tree.root / path).read_bytes()
    except OSError as error:
        tree.error(path, 1, f"cannot be read ({error.strerror}); is it gone?")
        return ""
    return decode(data, path, tree.problems) or ""


def _is_changed(edition: EditionFile, refers: Refers, known: Mapping[str, Known]) -> bool:
    before = known.get(edition.path)
    if not edition.record or before is None:
        return True
    edition.render_hash = refers.render_hash(edition)
    return edition.render_hash != before.render_hash


def _job(tree: ContentTree, edition: EditionFile) -> _Job:
    if not edition.body:  # known from its record, but what it refers to moved
        text = _read(tree, edition.path)
        _, edition.body, edition.first_line = split_front_matter(text) or ("", "", 1)
    summary_line = edition.line_of("summary")
    return (
        edition.path,
        edition.language,
        edition.body,
        edition.first_line,
        str(edition.spec.summary),
        summary_line,
    )


def _results(jobs: list[_Job], refers: Refers) -> Iterable[_Result]:
    workers = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    # Forking a process that has threads (the live preview) can lock up its children.
    if len(jobs) < _FEW or workers < 2 or threading.active_count() > 1:
        _refer(refers.targets, refers.pictures)
        yield from map(_render, jobs)
        return
    with ProcessPoolExecutor(
        workers,
        get_context("fork" if os.name == "posix" else None),
        _refer,
        (refers.targets, refers.pictures),
    ) as pool:
        yield from pool.map(_render, jobs, chunksize=8)


_targets: Mapping[str, Target] = {}
_pictures: Mapping[str, Picture] = {}


def _refer(targets: Mapping[str, Target], pictures: Mapping[str, Picture]) -> None:
    """Give a worker process what the pages may refer to, once."""
    global _targets, _pictures
    _targets, _pictures = targets, pictures


def _render(job: _Job) -> _Result:
    path, language, body, first_line, summary, summary_line = job
    page = Page(path, body, language, first_line, _targets, _pictures)
    rendered = render(page)
    line = Page(path, summary, language, summary_line, _targets, _pictures)
    inline = render_inline(line) if summary else ("", "")
    rendered.problems.extend(line.problems)
    rendered.links.extend(line.links)
    return rendered, inline
