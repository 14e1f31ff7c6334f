"""Content Security Policy, in the form of Django 6 (``SECURE_CSP``, ``CSP``), until we run on it.

With Django 6 this file goes: ``django.utils.csp.CSP`` and
``django.middleware.csp.ContentSecurityPolicyMiddleware`` take its place.
"""

import enum
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class CSP(enum.StrEnum):
    """The source expressions that are keywords, with their quotes."""

    NONE = "'none'"
    SELF = "'self'"
    UNSAFE_INLINE = "'unsafe-inline'"


def build_policy(config: Mapping[str, Any]) -> str:
    """The header's value; ``config`` maps each directive to its list of sources."""
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in config.items())


class ContentSecurityPolicyMiddleware:
    """Sets the policy on every response that does not carry one of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.site = build_policy(settings.SECURE_CSP)
        self.admin = build_policy(settings.SECURE_CSP_ADMIN)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = self.admin if request.path.startswith("/admin/") else self.site
        response.headers.setdefault("Content-Security-Policy", policy)
        return response
