"""What spans the apps in a learner's account: everything exported, everything erased.

Each app adds its part by a dotted function in the settings:

``LEARNER_EXPORTS``: ``def export(learner) -> Mapping[str, object]`` gives named sections of
JSON-ready values; a section that is an iterator is written item by item, so that a long history
never stands in memory as a whole. Names must not repeat between apps.

``LEARNER_ERASURES``: ``def erase(learner) -> None`` is called in one transaction before the
learner's row is deleted, and only has to do what deleting that row would not (CASCADE does the
rest): put "deleted learner" in place of an author, say.

``LEARNER_RENAMES``: ``def renamed(learner) -> None`` is called when the display name has changed.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from progress.models import Learner


def export_as_json(learner: Learner) -> Iterator[str]:
    """Everything the site holds about a learner, as the pieces of one JSON object."""
    yield "{\n"
    yield from _member("site", settings.SITE_URL)
    yield ",\n"
    yield from _member("exported_at", timezone.now())
    for path in settings.LEARNER_EXPORTS:
        for name, value in import_string(path)(learner).items():
            yield ",\n"
            yield from _member(name, value)
    yield "\n}\n"


def _member(name: str, value: object) -> Iterator[str]:
    yield f"{_json(name)}: "
    if not isinstance(value, Iterator):
        yield _json(value)
        return
    separator = "[\n"
    for item in value:
        yield separator + _json(item)
        separator = ",\n"
    yield "[]" if separator == "[\n" else "\n]"


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def erase(learner: Learner) -> None:
    """Delete a learner with all that is theirs, in every app, and end their sessions. Or nothing."""
    with transaction.atomic():
        for path in settings.LEARNER_ERASURES:
            import_string(path)(learner)
        learner.delete()


def tell_new_name(learner: Learner) -> None:
    """Let every app show the new name at once: pages that hold the old one are kept ready."""
    for path in settings.LEARNER_RENAMES:
        import_string(path)(learner)


def export(learner: Learner) -> Mapping[str, Any]:
    """This app's part: the account itself. No secrets: no password, key or recovery code."""
    return {
        "account": {
            "email": learner.email,
            "display_name": learner.display_name,
            "language": learner.language,
            "joined": learner.date_joined,
            "last_signed_in": learner.last_login,
        },
        "mail_addresses": _values(EmailAddress, learner, "email", "verified", "primary"),
        "second_factors": [
            {
                "kind": one.type,
                "name": one.data.get("name", ""),
                "added": one.created_at,
                "used": one.last_used_at,
            }
            for one in Authenticator.objects.filter(user=learner).order_by("pk")
        ],
        "connected_accounts": _values(
            SocialAccount, learner, "provider", "uid", "date_joined", "last_login", "extra_data"
        ),
        "sessions": _values(UserSession, learner, "created_at", "last_seen_at", "ip", "user_agent"),
    }


def _values(model: Any, learner: Learner, *fields: str) -> Iterator[dict[str, Any]]:
    yield from model.objects.filter(user=learner).order_by("pk").values(*fields).iterator()


def erase_sign_in(learner: Learner) -> None:
    """This app's part: every session ends. The rest goes with the learner's row."""
    end_sessions(learner)


def end_sessions(learner: Learner) -> None:
    """Sign a learner out everywhere."""
    for session in UserSession.objects.filter(user=learner):
        session.end()


def release_address(email: str, *, to: Learner) -> bool:
    """Free an address for the one who proved to own it; False when somebody else has proved it too.

    Who gave an address at sign-up and never verified it has never been inside, so there is
    nothing to lose with that account; it only stands in the way of the owner.
    """
    others = Learner.objects.filter(email__iexact=email).exclude(pk=to.pk)
    never_inside(others).delete()
    return not others.exists()


def never_inside(learners: QuerySet[Learner]) -> QuerySet[Learner]:
    verified = EmailAddress.objects.filter(verified=True).values("user")
    return learners.filter(last_login=None, is_staff=False).exclude(pk__in=verified)
