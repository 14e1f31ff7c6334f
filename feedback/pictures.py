"""Screenshots: checked by what they are, made anew, never passed on as they came.

Cheap checks first: the size, the format by its content, the pixels by its header, and that
nothing follows the picture's end. Only then it is decoded, and only its pixels are kept.
"""

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from PIL import Image

LARGEST = 5 * 1024 * 1024  # bytes
MOST_PIXELS = 16_777_216  # a 5K screen has 14.7 million
_FORMATS = ("PNG", "JPEG", "WEBP")  # only these decoders ever see the file
_STORED = (2400, 4800)  # pixels, at most
CONTENT_TYPE = "image/jpeg"


class BadPicture(Exception):
    """A file that is not taken; the first argument tells its sender why, in their language."""


@dataclass(frozen=True)
class Picture:
    """Pixels alone, as a JPEG file of ours."""

    data: bytes
    width: int
    height: int


def check(data: bytes) -> None:
    """Raises BadPicture for what is no single, plain picture. Decodes nothing."""
    if len(data) > LARGEST:
        raise BadPicture(
            _("That file is larger than 5 MB. Please send a smaller part of the screen.")
        )
    image = _opened(data)
    if image.width * image.height > MOST_PIXELS:
        raise BadPicture(
            _("That picture has too many pixels. Please send a smaller part of the screen.")
        )
    if _end(image.format or "", data) != len(data):
        raise BadPicture(
            _(
                "Something else is hidden in that file, behind the picture. Please take the screenshot anew."
            )
        )


def made_anew(data: bytes) -> Picture:
    """The picture's pixels in a file of our own. Raises BadPicture. Costs up to half a second."""
    check(data)
    image = _opened(data)
    try:
        image.draft("RGB", _STORED)
        image.load()
        image.thumbnail(_STORED)
        plain = Image.new("RGB", image.size, "white")
        rgba = image.convert("RGBA")
        plain.paste(rgba, mask=rgba.getchannel("A"))
    except (OSError, SyntaxError, ValueError, struct.error, MemoryError, EOFError) as error:
        raise BadPicture(_("That picture is damaged. Please take the screenshot anew.")) from error
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=85, subsampling=0)
    return Picture(out.getvalue(), *plain.size)


def _opened(data: bytes) -> Image.Image:
    """The picture's header."""
    try:
        return Image.open(io.BytesIO(data), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture(
            _("That picture has too many pixels. Please send a smaller part of the screen.")
        ) from error
    except Exception as error:  # whatever a decoder thinks of a hostile header
        raise BadPicture(
            _("That is no picture: send a screenshot as PNG, JPEG or WebP.")
        ) from error


def _end(format: str, data: bytes) -> int:
    """Where the picture ends by its own account; 0 when it does not end."""
    ends: dict[str, Callable[[bytes], int]] = {
        "PNG": _end_of_png, "JPEG": _end_of_jpeg, "WEBP": _end_of_webp,
    }  # fmt: skip
    try:
        return ends[format](data)
    except (struct.error, IndexError, KeyError, ValueError):
        return 0


def _end_of_png(data: bytes) -> int:
    at = 8
    while True:
        size, name = struct.unpack_from(">I4s", data, at)
        at += 12 + int(size)
        if name == b"IEND":
            return at


def _end_of_webp(data: bytes) -> int:
    size = int(struct.unpack_from("<I", data, 4)[0])
    return 8 + size + size % 2


def _end_of_jpeg(data: bytes) -> int:
    """Walks the segments; inside a scan FF 00 and the restart marks are data (ITU T.81, B.1.1)."""
    at = 2
    while True:
        at = data.index(b"\xff", at) if data[at] != 0xFF else at
        mark = data[at + 1]
        if mark == 0xD9:
            return at + 2
        if mark == 0xFF:
            at += 1
        elif mark in (0x00, 0x01) or 0xD0 <= mark <= 0xD7:
            at += 2
        else:
            at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
