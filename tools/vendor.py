"""Fetches the assets that browsers load from the package registry into the tree, for maintainers.

``npm pack`` gets each package; its SHA-256 is compared with the one pinned here before a byte of it is kept. The
files are committed, so that nobody else needs Node; a test compares each with its own SHA-256. Addresses of source
maps are cut: the maps are not shipped, and a browser would ask for them in vain.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "src/zhibu/web/shell/static/vendor"
FOR_TESTS = ROOT / "tests/web/vendor"
SOURCE_MAP = re.compile(rb"\n?/[/*][#@] sourceMappingURL=.*?(\*/)?\s*$")


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a package, and what it is named here. ``sha256`` is that of the file as it is kept."""

    inside: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """One package of the registry and what is kept of it in ``folder``. ``sha256`` is that of its archive."""

    name: str
    version: str
    sha256: str
    folder: Path
    kept: tuple[Kept, ...]


PACKAGES = (
    Package(
        name="bootstrap",
        version="5.3.9",
        sha256="06bdf78289c3c12ea99d40df84eedf6278c724c73eebf38f11f3a65b44ec8c94",
        folder=STATIC / "bootstrap",
        kept=(
            Kept(
                "dist/css/bootstrap.min.css",
                "bootstrap.min.css",
                "06395d93f5adbc0593ed84544eb043fa32ab8619c6b7195e803e119f5b9f3672",
            ),
            Kept("LICENSE", "LICENSE", "bc0cd18d94c028f1c0b62ec9fdaddcb9921c1e07c29cf52dc7df8cca9daf2488"),
        ),
    ),
    Package(
        name="axe-core",
        version="4.14.1",
        sha256="e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
        folder=FOR_TESTS / "axe-core",
        kept=(
            Kept("axe.min.js", "axe.min.js", "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"),
            Kept("LICENSE", "LICENSE", "af175b9d96ee93c21a036152e1b905b0b95304d4ae8c2c921c7609100ba8df7e"),
        ),
    ),
)


def fetch(package: Package, folder: Path) -> bytes:
    """The archive of the package, as pinned; stops the program where it is not."""
    subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"], cwd=folder, check=True, capture_output=True
    )
    content = (folder / f"{package.name}-{package.version}.tgz").read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != package.sha256:
        sys.exit(f"{package.name} {package.version}: SHA-256 is {found}, pinned is {package.sha256}. Nothing kept.")
    return content


def keep(package: Package, archive: Path) -> None:
    package.folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        for kept in package.kept:
            member = tar.extractfile(f"package/{kept.inside}")
            if member is None:
                sys.exit(f"{package.name} {package.version}: has no file {kept.inside}")
            content = SOURCE_MAP.sub(b"\n", member.read())
            (package.folder / kept.name).write_bytes(content)
            found = hashlib.sha256(content).hexdigest()
            print(f"{(package.folder / kept.name).relative_to(ROOT)}  {package.name} {package.version}  {found}")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for package in PACKAGES:
            fetch(package, folder)
            keep(package, folder / f"{package.name}-{package.version}.tgz")


if __name__ == "__main__":
    main()
