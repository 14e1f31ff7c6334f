"""The pages that everybody may read."""

import difflib
from typing import Any

from django.conf import settings
from django.db.models import Subquery
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, get_language_from_request
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from lessons import linked_data
from lessons import search as search_index
from lessons.achievements import achievements_of, levels_of
from lessons.forms import SearchForm
from lessons.kept import PageDraft, keep, matches
from lessons.models import Asset, Edition, FormerAddress, LessonTag, PageVersion
from lessons.outline import Outline, all_outlines, content_version, outline_of
from lessons.stream import stream_page


@require_safe
@vary_on_headers("Accept-Language")
def root(request: HttpRequest) -> HttpResponse:
    """The home page in the language that the browser asks for."""
    return HttpResponseRedirect(f"/{get_language_from_request(request)}/")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Says "ok" once the database answers."""
    content_version()
    response = HttpResponse("ok\n", content_type="text/plain")
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@keep
def home(request: HttpRequest) -> PageDraft:
    version = content_version()
    outlines = all_outlines(version, drafts=_sees_drafts(request))
    return PageDraft(
        "lessons/home.html",
        {"quests": outlines, "json_ld": linked_data.site(outlines)},
        {"content": version},
        {"page": "home"},
    )


@require_safe
@keep
def quest(request: HttpRequest, quest: str) -> PageDraft | HttpResponseBase:
    version = content_version()
    outline = outline_of(quest, version, drafts=_sees_drafts(request))
    if outline is None:
        return _former(quest)
    return PageDraft(
        "lessons/quest.html",
        {
            "outline": outline,
            "achievements": achievements_of(outline),
            "levels": levels_of(outline),
            "quest_feed_url": reverse("lessons:quest_feed", args=[outline.slug]),
            "og_image": _picture(outline),
            "json_ld": linked_data.course(outline),
        },
        {"content": version},
        quest_subject(outline, "quest"),
    )


@require_safe
@keep
def lesson(request: HttpRequest, quest: str, track: str, slug: str) -> PageDraft | HttpResponseBase:
    version = content_version()
    outline = outline_of(quest, version, drafts=_sees_drafts(request))
    found = outline.find(track, slug) if outline else None
    if outline is None or found is None:
        return _former(f"{quest}/{track}/{slug}")
    in_track, entry = found
    edition = _edition(entry.id, entry.language)
    _lead_home(edition, get_language() or entry.language)
    previous, following = outline.neighbours(entry)
    return PageDraft(
        "lessons/lesson.html",
        {
            "outline": outline,
            "track": in_track,
            "entry": entry,
            "lesson": edition.lesson,
            "edition": edition,
            "is_fallback": edition.language != get_language(),
            "is_stale": edition.is_stale,
            "number": entry.number,
            "count": len(in_track.lessons),
            "toc": [
                {"level": level, "anchor": anchor, "text": text}
                for level, anchor, text in edition.headings
                if level <= 3
            ],
            "previous": previous,
            "next": following,
            "quest_feed_url": reverse("lessons:quest_feed", args=[outline.slug]),
            "og_image": _picture(outline),
            "json_ld": linked_data.lesson(outline, entry, edition),
        },
        {"content": version, f"lesson:{entry.id}": edition.discussion_version or 0},
        {
            **quest_subject(outline, "lesson"),
            "lesson": entry.id,
            "has_exercise": entry.has_exercise,
            "revision": edition.content_hash,
            "edition": edition.pk,
            "url": entry.url,
        },
    )


def quest_subject(outline: Outline, page: str) -> dict[str, Any]:
    """What the slots of a quest's pages may know of it."""
    return {
        "page": page,
        "quest": outline.id,
        "quest_slug": outline.slug,
        "rules": outline.rules,
        "source_language": outline.source_language,
        "tracks": outline.for_slots,
        "retired": outline.retired,
    }


@require_safe
@keep
def stream(request: HttpRequest) -> PageDraft:
    version = content_version()
    page = stream_page(request.GET.get("before", ""))
    return PageDraft(
        "lessons/stream.html",
        {"entries": page.entries, "older": page.older},
        {"content": version},
        {
            "page": "stream",
            "listed": [_listed(e["id"], e["title"], e["language"], e["url"]) for e in page.entries],
        },
    )


@require_safe
@keep
def tag(request: HttpRequest, tag: str) -> PageDraft:
    version = content_version()
    tagged = set(LessonTag.objects.filter(tag=tag).values_list("lesson_id", flat=True))
    lessons: list[dict[str, Any]] = [
        {"entry": entry, "outline": outline, "track": in_track}
        for outline in (all_outlines(version, drafts=_sees_drafts(request)) if tagged else [])
        for in_track in outline.tracks
        for entry in in_track.lessons
        if entry.id in tagged
    ]
    if not lessons:
        raise Http404
    entries = [item["entry"] for item in lessons]
    return PageDraft(
        "lessons/tag.html",
        {"tag": tag, "lessons": lessons},
        {"content": version},
        {"page": "tag", "listed": [_listed(e.id, e.title, e.language, e.url) for e in entries]},
    )


