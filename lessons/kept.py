"""Pages kept ready as bytes (I15).

A page is rendered once with its *slots* marked. Guests get the whole as bytes,
from ``kept_wsgi.KeptPages``, before Django begins its work; learners get the same bytes
with their slots rendered anew. A kept page carries the versions of what it
shows (``PageVersion``), read before its data was read, and is dropped as soon
as one of them has risen. So it is never older than the last commit, and there
is nothing to purge.
"""

import hashlib
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.template.loader import get_template, render_to_string
from django.utils.cache import patch_vary_headers

from lessons.models import PageVersion

Versions = Mapping[str, int]
_LIMIT = 64 * 1024 * 1024  # bytes of kept pages a process


@dataclass(frozen=True)
class PageDraft:
    """What a view says of a page that may be kept.

    ``subject`` is plain data for the slots; ``versions`` must be read before ``context``.
    """

    template: str
    context: dict[str, Any]
    versions: Versions
    subject: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Slot:
    """A part of a kept page that varies with the learner, and what a guest sees there."""

    template: str
    guest: bytes


@dataclass(frozen=True)
class Kept:
    """A rendered page. ``headers`` and ``bodies`` are there once it has passed the middleware."""

    parts: tuple[bytes | Slot, ...]
    versions: Versions
    subject: Mapping[str, Any]
    etag: str
    headers: tuple[tuple[str, str], ...] = ()
    bodies: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        parts = sum(len(part.guest if isinstance(part, Slot) else part) for part in self.parts)
        return parts + sum(map(len, self.bodies.values()))

    def as_guest(self) -> bytes:
        return b"".join(part.guest if isinstance(part, Slot) else part for part in self.parts)

    def as_learner(self, request: HttpRequest) -> bytes:
        """The page with its slots rendered for the request's learner."""
        context = {"subject": self.subject}
        return b"".join(
            render_to_string(part.template, context, request).encode()
            if isinstance(part, Slot)
            else part
            for part in self.parts
        )


class Store:
    """The kept pages of this process, the least recently used dropped first."""

    def __init__(self, limit: int = _LIMIT) -> None:
        self.limit, self.size = limit, 0
        self.pages: OrderedDict[str, Kept] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: str) -> Kept | None:
        with self.lock:
            kept = self.pages.get(key)
            if kept:
                self.pages.move_to_end(key)
            return kept

    def put(self, key: str, kept: Kept) -> None:
        with self.lock:
            self._drop(key)
            self.pages[key] = kept
            self.size += kept.size
            while self.size > self.limit and len(self.pages) > 1:
                self._drop(next(iter(self.pages)))

    def clear(self) -> None:
        with self.lock:
            self.pages.clear()
            self.size = 0

    def _drop(self, key: str) -> None:
        kept = self.pages.pop(key, None)
        if kept:
            self.size -= kept.size


store = Store()

View = Callable[..., PageDraft | HttpResponseBase]


def keep(view: View) -> Callable[..., HttpResponseBase]:
    """Keep the page that a view describes; answer GET and HEAD from it while it is current.

    Only for addresses without a query string; with one, the page is rendered each time.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_staff = request.user.is_authenticated and request.user.is_staff
        key = f"staff {request.path}" if is_staff else request.path
        plain = not request.META.get("QUERY_STRING")
        kept = store.get(key) if plain else None
        if kept is None or not _is_current(kept):
            described = view(request, *args, **kwargs)
            if isinstance(described, HttpResponseBase):
                return described
            kept = _render(request, described)
            if plain and not settings.DEBUG:
                store.put(key, kept)
        return _respond(request, kept, may_keep=plain and not is_staff)

    return wrapper


def _is_current(kept: Kept) -> bool:
    rows = PageVersion.objects.filter(key__in=kept.versions).values_list("key", "value")
    present = dict(rows)
    return all(present.get(key, 0) == value for key, value in kept.versions.items())


def _render(request: HttpRequest, draft: PageDraft) -> Kept:
    """Render a draft as a guest sees it, with the slots cut out."""
    nonce = secrets.token_hex(8)
    guest = _as_guest(request)
    context = {**draft.context, "subject": draft.subject, "slot_nonce": nonce}
    html = get_template(draft.template).render(context, guest)
    pattern = re.compile(f"<!--{nonce} ([^ ]+?)-->(.*?)<!--/{nonce}-->", re.DOTALL)
    parts: list[bytes | Slot] = []
    end = 0
    for match in pattern.finditer(html):
        parts.append(html[end : match.start()].encode())
        parts.append(Slot(match[1], match[2].encode()))
        end = match.end()
    parts.append(html[end:].encode())
    kept = Kept(tuple(parts), dict(draft.versions), draft.subject, "")
    digest = hashlib.blake2b(kept.as_guest(), digest_size=12).hexdigest()
    return replace(kept, etag=digest, headers=(("Content-Type", "text/html; charset=utf-8"),))


def _as_guest(request: HttpRequest) -> HttpRequest:
    """The same request as somebody without a cookie would have made it."""
    from django.contrib.auth.models import AnonymousUser  # needs the app registry

    guest = HttpRequest()
    guest.path = guest.path_info = request.path
    guest.method = "GET"
    guest.META = {k: v for k, v in request.META.items() if k != "HTTP_COOKIE"}
    guest.resolver_match = request.resolver_match
    guest.user = AnonymousUser()
    guest.LANGUAGE_CODE = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    return guest


def _respond(request: HttpRequest, kept: Kept, *, may_keep: bool) -> HttpResponse:
    if request.user.is_authenticated:
        response = HttpResponse(kept.as_learner(request))
        response["Cache-Control"] = "private, no-cache"
    else:
        etag = f'"{kept.etag}"'
        if matches(request.META.get("HTTP_IF_NONE_MATCH", ""), kept.etag):
            response = HttpResponseNotModified()
        else:
            response = HttpResponse(kept.as_guest())
        response["ETag"] = etag
        response["Cache-Control"] = "public, no-cache"
        if may_keep:
            request.META["lessons.kept"] = kept  # META is the WSGI environment itself
    patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
    return response


def matches(header: str, etag: str) -> bool:
    """Whether If-None-Match names this page in any encoding (RFC 9110, 13.1.2: weak comparison)."""
    if header.strip() == "*":
        return True
    names = re.findall(r'"([^"]*)"', header)
    return any(name in (etag, f"{etag}-br", f"{etag}-gzip") for name in names)
