"""Processes beside this one: they end when it ends, and leave Ctrl-C to it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time

SELDOM = 50_000
"""Records made between two collections of garbage: hardly any is in a circle."""
FORKS = sys.platform == "linux"
"""Elsewhere a fork is not there, or not safe; processes are begun anew."""

beginning = multiprocessing.get_context("fork" if FORKS else "spawn")
"""How processes are begun."""


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
