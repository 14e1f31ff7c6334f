"""Addresses of progress, below a language."""

from django.urls import path

from lessons import urls as _converters  # noqa: F401  (registers "name")
from progress import sync_views, views

app_name = "progress"

urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/history/", views.history, name="history"),
    path("me/history/<int:entry>/undo/", views.undo, name="undo"),
    path("me/merges/<int:merging>/undo/", views.undo_merge, name="undo_merge"),
    path("me/progress/<slug:lesson>/<slug:kind>/", views.state, name="state"),
    path("me/sync/", sync_views.sync, name="sync"),
    path("me/merge/", sync_views.merge, name="merge"),
    path("<quest:quest>/<slug:track>/<slug:slug>/changes/", views.changes, name="changes"),
]
