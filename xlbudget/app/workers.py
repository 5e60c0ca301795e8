"""Processes beside this one: they end when it ends, and leave Ctrl-C to it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

SELDOM = 50_000
"""Records made between two collections of garbage: hardly any is in a circle."""
FORKS = sys.platform == "linux"
"""Elsewhere a fork is not there, or not safe; processes are begun anew."""

Item = TypeVar("Item")
Result = TypeVar("Result")

beginning = multiprocessing.get_context("fork" if FORKS else "spawn")
"""How processes are begun."""


def spread(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int,
    died: Callable[[Item], Result],
) -> Iterator[tuple[Item, Result]]:
    """Each item with what the work makes of it, as it is finished, by so many processes. Where one
    dies, all that is left gets a process of its own, and what dies there is `died`."""
    left = list(items)
    for item, result in _by_pool(work, items, min(jobs, len(items))) if items else ():
        left.remove(item)
        yield item, result
    for item in left:
        yield from list(_by_pool(work, [item], 1)) or [(item, died(item))]


def _by_pool(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int
) -> Iterator[tuple[Item, Result]]:
    """What comes of the items, as they are finished; ends early where a process died."""
    with ProcessPoolExecutor(jobs, beginning, settle) as pool:
        try:
            running = {pool.submit(work, item): item for item in items}
            for future in as_completed(running):
                yield running.pop(future), future.result()
        except BrokenProcessPool:
            return
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def settle() -> None:
    """In a new process: what is there stays; Ctrl-C is for the parent to answer; and where that
    is killed, this ends too."""
    gc.freeze()
    gc.set_threshold(SELDOM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
