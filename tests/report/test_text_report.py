"""What people read: one fault of thirteen forms is told once, and no mark that does not show turns
a line round."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from helpers import layouts

from xlbudget.cli.main import main
from xlbudget.core.budget import Budget
from xlbudget.packs.model import Pack


def report(path: Path, forms: list[layouts.Drawn]) -> str:
    path.write_bytes(layouts.book_bytes(forms))
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 1
    return result.stdout


def test_the_same_fault_of_many_forms_is_told_once_with_a_line_for_each(
    pack: Pack, example: Budget, tmp_path: Path
) -> None:
    forms = layouts.drawn(pack, example)
    for one in forms:
        one.about = [one.about[0], ("单位", "百万元")]
    lines = report(tmp_path / "甲.xlsx", forms).splitlines()
    assert [line for line in lines if line.startswith("错误")] == [
        "错误 V208 表一!F3 表一的金额单位“百万元”认不出来（认得的有元、千元、万元、亿元）"
    ]
    assert sum("怎么办" in line for line in lines) == 1
    assert all(any(form.sheet in line for line in lines) for form in pack.forms.values())


@pytest.mark.parametrize("mark", ["\u202e", "\u2067", "\u200f", "\x7f"])
def test_marks_that_do_not_show_are_named(
    pack: Pack, example: Budget, tmp_path: Path, mark: str
) -> None:
    forms = layouts.drawn(pack, example)
    forms[0].body[0][0] = f"六、不知道{mark}的\n收入"
    told = report(tmp_path / "甲.xlsx", forms)
    assert f"六、不知道〈U+{ord(mark):04X}〉的 收入" in told
    assert mark not in told
