"""WSGI in front of Django: guests' kept pages as bytes, compressed once, current at every request."""

import gzip
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import brotli
from django.conf import settings

from lessons.kept import Kept, matches, store
from lessons.versions import VersionReader

log = logging.getLogger(__name__)
StartResponse = Callable[..., Any]


class KeptPages:
    """WSGI: answers guests from kept bytes, and passes everything else on.

    When the database does not answer, guests get the page as it was last seen.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.versions = VersionReader()
        self.down_until = 0.0  # by the monotonic clock: until then the database is not asked

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not _may_be_kept(environ):
            return self.application(environ, start_response)
        path = environ.get("PATH_INFO", "")
        kept = store.get(path.encode("latin-1").decode("utf-8", "replace"))
        if kept and kept.bodies and self._is_current(kept):
            return _answer(kept, environ, start_response)
        return self._through_django(environ, start_response)

    def _is_current(self, kept: Kept) -> bool:
        if time.monotonic() < self.down_until:
            return True
        try:
            return self.versions.are(kept.versions)
        except Exception as error:
            if not _is_down(error):
                log.exception("the versions of kept pages cannot be read")
                return False
            log.warning("the database does not answer (%s); serving what is kept", error)
            self.down_until = time.monotonic() + 1
            return True

    def _through_django(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        caught: list[Any] = []
        body = self.application(environ, lambda *args: caught.append(args))
        kept = environ.pop("lessons.kept", None)
        if kept is None:
            start_response(*caught[0])
            return body
        for _ in body:  # an answer may be a 304; the page is the kept one either way
            pass
        close = getattr(body, "close", None)
        if close:
            close()
        complete = _complete(kept, caught[0][1], kept.as_guest())
        store.put(_path(environ), complete)
        return _answer(complete, environ, start_response)


def _is_down(error: Exception) -> bool:
    """Whether an error means that the database is out of reach, in whatever driver's class."""
    return isinstance(error, OSError) or type(error).__name__ in (
        "OperationalError",
        "InterfaceError",
    )


def _path(environ: Mapping[str, Any]) -> str:
    return str(environ.get("PATH_INFO", "")).encode("latin-1").decode("utf-8", "replace")


def _may_be_kept(environ: Mapping[str, Any]) -> bool:
    return (
        environ.get("REQUEST_METHOD") in ("GET", "HEAD")
        and not environ.get("QUERY_STRING")
        and settings.SESSION_COOKIE_NAME not in environ.get("HTTP_COOKIE", "")
        and _is_our_host(environ)
        and _is_secure_enough(environ)
    )


def _is_secure_enough(environ: Mapping[str, Any]) -> bool:
    """Plain HTTP to a site on HTTPS is Django's to redirect."""
    if not settings.SECURE_SSL_REDIRECT or environ.get("wsgi.url_scheme") == "https":
        return True
    header = settings.SECURE_PROXY_SSL_HEADER
    return bool(header) and environ.get(header[0]) == header[1]


def _is_our_host(environ: Mapping[str, Any]) -> bool:
    """Kept pages answer to the site's own names only; Django judges the others."""
    host = environ.get("HTTP_HOST", "").rpartition(":")
    name = host[0] if host[0] and host[2].isdigit() else environ.get("HTTP_HOST", "")
    return name.lower() in settings.ALLOWED_HOSTS


def _complete(kept: Kept, headers: list[tuple[str, str]], body: bytes) -> Kept:
    """The page with the headers that the middleware gave it, and its compressed forms."""
    left_out = {"etag", "content-length", "content-encoding", "set-cookie"}
    sent = [(name, value) for name, value in headers if name.lower() not in left_out]
    names = {name.lower() for name, _ in sent}
    sent += [(name, value) for name, value in kept.headers if name.lower() not in names | left_out]
    bodies = {
        "": body,
        "gzip": gzip.compress(body, 9, mtime=0),
        "br": brotli.compress(body, quality=9),
    }
    return replace(kept, headers=tuple(sent), bodies=bodies)


def _accepts(header: str, encoding: str) -> bool:
    """Whether Accept-Encoding names an encoding with a weight above 0."""
    if encoding not in header or "q=0" not in header:
        return encoding in header
    match = re.search(rf"(?:^|,)\s*{encoding}\s*(?:;\s*q=([0-9.]+))?\s*(?:,|$)", header)
    return match is not None and float(match[1] or 1) > 0


def _answer(
    kept: Kept, environ: Mapping[str, Any], start_response: StartResponse
) -> Iterable[bytes]:
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    encoding = "br" if _accepts(accepted, "br") else "gzip" if _accepts(accepted, "gzip") else ""
    headers = list(kept.headers)
    headers.append(("ETag", f'"{kept.etag}-{encoding}"' if encoding else f'"{kept.etag}"'))
    none_match = environ.get("HTTP_IF_NONE_MATCH")
    if none_match:
        is_known = matches(none_match, kept.etag)
    else:  # pages have no date, feeds do
        is_known = ("Last-Modified", environ.get("HTTP_IF_MODIFIED_SINCE")) in headers
    if is_known:
        start_response("304 Not Modified", [h for h in headers if h[0] != "Content-Type"])
        return [b""]
    body = kept.bodies[encoding]
    if encoding:
        headers.append(("Content-Encoding", encoding))
    headers.append(("Content-Length", str(len(body))))
    start_response("200 OK", headers)
    return [b""] if environ["REQUEST_METHOD"] == "HEAD" else [body]
