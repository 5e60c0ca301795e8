"""The hidden sheet of code catalogues: names of codes, and which codes have parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xlbudget.packs.model import Catalogue, Pack
from xlbudget.workbook.live.regions import ref_range

FIELDS = 3
"""Columns a catalogue: code, name, and the top code with the name."""


class CodeLists(NamedTuple):
    """Each catalogue's first column on the sheet and its number of codes."""

    sheet: str
    first: Mapping[str, int]
    size: Mapping[str, int]

    def codes(self, catalogue: str) -> str:
        """The range of codes."""
        return self._range(catalogue, 0)

    def names(self, catalogue: str) -> str:
        """The range of names."""
        return self._range(catalogue, 1)

    def has_parts(self, catalogue: str, code: str) -> str:
        """The test whether the code has parts in the catalogue or is missing from it."""
        codes = self.codes(catalogue)
        return f'OR(COUNTIF({codes},{code})=0,COUNTIF({codes},{code}&"*")>1)'

    def name_of(self, catalogue: str, code: str) -> str:
        """The formula of a code's name, empty for an unknown code."""
        position = f'MATCH({code}&"",{self.codes(catalogue)},0)'
        return f'IFERROR(INDEX({self.names(catalogue)},{position}),"")'

    def code_of_name(self, catalogue: str, name: str, above: str) -> str:
        """The formula of a name's code: a part of the top code `above`, else a top code."""
        codes = self.codes(catalogue)
        part = f"INDEX({codes},MATCH({above}&{name},{self._range(catalogue, 2)},0))"
        top = f'INDEX({codes},MATCH("/"&{name},{self._range(catalogue, 2)},0))'
        return f'IF({name}="","",IFERROR({part},IFERROR({top},"")))'

    def _range(self, catalogue: str, field: int) -> str:
        column = self.first[catalogue] + field
        return ref_range(self.sheet, 0, column, self.size[catalogue] - 1, column)


def place_catalogues(pack: Pack, sheet: str) -> CodeLists:
    """The columns of the pack's catalogues."""
    catalogues = pack.catalogues.values()
    return CodeLists(
        sheet,
        {c.key: index * FIELDS for index, c in enumerate(catalogues)},
        {c.key: len(c.names) for c in catalogues},
    )


def list_cells(pack: Pack, lists: CodeLists) -> Iterator[tuple[int, int, str | int]]:
    """Row, column and content of every cell of the sheet."""
    for catalogue in pack.catalogues.values():
        column = lists.first[catalogue.key]
        for row, (code, name) in enumerate(catalogue.names.items()):
            yield row, column, code
            yield row, column + 1, name
            if _by_name(pack, catalogue):
                yield row, column + 2, _key(catalogue, code) + name


def _by_name(pack: Pack, catalogue: Catalogue) -> bool:
    """Whether a form prints the names of this catalogue and no codes."""
    return any(
        block.codes == catalogue.key and "code" not in block.paths for block in pack.blocks.values()
    )


def _key(catalogue: Catalogue, code: str) -> str:
    return "/" if len(code) == catalogue.lengths[0] else code[: catalogue.lengths[0]]
