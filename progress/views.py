"""The learner's own page, the buttons of a lesson, and what changed in it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lessons.kept import PageDraft, keep
from lessons.models import Edition, Lesson, Revision
from lessons.outline import all_outlines, content_version, outline_of
from lessons.views import quest_subject
from progress.celebration import say_what_was_reached
from progress.changes import changed_blocks
from progress.facts import Fact, local, milliseconds
from progress.forms import OlderForm, SinceForm, StateForm
from progress.history import Kind, TooManyFacts
from progress.mine import Mine, titled
from progress.models import Entry, Merge

_PAGE = 30


def _bounded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Says 429 when the learner's history takes no more today; nothing is changed then."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except TooManyFacts:
            response = render(request, "429.html", {"subject": {}}, status=429)
            response["Retry-After"] = "3600"
            return response

    return wrapper


@require_safe
def me(request: HttpRequest) -> HttpResponseBase:
    """A learner's own page; to a guest, what this browser holds."""
    return _mine(request) if request.user.is_authenticated else _this_browser(request)


@keep
def _this_browser(request: HttpRequest) -> PageDraft:
    version = content_version()
    quests = [
        {"outline": outline, "subject": quest_subject(outline, "me")}
        for outline in all_outlines(version)
    ]
    return PageDraft(
        "progress/this_browser.html", {"quests": quests}, {"content": version}, {"page": "me"}
    )


def _mine(request: HttpRequest) -> HttpResponse:
    """At most twelve queries, whatever the history and the number of quests."""
    outlines = all_outlines(content_version())
    entries = Entry.objects.of(request.user)
    offset = entries.offset_of_latest()
    today = timezone.now().astimezone(timezone.get_fixed_timezone(offset)).date()
    rows, older = OlderForm({}).page(entries, _PAGE)
    context = {
        "mine": Mine(outlines, entries.standing().facts(), today),
        "entries": titled(rows, outlines),
        "older": older,
        "merges": Merge.objects.of(request.user)[:5],
        "subject": {"page": "me"},
    }
    return _private(render(request, "progress/me.html", context))


@login_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """The whole history, newest first, a page by keyset."""
    rows, older = OlderForm(request.GET).page(Entry.objects.of(request.user), _PAGE)
    entries = titled(rows, all_outlines(content_version()))
    context = {"entries": entries, "older": older, "subject": {"page": "history"}}
    return _private(render(request, "progress/history.html", context))


@login_required
@require_POST
@_bounded
def undo(request: HttpRequest, entry: int) -> HttpResponse:
    """Take back an entry of the history, or put back what was taken back."""
    found = get_object_or_404(Entry.objects.of(request.user), pk=entry)
    if found.undo():
        messages.success(request, _("Taken back.") if found.done else _("Put back."))
    else:
        messages.info(request, _("Something later has replaced this entry already."))
    return HttpResponseRedirect(reverse("progress:me") + "#history")


@login_required
@require_POST
@_bounded
def undo_merge(request: HttpRequest, merging: int) -> HttpResponse:
    """Take a sign-in's merge back; what was done since stays."""
    found = get_object_or_404(Merge.objects.of(request.user), pk=merging)
    found.undo()
    messages.success(
        request, _("What this browser brought is taken back. It stays in your history.")
    )
    return HttpResponseRedirect(reverse("progress:me") + "#history")


@login_required
@require_POST
@_bounded
def state(request: HttpRequest, lesson: str, kind: str) -> HttpResponse:
    """A lesson's buttons without JavaScript: done, or taken back."""
    lessons = Lesson.objects.readable_by(drafts=request.user.is_staff).select_related(
        "quest", "track"
    )
    found = get_object_or_404(lessons, pk=lesson)
    form = StateForm(request.POST)
    outline = outline_of(found.quest.slug, content_version(), drafts=request.user.is_staff)
    if (
        outline is None
        or kind not in Kind.values
        or (kind == Kind.EXERCISE and not found.has_exercise)
    ):
        raise Http404
    if form.is_valid():
        before = Entry.objects.of(request.user).standing().for_quest(found.quest_id).facts()
        fact = _stated(request, found, kind, form.cleaned_data["done"], before)
        new = Entry.objects.receive(request.user, [fact] if fact else [])
        say_what_was_reached(request, quest_subject(outline, "lesson"), before, new)
    return HttpResponseRedirect(found.get_absolute_url() + "#lesson-progress")


def _stated(
    request: HttpRequest, lesson: Lesson, kind: str, done: bool, held: list[Fact]
) -> Fact | None:
    """What a button says; None when it says what holds already."""
    present = next((fact for fact in held if fact.key == (lesson.pk, kind)), None)
    now = milliseconds(timezone.now())
    if (present.done if present else False) == done:
        return None
    if present and not done:
        return present.undone(now)
    offset = Entry.objects.of(request.user).offset_of_latest()
    at = max(now, present.at + 1) if present else now
    return Fact(lesson.pk, kind, True, at, local(timezone.now(), timedelta(minutes=offset)))


@require_safe
def changes(request: HttpRequest, quest: str, track: str, slug: str) -> HttpResponse:
    """What changed in a lesson since a moment: since it was read."""
    form = SinceForm(request.GET)
    outline = outline_of(quest, content_version())
    found = outline.find(track, slug) if outline else None
    if outline is None or found is None or not form.is_valid():
        raise Http404
    _in_track, entry = found
    edition = get_object_or_404(Edition, lesson=entry.id, language=entry.language)
    since = datetime.fromtimestamp(form.cleaned_data["since"], UTC)
    context = {
        "outline": outline,
        "entry": entry,
        "edition": edition,
        "since": since,
        "blocks": _blocks_since(edition, since),
        "subject": {"page": "changes"},
        "is_fallback": edition.language != get_language(),
    }
    response = render(request, "progress/changes.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _blocks_since(edition: Edition, since: datetime) -> list[Any]:
    """What is different now from the text that a reader saw at that moment."""
    revisions = Revision.objects.filter(edition=edition)
    present = revisions.first()
    seen = revisions.filter(at__lte=since).first() or revisions.last()
    if present is None or seen is None or present.pk == seen.pk:
        return []
    return changed_blocks(seen.markdown, present.markdown)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
