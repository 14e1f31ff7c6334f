"""The group "Moderators": there after migration, with just the permissions a moderator needs."""

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db.models.signals import post_migrate

GROUP = "Moderators"
_OURS = [
    "view_comment",
    "change_comment",
    "view_flag",
    "view_thread",
    "view_standing",
    "change_standing",
    "view_moderationaction",
    "change_moderationaction",
]


def allow_moderators(app: AppConfig, codenames: Iterable[str]) -> None:
    """Give the group permissions of an app once it is migrated; other apps call this too.

    Permissions are added, never taken: what an operator gave the group besides stays.
    """

    def give(sender: AppConfig, using: str, **kwargs: Any) -> None:
        create_permissions(sender, verbosity=0, using=using)  # ours may run before Django's own
        if not installed.is_installed("django.contrib.auth"):
            return
        group_model = installed.get_model("auth", "Group")
        permission = installed.get_model("auth", "Permission")
        group, _created = group_model.objects.using(using).get_or_create(name=GROUP)
        group.permissions.add(
            *permission.objects.using(using).filter(
                content_type__app_label=sender.label, codename__in=list(codenames)
            )
        )

    post_migrate.connect(give, sender=app, weak=False, dispatch_uid=f"moderators of {app.label}")


def allow_ours(app: AppConfig) -> None:
    allow_moderators(app, _OURS)
