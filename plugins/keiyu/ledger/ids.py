"""Identifiers that sort by time, so that indices grow at their end (UUID version 7, RFC 9562 §5.7)."""

import os
import time
import uuid


def new_id() -> str:
    """Return a new UUIDv7 as text."""
    stamp = (time.time_ns() // 1_000_000) & ((1 << 48) - 1)
    noise = int.from_bytes(os.urandom(10))
    low = (noise & ((1 << 62) - 1)) | (0b10 << 62)
    return str(uuid.UUID(int=(stamp << 80) | (0x7 << 76) | ((noise >> 62 & 0xFFF) << 64) | low))
