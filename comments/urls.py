"""Addresses below a language."""

from django.urls import path

from comments.views import discussion, feed, mail, notifications

app_name = "comments"

urlpatterns = [
    path("comments/<int:pk>/", discussion.comment, name="comment"),
    path("comments/<int:pk>/reply/", discussion.reply, name="reply"),
    path("comments/<int:pk>/edit/", discussion.edit, name="edit"),
    path("comments/<int:pk>/delete/", discussion.delete, name="delete"),
    path("comments/<int:pk>/flag/", discussion.flag, name="flag"),
    path("comments/thread/<int:pk>/bell/", discussion.thread_bell, name="thread_bell"),
    path("comments/on/<slug:lesson>/", discussion.section, name="section"),
    path("comments/on/<slug:lesson>/write/", discussion.write, name="write"),
    path("comments/on/<slug:lesson>/preview/", discussion.preview, name="preview"),
    path("comments/on/<slug:lesson>/bell/", discussion.lesson_bell, name="lesson_bell"),
    path("comments/on/<slug:lesson>/feed/", feed.discussion_feed, name="feed"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.mark_all_read, name="mark_all_read"),
    path("notifications/mail/", notifications.mail_choice, name="mail_choice"),
    path("notifications/stop/<str:token>/", mail.stop, name="stop"),
]
