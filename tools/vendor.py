"""Fetches the assets that browsers load from the package registry into the tree, for maintainers.

``npm pack`` gets each package; its SHA-256 is compared with the one pinned here before a byte of it is kept. The
files are committed, so that nobody else needs Node. Addresses of source maps are cut: the maps are not shipped, and
a browser would ask for them in vain.
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
class Package:
    """One package of the registry and what is kept of it: path inside → file in ``folder``."""

    name: str
    version: str
    sha256: str
    folder: Path
    kept: dict[str, str]


PACKAGES = (
    Package(
        name="bootstrap",
        version="5.3.9",
        sha256="06bdf78289c3c12ea99d40df84eedf6278c724c73eebf38f11f3a65b44ec8c94",
        folder=STATIC / "bootstrap",
        kept={"dist/css/bootstrap.min.css": "bootstrap.min.css", "LICENSE": "LICENSE"},
    ),
    Package(
        name="axe-core",
        version="4.14.1",
        sha256="e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
        folder=FOR_TESTS / "axe-core",
        kept={"axe.min.js": "axe.min.js", "LICENSE": "LICENSE"},
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
        for inside, name in package.kept.items():
            member = tar.extractfile(f"package/{inside}")
            if member is None:
                sys.exit(f"{package.name} {package.version}: has no file {inside}")
            (package.folder / name).write_bytes(SOURCE_MAP.sub(b"\n", member.read()))
            print(f"{(package.folder / name).relative_to(ROOT)}  {package.name} {package.version}")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for package in PACKAGES:
            fetch(package, folder)
            keep(package, folder / f"{package.name}-{package.version}.tgz")


if __name__ == "__main__":
    main()
