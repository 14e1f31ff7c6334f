from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

_FOR_MODERATORS = ["view_report", "change_report", "view_step"]


class FeedbackConfig(AppConfig):
    name = "feedback"
    verbose_name = _("Reports")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from comments.moderators import allow_moderators  # needs the registry

        allow_moderators(self, _FOR_MODERATORS)
