"""A pack's files checked against `schemas/pack.schema.json`; faults in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from xlbudget.packs.errors import Fault, fault_in, suggest_word

PACK_SCHEMA = "pack.schema.json"
WORDS = "words"
"""The one kind of file that may leave out what the pack that it extends has."""
LONGEST = 40
TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list (lines that begin with -)",
    "object": "a mapping (word: value)",
}

LocatedMessage = tuple[tuple[Any, ...], str]
"""Steps in a file (keys and list indices), and what is wrong there."""


def check_yaml(kind: str, path: Path, data: Any) -> list[Fault]:
    """The faults of a YAML file against the schema of its kind, in the order of its lines."""
    try:
        errors = _errors(kind, data)
    except ValueError as error:  # nested too deep, or half a character written as an escape
        return [Fault(str(path), 1, f"cannot be checked: {error}")]
    wrong = [
        message
        for error in errors
        if kind != WORDS or error.kind.name != "required"
        for message in _explain(error)
    ]
    return sorted({fault_in(path, *message) for message in wrong}, key=lambda fault: fault.line)


def check_csv(kind: str, path: Path, rows: list[dict[str, str]]) -> list[Fault]:
    """The faults of a CSV file against the schema of its kind."""
    errors = _errors(kind, rows)
    if not errors:
        return []
    columns = _errors(kind, [dict.fromkeys(rows[0], "1")] if rows else [])
    if columns:  # else each row would report it
        return [Fault(str(path), 1, message) for error in columns for _, message in _explain(error)]
    wrong = [message for error in errors for message in _explain(error)]
    return [Fault(str(path), steps[0] + 2, f"{steps[1]}: {message}") for steps, message in wrong]


def check_complete(words: Mapping[str, Any], folder: Path) -> list[Fault]:
    """Faults for words that are missing once those of all folders are merged. They are reported for
    the most general folder: where it has no words, an `extends:` is what is missing."""
    missing = (e for e in _errors(WORDS, words) if e.kind.name == "required")
    wrong = [message for error in missing for message in _explain(error)]
    path = folder / "words.yaml"
    if path.is_file():
        return [fault_in(path, *message) for message in wrong]
    path, names = folder / "pack.yaml", ", ".join(message.split(" ")[0] for _, message in wrong)
    message = f"no words.yaml, and no extends: a pack that has one; it must say {names}"
    return [Fault(str(path), 1, message)] if wrong else []


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    path = Path(import_module("xlbudget.schemas").__path__[0], PACK_SCHEMA)
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


@cache
def _validator() -> Any:
    """One validator for files of every kind: it validates ``{kind: data}``."""
    import jsonschema_rs

    kinds = {kind: {"$ref": f"#/$defs/{kind}"} for kind in _schema()["$defs"]}
    return jsonschema_rs.Draft202012Validator({**_schema(), "properties": kinds})


def _errors(kind: str, data: Any) -> list[Any]:
    return list(_validator().iter_errors({kind: data}))


def _explain(error: Any) -> Iterator[LocatedMessage]:
    """One error of the validator as located messages."""
    steps, keyword, detail = tuple(error.instance_path)[1:], error.kind.name, error.kind
    if keyword == "additionalProperties":
        allowed = list(_around(error).get("properties", ()))
        for word in detail.unexpected:
            yield (*steps, word), _unknown(word, allowed)
    elif keyword == "propertyNames":
        yield (*steps, detail.error.instance), _say(detail.error)
    elif keyword in ("anyOf", "oneOf"):
        yield from _explain_choice(error)
    else:
        yield steps, _say(error)


def _explain_choice(error: Any) -> Iterator[LocatedMessage]:
    """The messages where no alternative fits (or several do): those of the one that was meant."""
    steps = tuple(error.instance_path)[1:]
    choices = _around(error)[error.kind.name]
    words = [choice["required"][0] for choice in choices if "required" in choice]
    if words:
        many = "exactly one of" if error.kind.name == "oneOf" else "one of"
        yield steps, f"{many} {', '.join(words)} must stand here"
        return
    for errors in error.kind.context:
        if not any(e.kind.name == "type" and e.instance == error.instance for e in errors):
            for inner in errors:
                yield from _explain(inner)
            return
    types = {t: None for errors in error.kind.context for e in errors for t in _types(e)}
    yield steps, f"{_shorten(error.instance)}: must be {' or '.join(types)}"


def _types(error: Any) -> list[str]:
    return [TYPES[name] for name in error.kind.types] if error.kind.name == "type" else []


def _say(error: Any) -> str:
    """The message about the value of an error."""
    keyword, detail, value = error.kind.name, error.kind, _shorten(error.instance)
    if keyword == "required":
        return f"{detail.property!r} is missing"
    if keyword == "type":
        quotes = " (put it into quotes)" if isinstance(error.instance, int | float) else ""
        return f"{value}: must be {' or '.join(_types(error))}{quotes}"
    if keyword == "enum":
        return _unknown(error.instance, detail.options)
    if keyword == "pattern":
        return f"{value}: must be {_around(error)['description']}"
    if keyword in ("minItems", "minLength", "minProperties") and not error.instance:
        return "nothing stands here"
    if keyword in ("minProperties", "maxProperties"):
        return f"{len(error.instance)} words stand here; must be {detail.limit}"
    return str(error.message)


def _unknown(word: Any, allowed: list[str]) -> str:
    if not allowed:
        return f"unknown word {_shorten(word)}"
    meant = suggest_word(word, allowed)
    return f"unknown word {_shorten(word)}{meant}; allowed: {', '.join(map(str, allowed))}"


def _shorten(value: Any) -> str:
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _around(error: Any) -> Any:
    """The schema that the error's keyword stands in."""
    schema: Any = _schema()
    for step in tuple(error.schema_path)[:-1]:
        schema = schema[step]
    return schema
