"""Tags that compose a discussion into a page. ``lessons`` knows nothing of them but their names."""

from typing import Any

from django import template
from django.http import QueryDict
from django.template.context import Context

from comments.forms import CommentForm
from comments.models import Bell, Comment, Notification, Standing
from comments.page import DiscussionPage, Place, read_page

register = template.Library()

MINE = 20  # of one's own comments under a lesson, the newest


@register.simple_tag(takes_context=True)
def discussion(context: Context, subject: dict[str, Any]) -> DiscussionPage:
    """The part of a lesson's discussion that everybody sees. One query."""
    request = context.get("request")
    query = QueryDict(request.META.get("QUERY_STRING", "") if request else "")
    return read_page(subject["lesson"], subject["url"], Place.read(query))


@register.simple_tag(takes_context=True)
def my_part(context: Context, subject: dict[str, Any]) -> dict[str, Any]:
    """A learner's own part: the form, what they wrote here, whether they may write. Two queries."""
    request = context["request"]
    person = request.user
    written = list(
        Comment.objects.of_writer(person).for_lesson(subject["lesson"]).order_by("-id")[:MINE]
    )
    return {
        "form": CommentForm(lesson=subject["lesson"], request=request),
        "standing": Standing.of(person),
        "waiting": [comment for comment in written if comment.is_waiting],
        "written": [
            {"comment": comment, "can_edit": comment.can_be_edited_by(person)}
            for comment in written
        ],
    }


@register.simple_tag(takes_context=True)
def lesson_bell(context: Context, subject: dict[str, Any]) -> str:
    """What a learner chose for a lesson: ``on``, ``muted`` or nothing. One query."""
    bells = Bell.objects.of(context["request"].user).for_lesson(subject["lesson"])
    return bells.values_list("choice", flat=True).first() or ""


@register.simple_tag(takes_context=True)
def unread_notifications(context: Context) -> int:
    """How many notifications a learner has not seen, counted to 100. One query."""
    return Notification.objects.of(context["request"].user).unread().count_up_to()
