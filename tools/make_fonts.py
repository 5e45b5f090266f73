"""Make the fonts of the papers from pinned packages (maintainers only; the result is committed).

    apt-get download fonts-noto-cjk fonts-noto-cjk-extra fonts-lxgw-wenkai texlive-lang-chinese unicode-data
    npm pack @fontsource/noto-emoji@5.3.2
    pip install fonttools brotli
    python tools/make_fonts.py FOLDER_OF_THE_PACKAGES

FandolFang is taken as it is. The others are subsets under names of our own, as their licenses ask for modified
fonts. Which characters are in which font, and why, is said in ``src/zhibu/documents/fonts/README.md``.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import itertools
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset  # type: ignore[import-not-found]
from fontTools.ttLib import TTFont  # type: ignore[import-not-found]

OUT = Path(__file__).parents[1] / "src" / "zhibu" / "documents" / "fonts"

PACKAGES = {
    "fonts-lxgw-wenkai_1.250+repack-1_all.deb": "6d1e4c4aac78ad32062aefa2c836ee4d6e58f9dcf8b3f4407c9eefe304615318",
    "fonts-noto-cjk-extra_1%3a20220127+repack1-1_all.deb": (
        "5f6536c99f9b3d77a3c383c3f1544f6d49350e7f20832c4c979af0e33f603cb5"
    ),
    "fonts-noto-cjk_1%3a20220127+repack1-1_all.deb": (
        "4a2515eb6db3978b897fef9709ed0d2b1f4c6c4df4d83d6c4ef65f71f1b1f502"
    ),
    "texlive-lang-chinese_2022.20230122-1_all.deb": (
        "9cfa07bd44e7b9098e26f0ecac1b5ad210d2249d474c8074d53de92d650b0ec0"
    ),
    "unicode-data_15.0.0-1_all.deb": "5efef23bbb1c6a133ecbdd63a2cfa07159ccacf5466a49e2426101c5ecd691fc",
    "fontsource-noto-emoji-5.3.2.tgz": "1fe49bb2cf7c2d78f93c0a69b6a431dcfd0d585b7831eba87fae6888ccf8d373",
}

FANDOL = "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/FandolFang-Regular.otf"
NOTO = "usr/share/fonts/opentype/noto/"
NOTICES = """\
Zhibu Kai, Zhibu Rare (from LXGW WenKai): Copyright 2021-2023 LXGW (https://github.com/lxgw/LxgwWenKai),
  with Reserved Font Names "LXGW" and "霞鹜";
  Copyright 2020 The Klee Project Authors (https://github.com/fontworks-fonts/Klee)
Zhibu Song, Zhibu Title (from Noto Serif CJK SC): © 2017-2022 Adobe (http://www.adobe.com/)
Zhibu Hei (from Noto Sans CJK SC): © 2014-2021 Adobe (http://www.adobe.com/)
Zhibu Emoji (from Noto Emoji): Copyright 2013-2026 Google LLC
"""
WINDOWS, UNICODE, ENGLISH = 3, 1, 0x409  # the one kind of name record that is kept
SIMPLIFIED = 2  # the face "SC" of the Noto CJK collections


def unpack(packages: Path, into: Path) -> None:
    for name, digest in PACKAGES.items():
        package = packages / name
        found = hashlib.sha256(package.read_bytes()).hexdigest()
        if found != digest:
            sys.exit(f"{name}: sha256 is {found}, expected {digest}")
        if package.suffix == ".deb":
            subprocess.run(["dpkg", "-x", package, into], check=True)
        else:
            with tarfile.open(package) as archive:
                archive.extractall(into, filter="data")


def characters_of(codec: str) -> set[int]:
    """What two bytes of a Chinese ``codec`` can say."""
    found = set()
    for high in range(0x81, 0xFF):
        for low in range(0x40, 0xFF):
            try:
                found.add(ord(bytes([high, low]).decode(codec)))
            except UnicodeDecodeError:
                continue
    return found


def standard_characters(root: Path) -> set[int]:
    """The 8,105 characters of 通用规范汉字表 (2013), in which the register of persons is kept."""
    table = bz2.decompress((root / "usr/share/unicode/Unihan_OtherMappings.txt.bz2").read_bytes()).decode()
    return {int(code, 16) for code in re.findall(r"^U\+([0-9A-F]+)\tkTGH", table, re.MULTILINE)}


def make(source: Path, target: Path, characters: set[int], *, name: str, face: int = -1) -> None:
    """Write the ``characters`` of ``source`` as a font of the given family ``name``, the same bytes each time."""
    options = subset.Options()
    options.font_number = face
    options.hinting = False
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.layout_features = ["ccmp", "kern", "mark"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["BASE", "DSIG", "VORG", "vhea", "vmtx"]
    font = subset.load_font(source, options)
    original = font["name"].getDebugName(4)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    names = font["name"]
    names.names = [record for record in names.names if (record.platformID, record.langID) == (WINDOWS, ENGLISH)]
    regular = {1: name, 2: "Regular", 3: f"{name} Regular", 4: name, 6: name.replace(" ", "")}
    for number, text in regular.items():
        names.setName(text, number, WINDOWS, UNICODE, ENGLISH)
    names.setName(f"A subset of {original}, made for the papers of zhibu.", 10, WINDOWS, UNICODE, ENGLISH)
    if "CFF " in font:
        _rename_cff(font["CFF "].cff, name)
    font["OS/2"].usWeightClass = 400
    font["OS/2"].fsSelection = (font["OS/2"].fsSelection & ~0x21) | 0x40
    font["head"].macStyle = 0
    font.recalcTimestamp = False
    font.flavor = None
    font.save(target)


def _rename_cff(cff: object, name: str) -> None:
    cff.fontNames = [name.replace(" ", "")]  # type: ignore[attr-defined]
    top = cff.topDictIndex[0]  # type: ignore[attr-defined]
    top.FamilyName, top.FullName, top.Weight = name, name, "Regular"


def write_coverage() -> None:
    """Say which characters the fonts can print together, as ranges: what is in none of them is spelled out."""
    covered = sorted({code for path in OUT.glob("*.[ot]tf") for code in TTFont(path).getBestCmap()} - {*range(0x20)})
    lines, first = [], covered[0]
    for code, following in itertools.zip_longest(covered, covered[1:]):
        if following != code + 1:
            lines.append(f"{first:X}-{code:X}" if first != code else f"{first:X}")
            first = following
    (OUT / "coverage.txt").write_text("\n".join(lines) + "\n", encoding="ascii")


def main(packages: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        unpack(packages, root)
        latin = {*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2060), *range(0xFF00, 0xFFF0)}
        boxes = {0x2103, 0x2116, *range(0x2460, 0x2474), 0x25A0, 0x25A1, 0x2610, 0x2611, 0x2612, 0x2713}
        everyday = characters_of("gb2312") | standard_characters(root) | latin | boxes
        han = {*range(0x2E80, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x33480)}
        signs = {*range(0x370, 0x530), *range(0x2000, 0x2C00), *range(0xFE10, 0xFE70)}
        shutil.copyfile(root / FANDOL, OUT / "FandolFang-Regular.otf")
        wenkai = root / "usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf"
        make(wenkai, OUT / "ZhibuKai.ttf", everyday, name="Zhibu Kai")
        light = root / "usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Light.ttf"
        lacking = everyday - set(TTFont(root / FANDOL).getBestCmap())
        make(light, OUT / "ZhibuRare.ttf", lacking, name="Zhibu Rare")
        make(
            root / NOTO / "NotoSansCJK-Medium.ttc", OUT / "ZhibuHei.otf", everyday, name="Zhibu Hei", face=SIMPLIFIED
        )
        make(
            root / NOTO / "NotoSerifCJK-Bold.ttc",
            OUT / "ZhibuTitle.otf",
            everyday,
            name="Zhibu Title",
            face=SIMPLIFIED,
        )
        make(
            root / NOTO / "NotoSerifCJK-Regular.ttc",
            OUT / "ZhibuSong.otf",
            (han | signs) - everyday | latin,
            name="Zhibu Song",
            face=SIMPLIFIED,
        )
        emoji = root / "package/files/noto-emoji-emoji-400-normal.woff2"
        pictures = set(TTFont(emoji).getBestCmap()) - set(range(0x80))
        make(emoji, OUT / "ZhibuEmoji.ttf", pictures, name="Zhibu Emoji")
        write_coverage()
        (OUT / "LICENSE-GPL-3.0-with-font-exception.txt").write_bytes(
            gzip.decompress((root / "usr/share/doc/texlive-doc/fonts/fandol/COPYING.gz").read_bytes())
        )
        (OUT / "LICENSE-OFL-1.1.txt").write_text(
            NOTICES + (root / "package/LICENSE").read_text().partition("\n")[2], encoding="utf-8"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
