"""Addresses below a language."""

from django.urls import path

from comments.views import mail

app_name = "comments"

urlpatterns = [
    path("notifications/stop/<str:token>/", mail.stop, name="stop"),
]
