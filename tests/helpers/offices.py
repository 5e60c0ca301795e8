"""Names, codes and sizes of a synthetic county's departments; money comes in `helpers/counties.py`.

A quarter of them are departments of their own with codes of three digits, the others stand under
one of these with six. Names are made of parts, none is a real department's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

from helpers.departments import Office

BUREAUS = (
    "民政局",
    "教育局",
    "财政局",
    "水务局",
    "审计局",
    "统计局",
    "司法局",
    "林业局",
    "交通运输局",
    "卫生健康局",
    "农业农村局",
    "应急管理局",
    "自然资源局",
    "文化和旅游局",
    "市场监督管理局",
    "住房和城乡建设局",
    "人力资源和社会保障局",
    "发展和改革局",
    "退役军人事务局",
    "医疗保障局",
    "行政审批服务管理局",
    "档案馆",
    "总工会",
    "妇女联合会",
    "工商业联合会",
    "残疾人联合会",
    "机关事务服务中心",
    "融媒体中心",
    "供销合作社联合社",
    "信访局",
    "县委办公室（档案局）",
    "县委组织部",
    "县委宣传部",
    "县委统战部",
    "县委党校",
    "人大常委会办公室",
)
TOWNS = [
    f"{a}{b}{kind}" for kind, a, b in product("镇乡", "青石柳杨松云龙凤白黑", "河山泉坪岭沟湾庄")
]
BELOW = ("中心学校", "卫生院", "文化站", "农业技术推广站", "敬老院", "幼儿园", "林业工作站")
UNITS = (
    "本级",
    "综合行政执法队",
    "服务中心",
    "信息中心",
    "培训中心",
    "监测站",
    "事务中心",
    "管理所",
    "研究室",
    "检测站",
    "保障中心",
    "后勤中心",
)
"""What the units of a department are called, twelve at most."""

FEWEST_CODES, MOST_CODES = 3, 60
SHARE_OF_TOPS = 4
FIRST_CODE = 101


def offices(departments: int, seed: int) -> list[Office]:
    """So many departments, the first the smallest that there is, the second the largest; the
    same for the same seed. No two have the same name or code. Raises ValueError beyond the
    names there are (1200 are always to be had)."""
    rng = random.Random(f"{seed}/offices")
    tops = -(-departments // SHARE_OF_TOPS)
    codes = [*_own(tops), *_below(tops, departments - tops)]
    names = [*_shuffled(rng, [*BUREAUS, *(f"{town}人民政府" for town in TOWNS)])]
    names += _shuffled(rng, [f"{town}{below}" for town in TOWNS for below in BELOW])
    if departments > len(names):
        raise ValueError(f"there are names for {len(names)} departments")
    named = zip(names[:departments], codes, strict=True)
    return [_office(rng, nth, name, code) for nth, (name, code) in enumerate(named)]


def _shuffled(rng: random.Random, names: list[str]) -> list[str]:
    return rng.sample(names, len(names))


def _own(tops: int) -> Iterator[str]:
    return (str(FIRST_CODE + nth) for nth in range(tops))


def _below(tops: int, count: int) -> Iterator[str]:
    return (f"{FIRST_CODE + nth % tops}{1 + nth // tops:03}" for nth in range(count))


def _office(rng: random.Random, nth: int, name: str, code: str) -> Office:
    """Sizes spread evenly over their logarithm: many small ones, few large. Who has many units
    tends to have many codes."""
    large, wide = (nth, nth) if nth < 2 else (rng.random(), rng.random())
    units = round(len(UNITS) ** large)
    codes = round(FEWEST_CODES * (MOST_CODES / FEWEST_CODES) ** ((large + wide) / 2))
    mine = tuple(f"{name}{unit}" for unit in UNITS[:units])
    weights = tuple(rng.randint(1, 10_000) for _ in mine)
    return Office(name, mine, codes, rng.random() < 0.5, code, name, weights)
