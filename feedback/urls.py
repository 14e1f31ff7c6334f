"""Addresses below a language."""

from django.urls import path

from feedback import views

app_name = "feedback"

urlpatterns = [
    path("report/", views.report, name="report"),
    path("reports/<str:token>/", views.state, name="state"),
]
