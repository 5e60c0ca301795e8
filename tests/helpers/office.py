"""Runs under the system's Python with LibreOffice's bridge: types into a workbook, hands back what
it then shows. Reads one JSON job a line, answers one JSON line each.

A job: {"load": path} | {"type": [[sheet, row, column, value], …], "show": [[sheet, first row, last
column], …]} | {"insert": [sheet, row]} | {"save": path, "as": filter, "password": text}.
Typed cells are put back after showing, unless the job says "keep".
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""


def main(profile):
    """Serve jobs until the input ends."""
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS)
    pipe = f"xlbudget{os.getpid()}"
    office = subprocess.Popen(
        [
            "soffice",
            "--headless",
            "--norestore",
            f"-env:UserInstallation=file://{profile}",
            f"--accept=pipe,name={pipe};urp;",
        ]
    )
    desktop = connect(pipe)
    book = None
    for line in sys.stdin:
        job = json.loads(line)
        if "load" in job:
            book = desktop.loadComponentFromURL(url(job["load"]), "_blank", 0, (hidden(),))
            book.calculateAll()
        if "insert" in job:
            insert(book, *job["insert"])
        old = [write(book, *cell) for cell in job.get("type", ())]
        shown = [show(book, *area) for area in job.get("show", ())]
        if "save" in job:
            kind = PropertyValue("FilterName", 0, job.get("as", "Calc MS Excel 2007 XML"), 0)
            locks = [PropertyValue("Password", 0, p, 0) for p in [job.get("password")] if p]
            book.storeToURL(url(job["save"]), (kind, *locks))
        if not job.get("keep"):
            for cell, formula in reversed(old):
                cell.setFormula(formula)
        print(json.dumps(shown, ensure_ascii=False), flush=True)
    desktop.terminate()
    office.wait(30)


def connect(pipe):
    """The desktop of the office that was started."""
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", context
    )
    for _ in range(300):
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return remote.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", remote
            )
        except NoConnectException:
            time.sleep(0.2)
    sys.exit("LibreOffice did not start")


def url(path):
    """A file's address."""
    return Path(path).absolute().as_uri()


def hidden():
    """Open without a window."""
    return PropertyValue("Hidden", 0, True, 0)


def insert(book, sheet, row):
    """Insert a row above this one, as a person does."""
    area = book.getSheets().getByName(sheet)
    area.unprotect("")
    area.getRows().insertByIndex(row, 1)


def write(book, sheet, row, column, value):
    """Type into a cell; gives the cell with what stood there."""
    area = book.getSheets().getByName(sheet)
    if area.isProtected():
        area.unprotect("")
    cell = area.getCellByPosition(column, row)
    old = cell.getFormula()
    if value is None:
        cell.setFormula("")
    elif isinstance(value, str):
        cell.setString(value)
    else:
        cell.setValue(value)
    return cell, old


def show(book, sheet, first, columns):
    """The sheet's used cells from a row on, so many columns wide."""
    area = book.getSheets().getByName(sheet)
    cursor = area.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.getRangeAddress().EndRow
    used = area.getCellRangeByPosition(0, first, columns - 1, last)
    return [list(row) for row in used.getDataArray()]


main(Path(sys.argv[1]))
