"""Make the search index anew, from what is loaded."""

from typing import Any

from django.core.management.base import BaseCommand

from lessons.search import reindex


class Command(BaseCommand):
    help = (
        "Make the search index anew. Loading keeps it current; this is for after a restored backup."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"indexed: {reindex()}")
