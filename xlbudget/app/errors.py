"""Requests that cannot be carried out: raised with their facts, put into words by the front end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.core.finding import Observation

if TYPE_CHECKING:
    from xlbudget.ops.facts.facts import Fact


class AppError(Exception):
    """A sound request that could not be carried out."""


class Unreadable(AppError):
    """A file that cannot be read; `remark` is the observation with the reason."""

    def __init__(self, observation: Observation) -> None:
        super().__init__(observation.kind)
        self.remark = observation


class NotWritten(AppError):
    """A result that could not be written: to which path, and the system's reason."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class FigureTooLong(AppError):
    """A facts file that could not be written because it cannot hold this figure."""

    def __init__(self, path: Path, fact: Fact, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.fact = fact
        self.reason = reason


class ChangedMeanwhile(AppError):
    """A file that was changed or deleted while it was being consolidated."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


class BadRoster(AppError):
    """An unsound roster; the message names every fault's line, in the words of the messages."""
