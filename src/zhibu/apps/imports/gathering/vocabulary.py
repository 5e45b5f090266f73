"""The words of the workbook and what else people write for them; the first word for a thing is its label."""

from __future__ import annotations

from typing import TypeVar

from zhibu.domain.terms import Affiliation, Gender, MeetingKind, OrganizationKind, PostKind, Word

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

#: What a ledger calls a meeting.
MEETINGS = _with_labels(
    MeetingKind,
    {
        word: kind
        for kind, words in {
            MeetingKind.GENERAL_MEETING: (
                *("党员大会", "支部大会", "党支部大会", "党支部党员大会", "全体党员大会", "支部全体党员大会"),
                *("党总支党员大会", "总支党员大会"),
            ),
            MeetingKind.BRANCH_COMMITTEE_MEETING: (
                *("支委会", "支委会议", "支委会会议", "支部委员会", "支部委员会议", "支部委员会会"),
                *("党支部委员会", "党支部委员会议", "党支部委员会会议", "支委"),
            ),
            MeetingKind.COMMITTEE_MEETING: (
                *("委员会", "委员会议", "党委会", "党委会议", "党委委员会会议", "机关党委会", "机关党委会议"),
                *(
                    "机关党委委员会会议",
                    "总支委员会",
                    "总支委员会会议",
                    "党总支委员会",
                    "党总支委员会会议",
                    "总支委会",
                ),
            ),
            MeetingKind.GROUP_MEETING: ("党小组会议", "小组会", "小组会议", "党小组"),
            MeetingKind.LESSON: ("支部党课", "上党课", "专题党课", "书记党课", "微党课", "讲党课", "党课教育"),
            MeetingKind.THEME_DAY: (
                *("主题党日活动", "支部主题党日", "支部主题党日活动", "党日活动", "党日", "主题活动日"),
            ),
            MeetingKind.ORGANIZATION_LIFE_MEETING: ("组织生活", "组织生活会议", "专题组织生活会", "支部组织生活会"),
            MeetingKind.APPRAISAL: ("民主评议", "党员民主评议", "民主评议党员会", "评议党员"),
        }.items()
        for word in words
    },
)
