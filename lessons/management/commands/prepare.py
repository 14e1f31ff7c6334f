"""Bring everything that a start needs up to date: tables, translations, static files, content."""

import hashlib
from pathlib import Path
from typing import Any

import polib
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

_LOCK = 0x646F746F7269  # "dotori"


class Command(BaseCommand):
    help = "Migrate, compile translations, collect static files and load the content, where needed."

    def handle(self, *args: Any, **options: Any) -> None:
        Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
        if migrate():
            self.stdout.write("The database is up to date.")
        compile_messages()
        if not settings.DEBUG and collect_static():
            self.stdout.write("Static files are collected.")
        call_command("load_content", stdout=self.stdout, stderr=self.stderr)


def migrate() -> bool:
    """Make the tables that are missing; whether there were any to migrate.

    Nodes that start together wait for the first of them.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        return _migrate()
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _migrate() -> bool:
    executor = MigrationExecutor(connection)
    is_needed = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if is_needed:
        call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)  # where the cache is in the database
    return is_needed


def collect_static() -> bool:
    """Collect and compress, unless nothing changed since the last time; whether it was needed."""
    root = Path(settings.STATIC_ROOT)
    mark, signature = root / ".signature", static_signature()
    if mark.exists() and mark.read_text() == signature:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    mark.write_text(signature)
    return True


def compile_messages() -> None:
    """Write each .mo that is older than its .po; needs no gettext on the machine."""
    for locale in settings.LOCALE_PATHS:
        for source in Path(locale).glob("*/LC_MESSAGES/*.po"):
            compiled = source.with_suffix(".mo")
            if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
                polib.pofile(str(source)).save_as_mofile(str(compiled))


def static_signature() -> str:
    """Changes when a static file of the site, or the version of an app that brings some, does."""
    digest = hashlib.sha256()
    folders = [Path(folder) for folder in settings.STATICFILES_DIRS]
    folders += [Path(config.path) / "static" for config in apps.get_app_configs()]
    for folder in folders:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if file.is_file():
                stat = file.stat()
                digest.update(f"{file} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
