"""The learner: the site's user model."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LearnerManager(BaseUserManager["Learner"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "Learner":
        """Create a learner who signs in by mail address; without a password only by code."""
        if not email:
            raise ValueError("a learner needs a mail address")
        learner = self.model(email=self.normalize_email(email).lower(), **fields)
        learner.set_password(password)
        learner.save(using=self._db)
        return learner

    def create_superuser(
        self, email: str, password: str | None = None, **fields: object
    ) -> "Learner":
        """Made on the command line by whoever runs the site, so the address counts as confirmed."""
        from allauth.account.models import EmailAddress  # its models need this one

        learner = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        EmailAddress.objects.create(user=learner, email=learner.email, verified=True, primary=True)
        return learner

    def get_by_natural_key(self, email: str | None) -> "Learner":
        return self.get(email__iexact=email)


class Learner(AbstractBaseUser, PermissionsMixin):
    """Whoever signs in: learners, authors and moderators alike."""

    email = models.EmailField(_("mail address"), unique=True)
    display_name = models.CharField(_("display name"), max_length=40, blank=True)
    language = models.CharField(
        _("language"), max_length=8, choices=[("en", "English"), ("ko", "한국어")], default="en"
    )
    is_staff = models.BooleanField(_("may enter the admin"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects = LearnerManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("learner")
        verbose_name_plural = _("learners")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_learner_a_mail_address")]

    def __str__(self) -> str:
        return self.get_short_name()

    def get_full_name(self) -> str:
        return self.get_short_name()

    def get_short_name(self) -> str:
        """The name others see. Never the mail address: that is nobody else's business."""
        return self.display_name or _("Learner %(number)s") % {"number": self.pk}


from progress.history import Entry, Merge  # noqa: E402  (Django finds an app's models here)
from progress.statistics import QuestActivity  # noqa: E402

__all__ = ["Entry", "Learner", "LearnerManager", "Merge", "QuestActivity"]
