"""Addresses of an account beside allauth's own, under /<language>/accounts/."""

from django.urls import path

from progress import accounts_views as views

urlpatterns = [
    path("logout/", views.sign_out, name="account_logout"),
    path("settings/", views.account_settings, name="account_settings"),
    path("export/", views.export, name="account_export"),
    path("delete/", views.delete, name="account_delete"),
]
