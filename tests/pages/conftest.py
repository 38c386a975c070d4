"""What the tests of pages share: the browser."""

from tests.support.chromium import chromium

__all__ = ["chromium"]
