"""What somebody tried, kept for as long as a rate limit looks back."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

LONGEST_WINDOW = timedelta(days=1)


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def within(self, action: str, who: str, window: timedelta) -> "AttemptQuerySet":
        return self.filter(action=action, who=who, at__gt=timezone.now() - window)

    def stale(self) -> "AttemptQuerySet":
        """Attempts that no limit looks at any more."""
        return self.filter(at__lt=timezone.now() - LONGEST_WINDOW)


class Attempt(models.Model):
    """One try of an action by a person or an address.

    ``who`` is a keyed hash: an address is nobody's business once it is counted.
    """

    action = models.CharField(max_length=30)
    who = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["action", "who", "at"], name="attempt_counted"),
            models.Index(fields=["at"], name="attempt_age"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def record(cls, action: str, who: str, at: datetime | None = None) -> "Attempt":
        return cls.objects.create(action=action, who=who, at=at or timezone.now())