def _listed(lesson: str, title: str, language: str, url: str) -> dict[str, str]:
    """A lesson of a list, for the slots."""
    return {"id": lesson, "title": str(title), "language": language, "url": url}


@require_safe
@vary_on_headers("X-Fragment", "Cookie")
def search(request: HttpRequest) -> HttpResponse:
    """Results for ``q``; with the header ``X-Fragment`` only their list, for search as you type."""
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    page = form.cleaned_data["page"] if form.is_valid() else 1
    found = search_index.search(query, get_language() or "en", page=page)
    is_fragment = request.headers.get("X-Fragment") == "1"
    template = "lessons/_results.html" if is_fragment else "lessons/search.html"
    context = {
        "query": query,
        "results": found.results,
        "count": found.count,
        "more": found.more,
        "form": form,
        "problem": next((error for errors in form.errors.values() for error in errors), ""),
        "subject": {"page": "search"},
    }
    response = render(request, template, context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@keep
def offline(request: HttpRequest) -> PageDraft:
    return PageDraft("offline.html", {}, {}, {"page": "offline"})


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def asset(request: HttpRequest, name: str) -> HttpResponse:
    """An image of the tree. Its name is the hash of its content, so it never changes."""
    picture = get_object_or_404(Asset, name=name)
    if matches(request.headers.get("If-None-Match", ""), name):
        return HttpResponseNotModified()
    response = HttpResponse(bytes(picture.data), content_type=picture.content_type)
    response["ETag"] = f'"{name}"'
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /admin/"]
    for code, _ in settings.LANGUAGES:
        lines += [
            f"Disallow: /{code}/accounts/",
            f"Disallow: /{code}/me/",
            f"Disallow: /{code}/search/",
        ]
    lines += ["", f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 with the pages whose address is nearest to the one asked for."""
    return render(
        request, "404.html", {"suggestions": _suggestions(request.path), "subject": {}}, status=404
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"subject": {}}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 without a context: whatever broke may break again."""
    return render(None, "500.html", status=500)  # type: ignore[arg-type]


def _sees_drafts(request: HttpRequest) -> bool:
    return settings.DEBUG or bool(request.user.is_authenticated and request.user.is_staff)


def _picture(outline: Outline) -> str:
    return f"{settings.SITE_URL}{settings.ASSETS_URL}{outline.picture}" if outline.picture else ""


def _edition(lesson_id: str, language: str) -> Any:
    """The edition with its lesson and, as ``discussion_version``, that of its discussion; one query."""
    version = PageVersion.objects.filter(key=f"lesson:{lesson_id}").values("value")
    return (
        Edition.objects.select_related("lesson")
        .annotate(discussion_version=Subquery(version))
        .get(lesson_id=lesson_id, language=language)
    )


def _lead_home(edition: Edition, language: str) -> None:
    """Let the links of an edition shown in place of a translation stay in the reader's language."""
    if edition.language != language:
        for name in ("body", "takeaways", "external_links", "exercise"):
            html = getattr(edition, name)
            setattr(
                edition, name, html.replace(f'href="/{edition.language}/', f'href="/{language}/')
            )


def _former(path: str) -> HttpResponseBase:
    """301 from an address that a quest or a lesson once had. Raises Http404."""
    quest, _, rest = path.partition("/")
    former = (
        FormerAddress.objects.filter(path=path)
        .select_related("lesson__quest", "lesson__track", "quest")
        .first()
    )
    if former is None and rest:
        moved = (
            FormerAddress.objects.filter(path=quest, lesson=None).select_related("quest").first()
        )
        if moved and moved.quest:
            return HttpResponsePermanentRedirect(moved.quest.get_absolute_url() + rest + "/")
    if former is None:
        raise Http404
    target = former.lesson or former.quest
    if target is None or target.retired_at or getattr(target, "status", "published") != "published":
        raise Http404
    return HttpResponsePermanentRedirect(target.get_absolute_url())


def _suggestions(path: str) -> list[dict[str, str]]:
    """Up to three lessons with a name like that in the address; of the quest it names, if any."""
    wanted = path.strip("/").partition("/")[2]
    if not wanted or not get_language():
        return []
    outlines = all_outlines(content_version())
    named = [outline for outline in outlines if outline.slug == wanted.partition("/")[0]]
    pages = {
        f"{outline.slug}/{track.slug}/{entry.slug}": {"title": entry.title, "url": entry.url}
        for outline in named or outlines
        for track in outline.tracks
        for entry in track.lessons
    }
    last = {key.rpartition("/")[2]: key for key in pages}
    near = difflib.get_close_matches(wanted.rpartition("/")[2], list(last), n=3, cutoff=0.5)
    return [pages[last[name]] for name in near]
