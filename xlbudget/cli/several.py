"""Several files checked by several processes; what comes of each travels back as bytes."""

from __future__ import annotations

import copyreg
import gc
import pickle
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from xlbudget.app.read_files import check_file, crashed, mapped_pack, unreadable
from xlbudget.cli.progress import MANY
from xlbudget.packs.load import load_pack
from xlbudget.report.file_result import Checked


class How(NamedTuple):
    """How files are to be read: pack, password and map as the user gave them."""

    pack_name: str | None
    password: str
    map_file: Path | None


def check_files(
    paths: Sequence[Path], how: How, jobs: int, done: Callable[[Path], None]
) -> list[Checked]:
    """What a check says of every file, in the order given; `done` is told of each as it is
    finished."""
    if jobs < 2 or len(paths) < MANY:
        return [_told(done, path, check_file(path, *how)) for path in paths]
    from xlbudget.app.workers import SELDOM, spread  # its imports take as long as a small file

    gc.set_threshold(SELDOM)
    found: dict[Path, Checked] = {}
    every = list(dict.fromkeys(paths))
    for path, content in spread(partial(_sent, how), every, jobs, partial(_died, how)):
        found[path] = _back(how, content)
        done(path)
    return [found[path] for path in paths]


def _told(done: Callable[[Path], None], path: Path, checked: Checked) -> Checked:
    done(path)
    return checked


def _sent(how: How, path: Path) -> bytes:
    """Check one file, in another process."""
    return _packed(check_file(path, *how))


def _died(how: How, path: Path) -> bytes:
    return _packed(unreadable(path, how.pack_name, crashed(path)))


def _packed(checked: Checked) -> bytes:
    """All but the pack, which is there on the other side too; of that its name, and whether a map
    has been added to it."""
    content = BytesIO()
    pickler = pickle.Pickler(content, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {**copyreg.dispatch_table, MappingProxyType: _as_dict}
    file, pack, *rest = checked
    pickler.dump((pack.name, pack is not load_pack(pack.name), file, rest))
    return content.getvalue()


def _as_dict(mapping: MappingProxyType[object, object]) -> tuple[type, tuple[object]]:
    return dict, (dict(mapping),)


def _back(how: How, content: bytes) -> Checked:
    """What was packed by a process of our own."""
    name, mapped, file, rest = pickle.loads(content)
    pack = mapped_pack(how.pack_name, how.map_file)[0] if mapped else load_pack(name)
    return Checked(file, pack, *rest)
