"""A page of a discussion, in one query whatever its size (I11).

Threads come by keyset, newest or oldest first; each with its first replies. A
long thread goes on by itself. Cursors are in the address: ``?from=`` the first
thread, ``?thread=`` one thread and ``&replies=`` the place its replies go on from.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comments.models import Comment, Discussion, Thread
from comments.models.comment import State

THREADS = 10  # on a page
REPLIES = 2  # of each thread on a page of threads; a long thread unfolds
REPLIES_ALONE = 50  # of a thread by itself
_HIGHEST = 2**62


class PageForm(forms.Form):
    """Which page of a discussion; nonsense in the address asks for the first one."""

    order = forms.ChoiceField(choices=[("newest", ""), ("oldest", "")], required=False)
    start = forms.IntegerField(min_value=1, max_value=_HIGHEST, required=False)
    thread = forms.IntegerField(min_value=1, max_value=_HIGHEST, required=False)
    replies = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)

    def add_prefix(self, field_name: str) -> str:
        return "from" if field_name == "start" else field_name


@dataclass(frozen=True)
class Place:
    """Where in a discussion: as the address says it."""

    order: str = "newest"
    start: int | None = None
    thread: int | None = None
    replies: int = 1

    @classmethod
    def read(cls, query: Any) -> "Place":
        """From the query of an address."""
        form = PageForm(query)
        form.is_valid()
        found = {name: value for name, value in form.cleaned_data.items() if value}
        return cls(**found)

    def url(self, lesson_url: str) -> str:
        parts = {
            "order": self.order if self.order != "newest" else None,
            "from": self.start,
            "thread": self.thread,
            "replies": self.replies if self.thread and self.replies > 1 else None,
        }
        query = urlencode({name: value for name, value in parts.items() if value})
        return f"{lesson_url}?{query}" if query else lesson_url


@dataclass(slots=True)
class Entry:
    """A comment as the page shows it: plain strings, so that the template only places them."""

    id: int
    html: str
    language: str
    writer: str
    initial: str
    url: str
    at: str
    at_iso: str
    edited: str
    answers: int
    answers_name: str
    gone: str
    place: int

    @property
    def is_root(self) -> bool:
        return self.place == 0


@dataclass
class ThreadOnPage:
    id: int
    root: Entry | None = None
    replies: list[Entry] = field(default_factory=list)
    visible_count: int = 0
    last_place: int = 0
    more_url: str = ""
    more: str = ""  # what the link to the rest says


@dataclass
class DiscussionPage:
    count: int
    threads: list[ThreadOnPage]
    place: Place
    root: str  # what permanent links begin with
    next_url: str = ""
    first_url: str = ""
    order_urls: list[dict[str, Any]] = field(default_factory=list)


def read_page(lesson_id: str, lesson_url: str, place: Place) -> DiscussionPage:
    """The page of a discussion at a place, as everybody sees it.

    One query; a second one when there is nothing at that place, for the first page.
    """
    rows: list[Any] = list(_rows(lesson_id, place))
    if not rows and (place.start or place.thread):
        return read_page(lesson_id, lesson_url, Place(place.order))
    base = reverse("comments:comment", args=[0]).removesuffix("0/")
    page = DiscussionPage(rows[0].total or 0 if rows else 0, [], place, base)
    known = {row.pk: row for row in rows}
    for row in rows:
        if not page.threads or page.threads[-1].id != row.thread_id:
            page.threads.append(
                ThreadOnPage(row.thread_id, None, [], row.thread_count, row.thread_last)
            )
        _put(page.threads[-1], entry_of(row, known.get(row.parent_id) or _parent(row), base))
    _cut(page, lesson_url)
    for thread in page.threads:
        _drop_the_gone(thread)
    page.threads = [thread for thread in page.threads if thread.root or thread.replies]
    return page


def place_of(comment: Comment) -> Place:
    """The page that shows a comment: the first one if it is there, else its own. One query."""
    if comment.place > REPLIES:
        return Place(thread=comment.thread_id, replies=comment.place)
    newer = Thread.objects.listed().filter(lesson=comment.lesson_id, pk__gt=comment.thread_id)
    is_on_first = len(newer.order_by("pk").values_list("pk")[:THREADS]) < THREADS
    return Place() if is_on_first else Place(start=comment.thread_id)


def _rows(lesson_id: str, place: Place) -> "QuerySet[Any]":
    total = Discussion.objects.filter(pk=OuterRef("lesson_id")).values("visible_count")
    comments = Comment.objects.select_related("author").annotate(
        total=Subquery(total),
        thread_count=F("thread__visible_count"),
        thread_last=F("thread__last_place"),
    )
    if place.thread:
        shown = Q(place=0) | Q(place__gte=place.replies)
        comments = comments.filter(shown, thread=place.thread, lesson=lesson_id)
        comments = comments.select_related("author", "parent__author")
        return comments.order_by("place")[: REPLIES_ALONE + 2]
    threads = Thread.objects.listed().filter(lesson=lesson_id)
    if place.order == "oldest":
        threads = threads.filter(pk__gte=place.start or 0).order_by("pk")
    else:
        threads = threads.filter(pk__lte=place.start or _HIGHEST).order_by("-pk")
    order = "thread_id" if place.order == "oldest" else "-thread_id"
    return comments.filter(
        thread__in=threads.values("pk")[: THREADS + 1], place__lte=REPLIES
    ).order_by(order, "place")


def _parent(row: Comment) -> Comment | None:
    """What a comment answers, where it is not on the page: only a thread by itself has read it."""
    return row.parent if "parent" in row._state.fields_cache else None


def _put(thread: ThreadOnPage, entry: Entry) -> None:
    if entry.is_root:
        thread.root = entry
    else:
        thread.replies.append(entry)


def _cut(page: DiscussionPage, lesson_url: str) -> None:
    """Keep one page of what was read, and say where it goes on."""
    place = page.place
    if place.start or place.thread:
        page.first_url = Place(place.order).url(lesson_url)
    if place.thread:
        for thread in page.threads:
            _cut_alone(thread, lesson_url, place)
        return
    if len(page.threads) > THREADS:
        page.next_url = Place(place.order, page.threads[THREADS].id).url(lesson_url)
        del page.threads[THREADS:]
    for thread in page.threads:
        shown = sum(not entry.gone for entry in [thread.root, *thread.replies] if entry)
        if thread.last_place > REPLIES and thread.visible_count > shown:
            count = thread.visible_count - shown
            thread.more = ngettext("%(n)d more reply", "%(n)d more replies", count) % {"n": count}
            thread.more_url = Place(place.order, thread=thread.id, replies=REPLIES + 1).url(
                lesson_url
            )
    page.order_urls = [
        {
            "name": _("Newest first"),
            "url": Place("newest").url(lesson_url),
            "is_on": place.order == "newest",
        },
        {
            "name": _("Oldest first"),
            "url": Place("oldest").url(lesson_url),
            "is_on": place.order == "oldest",
        },
    ]


def _cut_alone(thread: ThreadOnPage, lesson_url: str, place: Place) -> None:
    if len(thread.replies) > REPLIES_ALONE:
        following = thread.replies[REPLIES_ALONE].place
        del thread.replies[REPLIES_ALONE:]
        thread.more = _("More replies")
        thread.more_url = Place(place.order, thread=thread.id, replies=following).url(lesson_url)


def _drop_the_gone(thread: ThreadOnPage) -> None:
    """A comment that is gone keeps its place only while others answer it."""
    answered = {reply.answers for reply in thread.replies if not reply.gone}
    thread.replies = [reply for reply in thread.replies if not reply.gone or reply.id in answered]
    if thread.root and thread.root.gone and not (thread.replies or thread.more_url):
        thread.root = None


def entry_of(comment: Comment, parent: Comment | None, base: str) -> Entry:
    """What a page shows of a comment; ``base`` begins its permanent link. No query of its own."""
    is_shown = comment.state == State.VISIBLE
    writer = comment.writer_name
    # The first comment of a thread is answered by standing under it; only answers to answers say so.
    is_answer = parent is not None and parent.place > 0
    return Entry(
        id=comment.pk,
        html=comment.html if is_shown else "",
        language=comment.language,
        writer=writer if is_shown else "",
        initial=writer[:1].upper() if is_shown else "·",
        url=f"{base}{comment.pk}/",
        at=shown_time(comment.created_at),
        at_iso=comment.created_at.isoformat(timespec="seconds"),
        edited=shown_time(comment.edited_at) if comment.edited_at else "",
        answers=comment.parent_id or 0,
        answers_name=parent.writer_name if is_answer and parent else "",
        gone="" if is_shown else _gone(comment.state),
        place=comment.place,
    )


def shown_time(moment: datetime) -> str:
    """The same in every language and cheap: sixty of them stand on a page. A script shows it as local time."""
    return localtime(moment).strftime("%Y-%m-%d %H:%M")


def _gone(state: str) -> str:
    return {
        State.DELETED: _("Its writer has deleted this comment."),
        State.HIDDEN: _("A moderator has hidden this comment."),
        State.WAITING: _("This comment waits for a moderator."),
    }[State(state)]


def query_of(request: Any) -> Any:
    """The query of a request, also of one that stands in for a guest's."""
    return QueryDict(request.META.get("QUERY_STRING", "")) if request else {}
