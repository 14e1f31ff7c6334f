"""Who may come in: decorators and look-ups of the views."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from lessons.models import Lesson


class LearnerRequest(HttpRequest):
    """A request that has passed ``for_learners``."""

    user: Any


View = Callable[..., HttpResponseBase]


def is_fragment(request: HttpRequest) -> bool:
    """Whether a script asks for a part of a page."""
    return request.headers.get("X-Fragment") == "1"


def for_learners(view: View) -> View:
    """Guests are sent to sign in; a script is told 401, so that it keeps what was written."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            response = view(request, *args, **kwargs)
            response["Cache-Control"] = "private, no-store"
            return response
        if is_fragment(request):
            return HttpResponse(_("Please sign in again; what you wrote is kept here."), status=401)
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")

    return wrapper


def lesson_or_404(request: HttpRequest, lesson: str) -> Lesson:
    """The lesson with its quest and track, if this person may read it."""
    drafts = request.user.is_authenticated and request.user.is_staff
    found = Lesson.objects.readable_by(drafts=drafts).select_related("quest", "track")
    return get_object_or_404(found, pk=lesson)


def subject_of(lesson: Lesson) -> dict[str, Any]:
    """What the slots of a lesson's discussion know of it."""
    return {"page": "lesson", "lesson": lesson.pk, "url": lesson.get_absolute_url()}
