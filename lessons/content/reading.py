"""From a folder to a content tree: every file read, every mistake collected.

What did not change since the last load is not parsed again: the caller passes
what it knows (``Known``).
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lessons.content import schema
from lessons.content.fields import MAX_SLUG, RESERVED, SLUG
from lessons.content.pictures import read_picture
from lessons.content.problems import Problem
from lessons.content.tree import (
    ContentTree,
    EditionFile,
    Known,
    LessonFile,
    QuestFile,
    TrackFile,
)
from lessons.content.yaml_reader import Text, read_yaml

_EDITION = re.compile(r"(?P<slug>.+?)(?:\.(?P<language>[a-z]{2}))?\.md\Z")
_MAX_LESSON = 200_000


def read_tree(root: Path, known: Mapping[str, Known] | None = None) -> ContentTree:
    """Read every file under ``root``. Raises NotADirectoryError when there is no such folder."""
    if not root.is_dir():
        raise NotADirectoryError(root)
    return _Reader(root, known or {}).read()


class _Reader:
    def __init__(self, root: Path, known: Mapping[str, Known]) -> None:
        self.tree = ContentTree(root)
        self.known = known
        self.file_hash = ""  # of the YAML file read last

    def read(self) -> ContentTree:
        folders = _folders(self.tree.root)
        if not folders:
            self.tree.error(
                "quest.yml", 1, f"there is no quest in {self.tree.root}; is this the content tree?"
            )
        for folder in folders:
            if (folder / "quest.yml").is_file():
                self._quest(folder)
            else:
                self.tree.error(
                    f"{folder.name}/quest.yml",
                    1,
                    "this folder has no quest.yml; write one, or move the folder away",
                )
        return self.tree

    def _quest(self, folder: Path) -> None:
        path = f"{folder.name}/quest.yml"
        self._slug(folder, path)
        mapping = self._yaml(path)
        if mapping is None:
            return
        spec = schema.read_quest(mapping, path, self.tree.problems)
        quest = QuestFile(folder.name, path, len(self.tree.quests), spec, self.file_hash)
        self.tree.quests.append(quest)
        self._listed(folder, path, spec.tracks, "tracks")
        for position, slug in enumerate(spec.tracks):
            if (folder / slug).is_dir():
                self._track(quest, folder / slug, position)
            else:
                self.tree.error(
                    path,
                    slug.line,
                    f"the track “{slug}” is listed but there is no folder {folder.name}/{slug}; add it or take the line out",
                )
        names = {str(slug) for slug in spec.tracks}
        for reference in spec.track_references:
            if reference and reference not in names:
                self.tree.error(
                    path,
                    reference.line,
                    f"the achievement names the track “{reference}”, which is not in “tracks”; mend the name",
                )

    def _track(self, quest: QuestFile, folder: Path, position: int) -> None:
        path = f"{quest.slug}/{folder.name}/track.yml"
        if not (folder / "track.yml").is_file():
            self.tree.error(path, 1, "this track has no track.yml; write one")
            return
        mapping = self._yaml(path)
        if mapping is None:
            return
        spec = schema.read_track(mapping, path, self.tree.problems, quest.spec.language)
        track = TrackFile(folder.name, path, position, spec, self.file_hash)
        quest.tracks.append(track)
        files = self._files(folder, f"{quest.slug}/{folder.name}", quest.spec.language)
        for slug in spec.lessons:
            editions = files.pop(str(slug), {})
            self._lesson(quest, track, slug, editions)
        for stem, others in files.items():
            for name in others.values():
                self.tree.error(
                    f"{quest.slug}/{folder.name}/{name}",
                    1,
                    f"this file is not listed in {path}; add “{stem}” to its lessons, or move the file away",
                )

    def _files(self, folder: Path, prefix: str, source: str) -> dict[str, dict[str, str]]:
        """The files of a track: slug → language → name. Pictures are read on the way."""
        found: dict[str, dict[str, str]] = {}
        for entry in sorted(folder.iterdir()):
            match = _EDITION.match(entry.name)
            if entry.name == "track.yml" or entry.name.startswith("."):
                continue
            if entry.is_dir() and entry.name == "assets":
                self._assets(entry, f"{prefix}/assets")
            elif entry.is_file() and match:
                language = match["language"] or source
                if language not in schema.LANGUAGES or match["language"] == source:
                    known = ", ".join(lang for lang in schema.LANGUAGES if lang != source)
                    self.tree.error(
                        f"{prefix}/{entry.name}",
                        1,
                        f"“.{language}.md” names no translation; languages are {known}",
                    )
                else:
                    found.setdefault(match["slug"], {})[language] = entry.name
            else:
                self.tree.error(
                    f"{prefix}/{entry.name}",
                    1,
                    "a track holds track.yml, lessons (.md) and assets/; move this away",
                )
        return found

    def _assets(self, folder: Path, prefix: str) -> None:
        for entry in sorted(folder.iterdir()):
            if not entry.name.startswith("."):
                picture = read_picture(entry, f"{prefix}/{entry.name}", self.tree.problems)
                if picture:
                    self.tree.pictures[picture.path] = picture

    def _lesson(
        self, quest: QuestFile, track: TrackFile, slug: Text, editions: dict[str, str]
    ) -> None:
        prefix, source = f"{quest.slug}/{track.slug}", quest.spec.language
        name = editions.pop(source, None)
        if name is None:
            self.tree.error(
                track.path,
                slug.line,
                f"the lesson “{slug}” is listed but there is no {prefix}/{slug}.md; add it or take the line out",
            )
            for other in editions.values():
                self.tree.error(
                    f"{prefix}/{other}",
                    1,
                    f"a translation of nothing: there is no {slug}.md beside it; add the source edition",
                )
            return
        edition = self._edition(f"{prefix}/{name}", source, is_source=True)
        if edition is None:
            return
        lesson = LessonFile(str(slug), len(track.lessons), edition)
        track.lessons.append(lesson)
        for language, other in sorted(editions.items()):
            translation = self._edition(
                f"{prefix}/{other}", language, is_source=False, lesson=lesson.spec.id
            )
            if translation:
                lesson.translations.append(translation)

    def _edition(
        self, path: str, language: str, *, is_source: bool, lesson: str = ""
    ) -> EditionFile | None:
        """One file. A translation is known only as that of the same ``lesson`` (its id)."""
        data = self._bytes(path)
        if data is None:
            return None
        file_hash = _hash(data)
        known = self.known.get(path)
        if known and known.file_hash == file_hash and _is_same(known, is_source, lesson):
            return _from_record(path, language, file_hash, known.record)
        text = self._decode(data, path)
        front, body, first_line = self._split(text, path) if text is not None else (None, "", 1)
        if front is None:
            return None
        read = schema.read_lesson if is_source else schema.read_translation
        spec = read(front, path, self.tree.problems)
        return EditionFile(
            path,
            language,
            is_source,
            file_hash,
            spec,
            first_line,
            body,
            content_hash(spec.title, spec.summary, body),
        )

    def _bytes(self, path: str) -> bytes | None:
        try:
            return (self.tree.root / path).read_bytes()
        except (
            OSError
        ) as error:  # no permission, a folder of that name, or gone since it was listed
            self.tree.error(path, 1, f"the file cannot be read ({error.strerror}); mend that")
            return None

    def _decode(self, data: bytes, path: str) -> str | None:
        if len(data) > _MAX_LESSON:
            self.tree.error(
                path,
                1,
                f"{len(data):,} bytes are too much for a lesson ({_MAX_LESSON:,}); split it",
            )
            return None
        return decode(data, path, self.tree.problems)

    def _split(self, text: str, path: str) -> tuple[Any, str, int]:
        parts = split_front_matter(text)
        if parts is None:
            self.tree.error(path, 1, "no front matter; begin the file with --- , the keys, and ---")
            return None, "", 1
        front, body, first_line = parts
        return read_yaml(front, path, self.tree.problems, first_line=2), body, first_line

    def _yaml(self, path: str) -> Any:
        data = self._bytes(path)
        if data is None:
            return None
        self.file_hash = _hash(data)
        text = decode(data, path, self.tree.problems)
        return None if text is None else read_yaml(text, path, self.tree.problems)

    def _slug(self, folder: Path, path: str) -> None:
        if folder.name in RESERVED:
            self.tree.error(
                path, 1, f"“{folder.name}” is a page of the site; give the folder another name"
            )
        if not SLUG.match(folder.name) or len(folder.name) > MAX_SLUG:
            self.tree.error(
                path, 1, f"the folder name “{folder.name}” must be a slug: a–z, 0–9 and hyphens"
            )

    def _listed(self, folder: Path, path: str, names: list[Text], key: str) -> None:
        listed = {str(name) for name in names}
        for entry in _folders(folder):
            if entry.name not in listed:
                self.tree.error(
                    f"{folder.name}/{entry.name}/track.yml",
                    1,
                    f"this folder is not listed in “{key}” of {path}; add it there, or move it away",
                )


def decode(data: bytes, path: str, problems: list[Problem]) -> str | None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.append(Problem(path, line, "not UTF-8; save the file as UTF-8"))
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    bad = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", text)
    if bad:
        line = text[: bad.start()].count("\n") + 1
        problems.append(
            Problem(path, line, f"the control character U+{ord(bad[0]):04X}; take it out")
        )
        return None
    return text


def split_front_matter(text: str) -> tuple[str, str, int] | None:
    """Cut a lesson into front matter, body, and the line on which the body begins."""
    if not text.startswith("---\n"):
        return None
    if text.endswith("\n---"):
        text += "\n"
    end = text.find("\n---\n", 3)
    if end < 0:
        return None
    front, body = text[4 : end + 1], text[end + 5 :]
    return front, body, text[: end + 5].count("\n") + 1


def content_hash(title: str, summary: str, body: str) -> str:
    """The hash by which a translation says which text it was made from: 16 hex digits."""
    joined = "\0".join((title, summary, body.strip()))
    return hashlib.sha256(joined.encode()).hexdigest()[:16]


def _is_same(known: Known, is_source: bool, lesson: str) -> bool:
    record = known.record
    return record.get("is_source") is is_source and (is_source or record.get("lesson") == lesson)


def _from_record(path: str, language: str, file_hash: str, record: dict[str, Any]) -> EditionFile:
    """An edition whose file did not change since it was parsed."""
    is_source = record["is_source"]
    make = schema.LessonSpec if is_source else schema.TranslationSpec
    edition = EditionFile(path, language, is_source, file_hash, make(**record["front"]))
    edition.record, edition.content_hash = record, record["content_hash"]
    edition.first_line = record["first_line"]
    return edition


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _folders(root: Path) -> list[Path]:
    return [p for p in sorted(root.iterdir()) if p.is_dir() and not p.name.startswith((".", "_"))]
