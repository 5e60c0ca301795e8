"""xlbudget: templates, reading, checking and consolidation of departmental budget disclosures.

The functions named in `__all__` are its face for other programs; each is imported when it is first
asked for, so that `import xlbudget` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlbudget.app.check_files import check_file, check_files
    from xlbudget.app.errors import AppError, Unreadable
    from xlbudget.app.find_files import find_files
    from xlbudget.app.read_files import ReadOptions, read_file

__version__ = "0.1.0"

__all__ = [
    "AppError",
    "ReadOptions",
    "Unreadable",
    "check_file",
    "check_files",
    "find_files",
    "read_file",
]

MODULES = {
    "AppError": "errors",
    "ReadOptions": "read_files",
    "Unreadable": "errors",
    "check_file": "check_files",
    "check_files": "check_files",
    "find_files": "find_files",
    "read_file": "read_files",
}
"""Public name → the module of `app` where it stands."""


def __getattr__(name: str) -> Any:
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.app.{MODULES[name]}"), name)
