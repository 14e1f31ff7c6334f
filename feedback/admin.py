"""The moderators' queue of reports, and everything they need to settle one without asking back."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from feedback import pictures
from feedback.links import at_passage
from feedback.models import Report, Screenshot, State
from feedback.models.step import LONGEST_REPLY
from feedback.pages import text_of
from feedback.passages import Fate, Sighting
from feedback.sources import source_of
from feedback.table import as_csv

_MOST_SIDE_BY_SIDE = 20
_MOST_LESSONS = 100


class QueueFilter(admin.SimpleListFilter):
    """What has to be looked at, unless a moderator asks for more."""

    title = _("state")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("probably-fixed", _("probably fixed")), *State.choices, ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("open"),
        }
        for value, name in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": name,
            }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case None:
                return queryset.in_queue()
            case "probably-fixed":
                return queryset.probably_fixed()
            case "all":
                return queryset
            case state:
                return queryset.filter(state=state)


class LessonFilter(admin.SimpleListFilter):
    """Lessons with their number of open reports, the most first."""

    title = _("lesson (open reports)")
    parameter_name = "lesson"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        counts = Report.objects.open().counts_by_lesson()[:_MOST_LESSONS]
        return [(lesson, f"{lesson} ({count})") for lesson, count in counts]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(lesson=self.value()) if self.value() else queryset


class ReplyForm(forms.Form):
    """What a moderator says with an action."""

    reply = forms.CharField(
        label=_("Words to the reporter"),
        required=False,
        max_length=LONGEST_REPLY,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
    )
    original = forms.ModelChoiceField(
        Report.objects.all(),
        label=_("Duplicate of number"),
        required=False,
        widget=forms.NumberInput,
    )


class ReplyActionForm(ActionForm):
    reply = forms.CharField(
        label=_("Words to the reporters:"),
        required=False,
        max_length=LONGEST_REPLY,
        widget=forms.TextInput(attrs={"size": 40}),
    )


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nothing is edited or deleted: every button and action adds a step."""

    list_display = (
        "number",
        "excerpt",
        "kind",
        "state_shown",
        "lesson",
        "passage_shown",
        "same",
        "created_at",
    )
    list_display_links = ("number", "excerpt")
    list_filter = (
        QueueFilter,
        LessonFilter,
        "kind",
        "language",
        ("screenshot", admin.EmptyFieldListFilter),
        "created_at",
    )
    search_fields = ("words", "exact", "page", "=lesson__id", "=id", "reporter__email", "=address")
    search_help_text = _("Words, a passage, a page, a lesson’s id, a number, a mail address")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = None
    actions = ("confirm", "fix", "refuse", "reopen", "repeat_oldest", "export")
    action_form = ReplyActionForm
    fields = ("report_shown", "context_shown", "same_shown", "steps_shown")
    readonly_fields = fields
    change_form_template = "admin/feedback/report/change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return Report.objects.with_context().with_counts()

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.screenshot)
        return [
            path("<int:pk>/screenshot/", view, name="feedback_report_screenshot"),
            *super().get_urls(),
        ]

    def screenshot(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The picture of a report, to moderators alone."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        kept = get_object_or_404(Screenshot, pk=pk)
        response = HttpResponse(bytes(kept.data), content_type=pictures.CONTENT_TYPE)
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["Cache-Control"] = "private, no-store"
        response["Content-Disposition"] = f'inline; filename="report-{pk}.jpg"'
        return response

    # Columns ---------------------------------------------------------------------------------

    @admin.display(description=_("number"), ordering="id")
    def number(self, report: Report) -> str:
        return f"#{report.pk}"

    @admin.display(description=_("what is wrong"))
    def excerpt(self, report: Report) -> str:
        return Truncator(report.words).chars(80)

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, report: Report) -> str:
        if report.is_open and report.probably_fixed_at:
            return gettext("%(state)s, probably fixed") % {"state": report.get_state_display()}
        return report.get_state_display()

    @admin.display(description=_("passage"))
    def passage_shown(self, report: Report) -> str:
        return Truncator(report.exact).chars(60) or "—"

    @admin.display(description=_("reports of it"))
    def same(self, report: Report) -> int | str:
        return getattr(report, "at_passage", None) or "—"

    # The page of one report ------------------------------------------------------------------

    @admin.display(description=_("report"))
    def report_shown(self, report: Report) -> SafeString:
        has_screenshot = Screenshot.objects.filter(pk=report.pk).defer("data").first()
        return _rendered("report", {"report": report, "screenshot": has_screenshot})

    @admin.display(description=_("where"))
    def context_shown(self, report: Report) -> SafeString:
        sighting = _sighting(report)
        passage = sighting.passage or report.passage
        context = {
            "report": report,
            "fate": sighting.fate.value if report.exact else "",
            "sighting": sighting,
            "page_url": at_passage(report.page_url(), sighting.passage),
            "source": source_of(report.edition, passage) if report.edition else None,
        }
        return _rendered("context", context)

    @admin.display(description=_("the same passage"))
    def same_shown(self, report: Report) -> SafeString:
        others = Report.objects.at_passage_of(report).select_related("reporter").order_by("id")
        rows = sorted([report, *others[:_MOST_SIDE_BY_SIDE]], key=lambda one: one.pk)
        return _rendered("same", {"reports": rows if len(rows) > 1 else [], "asked": report})

    @admin.display(description=_("steps"))
    def steps_shown(self, report: Report) -> SafeString:
        return _rendered(
            "steps", {"steps": report.steps.select_related("moderator"), "report": report}
        )

    # What a moderator does -------------------------------------------------------------------

    @admin.action(description=_("Confirm"), permissions=["change"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        self._each(request, queryset, Report.confirm)

    @admin.action(description=_("Fixed"), permissions=["change"])
    def fix(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        self._each(request, queryset, Report.fix)

    @admin.action(description=_("Will not be fixed"), permissions=["change"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        self._each(request, queryset, Report.refuse)

    @admin.action(description=_("Open again"), permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        self._each(request, queryset, Report.reopen)

    @admin.action(description=_("Duplicates of the oldest of them"), permissions=["change"])
    def repeat_oldest(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        oldest, *others = Report.objects.filter(pk__in=queryset.values("pk")).order_by("id")
        rest = Report.objects.filter(pk__in=[other.pk for other in others])
        self._each(request, rest, Report.repeat, oldest)

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[Report]) -> StreamingHttpResponse:
        rows = queryset.prefetch_related("steps").order_by("id").iterator(chunk_size=500)
        response = StreamingHttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = (
            f'attachment; filename="reports-{timezone.localdate()}.csv"'
        )
        response["Cache-Control"] = "private, no-store"
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        buttons = [
            ("confirm", _("Confirm")),
            ("fix", _("Fixed")),
            ("refuse", _("Will not be fixed")),
        ]
        buttons += [("repeat", _("Duplicate")), ("reopen", _("Open again"))]
        allowed = self.has_change_permission(request)
        extra = {
            **(extra_context or {}),
            "buttons": buttons if allowed else [],
            "reply_form": ReplyForm(),
        }
        return super().change_view(request, object_id, form_url, extra)

    def response_change(self, request: HttpRequest, obj: Report) -> HttpResponse:
        """The buttons of the page, with the words written beside them."""
        form = ReplyForm(request.POST)
        if not form.is_valid():
            faults = [str(fault) for faults in form.errors.values() for fault in faults]
            self.message_user(request, " ".join(faults), messages.ERROR)
            return HttpResponseRedirect(request.path)
        verbs = ("confirm", "fix", "refuse", "reopen", "repeat")
        asked = next((name for name in verbs if f"_{name}" in request.POST), "")
        original = [form.cleaned_data["original"]] if asked == "repeat" else []
        if not asked or original == [None]:
            self.message_user(
                request, gettext("Of which report? Write its number."), messages.ERROR
            )
        else:
            step = getattr(obj, asked)(*original, by=request.user, reply=form.cleaned_data["reply"])
            self._say(request, int(step is not None))
        return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing of a report is edited here."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """What moderators do is in the steps."""

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Report], verb: Any, *others: Report
    ) -> None:
        form = ReplyForm(request.POST)
        reply = form.cleaned_data["reply"] if form.is_valid() else ""
        reports = Report.objects.filter(pk__in=queryset.values("pk")).select_related("reporter")
        steps = [verb(report, *others, by=request.user, reply=reply) for report in reports]
        self._say(request, sum(step is not None for step in steps))

    def _say(self, request: HttpRequest, done: int) -> None:
        if done:
            self.message_user(
                request, ngettext("Done for %(n)d.", "Done for %(n)d.", done) % {"n": done}
            )
        else:
            self.message_user(request, gettext("There was nothing to do."), messages.WARNING)


def _sighting(report: Report) -> Sighting:
    """Where the reported passage is now."""
    if report.passage is None or report.edition is None:
        return Sighting(Fate.GONE)
    return text_of(report.edition).look_for(report.passage)


def _rendered(name: str, context: dict[str, Any]) -> SafeString:
    return mark_safe(render_to_string(f"admin/feedback/report/{name}.html", context))
