"""Reading and writing comments. Every action is a form first; a script asks for fragments."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from comments import markup
from comments.access import LearnerRequest, for_learners, is_fragment, lesson_or_404, subject_of
from comments.forms import BellForm, CommentForm, EditForm, FlagForm, PreviewForm
from comments.models import Bell, Comment, Flag, Standing, Thread
from comments.models.comment import KeyTaken
from comments.page import place_of
from lessons.models import Lesson

UNPROCESSABLE = 422


@require_safe
def section(request: HttpRequest, lesson: str) -> HttpResponse:
    """The discussion alone, for a script; everybody else is sent to the lesson."""
    found = lesson_or_404(request, lesson)
    if not is_fragment(request):
        return HttpResponseRedirect(f"{found.get_absolute_url()}#discussion")
    return _section(request, found)


@require_POST
@for_learners
def write(request: LearnerRequest, lesson: str) -> HttpResponse:
    """Write a comment or a reply."""
    found = lesson_or_404(request, lesson)
    form = CommentForm(request.POST, lesson=found, request=request)
    if not form.is_valid() or not _may_write(request, form):
        return _form(request, found, form, status=UNPROCESSABLE)
    try:
        comment = Comment.post(lesson=found, author=request.user, **form.words)
    except KeyTaken:
        form.add_error(None, _("This form cannot be used any more. Please open the page again."))
        return _form(request, found, form, status=UNPROCESSABLE)
    return _written(request, found, comment)


@require_safe
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """The permanent link: to the page of the lesson that shows the comment."""
    found = _comment(request, pk)
    return HttpResponseRedirect(_address(found))


@require_safe
@for_learners
def reply(request: LearnerRequest, pk: int) -> HttpResponse:
    parent = get_object_or_404(_readable().visible(), pk=pk)
    form = CommentForm(initial={"parent": parent.pk}, lesson=parent.lesson, request=request)
    return _form(request, parent.lesson, form, parent=parent)


@require_http_methods(["GET", "HEAD", "POST"])
@for_learners
def edit(request: LearnerRequest, pk: int) -> HttpResponse:
    """Change one's own words within the window."""
    own = get_object_or_404(_readable().of_writer(request.user), pk=pk)
    if not own.can_be_edited_by(request.user):
        return _refused(request, own, _("The time for editing this comment has passed."))
    form = EditForm(request.POST or None, initial={"text": own.text})
    if request.method == "POST" and form.is_valid() and _stands_well(request, form):
        own.edit(form.cleaned_data["text"])
        return _written(request, own.lesson, own)
    status = UNPROCESSABLE if form.is_bound else 200
    return _page(request, "edit", {"form": form, "comment": own}, own.lesson, status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_learners
def delete(request: LearnerRequest, pk: int) -> HttpResponse:
    own = get_object_or_404(_readable().of_writer(request.user), pk=pk)
    if request.method == "POST":
        own.delete_by_writer()
        return _done(request, own.lesson, _("Your comment is deleted."))
    return _page(request, "delete", {"comment": own}, own.lesson)


@require_http_methods(["GET", "HEAD", "POST"])
@for_learners
def flag(request: LearnerRequest, pk: int) -> HttpResponse:
    """Tell the moderators that a comment should not stand."""
    other = get_object_or_404(_readable().visible().exclude(author=request.user), pk=pk)
    form = FlagForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid() and form.may_pass():
        Flag.raise_on(
            other,
            by=request.user,
            reason=form.cleaned_data["reason"],
            note=form.cleaned_data["note"],
        )
        return _done(request, other.lesson, _("Thank you. A moderator will look at it."))
    status = UNPROCESSABLE if form.is_bound else 200
    return _page(request, "flag", {"form": form, "comment": other}, other.lesson, status)


@require_POST
@for_learners
def preview(request: LearnerRequest, lesson: str) -> HttpResponse:
    """What a comment will look like. Without a script the form comes again below it."""
    found = lesson_or_404(request, lesson)
    form = PreviewForm(request.POST)
    html = ""
    if form.is_valid():
        if not PreviewForm.guard.lets(request):
            return HttpResponse(
                _("That was a lot in a short time. Please wait a little."), status=429
            )
        html = markup.render(form.cleaned_data["text"])
    if is_fragment(request):
        return render(request, "comments/_preview.html", {"preview": html})
    again = CommentForm(initial=_sent(request), lesson=found, request=request)
    return _form(request, found, again, preview=html)


@require_POST
@for_learners
def lesson_bell(request: LearnerRequest, lesson: str) -> HttpResponse:
    """Hear of everything under a lesson, of what concerns oneself, or of nothing."""
    found = lesson_or_404(request, lesson)
    form = BellForm(request.POST)
    if form.is_valid():
        Bell.set(request.user, lesson=found, thread=None, choice=form.cleaned_data["choice"])
    return _done(request, found, "")


@require_http_methods(["GET", "HEAD", "POST"])
@for_learners
def thread_bell(request: LearnerRequest, pk: int) -> HttpResponse:
    """Hear of a thread, or mute it."""
    threads = Thread.objects.listed().select_related("lesson__quest", "lesson__track")
    thread = get_object_or_404(threads, pk=pk)
    form = BellForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        Bell.set(
            request.user, lesson=thread.lesson, thread=thread, choice=form.cleaned_data["choice"]
        )
        return _done(request, thread.lesson, _("Noted."))
    bell = Bell.objects.of(request.user).for_thread(thread).first()
    context = {"thread": thread, "choice": bell.choice if bell else ""}
    return _page(request, "thread_bell", context, thread.lesson)


# Answers ---------------------------------------------------------------------------------------


def _section(request: HttpRequest, lesson: Lesson, status: int = 200) -> HttpResponse:
    context = {"subject": subject_of(lesson)}
    return render(request, "comments/_discussion.html", context, status=status)


def _form(
    request: HttpRequest, lesson: Lesson, form: CommentForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    parent = context.pop("parent", None) or _answered(form)
    return _page(request, "write", {"form": form, "parent": parent, **context}, lesson, status)


def _page(
    request: HttpRequest, name: str, context: dict[str, Any], lesson: Lesson, status: int = 200
) -> HttpResponse:
    """A page around a form, or the form alone for a script."""
    template = f"comments/_{name}.html" if is_fragment(request) else f"comments/{name}.html"
    everything = {**context, "lesson": lesson, "subject": subject_of(lesson)}
    return render(request, template, everything, status=status)


def _written(request: HttpRequest, lesson: Lesson, comment: Comment) -> HttpResponse:
    if comment.is_waiting:
        return _done(
            request,
            lesson,
            _("Thank you. Your comment waits for a moderator; so far only you see it."),
        )
    if not is_fragment(request):
        return HttpResponseRedirect(_address(comment))
    response = _section(request, lesson)
    response["X-Comment"] = comment.anchor
    return response


def _done(request: HttpRequest, lesson: Lesson, message: str) -> HttpResponse:
    """Back to the discussion, with a word about what happened."""
    if is_fragment(request):
        context = {"subject": subject_of(lesson), "said": message}
        return render(request, "comments/_discussion.html", context)
    if message:
        messages.success(request, message)
    return HttpResponseRedirect(f"{lesson.get_absolute_url()}#discussion")


def _refused(request: HttpRequest, comment: Comment, message: str) -> HttpResponse:
    if is_fragment(request):
        return HttpResponse(message, status=403)
    messages.error(request, message)
    return HttpResponseRedirect(_address(comment))


# Look-ups and checks ---------------------------------------------------------------------------


def _readable() -> Any:
    """Comments of lessons that everybody may read, with what their addresses need."""
    lessons = Lesson.objects.published()
    return Comment.objects.filter(lesson__in=lessons).select_related(
        "lesson__quest", "lesson__track", "author"
    )


def _comment(request: HttpRequest, pk: int) -> Comment:
    found: Comment = get_object_or_404(_readable().readable_by(request.user), pk=pk)
    return found


def _address(comment: Comment) -> str:
    """Where a comment is seen. One that waits is shown to its writer above the threads."""
    url = comment.lesson.get_absolute_url()
    place = url if comment.is_waiting else place_of(comment).url(url)
    return f"{place}#{comment.anchor}"


def _may_write(request: LearnerRequest, form: CommentForm) -> bool:
    """Whether this person may write now. One that is sent again was counted the first time."""
    if Comment.objects.by(request.user).filter(key=form.cleaned_data["key"]).exists():
        return True
    return _stands_well(request, form) and form.may_pass()


def _stands_well(request: LearnerRequest, form: Any) -> bool:
    if Standing.of(request.user).may_write:
        return True
    form.add_error(None, _("You cannot write here at the moment."))
    return False


def _answered(form: CommentForm) -> Comment | None:
    pk = form["parent"].value()
    if not str(pk or "").isdigit():
        return None
    return (
        Comment.objects.visible().for_lesson(form.lesson).with_people().filter(pk=int(pk)).first()
    )


def _sent(request: HttpRequest) -> dict[str, Any]:
    """What was in the form, to be shown again as it was."""
    form = CommentForm(request.POST, lesson="", request=request)
    names = ("text", "parent", "key")
    sent = {name: form[name].value() for name in names}
    try:
        uuid.UUID(str(sent["key"]))
    except ValueError:
        del sent["key"]
    return sent
