"""Worker processes: they end when this one ends, and leave Ctrl-C to it."""

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
"""Objects allocated between two garbage collections: hardly any are in a cycle."""
FORKS = sys.platform == "linux"
"""Elsewhere fork is missing or unsafe; processes are spawned."""

Item = TypeVar("Item")
Result = TypeVar("Result")

beginning = multiprocessing.get_context("fork" if FORKS else "spawn")
"""The context in which processes are started."""


def map_in_processes(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int,
    died: Callable[[Item], Result],
) -> Iterator[tuple[Item, Result]]:
    """Each item with its result, in the order of completion, computed by `jobs` processes. Where
    one dies, each remaining item gets a process of its own; an item that kills it gives
    `died(item)`."""
    left = list(items)
    for item, result in _by_pool(work, items, min(jobs, len(items))) if items else ():
        left.remove(item)
        yield item, result
    for item in left:
        yield from list(_by_pool(work, [item], 1)) or [(item, died(item))]


def _by_pool(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int
) -> Iterator[tuple[Item, Result]]:
    """Each item with its result, in the order of completion; ends early where a process died."""
    with ProcessPoolExecutor(jobs, beginning, init_worker) as pool:
        try:
            running = {pool.submit(work, item): item for item in items}
            for future in as_completed(running):
                yield running.pop(future), future.result()
        except BrokenProcessPool:
            return
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def init_worker() -> None:
    """Initialise a worker: existing objects are never collected, Ctrl-C is left to the parent, and
    the worker ends when the parent is killed."""
    gc.freeze()
    gc.set_threshold(SELDOM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
