"""What scripts talk to: facts as JSON in, what holds as JSON out. Repeating a request changes nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from progress.facts import (
    LIMIT_BYTES,
    FactsError,
    Reading,
    is_id,
    milliseconds,
    read_facts,
    read_json,
)
from progress.history import DAILY_LIMIT, TooManyFacts
from progress.models import Entry, Merge

Answer = dict[str, Any]


def _json(
    view: Callable[[HttpRequest, dict[str, Any]], Answer],
) -> Callable[[HttpRequest], JsonResponse]:
    """Reads the request's object and writes the answer; every refusal says why."""

    @wraps(view)
    def wrapper(request: HttpRequest) -> JsonResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"error": _("Please sign in again.")}, status=401)
        length = request.headers.get("Content-Length", "")
        if not (length or "0").isdigit() or int(length or 0) > LIMIT_BYTES:
            return JsonResponse({"error": f"at most {LIMIT_BYTES} bytes at a time"}, status=413)
        try:
            return JsonResponse(view(request, read_json(request.body)))
        except FactsError as error:
            return JsonResponse({"error": str(error)}, status=400)
        except TooManyFacts:
            return _too_many()

    return require_POST(never_cache(wrapper))


def _too_many() -> JsonResponse:
    """Nothing of the request was taken, so that its sender keeps it, and sends it again later."""
    error = _("Your history takes no more today: %(n)s changes in a day is the limit.")
    return JsonResponse(
        {"error": error % {"n": DAILY_LIMIT}}, status=429, headers={"Retry-After": "3600"}
    )


@_json
def sync(request: HttpRequest, data: dict[str, Any]) -> Answer:
    """Take facts in, and say what holds of the quest that the page shows."""
    reading = _reading(data, {"facts", "quest"})
    Entry.objects.accept(request.user, reading)
    return _what_holds(request, data.get("quest"), reading)


@_json
def merge(request: HttpRequest, data: dict[str, Any]) -> Answer:
    """Take a guest's facts in at sign-in, and give the receipt."""
    reading = _reading(data, {"facts", "quest", "token"})
    merging = Merge.objects.receive(request.user, _token(data.get("token")), reading)
    return {
        **_what_holds(request, data.get("quest"), reading),
        "receipt": receipt(merging, len(reading.refused)),
        "undo": reverse("progress:undo_merge", args=[merging.pk]),
    }


def receipt(merging: Merge, refused: int = 0) -> str:
    """What a merge did, in a sentence or a few."""
    said = ngettext(
        "%(n)s lesson from this browser", "%(n)s lessons from this browser", merging.total
    )
    parts = [said % {"n": merging.total}]
    if merging.had:
        parts.append(
            ngettext("%(n)s you already had", "%(n)s you already had", merging.had)
            % {"n": merging.had}
        )
    if refused:
        parts.append(
            ngettext("%(n)s entry not understood", "%(n)s entries not understood", refused)
            % {"n": refused}
        )
    return ", ".join(parts) + "."


def _reading(data: dict[str, Any], keys: set[str]) -> Reading:
    unknown = set(data) - keys
    if unknown or "facts" not in data:
        raise FactsError(f"the keys are {', '.join(sorted(keys))}")
    quest = data.get("quest")
    if quest is not None and not is_id(quest):
        raise FactsError("“quest” must be the id of a quest")
    return read_facts(data["facts"])


def _token(value: Any) -> str:
    try:
        return str(UUID(value))
    except (TypeError, ValueError, AttributeError) as error:
        raise FactsError("“token” must be a UUID") from error


def _what_holds(request: HttpRequest, quest: str | None, reading: Reading) -> Answer:
    entries = (
        Entry.objects.of(request.user).standing().for_quest(quest)
        if quest
        else Entry.objects.none()
    )
    return {
        "now": milliseconds(timezone.now()),
        "refused": reading.refused,
        "facts": [fact.as_json() for fact in entries.facts()],
    }
