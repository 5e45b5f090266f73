"""The folder of a demo: made in one beside it and renamed when it is whole, so nothing half-made is ever kept."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_data_path

#: What makes a folder a demo; the settings read the served date from it.
NOTE = "demo.json"

#: What a superior hands on as a lesson; whoever keeps a branch takes it in.
STUDY_PACK = "study-pack.zip"

#: Of every account. Known to everybody, and printed: nothing in a demo is worth keeping from anybody.
PASSWORD = "zhibu-demo"  # noqa: S105 - see above


class FolderRefused(Exception):
    """The demo can not be made there; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """``role`` as ``zhibu tokens`` names it; ``organization``: where it is held, ``None`` for administrators."""

    role: str
    login: str
    name: str
    organization: str | None


@dataclass(frozen=True, slots=True)
class Demo:
    """What is noted in the folder of a demo."""

    folder: Path
    today: str
    accounts: tuple[Account, ...]


def chosen(data: Path | None) -> Path:
    """The folder given, else ``ZHIBU_DATA_DIR``, else one of its own in the user's data folder."""
    given = data or os.environ.get("ZHIBU_DATA_DIR")
    return Path(given).expanduser().absolute() if given else user_data_path("zhibu-demo", appauthor=False)


def kept(folder: Path) -> Demo | None:
    """The demo in the folder; ``None`` where there is nothing yet. Raises ``FolderRefused`` where it is used."""
    try:
        noted = json.loads((folder / NOTE).read_text())
    except FileNotFoundError:
        pass
    else:
        return Demo(folder, noted["today"], tuple(Account(**account) for account in noted["accounts"]))
    if (folder / "zhibu.sqlite3").exists() or (folder / "secret-key").exists():
        raise FolderRefused(
            f"{folder} holds a real installation. A demo lives in a folder of its own: zhibu demo --data FOLDER"
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise FolderRefused(f"{folder} holds something else. Choose a new or an empty folder with --data.")
    return None


def note(folder: Path, today: str, accounts: Sequence[Account]) -> None:
    document = {"today": today, "accounts": [asdict(account) for account in accounts]}
    (folder / NOTE).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


@contextmanager
def being_made(folder: Path) -> Iterator[Path]:
    """An empty folder beside ``folder``, which takes its place at the end. What an interrupted run left is dropped.

    Two runs at once are kept apart by a lock on that folder, which ends with the process that holds it.
    """
    beside = folder.parent / f".{folder.name}.being-made"
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(beside, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _hold(lock, folder)
        for left in beside.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        try:
            yield beside
            _take_place(beside, folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    finally:
        os.close(lock)


def _hold(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FolderRefused(f"A demo is being made in {folder} just now. Wait for it, or stop it.") from error


def _take_place(beside: Path, folder: Path) -> None:
    """An empty folder is replaced; one that is not stays as it is."""
    try:
        beside.rename(folder)
    except OSError as error:
        raise FolderRefused(
            f"{folder} can not be replaced ({error.strerror}). Choose a folder that does not exist yet with --data."
        ) from error
