"""The child process of `parent`: limits itself, does one job, answers on its output.

Whatever is read here may be hostile: no traceback, no file, no link, no macro.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from io import BytesIO
from typing import Any

from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.sandbox.codec import encode_sheets
from xlbudget.workbook.read.sandbox.parent import OUT_OF_MEMORY

MOST_MEMORY = 300 << 20
SILENT_PASSWORD = "VelvetSweatshop"
"""With which Excel opens a file without asking (MS-OFFCRYPTO 2.4.2.3)."""


def main() -> None:
    """Answer one job: an empty first line and the result, or a first line with a fault."""
    _limit()
    argument, _, content = sys.stdin.buffer.read().partition(b"\n")
    try:
        answer = b"\n" + _done(sys.argv[1], json.loads(argument), content)
    except FileFault as fault:
        answer = json.dumps([fault.kind, fault.case, dict(fault.facts)]).encode()
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    except BaseException:
        # calamine's panics derive from BaseException; no message of a reader helps anyone.
        answer = json.dumps(["damaged", "", {}]).encode()
    sys.stdout.buffer.write(answer)


def _limit() -> None:
    """Limit the memory where the system can; elsewhere only the time is limited."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    except (ImportError, ValueError, OSError):
        pass


def _done(job: str, argument: Any, content: bytes) -> bytes:
    if job == "decrypt":
        return _decrypted(content, argument)
    reader = import_module(f"xlbudget.workbook.read.sandbox.{job}")
    return encode_sheets(*reader.read_sheets(content, argument))


def _decrypted(content: bytes, password: str) -> bytes:
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

    try:
        for word in filter(None, (password, SILENT_PASSWORD)):
            file = msoffcrypto.OfficeFile(BytesIO(content))
            result = BytesIO()
            try:
                file.load_key(password=word)
                file.decrypt(result)
                return result.getvalue()
            except InvalidKeyError:
                continue
    except DecryptionError:
        raise FileFault("encrypted", "unknown") from None
    raise FileFault("encrypted", "wrong" if password else "asked")


if __name__ == "__main__":
    main()
