# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a picture shows: the QR codes in it, and lines of text as this browser draws them."""

from __future__ import annotations

import base64
import io
from typing import Final

import zxingcpp
from PIL import Image
from playwright.sync_api import Page

INK, PAPER = "#1b2430", "#ffffff"
PHASES: Final = 20  # a line may be drawn at any fraction of a pixel
_DRAW: Final = """([text, font, ink, paper, width, y]) => {
  const canvas = Object.assign(document.createElement("canvas"), {width, height: 160});
  const drawn = canvas.getContext("2d");
  Object.assign(drawn, {fillStyle: paper, textAlign: "center", font});
  drawn.fillRect(0, 0, width, 160);
  drawn.fillStyle = ink;
  drawn.fillText(text, width / 2, y);
  return canvas.toDataURL("image/png");
}"""


def read_picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("L")


def qr_codes(picture: Image.Image) -> list[str]:
    """What a camera reads in it."""
    return [code.text for code in _read(picture)]


def qr_box(picture: Image.Image) -> tuple[int, int, int, int]:
    """Where its one QR code is: left, top, right, bottom."""
    (code,) = _read(picture)
    at = code.position
    corners = (at.top_left, at.top_right, at.bottom_left, at.bottom_right)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    return min(across), min(down), max(across) + 1, max(down) + 1


def _read(picture: Image.Image) -> list[zxingcpp.Barcode]:
    # Of that kind alone: one line of text in some thousand pictures reads as stripes of another.
    return zxingcpp.read_barcodes(
        picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    )


def line_box(
    page: Page, picture: Image.Image, text: str, font: str, margin: int
) -> tuple[int, int, int, int] | None:
    """Where this line stands, centred, with nothing else beside it between the margins."""
    left, right = margin, picture.width - margin
    inside = picture.crop((left, 0, right, picture.height)).tobytes()
    for phase in range(PHASES):
        y = 100 + phase / PHASES
        address = page.evaluate(_DRAW, [text, font, INK, PAPER, picture.width, y])
        drawn = read_picture(base64.b64decode(address.partition(",")[2]))
        rows = drawn.point(lambda value: 255 - value).getbbox()
        assert rows is not None, f"nothing is drawn for {text!r}"
        strip = drawn.crop((left, rows[1], right, rows[3])).tobytes()
        place = inside.find(strip)
        if place >= 0 and place % (right - left) == 0:
            top = place // (right - left)
            return left, top, right, top + rows[3] - rows[1]
    return None
