"""Ending mail: one click in the mail program (RFC 8058), or a page that needs no sign-in."""

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from comments import outbox


@csrf_exempt  # the mail program posts here for the reader, without cookies; the token says who
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST ends the mails. A GET changes nothing: link scanners open every link."""
    try:
        who, topic = outbox.read_stop_token(token)
    except signing.BadSignature as error:
        raise Http404 from error
    if request.method == "POST":
        outbox.stop(who, topic)
    context = {"is_done": request.method == "POST", "topic": topic, "subject": {"page": "stop"}}
    response = render(request, "comments/stop.html", context)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
