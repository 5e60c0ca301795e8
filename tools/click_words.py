"""What click itself says, in Chinese: messages.po, as people write it, as messages.mo beside it."""

from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent.parent / "xlbudget" / "cli" / "locale" / "zh_CN" / "LC_MESSAGES"


def compiled() -> bytes:
    """The catalogue as gettext reads it."""
    with (FOLDER / "messages.po").open("rb") as written:
        catalogue = read_po(written, locale="zh_CN")
    content = BytesIO()
    write_mo(content, catalogue)
    return content.getvalue()


if __name__ == "__main__":
    (FOLDER / "messages.mo").write_bytes(compiled())
