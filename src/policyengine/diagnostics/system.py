"""Why the system refuses to read or write, in sentences that the catalogue has."""

from __future__ import annotations

import errno

from policyengine.diagnostics.diagnostic import Message, marked, message

_REASONS = {
    errno.EACCES: marked("Permission denied"),
    errno.EBUSY: marked("Device or resource busy"),
    errno.EDQUOT: marked("Disk quota exceeded"),
    errno.EEXIST: marked("File exists"),
    errno.EFBIG: marked("File too large"),
    errno.EINVAL: marked("Invalid argument"),
    errno.EIO: marked("Input/output error"),
    errno.EISDIR: marked("Is a directory"),
    errno.ELOOP: marked("Too many levels of symbolic links"),
    errno.EMFILE: marked("Too many open files"),
    errno.ENAMETOOLONG: marked("File name too long"),
    errno.ENOENT: marked("No such file or directory"),
    errno.ENOSPC: marked("No space left on device"),
    errno.ENOTDIR: marked("Not a directory"),
    errno.ENXIO: marked("No such device or address"),
    errno.EPERM: marked("Operation not permitted"),
    errno.EROFS: marked("Read-only file system"),
}
"""By its number, because the words of the system are those of its own language."""


def system_reason(fault: OSError | ValueError) -> Message:
    """Return why something cannot be read or written; what has no number here, in the words of the system."""
    number = fault.errno if isinstance(fault, OSError) else None
    known = None if number is None else _REASONS.get(number)
    if known is not None:
        return message(known)
    own = (fault.strerror if isinstance(fault, OSError) else None) or str(fault) or type(fault).__name__
    return message("{reason}", reason=own)
