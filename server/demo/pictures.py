"""Draw small pictures in place of photographs: products, signatures, attendance sheets. No faces, no places."""

from __future__ import annotations

import io
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

SIZE = (320, 240)
CLOTH = ((250, 246, 238), (239, 231, 218), (228, 236, 240))
COLOURS = {
    "pates": ((222, 184, 110), (240, 214, 150), (200, 158, 84)),
    "couture_trad": ((150, 32, 60), (30, 80, 110), (200, 150, 40)),
    "patisserie": ((196, 130, 60), (232, 196, 130), (120, 160, 70)),
    "ameublement": ((90, 60, 110), (60, 110, 100), (170, 90, 60)),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that goes with a form."""

    name: str
    content_type: str
    data: bytes


def draw_product(rng: Random, trade: str) -> Picture:
    """Draw products of a trade on a cloth: rounds for food, bands for cloth."""
    image = Image.new("RGB", SIZE, rng.choice(CLOTH))
    draw = ImageDraw.Draw(image)
    colours = COLOURS.get(trade, COLOURS["patisserie"])
    if trade in ("couture_trad", "ameublement"):
        left = 40
        while left < SIZE[0] - 40:
            width = rng.randint(6, 26)
            draw.rectangle((left, 30, min(left + width, SIZE[0] - 40), SIZE[1] - 30), fill=rng.choice(colours))
            left += width
    else:
        for _ in range(rng.randint(12, 28)):
            x, y, r = rng.randint(30, 290), rng.randint(30, 210), rng.randint(10, 24)
            draw.ellipse((x - r, y - r, x + r, y + r), fill=rng.choice(colours), outline=(110, 80, 40))
    return _jpeg(rng, image)


def draw_sheet(rng: Random, rows: int) -> Picture:
    """Draw a sheet with a line for each woman who signed."""
    image = Image.new("RGB", (240, 320), (252, 252, 248))
    draw = ImageDraw.Draw(image)
    for row in range(max(rows, 1)):
        y = 24 + row * 13
        draw.line((16, y, 224, y), fill=(190, 190, 190))
        draw.line([(150 + 8 * i, y - 2 - rng.randint(0, 8)) for i in range(rng.randint(3, 8))], fill=(40, 50, 120))
    return _jpeg(rng, image)


def draw_signature(rng: Random) -> Picture:
    image = Image.new("RGB", (300, 120), (255, 255, 255))
    points = [(20 + 14 * i, 60 + rng.randint(-32, 32)) for i in range(18)]
    ImageDraw.Draw(image).line(points, fill=(20, 20, 60), width=3, joint="curve")
    out = io.BytesIO()
    image.save(out, "PNG")
    return Picture(f"{rng.getrandbits(48):012x}.png", "image/png", out.getvalue())


def _jpeg(rng: Random, image: Image.Image) -> Picture:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=60)
    return Picture(f"{rng.getrandbits(48):012x}.jpg", "image/jpeg", out.getvalue())
