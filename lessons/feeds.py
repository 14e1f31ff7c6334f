"""Atom feeds of what is new (RFC 4287): of the site, and of each quest."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
)
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lessons.kept_files import keep_file
from lessons.models import FormerAddress, Quest
from lessons.stream import stream_page


@require_safe
@keep_file
def site_feed(request: HttpRequest) -> HttpResponse:
    feed = _feed(
        identity="stream",
        title=f"{settings.SITE_NAME} · {_('Stream')}",
        link=reverse("lessons:stream"),
        subtitle=_("What is new: lessons published or revised, newest first."),
        feed_url=request.path,
    )
    return _response(feed, stream_page().entries)


@require_safe
@keep_file
def quest_feed(request: HttpRequest, quest: str) -> HttpResponseBase:
    found = Quest.objects.live().filter(slug=quest).first()
    if found is None:
        return _former(quest)
    feed = _feed(
        identity=f"quest/{found.id}",
        title=f"{settings.SITE_NAME}: {found.text('title')}",
        link=found.get_absolute_url(),
        subtitle=found.text("tagline"),
        feed_url=request.path,
    )
    return _response(feed, stream_page(quest=quest).entries)


class StreamFeed(Atom1Feed):
    """Atom whose relative links resolve, and whose entries say when their language is another."""

    def root_attributes(self) -> dict[str, str]:
        return {**super().root_attributes(), "xml:base": f"{settings.SITE_URL}/"}

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["language"]} if item["language"] != self.feed["language"] else {}

    def latest_post_date(self) -> datetime:
        """An empty feed has a date too, and it is always the same."""
        return super().latest_post_date() if self.items else datetime(2026, 1, 1, tzinfo=UTC)


def _feed(*, identity: str, title: str, link: str, subtitle: str, feed_url: str) -> StreamFeed:
    return StreamFeed(
        title=title,
        link=settings.SITE_URL + link,
        description="",
        subtitle=subtitle,
        language=get_language(),
        feed_url=settings.SITE_URL + feed_url,
        feed_guid=_tag_uri(identity),
        author_name=settings.SITE_NAME,
    )


def _tag_uri(identity: str) -> str:
    """A name that lasts through renames and moves (RFC 4151), one for each language of the feed."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:{get_language()}/{identity}"


def _response(feed: StreamFeed, entries: list[dict[str, Any]]) -> HttpResponse:
    for entry in entries:
        feed.add_item(
            title=entry["title"],
            link=settings.SITE_URL + entry["url"],
            description=entry["summary"],
            unique_id=_tag_uri(f"lesson/{entry['id']}"),
            pubdate=entry["published_at"],
            updateddate=entry["at"],
            categories=[entry["quest"]],
            language=entry["language"],
        )
    response = HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
    response["Last-Modified"] = http_date(feed.latest_post_date().timestamp())
    return response


def _former(quest: str) -> HttpResponseBase:
    """301 to the feed of a quest that once had this address. Raises Http404."""
    former = FormerAddress.objects.filter(path=quest, lesson=None, quest__retired_at=None)
    slug = former.values_list("quest__slug", flat=True).first()
    if slug is None:
        raise Http404
    return HttpResponsePermanentRedirect(reverse("lessons:quest_feed", args=[slug]))
