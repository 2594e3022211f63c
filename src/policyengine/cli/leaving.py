"""The end of the process of a command: at once, where nobody is left who waits for it."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from types import FrameType

_RUNNERS = ("runpy", "__main__")
"""The modules whose code lies below ours when Python runs the program and nothing else."""


def leave(code: int) -> None:
    """End this process with a code as Python does, but for giving back every object, one by one.

    That is a tenth of what judging a case costs, and the system takes the memory back anyway. Returns where
    the end is for others to make: somebody runs this process within theirs (a debugger, a profiler),
    threads are at work, or what is printed cannot be written, of which Python knows how to tell.
    """
    if not is_alone(sys._getframe(1)):
        return
    gc.freeze()  # nothing of it is garbage, or worth looking for
    if threading.active_count() > 1 or not _is_written():
        return
    atexit._run_exitfuncs()
    if _is_written():
        os._exit(code)


def is_alone(frame: FrameType | None) -> bool:
    """Tell whether nothing but Python's own start lies below a call of ours, and nobody looks on."""
    if sys.flags.interactive or sys.gettrace() is not None or sys.getprofile() is not None:
        return False
    while frame is not None:
        name = frame.f_globals.get("__name__")
        if name not in _RUNNERS and not str(name).startswith(__package__):
            return False
        frame = frame.f_back
    return True


def _is_written() -> bool:
    """Write what is left in the buffers; tell whether all of it is written."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):  # ValueError: it has been closed
        return False
    return True
