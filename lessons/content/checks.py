"""Checks that need the whole tree: identities, addresses, links, translations."""

from collections.abc import Mapping

from lessons.content.problems import Problem, Severity
from lessons.content.schema import TranslationSpec
from lessons.content.tree import ContentTree, EditionFile, LessonFile


def check_identities(tree: ContentTree, present: Mapping[str, str]) -> None:
    """Ids are unique, and none changed since the last load (I1).

    ``present`` maps the file of each loaded quest, track and lesson to its id.
    """
    seen: dict[str, str] = {}
    for path, line, identity, kind in _identities(tree):
        key = f"{kind} {identity}"
        if key in seen:
            tree.error(
                path, line, f"the id “{identity}” is taken by {seen[key]}; give one of them another"
            )
        seen.setdefault(key, path)
    for path, line, identity, kind in _identities(tree):
        before = present.get(path, identity)
        if before != identity and f"{kind} {before}" not in seen:
            tree.error(
                path,
                line,
                f"the id changed from “{before}” to “{identity}”; put “{before}” back, progress hangs on it",
            )


def _identities(tree: ContentTree) -> list[tuple[str, int, str, str]]:
    found = []
    for quest in tree.quests:
        found.append((quest.path, _line(quest.spec.id), str(quest.spec.id), "quest"))
        for track in quest.tracks:
            found.append((track.path, _line(track.spec.id), str(track.spec.id), "track"))
    for _, _, lesson in tree.lessons():
        found.append((lesson.source.path, lesson.source.line_of("id"), lesson.spec.id, "lesson"))
    return [item for item in found if item[2]]


def _line(value: object) -> int:
    return int(getattr(value, "line", 1))


def check_aliases(tree: ContentTree) -> None:
    """An alias leads to one lesson and hides none."""
    paths = {
        f"{q.slug}/{t.slug}/{lesson.slug}": lesson.source.path for q, t, lesson in tree.lessons()
    }
    taken: dict[str, str] = {}
    for _, _, lesson in tree.lessons():
        for alias in lesson.spec.aliases:
            owner = paths.get(alias) or taken.get(alias)
            if owner:
                tree.error(
                    lesson.source.path,
                    lesson.source.line_of("aliases"),
                    f"the alias “{alias}” is the address of {owner}; take it out",
                )
            taken.setdefault(alias, lesson.source.path)


def check_links(tree: ContentTree) -> None:
    """Every link's anchor exists in the edition that the reader will see."""
    editions = {edition.path: edition for edition in tree.editions()}
    lessons = {lesson.source.path: lesson for _, _, lesson in tree.lessons()}
    for edition in editions.values():
        for path, anchor, line in edition.record.get("links", []):
            target = lessons.get(path)
            if target and anchor and anchor not in _anchors(target, edition.language):
                near = ", ".join(
                    f"#{name}" for name in sorted(_anchors(target, edition.language))[:6]
                )
                tree.error(
                    edition.path,
                    line,
                    f"there is no anchor “#{anchor}” in {path} ({near or 'it has none'}); mend it",
                )


def _anchors(lesson: LessonFile, language: str) -> set[str]:
    editions = {edition.language: edition for edition in lesson.editions}
    edition = editions.get(language, lesson.source)
    listed = [anchor for _, anchor, _ in edition.record.get("headings", [])]
    return set(edition.record.get("anchors", listed))  # older records know only what is listed


def check_statuses(tree: ContentTree) -> None:
    """A published lesson does not send its readers to a draft or to a retired lesson."""
    lessons = {lesson.source.path: lesson for _, _, lesson in tree.lessons()}
    for lesson in lessons.values():
        for edition in lesson.editions:
            for path, _, line in edition.record.get("links", []):
                target = lessons.get(path)
                if (
                    lesson.spec.status == "published"
                    and target
                    and target.spec.status != "published"
                ):
                    tree.error(
                        edition.path,
                        line,
                        f"{path} is {target.spec.status}; publish it, or take the link out",
                    )


def check_translations(tree: ContentTree) -> None:
    """Warn of translations that are behind, or that have another number of takeaways."""
    for _, _, lesson in tree.lessons():
        count = lesson.source.record.get("takeaway_count", 0)
        for edition in lesson.translations:
            if is_stale(lesson, edition):
                _warn(
                    tree,
                    edition,
                    "source",
                    f"made from another version of {lesson.source.path}; bring it up to date, then run manage.py stamp_translation",
                )
            here = edition.record.get("takeaway_count", 0)
            if here != count:
                _warn(
                    tree,
                    edition,
                    "title",
                    f"{here} takeaways, but the source edition has {count}; give both the same",
                )


def is_stale(lesson: LessonFile, edition: EditionFile) -> bool:
    """Whether a translation was made from another text than its source edition has now."""
    return (
        isinstance(edition.spec, TranslationSpec)
        and edition.spec.source != lesson.source.content_hash
    )


def _warn(tree: ContentTree, edition: EditionFile, key: str, message: str) -> None:
    tree.problems.append(Problem(edition.path, edition.line_of(key), message, Severity.WARNING))
