"""The sitemap: every page that everybody may read, in each language, with its alternates."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import F, Max
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import get_language

from lessons.models import Lesson, LessonQuerySet, Quest


@dataclass(frozen=True)
class Address:
    """A page in whichever language: its address below ``/<language>/``, and its last change."""

    below: str
    lastmod: datetime | None

    @classmethod
    def of(cls, name: str, *args: str, lastmod: datetime | None) -> "Address":
        return cls(
            reverse(f"lessons:{name}", args=args).removeprefix(f"/{get_language()}/"), lastmod
        )


class Pages(Sitemap):  # type: ignore[type-arg]  # generic for the type checker alone
    """Addresses as the pages themselves give them in ``canonical`` and ``hreflang``."""

    i18n = True
    alternates = True
    protocol = settings.SITE_URL.partition("://")[0]

    def get_domain(self, site: Any = None) -> str:
        return settings.SITE_URL.partition("://")[2]

    def get_urls(
        self, page: int | str = 1, site: Any = None, protocol: str | None = None
    ) -> list[dict[str, Any]]:
        urls: list[dict[str, Any]] = super().get_urls(page, site, protocol)
        for url in urls:
            url["alternates"].append({**url["alternates"][0], "lang_code": "x-default"})
        return urls

    def items(self) -> list[Address]:
        newest = _published().aggregate(at=Max(_changed))["at"]
        return [Address.of("home", lastmod=newest), Address.of("stream", lastmod=newest)]

    def location(self, item: Address) -> str:
        return f"/{get_language()}/{item.below}"

    def lastmod(self, item: Address) -> datetime | None:
        return item.lastmod


class Quests(Pages):
    def items(self) -> list[Address]:
        rows = _published().values_list("quest_id").annotate(at=Max(_changed)).order_by()
        newest = dict(rows)
        quests = Quest.objects.live().values_list("id", "slug")
        return [Address.of("quest", slug, lastmod=newest.get(quest)) for quest, slug in quests]


class Lessons(Pages):
    def items(self) -> list[Address]:
        rows = _published().order_by("quest__position", "track__position", "position")
        return [
            Address.of("lesson", quest, track, slug, lastmod=at)
            for quest, track, slug, at in rows.values_list(
                "quest__slug", "track__slug", "slug", _changed
            )
        ]


SITEMAPS: dict[str, type[Pages]] = {"pages": Pages, "quests": Quests, "lessons": Lessons}

_changed = Coalesce(F("revised_at"), F("published_at"))


def _published() -> LessonQuerySet:
    return Lesson.objects.published().filter(quest__retired_at=None)
