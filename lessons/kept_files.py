"""Feeds and the sitemap: files made of the tree, the same for everybody, kept like pages."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.template.response import SimpleTemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_http_date_safe

from lessons.kept import Kept, matches, store
from lessons.outline import content_version


def keep_file(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Keep what a view answers until the tree changes; answer conditional requests with 304.

    The view may show nothing but the tree. While the file is kept, an answer costs one query.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        version = content_version()
        may_keep = not request.META.get("QUERY_STRING") and not settings.DEBUG
        kept = store.get(request.path) if may_keep else None
        if kept is None or kept.versions != {"content": version}:
            made = view(request, *args, **kwargs)
            if not isinstance(made, HttpResponse) or made.status_code != 200:
                return made
            kept = _kept(made, version)
            if may_keep:
                store.put(request.path, kept)
        return _respond(request, kept, may_keep)

    return wrapper


def _kept(response: HttpResponse, version: int) -> Kept:
    if isinstance(response, SimpleTemplateResponse):
        response.render()
    etag = hashlib.blake2b(response.content, digest_size=12).hexdigest()
    return Kept((response.content,), {"content": version}, {}, etag, tuple(response.items()))


def _respond(request: HttpRequest, kept: Kept, may_keep: bool) -> HttpResponse:
    headers = dict(kept.headers)
    if _is_fresh(request, kept.etag, headers.get("Last-Modified", "")):
        headers.pop("Content-Type")
        response: HttpResponse = HttpResponseNotModified(headers=headers)
    else:
        response = HttpResponse(kept.as_guest(), headers=headers)
        if may_keep:
            request.environ["lessons.kept"] = kept  # type: ignore[attr-defined]
    response["ETag"] = f'"{kept.etag}"'
    response["Cache-Control"] = "public, no-cache"
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def _is_fresh(request: HttpRequest, etag: str, modified: str) -> bool:
    """Whether the client has this file (RFC 9110, 13.2.2: its ETag counts before its date)."""
    none_match = request.headers.get("If-None-Match")
    if none_match is not None:
        return matches(none_match, etag)
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    last = parse_http_date_safe(modified)
    return since is not None and last is not None and since >= last
