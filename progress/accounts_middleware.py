"""Pages of an account stay out of every cache."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

_ACCOUNT_PAGE = re.compile(r"/[a-z-]+/accounts/")


class PrivatePagesMiddleware:
    """Mail addresses, codes and keys are on these pages: no browser or proxy keeps them (no-store)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _ACCOUNT_PAGE.match(request.path):
            add_never_cache_headers(response)
        return response
