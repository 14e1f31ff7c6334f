from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from feedback.models.report import Report
from feedback.models.state import State

LONGEST_REPLY = 2_000


class Step(models.Model):
    """A moderator moved a report on, and said something. Steps are only ever added (I13)."""

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="steps", verbose_name=_("report")
    )
    state = models.CharField(_("state"), max_length=10, choices=State)
    reply = models.TextField(_("words to the reporter"), max_length=LONGEST_REPLY, blank=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.at:%Y-%m-%d %H:%M}"
