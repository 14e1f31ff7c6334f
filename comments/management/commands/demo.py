"""Fill an empty site with people and what they do, so that everything can be looked at."""

from argparse import ArgumentParser
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from comments.moderators import GROUP
from lessons.models import Lesson

PASSWORD = "acorn-demo"  # noqa: S105  (told to the operator; these accounts are for looking around)
PEOPLE = [
    ("mina@demo.example", "미나", "ko"), ("juno@demo.example", "Juno", "en"), ("sori@demo.example", "소리", "ko"),
    ("theo@demo.example", "Theo", "en"), ("haneul@demo.example", "하늘", "ko"), ("ada@demo.example", "Ada", "en"),
    ("bora@demo.example", "보라", "ko"), ("kit@demo.example", "Kit", "en"), ("noa@demo.example", "Noa", "en"),
]  # fmt: skip


class Command(BaseCommand):
    help = "Fill a site without people with learners, histories, discussions, flags and reports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same demo")

    def handle(self, *args: Any, seed: int = 1, **options: Any) -> None:
        if get_user_model().objects.exists():
            raise CommandError("this site has people; the demo is for an empty one")
        if not Lesson.objects.published().exists():
            raise CommandError("there are no lessons yet; run manage.py load_content first")
        with transaction.atomic():
            people = [self._person(*row, is_staff=number == 0) for number, row in enumerate(PEOPLE)]
            chance, now = Random(seed), timezone.now()  # noqa: S311  (not for secrets)
            for path in settings.DEMO_PARTS:
                self.stdout.write(import_string(path)(people, chance=chance, now=now))
        self.stdout.write(
            f"{len(people)} people; sign in as {PEOPLE[0][0]} (moderates) or {PEOPLE[1][0]}"
        )
        self.stdout.write(f"with the password {PASSWORD}")

    def _person(self, email: str, name: str, language: str, *, is_staff: bool) -> Any:
        person = get_user_model().objects.create_user(
            email, PASSWORD, display_name=name, language=language, is_staff=is_staff
        )
        if is_staff:
            person.groups.add(Group.objects.get(name=GROUP))
        return person
