"""Strict reading of a mapping: each field by its type, unknown and missing keys reported."""

import re
from collections.abc import Iterable
from typing import Any

from lessons.content.problems import Problem
from lessons.content.yaml_reader import Items, Mapping, Text

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
MAX_SLUG = 80
# First segments of addresses that are pages of the site: no quest may have such a name.
RESERVED = (
    "accounts",
    "comments",
    "me",
    "notifications",
    "offline",
    "report",
    "reports",
    "search",
    "settings",
    "stream",
    "tags",
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_OBJECT = re.compile(
    r"(None|null|~|True|False|undefined|NaN|\[object Object\])\Z|<.* at 0x[0-9a-f]+>|<class '"
    r"|[{\[(]['\"]|\w+\([^)]*=|(OrderedDict|datetime\.\w+|Decimal)\("
)


class Fields:
    """Reads the fields of one mapping; every mistake becomes a problem with its line."""

    def __init__(self, mapping: Mapping, path: str, problems: list[Problem], what: str) -> None:
        self.mapping, self.path, self.problems, self.what = mapping, path, problems, what
        self.known: set[str] = set()

    def error(self, at: Any, message: str) -> None:
        line = getattr(at, "line", None) or self.mapping.line
        self.problems.append(Problem(self.path, line, message))

    def finish(self) -> None:
        """Report the keys that no field asked for."""
        for key, value in self.mapping.items():
            if key not in self.known:
                known = ", ".join(sorted(self.known))
                self.error(value, f"unknown key “{key}” in {self.what}; known are {known}")

    def get(self, key: str, required: bool = True) -> Any:
        self.known.add(key)
        if key not in self.mapping:
            if required:
                self.error(self.mapping, f"{self.what} has no “{key}”; add {key}: …")
            return None
        return self.mapping[key]

    def text(self, key: str, required: bool = True, limit: int = 300) -> Text:
        return self.as_text(self.get(key, required), key, limit)

    def as_text(self, value: Any, key: str, limit: int = 300) -> Text:
        if value is None:
            return Text("")
        if not isinstance(value, Text):
            kind = "a list" if isinstance(value, Items) else "a mapping"
            self.error(
                value, f"“{key}” must be a sentence, not {kind}; quote it if it begins with [ or {{"
            )
        elif not value.strip():
            self.error(value, f"“{key}” is empty; write it")
        elif _CONTROL.search(value):
            self.error(value, f"“{key}” holds a control character; take it out")
        elif _OBJECT.match(value):
            self.error(
                value, f"“{key}” looks like an object of a program ({value[:40]}); write the words"
            )
        elif len(value) > limit:
            self.error(value, f"“{key}” has {len(value)} characters; {limit} are the most")
        else:
            return value
        return Text("")

    def slug(self, key: str, required: bool = True) -> Text:
        return self.as_slug(self.get(key, required), key)

    def as_slug(self, value: Any, key: str) -> Text:
        if value is None:
            return Text("")
        if not isinstance(value, Text) or not SLUG.match(value) or len(value) > MAX_SLUG:
            self.error(
                value,
                f"“{key}” must be a slug of a–z, 0–9 and single hyphens, at most {MAX_SLUG} long",
            )
            return Text("")
        return value

    def number(self, key: str, low: int, high: int, required: bool = True) -> int | None:
        value = self.get(key, required)
        if value is None:
            return None
        if (
            not isinstance(value, Text)
            or not re.fullmatch(r"0|[1-9][0-9]{0,8}", value)
            or not low <= int(value) <= high
        ):
            self.error(value, f"“{key}” must be a whole number from {low} to {high}")
            return None
        return int(value)

    def choice(self, key: str, choices: Iterable[str]) -> str:
        value, names = self.get(key), list(choices)
        if value is not None and value not in names:
            self.error(value, f"“{key}” must be one of {', '.join(names)}")
        return value if value in names else names[0]

    def items(self, key: str, required: bool = True) -> Items:
        value = self.get(key, required)
        if value is None:
            return Items()
        if not isinstance(value, Items):
            self.error(value, f"“{key}” must be a list: [one, two] or lines that begin with -")
            return Items()
        return value

    def slugs(self, key: str, required: bool = True) -> list[Text]:
        found: list[Text] = []
        for item in self.items(key, required):
            slug = self.as_slug(item, key)
            if slug and slug in found:
                self.error(item, f"“{slug}” stands twice in “{key}”; keep one")
            elif slug:
                found.append(slug)
        return found

    def inner(self, key: str, what: str) -> "Fields | None":
        return self.as_fields(self.get(key), what)

    def as_fields(self, value: Any, what: str) -> "Fields | None":
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.error(value, f"{what} must be a mapping: {{key: value, …}}")
            return None
        return Fields(value, self.path, self.problems, what)

    def localized(self, key: str, languages: Iterable[str], limit: int = 300) -> dict[str, Text]:
        """A text in one or more languages: ``{en: …, ko: …}``."""
        fields = self.inner(key, f"“{key}”")
        if fields is None:
            return {}
        texts = {lang: fields.text(lang, required=False, limit=limit) for lang in languages}
        fields.finish()
        return {lang: text for lang, text in texts.items() if text}
