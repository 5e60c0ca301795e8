"""The program's own sentences, in the language of those who use it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGE = "zh"


@cache
def load_messages() -> Mapping[str, Any]:
    """Section → its sentences by name; ``{word}`` in a sentence is for the caller to fill in."""
    import yaml

    path = Path(__file__).with_name(f"{LANGUAGE}.yaml")
    messages: Mapping[str, Any] = yaml.load(
        path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return messages
