"""Tells systemd how the daemon is, in the few words that a unit of `Type=notify` waits for.

Outside systemd there is nobody to tell, and every call does nothing.
"""

import os
import socket

READY = "READY=1"
WATCHDOG = "WATCHDOG=1"
STOPPING = "STOPPING=1"


def notify(message: str) -> bool:
    """Send `message`, such as `READY`; give whether anybody listens.

    Raises `OSError` when systemd's socket is named but cannot be reached.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):  # Linux writes the abstract namespace with a leading zero byte
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(message.encode(), address)
    return True


def watchdog_interval_s() -> float | None:
    """Give how often to send `WATCHDOG`: half the time after which systemd restarts us."""
    limit_us = os.environ.get("WATCHDOG_USEC", "")
    return int(limit_us) / 2_000_000 if limit_us.isdigit() and int(limit_us) > 0 else None
