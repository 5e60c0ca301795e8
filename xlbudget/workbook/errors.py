"""Why a file is not read: raised by every reader, worded by the pack."""

from __future__ import annotations

from collections.abc import Mapping


class FileFault(Exception):
    """A file that is not read. `kind` is the pack's word for it, `case` which of that rule's
    sentences, `facts` go into the sentence."""

    def __init__(self, kind: str, case: str = "", **facts: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.case = case
        self.facts: Mapping[str, str] = facts
