"""Pictures of pages kept for comparison: small and grey, so that letters may differ and places not.

`WRITE_GOLDEN=1` beside the test writes them anew, for somebody to look at before they are kept.
"""

import os
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Locator

FOLDER = Path(__file__).parent / "pictures"
SIZE = (200, 150)
GREYS = 16
BLUR = 5
"""Letters of another font run into the same grey; a button that is missing does not."""
DIFFERENT = 30
"""Of 255: an area that is so much lighter or darker is another one."""
PERMILLE_MAX = 30


def looks_as_before(part: Locator, name: str) -> int:
    """Give how many thousandths of a part of a page are not as on its kept picture."""
    seen = _small(part.screenshot(animations="disabled", caret="hide"))
    path = FOLDER / f"{name}.png"
    if os.environ.get("WRITE_GOLDEN") == "1":
        FOLDER.mkdir(exist_ok=True)
        seen.quantize(GREYS).save(path, optimize=True)
    with Image.open(path) as kept:
        changed = ImageChops.difference(_soft(seen), _soft(kept.convert("L")))
    far = sum(changed.histogram()[DIFFERENT:])
    return far * 1000 // (SIZE[0] * SIZE[1])


def _small(screenshot: bytes) -> Image.Image:
    with Image.open(BytesIO(screenshot)) as picture:
        return picture.convert("L").resize(SIZE, Image.Resampling.LANCZOS)


def _soft(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(BLUR))
