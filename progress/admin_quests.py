"""Progress in the admin: numbers for authors, nothing to change."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from progress.charts import bars
from progress.statistics import QuestActivity, numbers_of, with_numbers


@admin.register(QuestActivity)
class QuestActivityAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title_text", "started", "read", "exercised")
    ordering = ("position",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuestActivity]:
        return with_numbers(super().get_queryset(request).filter(retired_at=None))

    @admin.display(description=_("quest"))
    def title_text(self, quest: QuestActivity) -> str:
        return str(quest)

    @admin.display(description=_("learners"), ordering="started")
    def started(self, quest: Any) -> int:
        return int(quest.started)

    @admin.display(description=_("lessons read"), ordering="read")
    def read(self, quest: Any) -> int:
        return int(quest.read)

    @admin.display(description=_("exercises done"), ordering="exercised")
    def exercised(self, quest: Any) -> int:
        return int(quest.exercised)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The quest's lessons with their numbers, and where learners stop."""
        quest = get_object_or_404(QuestActivity, pk=object_id, retired_at=None)
        numbers = numbers_of(quest)
        rows = [
            (f"{one.number}. {one.title}", (one.read, one.exercised, one.stopped))
            for one in numbers.lessons
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": str(quest),
            "opts": self.opts,
            "quest": quest,
            "numbers": numbers,
            "bars": bars(rows),
        }
        return TemplateResponse(request, "admin/progress/quest.html", context)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
