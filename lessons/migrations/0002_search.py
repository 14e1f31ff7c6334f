"""The index of search: FTS5 on SQLite, tsvector with GIN on PostgreSQL.

It is no model, because its columns are of a kind that only one database knows, and it refers
to editions without a foreign key, so that a flush of the models' tables need not know it.
"""

from django.db import migrations

# lessons.words hands over finished terms, so the tokenizer must only split at spaces: "ascii"
# takes every other character for a letter, while "unicode61" splits at those that are younger
# than its tables of 2012. Neither positions nor lengths are asked for.
SQLITE_EDITIONS = """
CREATE TABLE lessons_search (
    edition_id integer PRIMARY KEY, lesson_id varchar(80) NOT NULL, language varchar(8) NOT NULL
)
"""
SQLITE_TERMS = """
CREATE VIRTUAL TABLE lessons_search_terms USING fts5(
    title, headings, summary, text, tokenize = 'ascii', detail = 'column', columnsize = 0
)
"""
POSTGRESQL = """
CREATE TABLE lessons_search (
    edition_id bigint PRIMARY KEY,
    lesson_id varchar(80) NOT NULL,
    language varchar(8) NOT NULL,
    head tsvector NOT NULL,
    terms tsvector NOT NULL
);
CREATE INDEX lessons_search_terms ON lessons_search USING gin (terms);
"""
# The planner does not know what it costs to fetch a wide tsvector, and for a frequent word it
# would rather read them all (1.1 s at 20,000 editions, against 0.1 s by the index).
POSTGRESQL_FOUND = """
CREATE FUNCTION lessons_search_found(wanted tsquery) RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE SET enable_seqscan = off
AS $$ SELECT edition_id FROM lessons_search WHERE terms @@ wanted $$
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        schema_editor.execute(POSTGRESQL_FOUND)
    elif schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(SQLITE_EDITIONS)
        schema_editor.execute(SQLITE_TERMS)
    else:
        raise NotImplementedError("search is made for SQLite and PostgreSQL")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION lessons_search_found")
    schema_editor.execute("DROP TABLE lessons_search")
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE lessons_search_terms")


class Migration(migrations.Migration):

    dependencies = [("lessons", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
