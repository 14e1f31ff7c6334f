"""Addresses below a language."""

from django.urls import path, register_converter

from lessons import feeds, views

app_name = "lessons"


class SlugConverter:
    """A folder of the tree: lower case, digits and hyphens; names of pages are not slugs."""

    regex = r"(?!(?:stream|me|search|tags|comments|notifications|accounts|report|reports|offline|settings)/)[a-z0-9]+(?:-[a-z0-9]+)*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SlugConverter, "name")

urlpatterns = [
    path("", views.home, name="home"),
    path("stream/", views.stream, name="stream"),
    path("stream/feed/", feeds.site_feed, name="feed"),
    path("search/", views.search, name="search"),
    path("tags/<slug:tag>/", views.tag, name="tag"),
    path("offline/", views.offline, name="offline"),
    path("<name:quest>/", views.quest, name="quest"),
    path("<name:quest>/feed/", feeds.quest_feed, name="quest_feed"),
    path("<name:quest>/<name:track>/<name:slug>/", views.lesson, name="lesson"),
]
