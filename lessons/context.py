"""What every template may use. Costs no query."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


def site(request: HttpRequest) -> dict[str, Any]:
    language = get_language() or settings.LANGUAGE_CODE
    alternates = _alternates(request.path)
    query = f"?{text}" if (text := request.META.get("QUERY_STRING")) else ""
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "canonical": settings.SITE_URL + request.path,
        "alternates": [(code, settings.SITE_URL + path) for code, _, path in alternates],
        "other_languages": [
            {"code": code, "name": name, "url": path + query}
            for code, name, path in alternates
            if code != language
        ],
    }


def _alternates(path: str) -> list[tuple[str, str, str]]:
    """The addresses of a page in each language, empty for pages that have no language."""
    for code, _ in settings.LANGUAGES:
        if path == f"/{code}" or path.startswith(f"/{code}/"):
            rest = path.removeprefix(f"/{code}")
            return [(other, name, f"/{other}{rest}") for other, name in settings.LANGUAGES]
    return []
