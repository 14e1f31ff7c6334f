"""Tags of the page's frame: slots, style sheets, scripts."""

from pathlib import Path

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from lessons.staticfiles import stylesheet_names

register = template.Library()


@register.simple_tag(takes_context=True)
def slot(context: RequestContext, name: str) -> SafeString:
    """Include a template that varies with the learner. It sees ``subject`` and the request only.

    When the page is going to be kept, the place is marked, so that it can be filled again.
    """
    html = render_to_string(name, {"subject": context.get("subject") or {}}, context.get("request"))
    nonce = context.get("slot_nonce")
    return mark_safe(f"<!--{nonce} {name}-->{html}<!--/{nonce}-->" if nonce else html)


@register.simple_tag
def stylesheets() -> SafeString:
    """The style sheet of the site: one file in production, its parts while developing."""
    names = ["css/site.css"]
    if settings.DEBUG:
        names = [*stylesheet_names(Path(settings.BASE_DIR) / "static"), "css/dev/preview.css"]
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(n),) for n in names)
    )


@register.simple_tag
def scripts() -> SafeString:
    """The modules of the site, loaded after the page is parsed."""
    names = ["js/main.js", "js/dev/preview.js"] if settings.DEBUG else ["js/main.js"]
    return format_html_join(
        "\n", '<script type="module" src="{}"></script>', ((static(n),) for n in names)
    )
