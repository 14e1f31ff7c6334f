"""The moderators' queue, the record of what they did, and the outbox."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from comments.models import Comment, Flag, Mail, ModerationAction, Refusal, Standing

NEIGHBOURS = 20  # comments of a thread shown before and after the one in question


class QueueFilter(admin.SimpleListFilter):
    """What has to be looked at, unless a moderator asks for all."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("All comments"))]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("To look at"),
        }
        yield {
            "selected": self.value() == "all",
            "query_string": changelist.get_query_string({self.parameter_name: "all"}),
            "display": _("All comments"),
        }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() == "all" else queryset.in_queue()


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nothing is added, edited or deleted by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name for name in self.get_fields(request, obj) if isinstance(name, str)]


@admin.register(Comment)
class CommentAdmin(ReadOnly):
    """Every button and action calls a verb of ``ModerationAction``, so everything is recorded."""

    list_display = (
        "excerpt_shown",
        "writer",
        "lesson",
        "state",
        "waits_for",
        "flag_count",
        "created_at",
    )
    list_display_links = ("excerpt_shown",)
    list_filter = (QueueFilter, "state", "waits_for", "language", "flags__reason")
    list_select_related = ("author", "lesson")
    search_fields = ("text", "author__email", "author__display_name", "=lesson__id")
    search_help_text = _("Words, a writer’s name or mail address, a lesson’s id")
    ordering = ("id",)
    list_per_page = 50
    show_full_result_count = False
    actions = ("approve", "hide", "restore", "dismiss_flags", "pause_writers", "block_writers")
    fields = (
        "in_thread",
        "flags_shown",
        "writer_shown",
        "record",
        "text",
        "state",
        "waits_for",
        "created_at",
        "edited_at",
    )
    change_form_template = "admin/comments/comment/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Comment]:
        flags = Count("flags", filter=Q(flags__settled_by=None), distinct=True)
        comments: QuerySet[Comment] = super().get_queryset(request).annotate(flag_total=flags)
        return comments

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(self.fields or ())

    # Columns and fields ----------------------------------------------------------------------

    @admin.display(description=_("comment"))
    def excerpt_shown(self, comment: Comment) -> str:
        return comment.excerpt or f"({comment.get_state_display()})"

    @admin.display(description=_("writer"), ordering="author__display_name")
    def writer(self, comment: Comment) -> str:
        return comment.writer_name

    @admin.display(description=_("flags"), ordering="flag_total")
    def flag_count(self, comment: Comment) -> int:
        return int(getattr(comment, "flag_total", 0))

    @admin.display(description=_("thread"))
    def in_thread(self, comment: Comment) -> SafeString:
        """The comment among its neighbours; the one that opened the thread first."""
        low, high = comment.place - NEIGHBOURS, comment.place + NEIGHBOURS
        shown = Q(place=0) | Q(place__range=(low, high))
        rows = (
            Comment.objects.filter(shown, thread=comment.thread_id).with_people().order_by("place")
        )
        return mark_safe(
            render_to_string("admin/comments/comment/thread.html", {"rows": rows, "asked": comment})
        )

    @admin.display(description=_("flags"))
    def flags_shown(self, comment: Comment) -> SafeString:
        flags = (
            Flag.objects.filter(comment=comment)
            .select_related("flagger", "settled_by")
            .order_by("-id")
        )
        return mark_safe(render_to_string("admin/comments/comment/flags.html", {"flags": flags}))

    @admin.display(description=_("writer"))
    def writer_shown(self, comment: Comment) -> SafeString:
        if comment.author is None:
            return SafeString(comment.writer_name)
        standing = Standing.of(comment.author)
        written = Comment.objects.by(comment.author).order_by("-id")[:10]
        context = {"writer": comment.author, "standing": standing, "written": written}
        return mark_safe(render_to_string("admin/comments/comment/writer.html", context))

    @admin.display(description=_("record"))
    def record(self, comment: Comment) -> SafeString:
        about = Q(comment=comment) | Q(person=comment.author_id or 0)
        actions = ModerationAction.objects.filter(about).select_related("moderator", "undone_by")[
            :50
        ]
        return mark_safe(
            render_to_string("admin/comments/comment/record.html", {"actions": actions})
        )

    # What a moderator does -------------------------------------------------------------------

    @admin.action(description=_("Approve: show what waits"), permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._each(request, queryset, ModerationAction.approve)

    @admin.action(description=_("Hide"), permissions=["change"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._each(request, queryset, ModerationAction.hide)

    @admin.action(description=_("Restore what was hidden"), permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._each(request, queryset, ModerationAction.restore)

    @admin.action(description=_("Dismiss the flags"), permissions=["change"])
    def dismiss_flags(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._each(request, queryset, ModerationAction.dismiss_flags)

    @admin.action(description=_("Pause the writers for a week"), permissions=["judge_people"])
    def pause_writers(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._each_writer(request, queryset, ModerationAction.pause)

    @admin.action(
        description=_("Block the writers and hide what they wrote"), permissions=["judge_people"]
    )
    def block_writers(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._each_writer(request, queryset, ModerationAction.block)

    def has_judge_people_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("comments.change_standing")

    def response_change(self, request: HttpRequest, obj: Comment) -> HttpResponse:
        """The buttons of the page: the actions of the list, for one comment."""
        asked = next((name for name in self.actions if f"_{name}" in request.POST), None)
        if asked is None or asked not in self.get_actions(request):
            return super().response_change(request, obj)
        getattr(self, asked)(request, Comment.objects.filter(pk=obj.pk))
        return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing of a comment is edited here."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """What moderators do is in ``ModerationAction``, with its undo."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        allowed: dict[str, Any] = self.get_actions(request)
        buttons = [(name, allowed[name][2]) for name in self.actions if name in allowed]
        extra = {
            **(extra_context or {}),
            "buttons": buttons,
            "show_save": False,
            "show_save_and_continue": False,
        }
        return super().change_view(request, object_id, form_url, extra)

    def _each(self, request: HttpRequest, queryset: QuerySet[Comment], verb: Any) -> None:
        comments = Comment.objects.filter(pk__in=queryset.values("pk"))
        done = [action for comment in comments if (action := verb(comment, by=request.user))]
        self._say(request, done)

    def _each_writer(self, request: HttpRequest, queryset: QuerySet[Comment], verb: Any) -> None:
        comments = Comment.objects.filter(pk__in=queryset.values("pk")).select_related("author")
        writers = {comment.author.pk: comment.author for comment in comments if comment.author}
        mine = [w for w in writers.values() if w.pk == request.user.pk or w.is_staff]
        if mine:
            self.message_user(
                request, gettext("Staff cannot be paused or blocked here."), messages.WARNING
            )
        self._say(request, [verb(w, by=request.user) for w in writers.values() if w not in mine])

    def _say(self, request: HttpRequest, done: list[ModerationAction]) -> None:
        if not done:
            self.message_user(request, gettext("There was nothing to do."), messages.WARNING)
            return
        text = ngettext("Done for %(n)d.", "Done for %(n)d.", len(done)) % {"n": len(done)}
        address = reverse("admin:comments_moderationaction_change", args=[done[0].pk])
        if len(done) > 1:
            address = reverse("admin:comments_moderationaction_changelist")
        link = format_html('{} <a href="{}">{}</a>', text, address, gettext("Undo…"))
        self.message_user(request, link, messages.SUCCESS)


@admin.register(ModerationAction)
class ModerationActionAdmin(ReadOnly):
    """Who did what and when. One button puts it back."""

    list_display = ("at", "moderator", "kind", "comment", "person", "undone_at", "undone_by")
    list_filter = ("kind", ("undone_at", admin.EmptyFieldListFilter), "at")
    list_select_related = ("moderator", "comment", "person", "undone_by")
    search_fields = ("moderator__email", "person__email", "person__display_name", "comment__text")
    date_hierarchy = "at"
    fields = ("at", "moderator", "kind", "comment", "person", "undone_at", "undone_by")
    actions = ("undo",)
    change_form_template = "admin/comments/moderationaction/change_form.html"

    @admin.action(description=_("Undo"), permissions=["change"])
    def undo(self, request: HttpRequest, queryset: QuerySet[ModerationAction]) -> None:
        undone = sum(action.undo(by=request.user) for action in queryset.order_by("-id"))
        if undone:
            self.message_user(
                request, ngettext("Undone: %(n)d.", "Undone: %(n)d.", undone) % {"n": undone}
            )
        else:
            self.message_user(request, gettext("That was undone before."), messages.WARNING)

    def response_change(self, request: HttpRequest, obj: ModerationAction) -> HttpResponse:
        self.undo(request, ModerationAction.objects.filter(pk=obj.pk))
        return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The record is not edited."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The record names who undid it."""


@admin.register(Mail)
class MailAdmin(ReadOnly):
    """What goes out, and what could not."""

    list_display = (
        "subject",
        "topic",
        "to_address",
        "state",
        "tries",
        "due_at",
        "sent_at",
        "last_error",
    )
    list_filter = ("state", "topic", "language")
    list_select_related = ("recipient",)
    search_fields = ("recipient__email", "address", "key")
    ordering = ("-id",)
    show_full_result_count = False
    fields = (
        "subject",
        "topic",
        "recipient",
        "address",
        "language",
        "state",
        "tries",
        "created_at",
        "due_at",
        "sent_at",
        "last_error",
    )
    actions = ("try_again",)

    @admin.action(description=_("Try again what was given up"), permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: Any) -> None:
        again = Mail.objects.filter(pk__in=queryset.values("pk")).try_again()
        self.message_user(request, ngettext("Again: %(n)d.", "Again: %(n)d.", again) % {"n": again})


@admin.register(Refusal)
class RefusalAdmin(ReadOnly):
    list_display = ("address", "topic", "created_at")
    search_fields = ("address",)
