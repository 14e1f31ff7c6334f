"""Against spam, with no third party: a trap, the age of a form, and how often somebody tries.

    class ReportForm(GuardedForm):
        guard = Guard("report", [Limit(5, timedelta(minutes=10)), Limit(20, timedelta(days=1))])

    form = ReportForm(request.POST or None, request=request)

The form checks the trap and its age in ``is_valid()``; ``form.may_pass()`` then counts the
attempt. Counting is apart, because an attempt that fails for a slip of the pen should not count.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from comments.models import Attempt

YOUNGEST = timedelta(seconds=2)  # nobody reads a form and fills it in less
OLDEST = timedelta(days=2)


@dataclass(frozen=True)
class Limit:
    """At most ``count`` attempts in any ``window`` (no longer than a day)."""

    count: int
    window: timedelta


@dataclass(frozen=True)
class Guard:
    """What limits an action. An address may do more than a person: schools share one."""

    action: str
    limits: Sequence[Limit]
    address_factor: int = 4

    def lets(self, request: HttpRequest) -> bool:
        """Count an attempt of this request's person and address; False when it is one too many.

        The row is written before the rows are counted, and committed on its own
        unless the caller has a transaction open: so two processes that try at
        once can both be refused, but never both slip through. Before that it is
        looked at without writing, so that a flood makes nobody wait for the database.
        """
        if not all(self._has_room(who, factor) for who, factor in self._subjects(request)):
            return False
        rows = [Attempt.record(self.action, who) for who, _ in self._subjects(request)]
        if all(self._is_within(who, factor) for who, factor in self._subjects(request)):
            return True
        Attempt.objects.filter(pk__in=[row.pk for row in rows]).delete()
        return False

    def _subjects(self, request: HttpRequest) -> list[tuple[str, int]]:
        address = (
            fingerprint(f"address {network_of(client_address(request))}"),
            self.address_factor,
        )
        if request.user.is_authenticated:
            return [(fingerprint(f"person {request.user.pk}"), 1), address]
        return [(address[0], 1)]

    def _has_room(self, who: str, factor: int) -> bool:
        return self._is_within(who, factor, coming=1)

    def _is_within(self, who: str, factor: int, coming: int = 0) -> bool:
        return all(
            Attempt.objects.within(self.action, who, limit.window).count() + coming
            <= limit.count * factor
            for limit in self.limits
        )


def fingerprint(who: str) -> str:
    """A keyed hash: enough to count by, useless to look somebody up."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, who.encode(), hashlib.sha256).hexdigest()[:40]


def client_address(request: HttpRequest) -> str:
    """Where the request comes from, as far as it can be trusted.

    Each trusted proxy appends the address it was called from to
    X-Forwarded-For; so with N of them the Nth entry from the right is true,
    and whatever stands to its left may be forged.
    """
    direct: str = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.TRUSTED_PROXY_COUNT
    if not proxies:
        return direct
    entries = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if len(entries) < proxies:
        return direct
    return _address(entries[-proxies]) or direct


def network_of(address: str) -> str:
    """What one customer usually holds: an IPv4 address, the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed.packed, 64), strict=False))


def _address(entry: str) -> str:
    """An entry without its port; empty when it is no address."""
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        return str(ipaddress.ip_address(entry))
    except ValueError:
        return ""


class GuardedForm(forms.Form):
    """A form with a trap field and a signed time. Render ``form.guard_fields`` inside it."""

    guard: Guard

    website = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    shown_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["shown_at"].initial = self.stamp()

    @property
    def guard_fields(self) -> list[forms.BoundField]:
        """The trap and the time. A form shown again carries a fresh time."""
        if self.is_bound:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix("shown_at")] = self.stamp()
            self.data = data
        return [self["website"], self["shown_at"]]

    def stamp(self) -> str:
        """The time of now, signed for this action and this person."""
        return signing.TimestampSigner(salt=self._salt).sign("shown")

    def may_pass(self) -> bool:
        """Whether the rate limits let this through; else the form says so. Counts the attempt."""
        if self.guard.lets(self.request):
            return True
        self.add_error(
            None, _("That was a lot in a short time. Please wait a little and send it again.")
        )
        return False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("website"):
            raise forms.ValidationError(
                _("One field has to stay empty; it is there to catch robots."), code="trap"
            )
        self._check_age(cleaned.get("shown_at", ""))
        return cleaned

    def _check_age(self, stamp: str) -> None:
        signer = signing.TimestampSigner(salt=self._salt)
        try:
            signer.unsign(stamp, max_age=OLDEST)
        except signing.BadSignature as error:
            raise forms.ValidationError(
                _(
                    "This form has grown too old. Your text is still here: please send it once more."
                ),
                code="too-old",
            ) from error
        if _is_younger(signer, stamp):
            raise forms.ValidationError(
                _("That was faster than anybody can type. Please send it once more."),
                code="too-fast",
            )

    @property
    def _salt(self) -> str:
        return f"{self.guard.action} {self.request.user.pk or 'guest'}"


def _is_younger(signer: signing.TimestampSigner, stamp: str) -> bool:
    try:
        signer.unsign(stamp, max_age=YOUNGEST)
    except signing.SignatureExpired:
        return False
    return True
