"""Addresses. Every page's address carries its language (I18)."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from lessons import views

handler404 = "lessons.views.page_not_found"
handler403 = "lessons.views.permission_denied"
handler500 = "lessons.views.server_error"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("", include("lessons.site_urls")),
    *i18n_patterns(
        path("accounts/", include("progress.accounts_urls")),
        path("accounts/", include("allauth.urls")),
        path("", include("comments.urls")),
        path("", include("feedback.urls")),
        path("", include("progress.urls")),
        path("", include("lessons.urls")),
        prefix_default_language=True,
    ),
]
