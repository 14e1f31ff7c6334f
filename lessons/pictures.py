"""The picture of a quest, drawn at load, for those who share its address."""

import hashlib
from io import BytesIO
from textwrap import wrap

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from lessons.models import Asset, Quest

SIZE = (1200, 630)  # what Open Graph asks for
_SCALE = 2  # drawn larger and made smaller, for smooth edges
_PAPER, _INK, _BARK = "#fbf7f0", "#2a231e", "#92430f"
_HUES = (18, 32, 45, 95, 150, 200, 265, 345)  # of autumn leaves and berries


def draw_quest_picture(quest: Quest) -> str:
    """Draw the quest's title beside rings like those of a tree, a pattern that belongs to its id.

    Gives back the name of the asset. Titles are drawn in the letters of Pillow's own font, which
    knows Latin; a title without them leaves the rings alone.
    """
    image = Image.new("RGB", (SIZE[0] * _SCALE, SIZE[1] * _SCALE), _PAPER)
    draw = ImageDraw.Draw(image)
    _draw_rings(draw, hashlib.sha256(quest.id.encode()).digest())
    _draw_words(draw, quest)
    small = image.resize(SIZE, Image.Resampling.LANCZOS).quantize(128)
    out = BytesIO()
    small.save(out, "PNG", optimize=True)
    return _keep(quest, out.getvalue())


def _draw_rings(draw: ImageDraw.ImageDraw, seed: bytes) -> None:
    hue = _HUES[seed[0] % len(_HUES)]
    x, y, radius = 1010 * _SCALE, (250 + seed[1] % 130) * _SCALE, 470 * _SCALE
    for index in range(14):
        colour = f"hsl({hue + seed[index] % 14}, {38 + index * 2}%, {90 - index * 4}%)"
        lean, flat = seed[index + 3] // 16, seed[index + 9] // 12
        box = (x - radius - lean, y - radius + flat, x + radius, y + radius - lean)
        draw.ellipse(box, fill=colour, outline=_PAPER, width=3 * _SCALE)
        radius -= (26 + seed[index + 5] % 14) * _SCALE
        if radius < 40 * _SCALE:
            break
    draw.ellipse((x - 30, y - 30, x + 30, y + 30), fill=_BARK)


def _draw_words(draw: ImageDraw.ImageDraw, quest: Quest) -> None:
    draw.text(
        (72 * _SCALE, 60 * _SCALE), settings.SITE_NAME, _BARK, ImageFont.load_default(40 * _SCALE)
    )
    title = next((text for text in quest.title.values() if _is_latin(text)), "")
    lines = wrap(title, 15)[:4]
    y = SIZE[1] - 72 - 88 * len(lines)
    for line in lines:
        draw.text((70 * _SCALE, y * _SCALE), line, _INK, ImageFont.load_default(78 * _SCALE))
        y += 88


def _is_latin(text: str) -> bool:
    return all(ord(character) < 0x180 for character in text)


def _keep(quest: Quest, data: bytes) -> str:
    name = hashlib.blake2b(data, digest_size=12).hexdigest() + ".png"
    values = {
        "path": f"{quest.slug}/picture.png",
        "content_type": "image/png",
        "data": data,
        "width": SIZE[0],
        "height": SIZE[1],
    }
    Asset.objects.update_or_create(name=name, defaults=values)
    return name
