"""Search over the editions of published lessons.

The index is one table of terms (``lessons.words``), an edition a row: FTS5 on SQLite,
``tsvector`` with GIN on PostgreSQL. Rank counts the fields in which each word stands,
so that it is the same number on both; equals come in the order of the course.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import override

from lessons.models import Edition
from lessons.passages import marked, passage
from lessons.words import Term, Word, terms, words

PAGE = 20
LAST_PAGE = 50
FIELDS = {"title": 8, "headings": 4, "summary": 2, "text": 0}  # points for a word found there
_LABELS = dict(zip(FIELDS, "ABCD", strict=True))  # PostgreSQL's names of weights
_MOST_BYTES = 400_000  # of the terms of one edition; PostgreSQL allows a megabyte with its overhead
_DENSE = ("ko", "ja", "zh")


@dataclass(frozen=True)
class Found:
    """A page of results, how many there are in all, and the address of the next page or ""."""

    results: list[dict[str, Any]]
    count: int
    more: str


def index(edition: Edition) -> None:
    """Put an edition into the index, or what it has become; two queries at most."""
    fields = _fields_of(edition)
    row: list[Any] = [edition.pk, edition.lesson_id, edition.language]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                _POSTGRESQL_INDEX, [*row, _vector(fields, "ABC"), _vector(fields, "ABCD")]
            )
        else:
            cursor.execute(_SQLITE_INDEX, row)
            cursor.execute(
                _SQLITE_TERMS, [edition.pk, *(" ".join(fields[name]) for name in FIELDS)]
            )


def remove(editions: QuerySet[Edition]) -> None:
    """Take editions out of the index; two queries at most."""
    chosen, parameters = editions.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        for table, key in _tables().items():
            sql = f"DELETE FROM {table} WHERE {key} IN ({chosen})"  # noqa: S608
            cursor.execute(sql, parameters)


def reindex() -> int:
    """Make the whole index anew; how many editions it holds."""
    editions = Edition.objects.filter(retired_at=None, lesson__retired_at=None)
    wanted = editions.only("lesson_id", "language", "title", "headings", "summary_text", "text")
    count = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table in _tables():
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        for edition in wanted.iterator(chunk_size=200):
            index(edition)
            count += 1
    return count


def search(query: str, language: str, *, page: int = 1) -> Found:
    """The lessons that hold every word of the query; at most two queries.

    A lesson is found once: in ``language`` when that edition has the words, else in
    another, which comes after. A page after the last gives the first.
    """
    wanted = words(query)
    if not wanted:
        return Found([], 0, "")
    rows = _rows(wanted, language, page)
    if not rows and page > 1:
        page, rows = 1, _rows(wanted, language, 1)
    count = rows[0][1] if rows else 0
    more = count > page * PAGE and page < LAST_PAGE
    following = _address(query, page + 1, language) if more else ""
    return Found(_results(rows, wanted, language), count, following)


def _tables() -> dict[str, str]:
    """The tables of the index on this database, each with its column of the edition's id."""
    if connection.vendor == "postgresql":
        return {"lessons_search": "edition_id"}
    return {"lessons_search": "edition_id", "lessons_search_terms": "rowid"}


def _fields_of(edition: Edition) -> dict[str, list[str]]:
    """The terms of each field, in all no more than a database takes."""
    texts = {
        "title": edition.title,
        "headings": "\n".join(text for _, _, text in edition.headings),
        "summary": edition.summary_text,
        "text": edition.text,
    }
    room = _MOST_BYTES
    fields: dict[str, list[str]] = {}
    for name, text in texts.items():
        fields[name] = []
        for term in terms(text):
            room -= len(term.encode()) + 1
            if room < 0:
                break
            fields[name].append(term)
    return fields


def _vector(fields: dict[str, list[str]], labels: str) -> str:
    """A tsvector as PostgreSQL writes it: ``'seed':1A,4D``, a position for each field."""
    places: dict[str, list[str]] = {}
    for number, (name, label) in enumerate(_LABELS.items(), 1):
        if label in labels:
            for term in fields[name]:
                places.setdefault(term, []).append(f"{number}{label}")
    return " ".join(f"'{term}':{','.join(where)}" for term, where in places.items())


_SQLITE_INDEX = """
INSERT OR REPLACE INTO lessons_search (edition_id, lesson_id, language) VALUES (%s, %s, %s)
"""
_SQLITE_TERMS = """
INSERT OR REPLACE INTO lessons_search_terms (rowid, title, headings, summary, text)
VALUES (%s, %s, %s, %s, %s)
"""
_POSTGRESQL_INDEX = """
INSERT INTO lessons_search (edition_id, lesson_id, language, head, terms)
VALUES (%s, %s, %s, %s::tsvector, %s::tsvector)
ON CONFLICT (edition_id) DO UPDATE SET lesson_id = excluded.lesson_id,
    language = excluded.language, head = excluded.head, terms = excluded.terms
"""
# The index holds drafts too, so that a change of status is no work for it. It may hold editions
# that are gone (a flushed database), so it is joined with those that are there: by their narrow
# unique key, which the plus sign makes SQLite take, and not by the rows with the whole texts.
_FIND = """
WITH hits AS ({hits}), ranked AS (
    SELECT hits.edition_id, hits.score, hits.language = %s AS is_asked,
        quest.position AS quest, track.position AS track, lesson.position AS place, lesson.id,
        ROW_NUMBER() OVER (
            PARTITION BY lesson.id
            ORDER BY hits.language = %s DESC, hits.score DESC, hits.language
        ) AS choice
    FROM hits
    JOIN lessons_edition edition ON edition.lesson_id = hits.lesson_id
        AND edition.language = hits.language AND +edition.id = hits.edition_id
    JOIN lessons_lesson lesson ON lesson.id = hits.lesson_id
    JOIN lessons_track track ON track.id = lesson.track_id
    JOIN lessons_quest quest ON quest.id = lesson.quest_id
    WHERE lesson.status = 'published' AND lesson.retired_at IS NULL AND quest.retired_at IS NULL
)
SELECT edition_id, COUNT(*) OVER () FROM ranked WHERE choice = 1
ORDER BY is_asked DESC, score DESC, quest, track, place, id
LIMIT %s OFFSET %s
"""


