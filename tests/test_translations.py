"""Every string of the interface is translated, and no translation breaks its placeholders."""

import re
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale/ko/LC_MESSAGES/django.po"
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|</?[a-z]+[^>]*>")
_TAG = re.compile(r"""{%\s*(?:translate|trans)\s+(?:"([^"]+)"|'([^']+)')""")
_CALL = re.compile(r"""\b(?:_|gettext|gettext_lazy)\(\s*"((?:[^"\\]|\\.)+)"\s*[),]""")


def entries() -> dict[str, polib.POEntry]:
    return {entry.msgid: entry for entry in polib.pofile(str(PO))}


def test_no_entry_is_missing_or_fuzzy():
    assert [e.msgid for e in entries().values() if not e.translated()] == []


def test_placeholders_and_tags_survive_translation():
    wrong = []
    for entry in entries().values():
        wanted = set(_PLACEHOLDER.findall(entry.msgid)) | set(
            _PLACEHOLDER.findall(entry.msgid_plural or "")
        )
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text and not set(_PLACEHOLDER.findall(text)) <= wanted:
                wrong.append(entry.msgid)
    assert wrong == []


@pytest.mark.parametrize(
    ("folder", "pattern", "suffix"),
    [
        ("templates", _TAG, "*.*"),
        *((app, _CALL, "*.py") for app in ("lessons", "progress", "comments", "feedback")),
    ],
)
def test_every_string_in_the_sources_is_in_the_catalogue(folder, pattern, suffix):
    known = entries()
    missing = set()
    for file in (ROOT / folder).rglob(suffix):
        for found in pattern.findall(file.read_text(encoding="utf-8")):
            text = found if isinstance(found, str) else "".join(found)
            spellings = {text, text.replace("%", "%%"), text.replace('\\"', '"')}
            if not spellings & known.keys():
                missing.add(f"{file.relative_to(ROOT)}: {text}")
    assert missing == set()
