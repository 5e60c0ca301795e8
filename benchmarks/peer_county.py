"""The peers of consolidating a folder, each a whole process: `calamine FOLDER JOBS` merely reads
every sheet of every file; `pandas FOLDER ENGINE` reads them and adds the rows of one label."""

import sys
from multiprocessing import Pool
from pathlib import Path


def read(path: Path) -> int:
    """Every sheet of one file as lists; how many rows there were."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def by_calamine(paths: list[Path], jobs: str) -> int:
    """Rows read by so many processes."""
    with Pool(int(jobs)) as pool:
        return sum(pool.imap_unordered(read, paths, chunksize=4))


def by_pandas(paths: list[Path], engine: str) -> int:
    """The script that people write: everything below everything, then sums by form and label."""
    import pandas as pd

    frames = []
    for path in paths:
        for form, frame in pd.read_excel(path, sheet_name=None, header=None, engine=engine).items():
            amounts = frame.iloc[:, 1:].apply(pd.to_numeric, errors="coerce")
            amounts.insert(0, "label", frame.iloc[:, 0].astype(str))
            amounts.insert(0, "form", form)
            frames.append(amounts)
    return len(pd.concat(frames).groupby(["form", "label"]).sum())


if __name__ == "__main__":
    peer = {"calamine": by_calamine, "pandas": by_pandas}[sys.argv[1]]
    print(peer(sorted(Path(sys.argv[2]).rglob("*.xlsx")), sys.argv[3]))
