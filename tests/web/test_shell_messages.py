"""The catalogs: nothing missing, nothing stale, no placeholder lost; and the tool that says so sees each of these."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools import compile_catalogs, messages

TEMPLATE = """{% load i18n %}
<p>It's {% translate "Log in" %} {# {% translate "not this" %} #}
  {% blocktranslate with name=user.name count total=3 %}{{ name }} has one{% plural %}{{ name }} has {{ total }}
  {% endblocktranslate %}</p>
<a title="{% translate 'Next' context "page" %}">{{ word|default:_("none") }}</a>
"""
CODE = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy
def f(n):
    return _("Wait, "
             "please") + ngettext("%d day", "%d days", n) + pgettext_lazy("verb", "file") + _(n)
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "web" / "hall"
    (made / "templates" / "hall").mkdir(parents=True)
    (made / "__init__.py").touch()
    (made / "views.py").write_text(CODE)
    (made / "templates" / "hall" / "page.html").write_text(TEMPLATE)
    monkeypatch.setattr(messages, "SOURCE", tmp_path)
    return made


def translate(room: Path, **translations: str) -> None:
    catalog = messages.read(room)
    for message in messages.texts_of(catalog):
        text = translations.get(messages._key(message), "译")
        message.string = text if isinstance(message.id, str) else (text,)
    messages.catalog_file(room).write_bytes(messages.written(catalog))


def test_every_text_of_code_and_templates_is_found(room: Path) -> None:
    found = {(message.id, message.context) for message in messages.texts_of(messages.found_in(room))}
    assert found == {
        ("Log in", None),
        (("%(name)s has one", "%(name)s has %(total)s\n  "), None),
        ("Next", "page"),
        ("none", None),
        ("Wait, please", None),
        (("%d day", "%d days"), None),
        ("file", "verb"),
    }


def test_what_is_missing_is_listed_until_it_is_translated(room: Path) -> None:
    assert len(list(messages.faults(room))) == 7
    messages.update([room])
    assert [fault for fault in messages.faults(room) if fault.startswith("missing")] == list(messages.faults(room))
    translate(room, **{"%(name)s has one": "%(name)s有%(total)s个", "%d day": "%d天"})
    assert list(messages.faults(room)) == []


def test_what_is_gone_is_listed_and_dropped_and_the_rest_stays(room: Path) -> None:
    messages.update([room])
    translate(room, **{"%(name)s has one": "%(name)s有%(total)s个", "%d day": "%d天", "Log in": "登录"})
    (room / "views.py").write_text("")
    assert {"no longer used: 'file'", "no longer used: 'Wait, please'"} <= set(messages.faults(room))
    messages.update([room])
    assert list(messages.faults(room)) == []
    assert messages.read(room).get("Log in").string == "登录"


def test_a_lost_placeholder_is_a_fault(room: Path) -> None:
    messages.update([room])
    translate(room, **{"%(name)s has one": "%(nam)s有一个", "%d day": "%d天"})
    [fault] = messages.faults(room)
    assert "nam" in fault


def test_a_catalog_stays_letter_for_letter_when_no_text_changes(room: Path) -> None:
    messages.update([room])
    translate(room)
    before = messages.catalog_file(room).read_bytes()
    (room / "views.py").write_text("\n\n\n" + CODE)
    messages.update([room])
    assert messages.catalog_file(room).read_bytes() == before


def test_a_room_without_texts_has_no_catalog(room: Path) -> None:
    messages.update([room])
    (room / "views.py").write_text("")
    (room / "templates" / "hall" / "page.html").write_text("<p></p>")
    messages.update([room])
    assert not messages.catalog_file(room).exists()


def test_two_rooms_that_say_it_differently_are_told(room: Path) -> None:
    other = room.parent / "yard"
    other.mkdir()
    (other / "__init__.py").write_text('_("Log in")')
    messages.update([room, other])
    translate(room, **{"Log in": "登录"})
    translate(other, **{"Log in": "登入"})
    assert [fault.partition(":")[0] for fault in messages.contradictions(messages.rooms())] == [
        "'Log in' is 登录 in web/hall, 登入 in web/yard"
    ]


def test_the_shells_texts_are_all_in_chinese() -> None:
    room = messages.SOURCE / "web/shell"
    assert list(messages.faults(room)) == []


def test_a_compiled_catalog_is_the_same_each_time(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compile_catalogs, "SOURCE", messages.SOURCE)
    messages.update([room])
    translate(room, **{"Log in": "登录"})
    assert compile_catalogs.compile_catalogs() == 1
    files = [room / f"locale/{name}/LC_MESSAGES/django.mo" for name in ("zh_Hans", "zh_Hant")]
    first = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    compile_catalogs.compile_catalogs()
    assert [file.read_bytes() for file in files] == first
    assert ["登录".encode() in first[0], "登錄".encode() in first[1]] == [True, True]
