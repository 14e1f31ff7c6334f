"""An Atom feed of a lesson's discussion."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from comments.access import lesson_or_404
from comments.models import Comment
from comments.titles import titles_of
from lessons.models import PageVersion

NEWEST = 30


def _version(request: HttpRequest, lesson: str) -> str:
    """The feed changes when the discussion or the content does. One query."""
    keys = PageVersion.objects.filter(key__in=["content", f"lesson:{lesson}"]).order_by("key")
    return f'"{"-".join(str(value) for value in keys.values_list("value", flat=True))}"'


@require_safe
@condition(etag_func=_version)
def discussion_feed(request: HttpRequest, lesson: str) -> HttpResponse:
    found = lesson_or_404(request, lesson)
    url = settings.SITE_URL + found.get_absolute_url()
    feed = Atom1Feed(
        title=_("Comments: %(lesson)s") % {"lesson": titles_of([found.pk])[found.pk]},
        link=f"{url}#discussion",
        description="",
        language=get_language(),
        feed_url=settings.SITE_URL + request.path,
        feed_guid=f"{settings.SITE_URL}/discussions/{found.pk}",
    )
    for comment in (
        Comment.objects.visible().for_lesson(found).with_people().order_by("-id")[:NEWEST]
    ):
        feed.add_item(
            title=_("%(writer)s: %(words)s")
            % {"writer": comment.writer_name, "words": comment.excerpt},
            link=settings.SITE_URL + comment.get_absolute_url(),
            description=comment.html,
            author_name=comment.writer_name,
            pubdate=comment.created_at,
            updateddate=comment.edited_at or comment.created_at,
            unique_id=f"{settings.SITE_URL}/comments/{comment.pk}",
        )
    response = HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
    response["Cache-Control"] = "public, no-cache"
    return response
