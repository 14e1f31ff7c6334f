"""What happened since: the list of notifications, and how they are told by mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from comments.access import LearnerRequest, for_learners, is_fragment
from comments.forms import MailChoiceForm
from comments.models import MailChoice, Notification
from comments.page import PageForm

PAGE = 30


@require_safe
@for_learners
def notifications(request: LearnerRequest) -> HttpResponse:
    """The newest notifications. Those on the page count as seen, unless a browser only fetches ahead."""
    form = PageForm(request.GET)
    form.is_valid()
    mine = Notification.objects.of(request.user).newest_first().with_comments()
    if form.cleaned_data.get("start"):
        mine = mine.filter(pk__lte=form.cleaned_data["start"])
    rows = list(mine[: PAGE + 1])
    older = rows[PAGE].pk if len(rows) > PAGE else None
    if not _only_fetches_ahead(request):
        seen = [row.pk for row in rows[:PAGE] if row.is_unread]
        if seen:
            Notification.objects.of(request.user).filter(pk__in=seen).mark_read()
    context = {"notifications": rows[:PAGE], "older": older, "subject": {"page": "notifications"}}
    return render(request, "comments/notifications.html", context)


@require_POST
@for_learners
def mark_all_read(request: LearnerRequest) -> HttpResponse:
    Notification.objects.filter(recipient=request.user).mark_read()
    if is_fragment(request):
        return render(request, "comments/_bell.html")
    return HttpResponseRedirect(reverse("comments:notifications"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_learners
def mail_choice(request: LearnerRequest) -> HttpResponse:
    """At once, once a day, or never."""
    choice = MailChoice.of(request.user)
    form = MailChoiceForm(request.POST or None, instance=choice)
    if request.method == "POST" and form.is_valid():
        MailChoice.choose(request.user, form.cleaned_data["replies"])
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("comments:mail_choice"))
    context = {"form": form, "subject": {"page": "mail"}}
    return render(request, "comments/mail_choice.html", context)


def _only_fetches_ahead(request: HttpRequest) -> bool:
    """Whether nobody may ever look at this answer: a prefetch or a prerender."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" in purpose or request.method == "HEAD"
