"""Each question is asked on both engines."""

from tests.node.conftest import till

__all__ = ["till"]
