"""Pictures that people send: drawn anew, so that a shown file holds the picture and nothing else."""

import hashlib
import io
import warnings
from dataclasses import dataclass

from django.core.files.base import ContentFile, File
from PIL import Image, ImageOps

from cmq.core import uploads
from cmq.core.errors import Refusal, require

LONGEST_SIDE = 1600
MOST_PIXELS = 40_000_000
SHORTEST_SIDE = 40
# Media type → Pillow's name of the format.
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png"}


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept."""

    content: ContentFile  # type: ignore[type-arg]
    media_type: str
    width: int
    height: int
    stored_name: str


def cleaned(name: str, content: "File[bytes]", *, size: int) -> Picture:
    """What is kept of a picture: upright, at most `LONGEST_SIDE` wide and high, without its metadata.

    Args:
        content: the whole file, seekable.
        size: in bytes.
    Raises `Refusal` for what is no PNG or JPEG picture, or one too large to be opened.
    """
    upload = uploads.checked(name, content, size=size)
    require(upload.media_type in _FORMATS, f"« {upload.name} » n’est pas une image PNG ou JPEG.")
    image = _drawn_anew(upload.name, content, upload.media_type)
    written = io.BytesIO()
    image.save(written, _FORMATS[upload.media_type], quality=85, optimize=True)
    data = written.getvalue()
    stored = f"{hashlib.sha256(data).hexdigest()[:32]}{ENDINGS[upload.media_type]}"
    return Picture(ContentFile(data), upload.media_type, image.width, image.height, stored)


def _drawn_anew(name: str, content: "File[bytes]", media_type: str) -> Image.Image:
    content.seek(0)
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a picture that would fill the memory; its size is looked at below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(content, formats=[_FORMATS[media_type]])
            require(opened.width * opened.height <= MOST_PIXELS, f"« {name} » a trop de points : réduisez l’image.")
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            mode = "RGBA" if media_type == "image/png" and upright.has_transparency_data else "RGB"
            source = upright.convert(mode)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refusal(f"« {name} » est abîmée : cette image ne s’ouvre pas.") from error
    require(min(source.size) >= SHORTEST_SIDE, f"« {name} » est trop petite : {SHORTEST_SIDE} points au moins.")
    source.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A new picture: whatever the file said beside its points stays behind.
    clean = Image.new(mode, source.size)
    clean.paste(source)
    return clean


def narrowed(picture: Picture, width: int) -> Picture:
    """A kept picture at a width in points, never wider than it is, as a light WebP file."""
    picture.content.seek(0)
    with Image.open(picture.content, formats=[_FORMATS[picture.media_type]]) as opened:
        kept = min(width, opened.width)
        drawn = opened.resize((kept, max(1, round(opened.height * kept / opened.width))), Image.Resampling.LANCZOS)
        written = io.BytesIO()
        drawn.save(written, "WEBP", quality=78, method=4)
    data = written.getvalue()
    stored = f"{hashlib.sha256(data).hexdigest()[:32]}.webp"
    return Picture(ContentFile(data), "image/webp", drawn.width, drawn.height, stored)
