"""What a browser has to load, and whether an old one understands it."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client, override_settings
from tools.vendor import FOR_TESTS, PACKAGES, STATIC

import zhibu.web
from tests import world

ROOMS = Path(zhibu.web.__file__).parent
BUDGET = 100 * 1024

#: What breaks a rule or a script in Chromium 86, with the version that learned it.
TOO_NEW_FOR_CSS = {
    ":has(": 105,
    ":is(": 88,
    ":where(": 88,
    "@container": 105,
    "@layer": 99,
    "color-mix(": 111,
    "oklch(": 111,
    "inset:": 87,
    "aspect-ratio:": 88,
    "dvh": 108,
    "\n  &": 112,
}
TOO_NEW_FOR_JS = {
    ".at(": 92,
    "structuredClone": 98,
    "Object.hasOwn": 93,
    ".findLast": 97,
    ".toSorted(": 110,
    "static {": 94,
    "\nawait ": 89,
    "crypto.randomUUID": 92,
}
#: What would make text into code, or keep something in the browser that nobody sees.
UNWANTED_IN_JS = [
    "eval(",
    "new Function",
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "geolocation",
]


def own(ending: str) -> list[Path]:
    return [file for file in ROOMS.rglob(f"static/**/*.{ending}") if "vendor" not in file.parts]


@pytest.mark.parametrize("file", own("css"), ids=lambda file: file.name)
def test_an_old_browser_understands_our_styles(file: Path) -> None:
    text = file.read_text()
    assert [word for word in TOO_NEW_FOR_CSS if word in text] == []


@pytest.mark.parametrize("file", own("js"), ids=lambda file: file.name)
def test_an_old_browser_understands_our_scripts_and_they_stay_harmless(file: Path) -> None:
    text = file.read_text()
    assert [word for word in [*TOO_NEW_FOR_JS, *UNWANTED_IN_JS] if word in text] == []


def test_nothing_asks_for_a_source_map_that_is_not_shipped() -> None:
    kept = [*ROOMS.rglob("static/**/*.css"), *ROOMS.rglob("static/**/*.js")]
    assert kept
    assert [file.name for file in kept if "sourceMappingURL" in file.read_text()] == []


def test_each_file_from_elsewhere_is_the_one_that_was_pinned() -> None:
    pinned = {package.folder / kept.name: kept.sha256 for package in PACKAGES for kept in package.kept}
    found = [file for folder in (STATIC, FOR_TESTS) for file in folder.rglob("*") if file.is_file()]
    assert {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in found} == pinned


def test_an_icon_that_a_page_names_is_there() -> None:
    drawn = set(re.findall(r'<symbol id="(\w+)"', (ROOMS / "shell/static/shell/icons.svg").read_text()))
    named = {name for file in ROOMS.rglob("*.html") for name in re.findall(r'{% icon "(\w+)" %}', file.read_text())}
    assert named - drawn == set()


# --- The first load ------------------------------------------------------------------------------------------------


STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}


@pytest.fixture(scope="session")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STORAGES=STORAGES, STATIC_ROOT=folder):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture
def collected(gathered: Path) -> Iterator[None]:
    """Files as they are served: collected, with their digest in their name, compressed."""
    with override_settings(STORAGES=STORAGES, STATIC_ROOT=gathered):
        yield


def weight(answer: HttpResponse) -> int:
    """Bytes over the wire: the line of the status, the headers, the body as it is sent."""
    assert answer.status_code == 200
    body = answer.getvalue()
    answer.close()
    return sum(len(name) + len(value) + 4 for name, value in answer.items()) + 20 + len(body)


def first_load(client: Client, path: str) -> dict[str, int]:
    """The page and everything it names, each once, by a browser that knows gzip and has nothing yet."""
    page = client.get(path)
    html = gzip.decompress(page.content).decode()
    loaded = {path: weight(page)}
    for file in re.findall(r'(?:href|src)="(/static/[^"#]+)', html):
        if file not in loaded:
            loaded[file] = weight(client.get(file))
    return loaded


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/month/", "/today/", "/account/", "/public/", "/public/ask/"])
def test_the_first_load_is_light(path: str, collected: None) -> None:
    client = Client(headers={"accept-encoding": "gzip, deflate"})
    if path != "/accounts/login/":
        client.force_login(world.account(world.bureau().lin))
    loaded = first_load(client, path)
    assert len(loaded) > 4
    assert sum(loaded.values()) <= BUDGET, loaded


@pytest.mark.django_db
def test_a_served_file_is_kept_by_the_browser_for_good(collected: None) -> None:
    page = Client().get("/accounts/login/").content.decode()
    [style] = re.findall(r'href="(/static/shell/zhibu\.[^"]+)"', page)
    answer = Client().get(style)
    answer.close()
    assert "immutable" in answer["Cache-Control"]
