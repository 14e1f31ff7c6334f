"""Learners in the admin: find them, close or reopen an account, sign somebody out, erase."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from progress import accounts
from progress.models import Learner

# Moderators sign in where everybody does: the same limits, the same second step.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


# allauth's own pages show the secret of an authenticator and the keys of sessions, or hold what this
# site reads from the environment. They are registered by the imports above, and leave again here.
for _model in (Authenticator, UserSession, SocialApp, SocialToken):
    admin.site.unregister(_model)


class LearnerCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = Learner
        fields = ("email",)


class LearnerChangeForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = Learner
        fields = "__all__"


class ConfirmedFilter(admin.SimpleListFilter):
    title = _("mail address")
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("confirmed")), ("no", _("not confirmed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Learner]) -> QuerySet[Learner]:
        wanted: dict[str, Any] = {"confirmed": self.value() == "yes"}
        return queryset.filter(**wanted) if self.value() else queryset


class FactorFilter(admin.SimpleListFilter):
    title = _("second step")
    parameter_name = "factors"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("set up")), ("no", _("not set up"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Learner]) -> QuerySet[Learner]:
        wanted: dict[str, Any] = {"factors__gt": 0} if self.value() == "yes" else {"factors": 0}
        return queryset.filter(**wanted) if self.value() else queryset


@admin.register(Learner)
class LearnerAdmin(UserAdmin):  # type: ignore[type-arg]
    add_form, form = LearnerCreationForm, LearnerChangeForm
    list_display = (
        "name", "email", "is_confirmed", "has_second_step", "language", "is_active", "is_staff",
        "date_joined", "last_login",
    )  # fmt: skip
    list_filter = (
        "is_active",
        "is_staff",
        ConfirmedFilter,
        FactorFilter,
        "language",
        "date_joined",
    )
    search_fields = ("email", "display_name", "=id")
    search_help_text = _("Mail address, display name or number")
    date_hierarchy = "date_joined"
    ordering = ("-date_joined", "-pk")
    list_per_page = 50
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = ("date_joined", "last_login")
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)
    fieldsets = (
        (None, {"fields": ("email", "display_name", "language", "password")}),
        (
            _("Rights"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )
    actions = ("close_accounts", "reopen_accounts", "sign_out_everywhere")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        verified = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
        factors = Count("authenticator", distinct=True)
        learners: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = learners.annotate(confirmed=Exists(verified), factors=factors)
        return counted

    @admin.display(description=_("display name"), ordering="display_name")
    def name(self, learner: Learner) -> str:
        return learner.get_short_name()

    @admin.display(description=_("confirmed"), boolean=True, ordering="confirmed")
    def is_confirmed(self, learner: Any) -> bool:
        return bool(learner.confirmed)

    @admin.display(description=_("second step"), boolean=True, ordering="factors")
    def has_second_step(self, learner: Any) -> bool:
        return bool(learner.factors)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new address is not confirmed yet; the learner does that at the next sign-in."""
        obj.email = obj.email.lower()
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()
            EmailAddress.objects.create(user=obj, email=obj.email, primary=True, verified=False)
        if not obj.is_active:
            accounts.end_sessions(obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        accounts.erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Learner]) -> None:
        for learner in queryset:
            accounts.erase(learner)

    @admin.action(description=_("Close the accounts (can be undone)"), permissions=["change"])
    def close_accounts(self, request: HttpRequest, queryset: QuerySet[Learner]) -> None:
        """Oneself stays in: nobody locks themself out by a wrong tick."""
        closed = list(queryset.filter(is_active=True).exclude(pk=request.user.pk or 0))
        for learner in closed:
            learner.is_active = False
            learner.save(update_fields=["is_active"])
            accounts.end_sessions(learner)
        self._say(
            request, ngettext("%d account closed.", "%d accounts closed.", len(closed)), len(closed)
        )

    @admin.action(description=_("Reopen the accounts"), permissions=["change"])
    def reopen_accounts(self, request: HttpRequest, queryset: QuerySet[Learner]) -> None:
        count = Learner.objects.filter(pk__in=queryset.values("pk"), is_active=False).update(
            is_active=True
        )
        self._say(request, ngettext("%d account reopened.", "%d accounts reopened.", count), count)

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: QuerySet[Learner]) -> None:
        learners = list(queryset)
        for learner in learners:
            accounts.end_sessions(learner)
        count = len(learners)
        self._say(
            request, ngettext("%d learner signed out.", "%d learners signed out.", count), count
        )

    def _say(self, request: HttpRequest, text: str, count: int) -> None:
        self.message_user(request, text % count, messages.SUCCESS)


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """That somebody has a second step, never its secret. Removing one helps whoever lost it."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type", "created_at")
    search_fields = ("user__email",)
    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
