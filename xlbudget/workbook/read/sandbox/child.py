"""The other side of `parent`: limits itself, does one job, answers on its output.

Whatever is read here may be hostile: no traceback, no file, no link, no macro.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from io import BytesIO
from typing import Any

from xlbudget.workbook.errors import FileFault
from xlbudget.workbook.read.sandbox.parent import OUT_OF_MEMORY

MOST_MEMORY = 300 << 20
SILENT_PASSWORD = "VelvetSweatshop"
"""With which Excel opens a file unasked (MS-OFFCRYPTO 2.4.2.3)."""


def main() -> None:
    """Answer one job: an empty first line and the result, or a first line that tells a fault."""
    _limit()
    given, _, content = sys.stdin.buffer.read().partition(b"\n")
    try:
        answer = b"\n" + _done(sys.argv[1], json.loads(given), content)
    except FileFault as fault:
        answer = json.dumps([fault.kind, fault.case, dict(fault.facts)]).encode()
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    except BaseException:
        # calamine's panics derive from BaseException; no message of a reader helps anyone.
        answer = json.dumps(["damaged", "", {}]).encode()
    sys.stdout.buffer.write(answer)


def _limit() -> None:
    """Bound the memory, where the system can; elsewhere the limit of time has to do."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    except (ImportError, ValueError, OSError):
        pass


def _done(job: str, given: Any, content: bytes) -> bytes:
    if job == "decrypt":
        return _decrypted(content, given)
    reader = import_module(f"xlbudget.workbook.read.sandbox.{job}")
    listed, sheets = reader.read_sheets(content, given)
    said = {"listed": listed, "sheets": [_plain(sheet) for sheet in sheets]}
    return json.dumps(said, default=_tagged, ensure_ascii=False).encode("utf-8", "replace")


def _plain(sheet: Any) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "hidden": sheet.hidden,
        "rows": sheet.rows,
        "decimals": [row.decode("latin-1") for row in sheet.decimals],
        "uncalculated": list(sheet.uncalculated),
        "errors": [[*at, text] for at, text in sheet.errors.items()],
        "lines": [list(part) for part in sheet.lines],
    }


def _tagged(value: Any) -> dict[str, str]:
    import datetime

    if isinstance(value, datetime.datetime):
        return {"date": value.isoformat()}
    return {"other": str(value)}


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
