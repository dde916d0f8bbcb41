"""How much memory this process holds, and giving back what is free (Linux with glibc; no-one else says)."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_STATM = Path("/proc/self/statm")


def resident_mib() -> int:
    """Return the resident memory of this process in MiB, 0 where the system does not say."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // (1 << 20)


def give_back() -> None:
    """Return free memory to the system: glibc keeps it otherwise."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        return
