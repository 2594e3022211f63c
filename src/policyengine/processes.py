"""Blocks of work in many processes: what is done to each, and their results in the order of the blocks."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, Protocol, TypeVar

from policyengine.collecting import collect_seldom

Block = TypeVar("Block")
Asked = TypeVar("Asked", contravariant=True)
Done = TypeVar("Done", covariant=True)
_WAITING = 3  # blocks for each process that are read and not done: enough that none waits

Work = Callable[[Any], Any]


class Task(Protocol[Asked, Done]):
    """What is to be done to blocks. It is sent to other processes, so it is data."""

    def start(self) -> Callable[[Asked], Done]:
        """Return what does it, made ready in the process in which it is done."""
        ...


def cores() -> int:
    """Return how many processes can run at a time."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def run_blocks(
    task: Task[Block, Done], blocks: Iterable[Block], jobs: int
) -> Generator[tuple[Block, Done], None, None]:
    """Return each block with what was done to it, in order; at most a few blocks are held at a time.

    With one process, or one block, it is done in this one. Raises BrokenProcessPool if one is killed.
    """
    rest = iter(blocks)
    first = list(islice(rest, 2))
    if jobs <= 1 or len(first) < 2:
        work = task.start() if first else None
        for block in chain(first, rest):
            assert work is not None
            yield block, work(block)
        return
    # Other ways to start a process copy this one, with whatever its threads hold.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _begin, (task,)) as pool:
        waiting: deque[tuple[Block, Future[Done]]] = deque()
        try:
            for block in chain(first, rest):
                with _uninterrupted():  # this may start a process, which inherits it
                    future = pool.submit(_do, block)
                waiting.append((block, future))
                while len(waiting) > jobs * _WAITING:
                    before, future = waiting.popleft()
                    yield before, future.result()
            while waiting:
                before, future = waiting.popleft()
                yield before, future.result()
        finally:
            pool.shutdown(cancel_futures=True)  # it waits: afterwards what the task rests on may go away


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put an interruption by hand off until afterwards."""
    mask = getattr(signal, "pthread_sigmask", None)
    if mask is None:
        yield
        return
    before = mask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, before)


_work: Work | None = None


def _begin(task: Task[Any, Any]) -> None:
    """Make a new process ready."""
    global _work
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who interrupts means the process that reads
    threading.Thread(target=_end_with_reader, daemon=True).start()
    _work = task.start()


def _end_with_reader() -> None:
    """End this process when the one that reads is killed: nobody would ever tell it that there is no more."""
    reader = multiprocessing.parent_process()
    if reader is not None:
        reader.join()
        os._exit(1)


def _do(block: Any) -> Any:
    assert _work is not None
    return _work(block)
