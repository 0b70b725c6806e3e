"""The bytes of an uploaded file to text, or a sentence about the byte and line that cannot be read."""

import codecs

from promptassay.evals.case_files.rows import MAX_FILE_BYTES, MAX_ROWS, refuse

_AGAIN = "Save it as UTF-8 (in Excel: “CSV UTF-8”) and upload it again."


def decode(data: bytes) -> str:
    """UTF-8, or UTF-16 with a byte order mark; ValidationFailed for others, NUL bytes, over 10 MB."""
    if len(data) > MAX_FILE_BYTES:
        raise refuse(
            f"The file is {len(data) / 1048576:,.1f} MB large.",
            f"The limit is {MAX_FILE_BYTES // 1048576} MB and {MAX_ROWS:,} cases.",
            "Split it, or leave out columns that are not needed.",
        )
    encoding, skip = _encoding(data)
    try:
        text = data[skip:].decode(encoding)
    except UnicodeDecodeError as problem:
        line = data[skip : skip + problem.start].decode(encoding, "ignore").count("\n") + 1
        raise refuse(
            f"The file cannot be read as text: byte {skip + problem.start + 1:,}, in line {line:,}, is not "
            f"{'UTF-8' if encoding == 'utf-8' else 'UTF-16'}.",
            "It was saved in another encoding, or it is not a text file.",
            _AGAIN,
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise refuse(
            f"Line {line:,} of the file holds a NUL byte.",
            "It is UTF-16 without a byte order mark, or not a text file.",
            _AGAIN,
        )
    return text


def _encoding(data: bytes) -> tuple[str, int]:
    """The encoding, and the length of the byte order mark."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8", 3
    if data.startswith(codecs.BOM_UTF16_LE) and not data.startswith(codecs.BOM_UTF32_LE):
        return "utf-16-le", 2
    return ("utf-16-be", 2) if data.startswith(codecs.BOM_UTF16_BE) else ("utf-8", 0)
