"""Addresses without a language: the root, what machines read, pictures."""

from django.conf import settings
from django.contrib.sitemaps.views import sitemap
from django.urls import path

from lessons import preview, views
from lessons.kept_files import keep_file
from lessons.sitemaps import SITEMAPS

urlpatterns = [
    path("", views.root, name="root"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", keep_file(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("assets/<str:name>", views.asset, name="asset"),
]
if settings.DEBUG:
    urlpatterns.append(path("preview/", preview.events, name="preview"))
