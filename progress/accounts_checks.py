"""What manage.py says of the settings of accounts before anybody finds out."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register


@register
def mail_reaches_people(**kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG or not settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return []
    hint = "Set EMAIL_URL (smtp://user:password@host:587), or SMTP_HOST and its companions."
    text = "Mail is printed to the log, with the codes to sign in, and reaches nobody."
    return [Warning(text, hint=hint, id="progress.W001")]
