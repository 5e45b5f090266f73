"""What a browser has to load, and whether an old one understands it.

The oldest that has to do is Chromium 86. What it does not know is looked for by name in every style, script and page
of ours: a rule that it would drop whole, a call that would end the script, an element that it would not build.
"""

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

import zhibu
import zhibu.web
from tests import world

ROOMS = Path(zhibu.web.__file__).parent
BUDGET = 100 * 1024

#: What breaks a rule or a script in Chromium 86, with the version that learned it.
TOO_NEW_FOR_CSS = {
    r":has\(": 105,
    r":is\(": 88,
    r":where\(": 88,
    r":not\([^()]*,": 88,
    r":user-(in)?valid": 119,
    r":popover-open": 114,
    r"@container": 105,
    r"@layer": 99,
    r"@scope": 118,
    r"@starting-style": 117,
    r"color-mix\(": 111,
    r"\b(oklch|oklab|lab|lch|hwb)\(": 101,
    r"\binset(-(inline|block))?:": 87,
    r"\b(margin|padding|border)-(inline|block):": 87,
    r"\baspect-ratio:": 88,
    r"[;{]\s*(translate|rotate|scale):": 104,
    r"\d[sdl]v[hw]\b": 108,
    r"\d(cqw|cqh|lh|rlh|rex|rch|cap|ric)\b": 105,
    r"\bsubgrid\b": 117,
    r"\n  &": 112,
}
TOO_NEW_FOR_JS = {
    r"\.at\(": 92,
    r"\bstructuredClone\b": 98,
    r"\bObject\.(hasOwn|groupBy)\b": 93,
    r"\.findLast": 97,
    r"\.(toSorted|toReversed|toSpliced|with)\(": 110,
    r"\bstatic \{": 94,
    r"#\w+ in \b": 91,
    r"\nawait ": 89,
    r"crypto\.randomUUID": 92,
    r"AbortSignal\.(timeout|any)": 103,
    r"\bIntl\.Segmenter\b": 87,
    r"\.(showPicker|showPopover|togglePopover|checkVisibility|replaceSync)\(": 99,
    r"\bArray\.fromAsync\b": 121,
    r"\bPromise\.(withResolvers|try)\b": 119,
    r"\.(union|intersection|isSubsetOf)\(": 122,
    r"\bcause:": 93,
    r"startViewTransition": 111,
    r"/[dgimsuy]*v[dgimsuy]*\.(test|exec)": 112,
    r":has\(": 105,
}
#: Elements and attributes without which a page could not be used there.
TOO_NEW_FOR_HTML = {
    r"<(search|selectedcontent)\b": 118,
    r"\s(popover|popovertarget|inert|commandfor)(=|\s|>)": 102,
    r"<details[^>]*\sname=": 120,
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
    """Ours, wherever it lies: also what the stand-in of the platform serves."""
    files = Path(zhibu.__file__).parent.rglob(f"*.{ending}")
    return sorted(file for file in files if "vendor" not in file.parts)


def newer(text: str, known: dict[str, int]) -> list[str]:
    plain = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", text, flags=re.DOTALL | re.MULTILINE)
    return [f"{word} (Chromium {version})" for word, version in known.items() if re.search(word, plain)]


@pytest.mark.parametrize("file", own("css"), ids=lambda file: file.name)
def test_an_old_browser_understands_our_styles(file: Path) -> None:
    assert newer(file.read_text(), TOO_NEW_FOR_CSS) == []


@pytest.mark.parametrize("file", own("js"), ids=lambda file: file.name)
def test_an_old_browser_understands_our_scripts_and_they_stay_harmless(file: Path) -> None:
    text = file.read_text()
    assert newer(text, TOO_NEW_FOR_JS) == []
    assert [word for word in UNWANTED_IN_JS if word in text] == []


def test_an_old_browser_builds_our_pages() -> None:
    found = {file.name: newer(file.read_text(), TOO_NEW_FOR_HTML) for file in own("html")}
    assert {name: words for name, words in found.items() if words} == {}


def test_what_an_old_browser_does_not_understand_is_noticed() -> None:
    style = "a:not(.b, .c) { inset: 0; height: 100dvh } /* :has( */ b { padding-inline: 1px }"
    assert newer(style, TOO_NEW_FOR_CSS) == [
        r":not\([^()]*, (Chromium 88)",
        r"\binset(-(inline|block))?: (Chromium 87)",
        r"\b(margin|padding|border)-(inline|block): (Chromium 87)",
        r"\d[sdl]v[hw]\b (Chromium 108)",
    ]
    assert len(newer("x.at(-1); Object.hasOwn(a, b);\n// crypto.randomUUID()", TOO_NEW_FOR_JS)) == 2
    assert newer('<div popover="auto">', TOO_NEW_FOR_HTML) != []


def test_files_are_looked_at_in_every_room_that_has_some() -> None:
    rooms = {file.relative_to(Path(zhibu.__file__).parent).parts[:2] for file in [*own("css"), *own("js")]}
    assert {("web", "shell"), ("web", "windows"), ("web", "official_account"), ("wechat", "stand_in")} <= rooms


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
    assert answer.getvalue()  # read to its end, the file is closed
    assert "immutable" in answer["Cache-Control"]
