"""Which page a report is about. Nothing is believed but the address, and that is looked up."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation

from feedback.page_text import blocks_of
from feedback.passages import PageText
from lessons.markup.page import Page
from lessons.markup.render import render
from lessons.models import Edition, Lesson, LessonTag, Quest, Revision

LONGEST_PATH = 300


@dataclass(frozen=True)
class ReportedPage:
    """A page of this site; ``edition`` is the text that a lesson's page shows in its language."""

    path: str
    language: str
    edition: Edition | None = None

    @property
    def lesson(self) -> Lesson | None:
        return self.edition.lesson if self.edition else None

    @property
    def title(self) -> str:
        return self.edition.title if self.edition else self.path


def page_at(path: str, *, drafts: bool = False) -> ReportedPage | None:
    """The page at a path such as ``/en/garden/``; None when there is none that may be named.

    Addresses with a secret in them (a token, a key) are no page to name.
    """
    language = path.strip("/").partition("/")[0]
    if language not in dict(settings.LANGUAGES) or len(path) > LONGEST_PATH:
        return None
    try:
        with translation.override(language):  # addresses of other languages do not resolve
            match = resolve(path)
    except Resolver404:
        return None
    kwargs = {name: str(value) for name, value in match.kwargs.items()}
    if match.view_name == "lessons:lesson":
        edition = _edition(kwargs, language, drafts)
        return ReportedPage(path, language, edition) if edition else None
    if _is_there(match.view_name, kwargs):
        return ReportedPage(path, language)
    return None


def _is_there(view: str, kwargs: dict[str, str]) -> bool:
    if view == "lessons:quest":
        return Quest.objects.live().filter(slug=kwargs["quest"]).exists()
    if view == "lessons:tag":
        return LessonTag.objects.filter(tag=kwargs["tag"]).exists()
    return not kwargs


def _edition(kwargs: dict[str, str], language: str, drafts: bool) -> Edition | None:
    """The edition in a language, else the source edition, as the lesson's own page chooses."""
    lessons = Lesson.objects.readable_by(drafts=drafts).filter(
        quest__slug=kwargs["quest"],
        quest__retired_at=None,
        track__slug=kwargs["track"],
        track__retired_at=None,
        slug=kwargs["slug"],
    )
    editions = Edition.objects.filter(lesson__in=lessons, retired_at=None)
    editions = editions.select_related("lesson__quest", "lesson__track").order_by("-is_source")
    found = {edition.language: edition for edition in editions}
    return found.get(language) or next(iter(found.values()), None)


def text_of(edition: Edition) -> PageText:
    """What can be selected on the page of an edition; some milliseconds."""
    return PageText(
        blocks_of(
            [
                ("", f"<h1>{edition.title}</h1>"),
                ("", f"<p>{edition.summary}</p>"),
                ("", edition.body),
                ("lesson-takeaways", edition.takeaways),
                ("lesson-links", edition.external_links),
                ("lesson-exercise", edition.exercise),
            ]
        )
    )


def text_of_revision(edition: Edition, revision: Revision) -> PageText:
    """What an edition showed in an earlier revision: its markdown is rendered again."""
    page = Page(edition.path, revision.markdown, edition.language)
    rendered = render(page)
    parts = [("", rendered.body), ("lesson-takeaways", rendered.takeaways)]
    parts += [("lesson-links", rendered.external_links), ("lesson-exercise", rendered.exercise)]
    return PageText(blocks_of(parts))
