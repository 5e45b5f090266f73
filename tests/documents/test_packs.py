"""A study pack is read as it was written, and refused by name where it is another thing or more than it says."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
import zipfile

import pytest

from zhibu.documents.packs import Pack, PackFault, PackFile, PackRefused, PackUnit, read, write

PACK = Pack(
    title="党课：交接班",
    source="局本部机关党委",
    conveyed="传达关于交接班的规定。",
    agenda=("学习交接班规定", "讨论"),
    papers=(PackFile("规定.pdf", b"%PDF-1.7\n%%EOF"),),
    units=(
        PackUnit(
            "01900000-0000-7000-8000-000000000000", "交接班", "看交接簿。", 5, "交接班", "问\n* 甲\n- 乙\n> 因", ()
        ),
        PackUnit("x", "录音", "", 3, "", "", (PackFile("a.wav", b"RIFF", "声音", "话", ""),)),
    ),
)


def changed(edit=None, files=(), **parts):
    """The pack with other parts in its manifest, and with more files."""
    with zipfile.ZipFile(io.BytesIO(write(PACK))) as packed:
        contents = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(contents.pop("manifest.json")) | parts
    if edit is not None:
        edit(manifest, contents)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in [("manifest.json", json.dumps(manifest).encode()), *contents.items(), *files]:
            packed.writestr(name, content)
    return made.getvalue()


def test_what_was_written_is_read_and_written_again_it_is_the_same():
    assert read(write(PACK)) == PACK
    assert write(read(write(PACK))) == write(PACK)


def _other_content(_manifest, contents):
    name = next(key for key, content in contents.items() if content.startswith(b"%PDF"))
    contents[name] = b"other"


def _lost(_manifest, contents):
    del contents[next(key for key, content in contents.items() if content == b"RIFF")]


def _more(manifest, _contents):
    manifest["units"][0]["script"] = "x"


@pytest.mark.parametrize(
    ("content", "fault", "what"),
    [
        (b"", PackFault.NO_PACK, ""),
        (b"PK\x03\x04" + bytes(50), PackFault.NO_PACK, ""),
        (changed(format="other"), PackFault.NO_PACK, ""),
        (changed(version=2), PackFault.VERSION, "2"),
        (changed(extra=1), PackFault.UNKNOWN, "extra"),
        (changed(_more), PackFault.UNKNOWN, "units.script"),
        (changed(title=1), PackFault.BAD_VALUE, "title"),
        (changed(units={}), PackFault.BAD_VALUE, "units"),
        (changed(agenda=["议题"] * 21), PackFault.TOO_LARGE, "agenda"),
        (changed(files=[("../../etc/passwd", b"x")]), PackFault.ODD_FILE, "../../etc/passwd"),
        (changed(files=[("/etc/passwd", b"x")]), PackFault.ODD_FILE, "/etc/passwd"),
        (changed(files=[(f"files/{'0' * 64}", b"x")]), PackFault.ODD_FILE, f"files/{'0' * 64}"),
        (changed(files=[("run.js", b"x")]), PackFault.ODD_FILE, "run.js"),
        (changed(_other_content), PackFault.ALTERED, "规定.pdf"),
        (changed(_lost), PackFault.MISSING, "a.wav"),
    ],
)
def test_another_thing_is_refused_by_its_name(content, fault, what):
    with pytest.raises(PackRefused) as refused:
        read(content)
    assert (refused.value.fault, refused.value.what) == (fault, what)


@pytest.mark.parametrize("number", [1, 152, 100_000])
def test_a_bomb_is_refused_before_it_costs_anything(number):
    made = io.BytesIO()
    size = 200 * 2**20 if number == 1 else 10
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for place in range(number):
            packed.writestr(f"files/{place:064x}", bytes(size))
    began = time.monotonic()
    tracemalloc.start()
    with pytest.raises(PackRefused) as refused:
        read(made.getvalue())
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.fault is PackFault.TOO_LARGE
    assert time.monotonic() - began < 1
    assert used < 64 * 2**20


def test_a_list_that_says_less_than_a_file_holds_is_refused():
    whole = bytearray(write(PACK))
    size = len(b"%PDF-1.7\n%%EOF").to_bytes(4, "little")
    assert whole.count(size) >= 2
    lying = bytes(whole).replace(size, (3).to_bytes(4, "little"))
    with pytest.raises(PackRefused):
        read(lying)
