"""Addresses below a language."""

from django.urls import path, register_converter

from lessons import feeds, views
from lessons.content.fields import RESERVED

app_name = "lessons"


class QuestConverter:
    """A quest's folder: a slug that is not the name of a page of the site."""

    regex = rf"(?!(?:{'|'.join(RESERVED)})/)[a-z0-9]+(?:-[a-z0-9]+)*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(QuestConverter, "quest")

urlpatterns = [
    path("", views.home, name="home"),
    path("stream/", views.stream, name="stream"),
    path("stream/feed/", feeds.site_feed, name="feed"),
    path("search/", views.search, name="search"),
    path("tags/<slug:tag>/", views.tag, name="tag"),
    path("offline/", views.offline, name="offline"),
    path("<quest:quest>/", views.quest, name="quest"),
    path("<quest:quest>/feed/", feeds.quest_feed, name="quest_feed"),
    path("<quest:quest>/<slug:track>/<slug:slug>/", views.lesson, name="lesson"),
]
