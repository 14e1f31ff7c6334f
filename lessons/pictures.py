"""The picture of a quest, drawn at load, for those who share its address."""

import hashlib
from io import BytesIO

from PIL import Image, ImageDraw

from lessons.models import Asset, Quest

SIZE = (1200, 630)  # what Open Graph asks for
_PAPER, _INK = "#fbf7f0", "#3a2a1c"


def draw_quest_picture(quest: Quest) -> str:
    """Draw rings like those of a tree, of a pattern that belongs to the quest's id. Returns the asset's name."""
    seed = hashlib.sha256(quest.id.encode()).digest()
    scale = 2
    image = Image.new("RGB", (SIZE[0] * scale, SIZE[1] * scale), _PAPER)
    draw = ImageDraw.Draw(image)
    hue = seed[0] * 360 // 256
    centre = (
        SIZE[0] * scale * (60 + seed[1] % 25) // 100,
        SIZE[1] * scale * (35 + seed[2] % 30) // 100,
    )
    radius = 1500
    for index in range(24):
        lightness = 92 - index * 2
        colour = f"hsl({(hue + seed[index % 32] // 12) % 360}, {30 + index}%, {lightness}%)"
        wobble = seed[(index + 7) % 32] // 6
        box = (
            centre[0] - radius - wobble,
            centre[1] - radius,
            centre[0] + radius,
            centre[1] + radius - wobble,
        )
        draw.ellipse(box, fill=colour, outline=_PAPER, width=5)
        radius -= 40 + seed[(index * 3) % 32] // 8
        if radius < 60:
            break
    draw.ellipse((centre[0] - 26, centre[1] - 26, centre[0] + 26, centre[1] + 26), fill=_INK)
    image = image.resize(SIZE, Image.Resampling.LANCZOS)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    data = out.getvalue()
    name = hashlib.blake2b(data, digest_size=12).hexdigest() + ".png"
    Asset.objects.update_or_create(
        name=name,
        defaults={
            "path": f"{quest.slug}/picture.png",
            "content_type": "image/png",
            "data": data,
            "width": SIZE[0],
            "height": SIZE[1],
        },
    )
    return name
