"""A checked tree into the database, in one transaction (I3)."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from lessons.content import checks
from lessons.content.problems import ContentError
from lessons.content.reading import read_tree
from lessons.content.rendering import render_descriptions, render_tree
from lessons.content.tree import ContentTree, Known
from lessons.loader import Conflict, Loader, LoadResult
from lessons.models import (
    Edition,
    PageVersion,
    Quest,
    Track,
)

Progress = Callable[[int, int], None]


def check_content(root: Path, progress: Progress = lambda done, total: None) -> ContentTree:
    """Read, render and check a tree against what is loaded. Raises ContentError with every mistake."""
    known = {
        path: Known(file_hash, render_hash, record)
        for path, file_hash, render_hash, record in Edition.objects.filter(
            retired_at=None
        ).values_list("path", "file_hash", "render_hash", "record")
    }
    tree = read_tree(root, known)
    render_descriptions(tree, _known_descriptions())
    render_tree(tree, known, settings.ASSETS_URL, progress)
    checks.check_identities(tree, _present_ids())
    checks.check_aliases(tree)
    checks.check_links(tree)
    checks.check_statuses(tree)
    checks.check_translations(tree)
    if tree.errors:
        raise ContentError(tree.errors)
    return tree


def _present_ids() -> dict[str, str]:
    """The id of every quest, track and lesson in use, by its file."""
    lessons = Edition.objects.filter(is_source=True, retired_at=None, lesson__retired_at=None)
    present = dict(lessons.values_list("path", "lesson_id"))
    for slug, identity in Quest.objects.live().values_list("slug", "id"):
        present[f"{slug}/quest.yml"] = identity
    tracks = Track.objects.filter(retired_at=None, quest__retired_at=None)
    for quest, slug, identity in tracks.values_list("quest__slug", "slug", "id"):
        present[f"{quest}/{slug}/track.yml"] = identity
    return present


def _known_descriptions() -> dict[str, tuple[str, dict[str, str]]]:
    known = {}
    for slug, file_hash, description in Quest.objects.live().values_list(
        "slug", "file_hash", "description"
    ):
        known[f"{slug}/quest.yml"] = (file_hash, description)
    tracks = Track.objects.filter(retired_at=None)
    for quest, slug, file_hash, description in tracks.values_list(
        "quest__slug", "slug", "file_hash", "description"
    ):
        known[f"{quest}/{slug}/track.yml"] = (file_hash, description)
    return known


def load_content(root: Path, progress: Progress = lambda done, total: None) -> LoadResult:
    """Load a tree. Raises ContentError, and changes nothing, when anything is wrong in it."""
    for _ in range(5):
        version = _version()
        tree = check_content(root, progress)
        try:
            with transaction.atomic():
                return Loader(tree, version).load()
        except Conflict:
            continue
    raise Conflict("other loads kept coming; load again")


def _version() -> int:
    return PageVersion.objects.filter(key="content").values_list("value", flat=True).first() or 0
