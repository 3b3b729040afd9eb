# SPDX-License-Identifier: AGPL-3.0-or-later
"""Draws what other sites show beside a link to this one, in each language: `python assets/card/make_card.py FOLDER`.

The mark, the name and the claim on the colour of the house; 1200 by 630 points, as those who show it ask for.
"""

import sys
from pathlib import Path

from babel.messages.pofile import read_po
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[2]
FONTS = ROOT / "node_modules/@fontsource/titillium-web/files"
CATALOGUE = ROOT / "app/translations/en/LC_MESSAGES/messages.po"
SIZE = (1200, 630)
MARGIN = 96
#: Drawn so many times larger, then made smaller: the drawing has no edges of its own.
SCALE = 4
COLOURS = 64
PETROL, PETROL_DARK, WHITE, PALE, ORANGE = "#095069", "#06384a", "#ffffff", "#cfe3ea", "#f2a97f"
CLAIM = "Soluzioni che passano da una città all’altra"
WHOSE = "Una rete di città metropolitane italiane"
#: The mark of the site (app/web/templates/components/icons.html) in its own 64 by 40 points, and how large it is here.
MARK = (2.5, 2.5)
MARK_SCALE = 4.4


def main(folder: Path) -> None:
    with CATALOGUE.open("rb") as file:
        english = read_po(file, locale="en")
    for language in ("it", "en"):
        said = [text if language == "it" else _told(english.get(text), text) for text in (CLAIM, WHOSE)]
        _card(*said).save(folder / f"card-{language}.png", optimize=True)


def _told(message: object, text: str) -> str:
    """The translation, which the tests of the catalogue ask for; the text itself until then."""
    return str(getattr(message, "string", "") or text)


def _card(claim: str, whose: str) -> Image.Image:
    large = Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), PETROL_DARK)
    draw = ImageDraw.Draw(large)
    draw.rectangle(_at(0, SIZE[1] - 16, SIZE[0], SIZE[1]), fill=PETROL)
    _mark(draw)
    _line(draw, 246, "Twin Metro", 700, 132, WHITE)
    _line(draw, 424, claim, 400, 50, WHITE)
    _line(draw, 504, whose, 400, 34, PALE)
    card = large.resize(SIZE, Image.Resampling.LANCZOS)
    return card.quantize(COLOURS, dither=Image.Dither.NONE)


def _at(*numbers: float) -> tuple[int, ...]:
    return tuple(round(number * SCALE) for number in numbers)


def _mark(draw: ImageDraw.ImageDraw) -> None:
    """Two stations on one line."""

    def place(*numbers: float) -> tuple[int, ...]:
        moved = (number - MARK[index % 2] for index, number in enumerate(numbers))
        return _at(*(MARGIN + number * MARK_SCALE for number in moved))

    stroke = round(5 * MARK_SCALE * SCALE)
    half = 2.5
    draw.rectangle(place(13, 11 - half, 39, 11 + half), fill=WHITE)
    draw.arc(place(30 - half, 11 - half, 48 + half, 29 + half), -90, 90, fill=WHITE, width=stroke)
    draw.rectangle(place(25, 29 - half, 39, 29 + half), fill=WHITE)
    for x, y, colour in ((13, 11, WHITE), (22, 29, ORANGE)):
        edge = 8 + half
        draw.ellipse(place(x - edge, y - edge, x + edge, y + edge), fill=PETROL_DARK, outline=colour, width=stroke)


def _line(draw: ImageDraw.ImageDraw, top: float, text: str, weight: int, size: float, colour: str) -> None:
    font = ImageFont.truetype(str(FONTS / f"titillium-web-latin-{weight}-normal.woff"), size * SCALE)
    draw.text((MARGIN * SCALE, top * SCALE), text, font=font, fill=colour)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
