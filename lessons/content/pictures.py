"""Images of the tree: checked by content, measured, named by their hash."""

import hashlib
import re
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from defusedxml.ElementTree import fromstring
from PIL import Image

from lessons.content.problems import Problem

MAX_BYTES = 1_000_000
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
_SUFFIXES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".gif": "GIF"}
_LENGTH = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?:px)?\Z")


@dataclass(frozen=True)
class PictureFile:
    path: str
    name: str
    content_type: str
    data: bytes
    width: int
    height: int


def read_picture(file: Path, path: str, problems: list[Problem]) -> PictureFile | None:
    """Read an image; None and a problem when it is none, too large, or carries a script."""

    if not file.is_file() or file.suffix.lower() not in {*_SUFFIXES, ".svg"}:
        problems.append(Problem(path, 1, "assets/ holds images only: .png .jpg .webp .gif .svg"))
        return None
    if len(path) > 200:
        problems.append(Problem(path, 1, "the path has over 200 characters; shorten a name"))
        return None
    try:
        data = file.read_bytes()
    except OSError as error:
        problems.append(Problem(path, 1, f"the file cannot be read ({error.strerror}); mend that"))
        return None
    if len(data) > MAX_BYTES:
        size = f"{len(data):,} bytes are too much for an image ({MAX_BYTES:,}); make it smaller"
        problems.append(Problem(path, 1, size))
        return None
    try:
        if file.suffix.lower() == ".svg":
            content_type, width, height = "image/svg+xml", *_svg_size(data)
        else:
            content_type, width, height = _raster(data, _SUFFIXES[file.suffix.lower()])
    except ValueError as error:
        problems.append(Problem(path, 1, str(error)))
        return None
    name = hashlib.blake2b(data, digest_size=12).hexdigest() + file.suffix.lower()
    return PictureFile(path, name, content_type, data, width, height)


def _raster(data: bytes, expected: str) -> tuple[str, int, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(data)) as image:
                image.verify()
    except Exception as error:  # Pillow raises many kinds for broken files
        raise ValueError(
            f"not an image that can be read ({type(error).__name__}); export it again"
        ) from None
    if image.format != expected:
        raise ValueError(
            f"the ending says {expected}, the content is {image.format}; rename the file"
        )
    return _TYPES[expected], image.width, image.height


def _svg_size(data: bytes) -> tuple[int, int]:
    try:
        root = fromstring(data, forbid_dtd=True)
    except Exception as error:  # of expat and of defusedxml
        raise ValueError(
            f"not an SVG that can be read ({type(error).__name__}); export it again"
        ) from None
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2].lower()
        if name in ("script", "foreignobject", "iframe", "handler"):
            raise ValueError(f"an SVG may not hold <{name}>; take it out")
        for key, value in element.items():
            key = key.rpartition("}")[2].lower()
            if key.startswith("on") or (key == "href" and not value.startswith("#")):
                raise ValueError(f"an SVG may not hold the attribute “{key}”; take it out")
    sizes = [_LENGTH.match(root.get(side, "")) for side in ("width", "height")]
    if all(sizes):
        width, height = (float(match[1]) for match in sizes if match)
    else:
        box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
        if len(box) != 4:
            raise ValueError("the SVG has neither width and height nor a viewBox; add one")
        width, height = float(box[2]), float(box[3])
    if not (0 < width < 10_000 and 0 < height < 10_000):
        raise ValueError("the SVG has no usable size; mend width and height")
    return round(width), round(height)
