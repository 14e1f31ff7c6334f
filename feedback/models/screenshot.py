from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback.models.report import Report
from feedback.pictures import Picture


class Screenshot(models.Model):
    """The picture of a report, made anew from its pixels. Only moderators get to see it."""

    report = models.OneToOneField(
        Report, models.CASCADE, primary_key=True, related_name="screenshot"
    )
    data = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("screenshot")
        verbose_name_plural = _("screenshots")

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"

    @classmethod
    def keep(cls, report: Report, picture: Picture) -> "Screenshot":
        return cls.objects.create(
            report=report, data=picture.data, width=picture.width, height=picture.height
        )