def _rows(wanted: Sequence[Word], language: str, page: int) -> list[tuple[int, int]]:
    """The ids of the editions on a page, best first, each with the count of all."""
    hits, parameters = (_postgresql if connection.vendor == "postgresql" else _sqlite)(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            _FIND.format(hits=hits), [*parameters, language, language, PAGE, (page - 1) * PAGE]
        )
        return list(cursor.fetchall())


def _sqlite(wanted: Sequence[Word]) -> tuple[str, list[Any]]:
    """Points are added up from one small search a word and field; a hit has every word."""
    one = """
        SELECT rowid AS id, %s AS points, %s AS is_hit FROM lessons_search_terms
        WHERE lessons_search_terms MATCH %s
    """
    searches: list[tuple[int, int, str]] = [(0, 1, " AND ".join(map(_fts5, wanted)))]
    searches += [
        (points, 0, f"{{{field}}} : ({_fts5(word)})")
        for word in wanted
        for field, points in FIELDS.items()
        if points
    ]
    exact = " AND ".join(_fts5(word, exactly=True) for word in wanted)
    searches.append((1, 0, f"{{title}} : ({exact})"))
    sql = f"""
        SELECT edition_id, score, lesson_id, language
        FROM (
            SELECT id, SUM(points) AS score
            FROM ({" UNION ALL ".join([one] * len(searches))}) each_search
            GROUP BY id HAVING MAX(is_hit) = 1
        ) scored JOIN lessons_search ON edition_id = scored.id
    """  # noqa: S608 (placeholders only)
    return sql, [value for search in searches for value in search]


def _fts5(word: Word, *, exactly: bool = False) -> str:
    def form(term: Term) -> str:
        return f'"{term.text}"{"*" if term.is_prefix and not exactly else ""}'

    return _ways(word, form, " AND ", " OR ")


def _postgresql(wanted: Sequence[Word]) -> tuple[str, list[Any]]:
    """``terms`` finds by its index; ``head`` is small enough to lie in the row, and ranks."""
    cases = [
        (_tsquery(word, _LABELS[field]), points)
        for word in wanted
        for field, points in FIELDS.items()
        if points
    ]
    cases.append((" & ".join(_tsquery(word, "A", exactly=True) for word in wanted), 1))
    score = " + ".join(["CASE WHEN head @@ %s::tsquery THEN %s ELSE 0 END"] * len(cases))
    sql = f"""
        SELECT edition_id, {score} AS score, lesson_id, language
        FROM lessons_search_found(%s::tsquery) found JOIN lessons_search ON edition_id = found
    """  # noqa: S608 (placeholders only)
    return sql, [*(value for case in cases for value in case), " & ".join(map(_tsquery, wanted))]


def _tsquery(word: Word, label: str = "", *, exactly: bool = False) -> str:
    def form(term: Term) -> str:
        flags = ("*" if term.is_prefix and not exactly else "") + label
        return f"'{term.text}'{':' if flags else ''}{flags}"

    return _ways(word, form, " & ", " | ")


def _ways(word: Word, form: Callable[[Term], str], both: str, either: str) -> str:
    return f"({either.join(f'({both.join(map(form, way))})' for way in word.ways)})"


def _results(
    rows: Iterable[tuple[int, int]], wanted: Sequence[Word], language: str
) -> list[dict[str, Any]]:
    """The results in the order of their rows; one query."""
    ids = [edition_id for edition_id, _ in rows]
    if not ids:
        return []
    asked = Edition.objects.filter(lesson=OuterRef("lesson"), language=language, retired_at=None)
    editions = (
        Edition.objects.select_related("lesson__quest", "lesson__track")
        .annotate(is_translated=Exists(asked))
        .only(*_SHOWN)
        .in_bulk(ids)
    )
    return [_result(editions[key], wanted, language) for key in ids if key in editions]


_SHOWN = (
    "language",
    "is_source",
    "title",
    "summary_text",
    "text",
    "lesson__slug",
    "lesson__quest__slug",
    "lesson__quest__title",
    "lesson__quest__source_language",
    "lesson__track__slug",
    "lesson__track__title",
    "lesson__track__source_language",
)


def _result(edition: Any, wanted: Sequence[Word], language: str) -> dict[str, Any]:
    lesson = edition.lesson
    # A lesson without an edition in a language shows its source there.
    stands_in = edition.is_source and not edition.is_translated
    with override(language if stands_in else edition.language):
        url = lesson.get_absolute_url()
    return {
        "title": marked(edition.title, wanted),
        "url": url,
        "quest": lesson.quest.text("title", language),
        "track": lesson.track.text("title", language),
        "passage": passage(
            edition.summary_text, edition.text, wanted, is_dense=edition.language in _DENSE
        ),
        "language": edition.language,
    }


def _address(query: str, page: int, language: str) -> str:
    with override(language):
        return (
            f"{reverse('lessons:search')}?{urlencode({'q': query, 'page': page}, errors='replace')}"
        )
