# SPDX-License-Identifier: AGPL-3.0-or-later
"""An image decoded to its end, within a number of pixels; nothing of it is changed."""

import io
import warnings

from PIL import Image, UnidentifiedImageError

from app.files.gathering import Gathered
from app.files.refusal import FileRefused

MAX_PIXELS = 50_000_000
MAX_SIDE = 20_000
FORMATS = ["PNG", "JPEG", "WEBP"]
#: The EXIF directory that holds where a photograph was taken.
GPS = 0x8825


def read_image(content: bytes, gathered: Gathered) -> None:
    """Notes the dimensions of an image. Raises ``FileRefused``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            _decode(content, gathered)
    except Image.DecompressionBombError as error:
        raise FileRefused("file_image_too_large", str(MAX_PIXELS // 1_000_000)) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise FileRefused("file_broken", "image") from error


def _decode(content: bytes, gathered: Gathered) -> None:
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        gathered.width, gathered.height = image.size
        if gathered.width * gathered.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
            raise FileRefused("file_image_too_large", str(MAX_PIXELS // 1_000_000))
        image.load()
        if image.getexif().get_ifd(GPS):
            gathered.notes.add("location")
    gathered.count = 1
