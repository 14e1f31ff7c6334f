"""Reporting, and hearing what came of it."""

from contextlib import suppress
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from feedback.forms import ReportForm
from feedback.models import Report, Screenshot

UNPROCESSABLE, TOO_LARGE, TOO_MANY = 422, 413, 429
LARGEST_REQUEST = 6 * 1024 * 1024  # bytes: a screenshot and everything beside it
_MOST_DRAINED = 32 * 1024 * 1024


@csrf_exempt  # the form's signed time is its token: it is made for one person, and needs no cookie
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form, and what it sends. A script asks for the form alone.

    Django's token would need a cookie, and a guest who wants none could not report. The form's
    time is signed for this person (or for guests): what another site could make a browser send
    without it is refused, and what it could send as a guest, anybody can send anyway.
    """
    if request.method != "POST":
        return _form(request, ReportForm(initial=_asked(request), request=request))
    refused = _too_large(request)
    if refused:
        return _form(
            request, ReportForm(initial=_asked(request), request=request), TOO_LARGE, refused
        )
    form = ReportForm(request.POST, request.FILES, request=request)
    if not form.is_valid():
        return _form(request, form, UNPROCESSABLE)
    before = Report.objects.filter(key=form.cleaned_data["key"]).first()
    if before is None and not form.may_pass():
        return _form(request, form, UNPROCESSABLE if form.errors.keys() - {"__all__"} else TOO_MANY)
    return _received(request, before or _keep(form))


@require_safe
def state(request: HttpRequest, token: str) -> HttpResponse:
    """The private address of a report: whoever has it sees its state and the moderators' words."""
    found = get_object_or_404(
        Report.objects.select_related("original", "lesson__quest", "lesson__track"), token=token
    )
    context = {"report": found, "steps": found.steps.all(), "subject": {"page": "report"}}
    return _private(render(request, "feedback/state.html", context))


@transaction.atomic
def _keep(form: ReportForm) -> Report:
    kept, is_new = Report.receive(**form.record)
    if is_new and form.picture:
        Screenshot.keep(kept, form.picture)
    return kept


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What a link may fill in beforehand."""
    names = ("page", "exact", "before", "after", "revision", "kind")
    return {name: request.GET[name] for name in names if name in request.GET}


def _too_large(request: HttpRequest) -> str:
    """Why what was sent is not taken; empty when it can be parsed."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    with suppress(
        RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, MultiPartParserError, OSError
    ):
        if size.isdigit() and int(size) <= LARGEST_REQUEST:
            request.POST, request.FILES  # noqa: B018  (parses the body)
            return ""
    _drain(request)
    return _(
        "That was too much to take. Please keep it to a few thousand characters, and a screenshot to 5 MB."
    )


def _drain(request: HttpRequest) -> None:
    """Read what still comes, and forget it: a browser shows no answer while it is sending."""
    left = _MOST_DRAINED
    with suppress(OSError):
        while left > 0 and (piece := request.read(65_536)):
            left -= len(piece)


def _form(
    request: HttpRequest, form: ReportForm, status: int = 200, said: str = ""
) -> HttpResponse:
    is_fragment = request.headers.get("X-Fragment") == "1"
    template = "feedback/_form.html" if is_fragment else "feedback/report.html"
    context = {"form": form, "said": said, "subject": {"page": "report"}}
    return _private(render(request, template, context, status=status))


def _received(request: HttpRequest, kept: Report) -> HttpResponse:
    if request.headers.get("X-Fragment") == "1":
        return _private(render(request, "feedback/_received.html", {"report": kept}))
    return _private(HttpResponseRedirect(kept.get_absolute_url()))


def _private(response: HttpResponse) -> HttpResponse:
    """Kept by nobody, found by no search engine, told to no other site."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
