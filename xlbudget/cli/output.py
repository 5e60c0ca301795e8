"""Where a command's result goes: to the terminal, or to a file that appears only when complete."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click


class Failed(click.ClickException):
    """A right command that could not be carried out: said without its usage, exit code 2."""

    exit_code = 2


def put(result: str, output: Path | None, force: bool) -> None:
    """Print a text, or write it to a file (UTF-8)."""
    if output is None:
        click.echo(result)
    else:
        put_bytes((result.rstrip("\n") + "\n").encode(), output, force)


def put_bytes(content: bytes, output: Path, force: bool) -> None:
    """Write beside the target and rename when complete; an existing file is kept unless forced.

    Raises UsageError where the file is there already, Failed where it cannot be written.
    """
    put_made(lambda path: path.write_bytes(content), output, force)


def keep_existing(output: Path, force: bool) -> None:
    """Raise UsageError where the file is there already and shall not be overwritten."""
    if output.exists() and not force:
        raise click.UsageError(f"文件已存在：{output}。要覆盖请加 --force，或换一个文件名。")


def put_made(make: Callable[[Path], object], output: Path, force: bool) -> None:
    """The same for what `make` writes to the path that it is given.

    Raises what `put_bytes` does, and what `make` raises but OSError.
    """
    keep_existing(output, force)
    import tempfile

    try:
        handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
        os.close(handle)
        try:
            make(Path(name))
            os.chmod(name, 0o644)
            os.replace(name, output)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise Failed(
            f"写不了文件：{output}（{error.strerror}）。请检查文件夹是否存在、是否有权限、磁盘是否已满。"
        ) from None
