"""The learner's account beside allauth's pages: settings, export, deletion, the end of a session."""

from typing import cast

from allauth.account import views as allauth_views
from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from progress import accounts
from progress.forms_account import DeletionForm, SettingsForm
from progress.models import Learner


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_settings(request: HttpRequest) -> HttpResponse:
    """Display name and language. A new language moves to the page in that language."""
    learner = _learner(request)
    form = SettingsForm(request.POST or None, instance=learner)
    if form.is_valid():
        learner = form.save()
        if "display_name" in form.changed_data:
            accounts.tell_new_name(learner)
        with translation.override(learner.language):
            messages.success(request, _("Your settings are saved."))
            return HttpResponseRedirect(reverse("account_settings"))
    kinds = Authenticator.objects.filter(user=learner).values_list("type", flat=True)
    if form.is_bound:
        learner.refresh_from_db()  # an invalid form leaves its values in the instance
    context = {"form": form, "factors": sorted(kinds), "subject": {}}
    return render(request, "account/settings.html", context)


@login_required
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Everything as one JSON file, written while it is read."""
    response = StreamingHttpResponse(
        accounts.export_as_json(_learner(request)), content_type="application/json; charset=utf-8"
    )
    name = f"{settings.SITE_NAME.lower()}-{timezone.localdate():%Y-%m-%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the account, by a learner who has just proved again who they are."""
    learner = _learner(request)
    form = DeletionForm(request.POST or None, learner=learner)
    if not form.is_valid():
        return render(request, "account/delete.html", {"form": form, "subject": {}})
    email, language = learner.email, learner.language
    accounts.erase(learner)
    logout(request)
    get_adapter(request).send_mail_in("account/email/account_deleted", email, language, {})
    return _forget(request, render(request, "account/deleted.html", {"subject": {}}))


def sign_out(request: HttpRequest) -> HttpResponse:
    """allauth's page; once signed out, nothing of the account stays in the browser."""
    response = allauth_views.logout(request)
    return _forget(request, response) if request.method == "POST" else response


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: sent from elsewhere, or kept open over a sign-in."""
    return render(request, "403_csrf.html", {"subject": {}}, status=403)


def _learner(request: HttpRequest) -> Learner:
    """Who is signed in, behind ``login_required``."""
    return cast(Learner, request.user)


def _forget(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let go of the form token, and of pages that the browser kept ("back" would show them).

    Not of "storage": the theme is there, and progress.js empties what belongs to the account.
    """
    response.delete_cookie(settings.CSRF_COOKIE_NAME, samesite="Lax")
    response["Clear-Site-Data"] = '"cache"'
    return response
