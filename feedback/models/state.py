"""What a report is about, and how far it has come."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    TEXT = "text", _("A mistake in the text")
    BROKEN = "broken", _("Something on the page does not work")
    TRANSLATION = "translation", _("The translation")
    IDEA = "idea", _("An idea")
    OTHER = "other", _("Anything else")


class State(models.TextChoices):
    RECEIVED = "received", _("received")
    CONFIRMED = "confirmed", _("confirmed")
    FIXED = "fixed", _("fixed")
    REFUSED = "refused", _("will not be fixed")
    DUPLICATE = "duplicate", _("reported before")


OPEN = (State.RECEIVED, State.CONFIRMED)
