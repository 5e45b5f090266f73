"""What the loader refuses, and that it points at the file, the line and the key."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from zhibu.apps.rules.errors import PackRefused
from zhibu.apps.rules.loader import OWN, SHIPPED, load
from zhibu.apps.rules.tables import Lines
from zhibu.domain.requirements import Layer, Modality, Obligation, State
from zhibu.domain.terms import OrganizationKind

HEAD = """\
layer = "{layer}"

[texts.a]
title = "甲条例"
issuer = "某机关"
year = 2018
since = 2018-10-28
{until}

"""

MEETING = {
    "id": '"meeting"',
    "kind": '"obligation"',
    "label": '"会议"',
    "text": '"a"',
    "article": "11",
    "verified": '"full"',
    "modality": '"must"',
    "binds": '{ kinds = ["branch"] }',
    "requirement": '"meeting"',
    "period": '"month"',
    "count": "1",
}
PLAIN = {name: value for name, value in MEETING.items() if name not in {"requirement", "period", "count"}}
VOTE = {
    "id": '"vote"',
    "kind": '"assembly"',
    "label": '"表决"',
    "text": '"a"',
    "verified": '"content"',
    "binds": '{ kinds = ["branch"] }',
    "meetings": '["general_meeting"]',
    "decisions": '["resolution"]',
    "quorum": '{ base = "voters", at_least = "1/2" }',
    "passing": '{ base = "voters", more_than = "1/2" }',
}


def table(keys, **change):
    """One ``[[rules]]``; a change to ``None`` leaves the key out."""
    lines = {name: value for name, value in {**keys, **change}.items() if value is not None}
    return "\n".join(["[[rules]]", *(f"{name} = {value}" for name, value in lines.items()), ""])


@pytest.fixture
def packs(tmp_path):
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    shipped.mkdir()
    own.mkdir()

    def write(*tables, layer="national", name="a.toml", until="", text=None):
        folder = own if layer == "unit" else shipped
        text = text if text is not None else HEAD.format(layer=layer, until=until) + "\n".join(tables)
        (folder / name).write_text(text, encoding="utf-8")
        return folder / name

    write.load = lambda: load([(shipped, SHIPPED), (own, OWN)])
    return write


def faults(packs):
    with pytest.raises(PackRefused) as refusal:
        packs.load()
    return refusal.value.faults


def only_fault(packs):
    found = faults(packs)
    assert len(found) == 1
    return found[0]


def test_a_whole_pack_becomes_rules(packs):
    packs(table(MEETING, note='"要点。"', usual_quarter="4", grace="0", first_period='"current"'))
    (rule,) = packs.load()
    assert isinstance(rule, Obligation)
    assert (rule.id, rule.layer, rule.modality, rule.note) == ("meeting", Layer.NATIONAL, Modality.MUST, "要点。")
    assert (rule.usual_quarter, rule.grace, rule.first_period.value) == (4, 0, "current")
    assert rule.force.since == dt.date(2018, 10, 28)
    assert rule.citation.zh == "《甲条例》第十一条"


def test_a_rule_may_come_later_and_go_earlier_than_its_text(packs):
    packs(table(MEETING, since="2019-01-01", until="2020-01-01"))
    (rule,) = packs.load()
    assert (rule.force.since, rule.force.until) == (dt.date(2019, 1, 1), dt.date(2020, 1, 1))


def test_conditions_are_read_as_ranges(packs):
    packs(table(MEETING, binds='{ kinds = ["branch"], when = { members = { at_least = 50, at_most = 99 } } }'))
    (rule,) = packs.load()
    bound = [n for n in (49, 50, 99, 100) if rule.binding.binds(OrganizationKind.BRANCH, State(n, n))]
    assert bound == [50, 99]


def test_a_folder_that_does_not_exist_has_no_rules(tmp_path):
    assert load([(tmp_path / "nowhere", OWN)]) == ()


# --- One value -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"kind": '"obligations"'}, "kind", "is none of obligation"),
        ({"periode": '"month"'}, "periode", "unknown key"),
        ({"count": "0"}, "count", "from 1 up"),
        ({"count": "true"}, "count", "no whole number"),
        ({"count": '"1"'}, "count", "no whole number"),
        ({"period": '"weekly"'}, "period", "is none of month, quarter, half_year, year, term"),
        ({"period": None}, "rules[1]", "period is missing"),
        ({"id": '"Meeting"'}, "id", "is no id"),
        ({"id": '"unit.meeting"'}, "id", "in a pack of the layer national"),
        ({"label": '"  "'}, "label", "is no text"),
        ({"text": '"b"'}, "text", "no text 'b' in this file; there are: a"),
        ({"article": "0"}, "article", "from 1 up"),
        ({"verified": '"content"'}, "article", "a number that was not checked is not cited"),
        ({"verified": '"none"'}, "article", "a number that was not checked is not cited"),
        ({"modality": '"shall"'}, "modality", "is none of must, should, generally, may"),
        ({"binds": '{ kinds = ["cell"] }'}, "binds.kinds", "'cell' is none of"),
        ({"binds": "{ kinds = [] }"}, "binds.kinds", "no list of words"),
        ({"binds": '{ kinds = ["branch", "branch"] }'}, "binds.kinds", "twice"),
        ({"binds": '"branch"'}, "binds", "is no table"),
        ({"binds": '{ kinds = ["branch"], who = 1 }'}, "binds.who", "unknown key; known here: kinds, when"),
        ({"binds": '{ kinds = ["branch"], subject = "post" }'}, "binds", "posts is missing"),
        ({"binds": '{ kinds = ["branch"], posts = ["secretary"] }'}, "binds.posts", "unknown key"),
        ({"binds": '{ kinds = ["branch"], when = { members = {} } }'}, "binds.when.members", "give at_least"),
        (
            {"binds": '{ kinds = ["branch"], when = { members = { at_least = 5, at_most = 4 } } }'},
            "binds.when.members.at_most",
            "4 is below at_least, 5",
        ),
        ({"since": "2018-10-27"}, "since", "before 2018-10-28"),
        ({"since": '"2019"'}, "since", "is no date"),
        ({"since": "2019-01-01T00:00:00"}, "since", "is no date"),
        ({"until": "2018-10-28"}, "until", "is not after 2018-10-28"),
        ({"usual_quarter": "5"}, "usual_quarter", "no quarter of a year"),
        ({"grace": "-1"}, "grace", "from 0 up"),
    ],
)
def test_a_wrong_value_is_pointed_at(packs, change, key, words):
    file = packs(table(MEETING, **change))
    fault = only_fault(packs)
    begins = "[[rules]]" if key == "rules[1]" else key.partition(".")[0] + " ="
    lines = file.read_text(encoding="utf-8").splitlines()
    last = max(number for number, line in enumerate(lines, 1) if line.startswith(begins))
    assert (fault.file, fault.line) == (str(file), last)
    assert fault.key == (key if key == "rules[1]" else f"rules[1].{key}")
    assert words in fault.message


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"quorum": '{ base = "voters" }'}, "quorum", "give one of at_least, more_than"),
        ({"quorum": '{ base = "voters", at_least = "1/2", more_than = "1/2" }'}, "quorum", "give one of"),
        ({"quorum": '{ base = "voters", at_least = "0.5" }'}, "quorum.at_least", "is no fraction such as 4/5"),
        ({"quorum": '{ base = "voters", at_least = 0.5 }'}, "quorum.at_least", "is no text"),
        ({"quorum": '{ base = "voters", at_least = "3/2" }'}, "quorum.at_least", "nobody"),
        ({"quorum": '{ base = "voters", more_than = "1/1" }'}, "quorum.more_than", "nobody"),
        ({"quorum": '{ base = "voters", at_least = "1/0" }'}, "quorum.at_least", "is no fraction"),
        ({"quorum": '{ base = "voters_present", at_least = "1/2" }'}, "quorum", "is no quorum"),
        ({"quorum": '{ base = "people", at_least = "1/2" }'}, "quorum.base", "is none of voters"),
        ({"quorum": '{ base = "voters", at_most = "1/2" }'}, "quorum.at_most", "unknown key"),
        ({"decisions": '["election"]'}, "decisions", "a rule of the kind"),
        (
            {"written": '["votes"]', "passing": '{ base = "voters_present", more_than = "1/2" }'},
            "written",
            "who writes",
        ),
        ({"written": "true"}, "written", "no list of words"),
        ({"one_at_a_time": '"yes"'}, "one_at_a_time", "neither true nor false"),
        ({"binds": '{ kinds = ["branch"], when = { members = { at_least = 1 } } }'}, "binds.when", "unknown key"),
        ({"period": '"month"'}, "period", "unknown key"),
    ],
)
def test_a_wrong_vote_is_pointed_at(packs, change, key, words):
    packs(table(VOTE, **change))
    fault = only_fault(packs)
    assert fault.key == f"rules[1].{key}"
    assert words in fault.message


def test_a_size_has_one_attribute(packs):
    packs(table({**PLAIN, "kind": '"size"'}, size="{ members = { at_most = 50 }, groups = { at_least = 1 } }"))
    assert (only_fault(packs).key, only_fault(packs).message) == ("rules[1].size", "give one attribute")


def test_a_text_is_checked_like_a_rule(packs):
    file = packs(text='layer = "national"\nrules = []\n[texts.a]\ntitle = "甲"\nissuer = "某"\nyear = 1900\n')
    assert str(only_fault(packs)) == f"{file}:6: texts.a.year: 1900 is no whole number from 1921 up"


def test_a_rule_ends_with_its_text(packs):
    packs(table(MEETING, until="2021-01-01"), until="until = 2020-01-01")
    assert "after 2020-01-01" in only_fault(packs).message


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("layer = \n", 1, "file"),
        ('layer = "national"\nlayer = "unit"\n', 2, "file"),
        ('layer = "unit"\nrules = []\ntexts = {}\n', 1, "layer"),
        ('layer = "national"\ntexts = {}\n', 1, "file"),
        ('layer = "national"\nrules = [1]\ntexts = {}\n', 2, "rules"),
        ('layer = "national"\nrules = []\ntexts = []\n', 3, "texts"),
        ('layer = "national"\nrules = []\ntexts = {}\nmore = 1\n', 4, "more"),
    ],
)
def test_a_file_that_is_no_pack_is_pointed_at(packs, text, line, key):
    file = packs(text=text)
    fault = only_fault(packs)
    assert (fault.file, fault.line, fault.key) == (str(file), line, key)


def test_a_file_that_is_not_in_utf_8_is_named(packs):
    file = packs()
    file.write_bytes('layer = "全国"'.encode("gb18030"))
    assert only_fault(packs).message.startswith("not in UTF-8")


def test_all_faults_of_all_files_are_told_at_once(packs):
    first = packs(table(MEETING, count="0"), table(VOTE, kind='"poll"'), name="a.toml")
    second = packs(table(MEETING, id='"other"', period='"day"'), name="b.toml")
    assert [(fault.file, fault.key) for fault in faults(packs)] == [
        (str(first), "rules[1].count"),
        (str(first), "rules[2].kind"),
        (str(second), "rules[1].period"),
    ]


def test_a_key_in_a_nested_table_is_found_by_its_line(packs):
    file = packs(table({**MEETING, "binds": None}) + '[rules.binds]\nkinds = ["cell"]\n')
    assert str(only_fault(packs)).startswith(f"{file}:22: rules[1].binds.kinds: ")


def test_lines_are_not_misled_by_long_strings_quoted_keys_and_comments():
    lines = Lines(
        '# a = 1\nnote = """\na = 1\n[[rules]]\n"""\n"a" = 2\nb.c = 3\n'
        "[[rules]] # first\nid = 1\n[[rules]]\nid = 2\n[rules.binds]\nkinds = []\n"
    )
    assert lines.of(("note",)) == 2
    assert lines.of(("a",)) == 6
    assert lines.of(("b", "c")) == 7
    assert lines.of(("rules", 0, "id")) == 9
    assert lines.of(("rules", 1, "id")) == 11
    assert lines.of(("rules", 1, "binds", "kinds")) == 13
    assert lines.of(("rules", 0, "binds", "kinds")) == 8
    assert lines.of(("nothing",)) == 1


# --- Rules together ------------------------------------------------------------------------------------------------


def test_two_versions_of_a_rule_in_force_on_one_day_are_refused(packs):
    first = packs(table(MEETING, until="2020-01-02"), name="a.toml")
    second = packs(table(MEETING, since="2020-01-01"), name="b.toml")
    fault = only_fault(packs)
    assert (fault.file, fault.line, fault.key) == (str(second), 11, "rules[1].id")
    assert fault.message == f"two versions of meeting in force at once: also {first}:11"


def test_two_versions_of_a_rule_may_follow_each_other(packs):
    packs(table(MEETING, until="2020-01-01"), table(MEETING, since="2020-01-01"))
    assert len(packs.load()) == 2


def test_a_version_that_is_switched_off_disturbs_no_other(packs):
    packs(table(MEETING), table(MEETING, verified='"none"', article=None))
    assert [rule.is_on for rule in packs.load()] == [True, False]


def test_two_rules_for_one_vote_on_the_same_days_are_refused(packs):
    file = packs(table(VOTE), table(VOTE, id='"ballot"'))
    fault = only_fault(packs)
    assert fault.message == f"{file}:11 (vote) already rules this vote on the same days"


@pytest.mark.parametrize(
    "change",
    [
        {"meetings": '["lesson"]'},
        {"decisions": '["admission"]'},
        {"binds": '{ kinds = ["group"] }'},
        {"until": "2019-01-01", "since": "2018-12-01", "verified": '"none"'},
    ],
)
def test_two_rules_for_different_votes_live_together(packs, change):
    packs(table(VOTE), table(VOTE, id='"ballot"', **change))
    assert len(packs.load()) == 2


def test_a_unit_may_tighten_a_firm_rule(packs):
    packs(table(MEETING))
    packs(table(MEETING, count="2"), layer="unit")
    assert [rule.count for rule in packs.load()] == [1, 2]


@pytest.mark.parametrize(
    ("modality", "strength"), [('"must"', "must"), ('"should"', "should"), (None, "stated plainly")]
)
def test_a_unit_that_loosens_a_firm_rule_is_refused_with_the_citation(packs, modality, strength):
    packs(table(MEETING, count="2", modality=modality))
    file = packs(table(MEETING, count="1", modality='"must"'), layer="unit")
    assert str(only_fault(packs)) == (
        f"{file}:11: rules[1].id: count asks less than 《甲条例》第十一条 ({strength}); "
        "a lower layer adds or tightens"
    )


@pytest.mark.parametrize("modality", ['"generally"', '"may"'])
def test_what_a_text_says_generally_leaves_room_below(packs, modality):
    packs(table(MEETING, count="2", modality=modality))
    packs(table(MEETING, count="1", modality=modality), layer="unit")
    assert [rule.count for rule in packs.load()] == [2, 1]


def test_even_what_leaves_room_keeps_its_kind(packs):
    packs(table(MEETING, modality='"generally"'))
    packs(table({**PLAIN, "kind": '"provision"'}, says='"开会。"'), layer="unit")
    assert only_fault(packs).message.startswith("kind asks less than")


def test_a_rule_may_be_loosened_once_the_firm_one_is_out_of_force(packs):
    packs(table(MEETING, count="2", until="2020-01-01"))
    packs(table(MEETING, count="1", since="2020-01-01"), layer="unit")
    assert len(packs.load()) == 2


def test_a_unit_is_measured_against_the_nation_even_where_the_sector_is_silent_or_tighter(packs):
    packs(table(MEETING, count="2"))
    packs(table(MEETING, count="3"), layer="sector", name="b.toml")
    packs(table(MEETING, count="2"), layer="unit")
    assert "count asks less than" in only_fault(packs).message


def test_a_firm_rule_that_is_switched_off_holds_nobody(packs):
    packs(table(MEETING, count="2", verified='"none"', article=None))
    packs(table(MEETING, count="1"), layer="unit")
    assert len(packs.load()) == 2


def test_a_lower_layer_adds_rules_under_its_own_name(packs):
    packs(table(MEETING))
    packs(table(MEETING, id='"unit.meeting"'), layer="unit")
    assert [rule.id for rule in packs.load()] == ["meeting", "unit.meeting"]


def test_an_id_that_no_layer_above_knows_is_refused(packs):
    packs(table(MEETING))
    packs(table(MEETING, id='"meting"'), layer="unit")
    assert only_fault(packs).message == "no layer above has 'meting'; call a rule of one's own unit.meting"


def test_a_unit_can_not_rule_a_vote_beside_the_nation(packs):
    packs(table(VOTE))
    packs(table(VOTE, id='"unit.vote"'), layer="unit")
    assert "already rules this vote" in only_fault(packs).message


# --- The published format ------------------------------------------------------------------------------------------

DOCS = Path(__file__).parents[2] / "docs" / "rules.md"
KINDS = {
    "obligation": MEETING,
    "assembly": VOTE,
    "election": {
        **VOTE,
        "kind": '"election"',
        "decisions": None,
        "passing": '{ base = "voters_present", more_than = "1/2" }',
        "leaving_open": '{ base = "voters_present", more_than = "1/2" }',
    },
    "size": {**PLAIN, "kind": '"size"', "size": "{ members = { at_most = 50 } }"},
    "term": {**PLAIN, "kind": '"term"', "years": "3"},
    "provision": {**PLAIN, "kind": '"provision"', "says": '"开会。"'},
}


def documented():
    """Of each heading, the keys of its first table, and those that are needed."""
    found: dict[str, dict[str, bool]] = {}
    for section in DOCS.read_text(encoding="utf-8").split("\n### ")[1:]:
        heading, _, body = section.partition("\n")
        name = heading.partition("`")[2].partition("`")[0] or heading
        rows = re.findall(r"^\| `(\w+)` \| (yes)? ?\|", body.split("\n\n")[0], re.MULTILINE)
        found[name] = {key: bool(needed) for key, needed in rows}
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_keys_are_those_that_are_read(packs, kind):
    packs(table(KINDS[kind], nonsense="1"))
    known = only_fault(packs).message.removeprefix("unknown key; known here: ").split(", ")
    assert set(known) == {*documented()["Every rule"], *documented()[kind]}


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_keys_are_needed_where_they_say_so(packs, kind):
    packs(table(KINDS[kind]))
    assert len(packs.load()) == 1
    keys = documented()["Every rule"] | documented()[kind]
    for key in KINDS[kind]:
        packs(table({name: value for name, value in KINDS[kind].items() if name != key}))
        if keys.get(key):
            assert f"{key} is missing" in only_fault(packs).message
        else:
            assert len(packs.load()) == 1


def test_the_published_example_is_a_pack(packs):
    example = DOCS.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    packs(text=example, layer="unit")
    assert [rule.id for rule in packs.load()] == ["unit.lesson"]
