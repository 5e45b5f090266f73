"""The words of the workbook and what else people write for them; the first word for a thing is its label."""

from __future__ import annotations

from typing import TypeVar

from zhibu.domain.terms import Affiliation, Gender, OrganizationKind, PostKind, Word

W = TypeVar("W", bound=Word)


def _with_labels(words: type[W], also: dict[str, W]) -> dict[str, W]:
    return {word.zh: word for word in words} | also


GENDERS = _with_labels(Gender, {"女性": Gender.FEMALE, "男性": Gender.MALE})

AFFILIATIONS = _with_labels(
    Affiliation,
    {
        "党员": Affiliation.FULL_MEMBER,
        "中国共产党党员": Affiliation.FULL_MEMBER,
        "正式党员": Affiliation.FULL_MEMBER,
        "预备党员": Affiliation.PROBATIONARY_MEMBER,
        "中国共产党预备党员": Affiliation.PROBATIONARY_MEMBER,
        "团员": Affiliation.LEAGUE_MEMBER,
        "无党派人士": Affiliation.NONE,
        "无党派民主人士": Affiliation.NONE,
    }
    | dict.fromkeys(
        (
            *("民革", "民盟", "民建", "民进", "农工党", "致公党", "九三学社", "台盟"),
            *(f"{party}会员" for party in ("民建", "民进")),
            *(f"{party}党员" for party in ("民革", "农工党", "致公党")),
            *("民盟盟员", "台盟盟员", "九三学社社员"),
        ),
        Affiliation.OTHER_PARTY,
    ),
)

KINDS = _with_labels(
    OrganizationKind,
    {
        "党委": OrganizationKind.COMMITTEE,
        "基层党委": OrganizationKind.COMMITTEE,
        "总支": OrganizationKind.GENERAL_BRANCH,
        "总支部": OrganizationKind.GENERAL_BRANCH,
        "党总支部": OrganizationKind.GENERAL_BRANCH,
        "支部": OrganizationKind.BRANCH,
        "小组": OrganizationKind.GROUP,
    },
)

POSTS = _with_labels(
    PostKind,
    {
        "党支部书记": PostKind.SECRETARY,
        "支部书记": PostKind.SECRETARY,
        "党总支书记": PostKind.SECRETARY,
        "党委书记": PostKind.SECRETARY,
        "党支部副书记": PostKind.DEPUTY_SECRETARY,
        "支部副书记": PostKind.DEPUTY_SECRETARY,
        "党总支副书记": PostKind.DEPUTY_SECRETARY,
        "党委副书记": PostKind.DEPUTY_SECRETARY,
        "纪律检查委员": PostKind.DISCIPLINE_OFFICER,
        "党委委员": PostKind.COMMITTEE_MEMBER,
        "支部委员": PostKind.COMMITTEE_MEMBER,
        "支委": PostKind.COMMITTEE_MEMBER,
        "党小组长": PostKind.GROUP_LEADER,
        "小组长": PostKind.GROUP_LEADER,
    },
)
