"""The words of the field, each with its Chinese label.

One word per thing, everywhere: rows, addresses, files, tests. A member of these enumerations *is* its English
identifier (a ``str``) and carries its label in simplified Chinese. What a label looks like on a page in another
language is decided in ``web``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A string enumeration whose members know their Chinese label."""

    zh: str

    def __new__(cls, value: str, zh: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        return member

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(str(word.value), word.zh) for word in cls]

    @classmethod
    def of_label(cls, label: str) -> Self | None:
        """The member with this Chinese label; ``None`` where there is none."""
        return next((word for word in cls if word.zh == label), None)


class OrganizationKind(Word):
    LEADING_GROUP = "leading_group", "党组"
    COMMITTEE = "committee", "机关党委"
    GENERAL_BRANCH = "general_branch", "党总支"
    BRANCH = "branch", "党支部"
    GROUP = "group", "党小组"


#: The kinds that the seed counts as organizations (58): all but the leading group and the groups of a branch.
COUNTED_KINDS = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH, OrganizationKind.BRANCH)


class Standing(Word):
    """What a membership is on a day. Only ``full`` has a vote; ``suspended`` is a full member without one."""

    FULL = "full", "正式党员"
    PROBATIONARY = "probationary", "预备党员"
    SUSPENDED = "suspended", "权利停止"


class Affiliation(Word):
    """政治面貌, as the personnel workbook writes it."""

    FULL_MEMBER = "full_member", "中共党员"
    PROBATIONARY_MEMBER = "probationary_member", "中共预备党员"
    LEAGUE_MEMBER = "league_member", "共青团员"
    OTHER_PARTY = "other_party", "民主党派"
    NONE = "none", "群众"


class Gender(Word):
    FEMALE = "female", "女"
    MALE = "male", "男"


class PostKind(Word):
    """职务. The order is the one in which office holders are listed."""

    SECRETARY = "secretary", "书记"
    DEPUTY_SECRETARY = "deputy_secretary", "副书记"
    ORGANIZATION_OFFICER = "organization_officer", "组织委员"
    PUBLICITY_OFFICER = "publicity_officer", "宣传委员"
    DISCIPLINE_OFFICER = "discipline_officer", "纪检委员"
    YOUTH_OFFICER = "youth_officer", "青年委员"
    COMMITTEE_MEMBER = "committee_member", "委员"
    GROUP_LEADER = "group_leader", "党小组组长"


SECRETARIES = (PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY)

#: Committee members without the secretaries: what the seed counts as 支委 in a branch and 委员 above it.
COMMITTEE_POSTS = (
    PostKind.ORGANIZATION_OFFICER,
    PostKind.PUBLICITY_OFFICER,
    PostKind.DISCIPLINE_OFFICER,
    PostKind.YOUTH_OFFICER,
    PostKind.COMMITTEE_MEMBER,
)

#: Posts filled by an election for a term; with them comes the view over the organization and all below it.
OFFICES = SECRETARIES + COMMITTEE_POSTS


class MeetingKind(Word):
    GENERAL_MEETING = "general_meeting", "支部党员大会"
    BRANCH_COMMITTEE_MEETING = "branch_committee_meeting", "支部委员会会议"
    COMMITTEE_MEETING = "committee_meeting", "委员会会议"
    GROUP_MEETING = "group_meeting", "党小组会"
    LESSON = "lesson", "党课"
    THEME_DAY = "theme_day", "主题党日"
    ORGANIZATION_LIFE_MEETING = "organization_life_meeting", "组织生活会"
    APPRAISAL = "appraisal", "民主评议党员"


class TalkKind(Word):
    """谈心谈话: between whom it is (``domain.talks``)."""

    WITHIN_COMMITTEE = "within_committee", "委员与委员"
    COMMITTEE_AND_MEMBERS = "committee_and_members", "委员与党员"
    BETWEEN_MEMBERS = "between_members", "党员与党员"


class Role(Word):
    """Roles that no appointment gives: dated grants. The first three are disjoint (三员分立, GB/T 22239)."""

    SYSTEM = "system", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDIT = "audit", "审计管理员"
    WINDOW_MANAGER = "window_manager", "窗口管理员"


ADMINISTRATORS = (Role.SYSTEM, Role.SECURITY, Role.AUDIT)


#: Which organizations hold a meeting of each kind.
HELD_BY: dict[MeetingKind, tuple[OrganizationKind, ...]] = {
    MeetingKind.GENERAL_MEETING: (OrganizationKind.BRANCH, OrganizationKind.GENERAL_BRANCH),
    MeetingKind.BRANCH_COMMITTEE_MEETING: (OrganizationKind.BRANCH,),
    MeetingKind.GROUP_MEETING: (OrganizationKind.GROUP,),
    MeetingKind.LESSON: tuple(OrganizationKind),
    MeetingKind.THEME_DAY: tuple(OrganizationKind),
    MeetingKind.ORGANIZATION_LIFE_MEETING: (
        OrganizationKind.BRANCH,
        OrganizationKind.GROUP,
        OrganizationKind.GENERAL_BRANCH,
        OrganizationKind.COMMITTEE,
    ),
    MeetingKind.COMMITTEE_MEETING: (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH),
    MeetingKind.APPRAISAL: (OrganizationKind.BRANCH, OrganizationKind.GROUP),
}


class MeetingStage(Word):
    """How far a meeting has come. The last two are honest outcomes, each with its reason."""

    DRAFT = "draft", "拟定"
    ANNOUNCED = "announced", "已通知"
    OPEN = "open", "进行中"
    CLOSED = "closed", "已散会"
    DRAFTED = "drafted", "记录待确认"
    APPROVED = "approved", "记录已确认"
    FILED = "filed", "已归档"
    POSTPONED = "postponed", "延期"
    NOT_HELD = "not_held", "未召开"


class Audience(Word):
    """Who is expected. A hand-picked list of people is an audience too."""

    VOTERS = "voters", "有表决权的党员"
    MEMBERS = "members", "全体党员"
    COMMITTEE = "committee", "委员"
    STAFF = "staff", "全体人员"
    CHOSEN = "chosen", "指定人员"


class AbsenceReason(Word):
    """A reason that says enough: none of them asks for a medical detail or a document."""

    SHIFT = "shift", "当班"
    DUTY = "duty", "公务出差"
    LEAVE = "leave", "休假"
    HEALTH = "health", "身体原因"
    PERSONAL = "personal", "个人事务"
    OTHER = "other", "其他"


class VotingWay(Word):
    HANDS = "hands", "举手表决"
    BALLOT = "ballot", "无记名投票"
    VOICE = "voice", "口头表决"


class Occasion(Word):
    """Why somebody is written to."""

    CALLED = "called", "会议通知"
    CHANGED = "changed", "会议变动"
    OFF = "off", "会议取消"
    OWED = "owed", "提醒"
    CIRCULAR = "circular", "上级通知"
    WITHDRAWN = "withdrawn", "通知撤回"
    ANSWERED = "answered", "答复"
    EDITION = "edition", "制度汇编"
    ROSTER = "roster", "排班"
    GUIDANCE = "guidance", "业务指南"
    FEEDBACK = "feedback", "服务反馈"
    FORUM = "forum", "论坛"
    BALLOT = "ballot", "投票"
    VISIT = "visit", "观摩"
    EXHIBITION = "exhibition", "实物展览"


class ReasonState(Word):
    """How a reason for what is not done stands until it is accepted: given, or answered with a wish for more."""

    GIVEN = "reason_given", "已报原因"
    MORE_ASKED = "more_asked", "请补充"


class ListKind(Word):
    """The three lists, and the standard of the unit that they serve."""

    STANDARD = "standard", "标准"
    RULES = "rules", "制度清单"
    DUTIES = "duties", "责任清单"
    PROHIBITIONS = "prohibitions", "负面清单"


class Bearer(Word):
    """Who bears a duty: the organization, every holder of some posts, or every member."""

    ORGANIZATION = "organization", "党支部"
    SECRETARY = "secretary", "书记"
    DEPUTY_SECRETARY = "deputy_secretary", "副书记"
    COMMITTEE_MEMBER = "committee_member", "支部委员"
    ORGANIZATION_OFFICER = "organization_officer", "组织委员"
    PUBLICITY_OFFICER = "publicity_officer", "宣传委员"
    DISCIPLINE_OFFICER = "discipline_officer", "纪检委员"
    YOUTH_OFFICER = "youth_officer", "青年委员"
    GROUP_LEADER = "group_leader", "党小组组长"
    MEMBER = "member", "党员"

    @property
    def posts(self) -> tuple[PostKind, ...]:
        """Whose holders bear it; none where it is borne by the organization or by every member.

        What is written for the members of the committee is borne by its secretary and deputy too.
        """
        if self in {Bearer.ORGANIZATION, Bearer.MEMBER}:
            return ()
        return OFFICES if self is Bearer.COMMITTEE_MEMBER else (PostKind(self.value),)


class Proof(Word):
    """By what one sees that a duty is done."""

    NONE = "none", "不便衡量"
    REQUIREMENT = "requirement", "按要求的落实情况"
    TASK = "task", "会议交办的事项"
    STATEMENT = "statement", "本人说明"


class DutyState(Word):
    """How a duty stands, as far as something shows it."""

    DONE = "done", "已做到"
    OPEN = "open", "待完成"
    NOT_MEASURABLE = "not_measurable", "不便衡量"


class Reach(Word):
    """For whom a section is written."""

    OWN = "own", "本组织"
    BRANCHES = "branches", "下属各党支部"


class DraftState(Word):
    """What became of an article that was proposed for a list."""

    OPEN = "open", "草稿"
    IN_FORCE = "in_force", "已施行"
    DROPPED = "dropped", "未采用"


class Readership(Word):
    """Who may read an edition of the compendium."""

    BRANCH = "branch", "本组织和上级"
    HOUSE = "house", "全单位"
    PUBLIC = "public", "公开"


class RosterWay(Word):
    """How a roster came to be changed."""

    PAGE = "page", "在网页上填写"
    WORKBOOK = "workbook", "从表格导入"
    ROTATION = "rotation", "按轮班填充"


class SwapState(Word):
    """How a request to change shifts stands."""

    ASKED = "asked", "等对方同意"
    AGREED = "agreed", "等批准"
    APPROVED = "approved", "已批准"
    DECLINED = "declined", "未批准"
    REFUSED = "refused", "对方不同意"
    WITHDRAWN = "withdrawn", "已撤回"
    LAPSED = "lapsed", "已过期"


class GuideAudience(Word):
    """For whom a guide is written. What is for one is read by those after it as well."""

    PUBLIC = "public", "公众"
    UNITS = "units", "对口指导单位"
    INTERNAL = "internal", "内部"

    @property
    def read_as_well(self) -> tuple[GuideAudience, ...]:
        """The audiences of all guides that whoever belongs to this one reads."""
        return tuple(GuideAudience)[: list(GuideAudience).index(self) + 1]


class GuideState(Word):
    """How a version of a guide stands: written, handed over to another person, in force from a day on."""

    DRAFT = "draft", "草稿"
    REVIEW = "review", "待审核"
    PUBLISHED = "published", "已发布"


class QuestionSource(Word):
    """Where a question came from. Who asked is not kept."""

    PUBLIC = "public", "公众"
    UNIT = "unit", "对口指导单位"
    STAFF = "staff", "本单位职工"


class QuestionState(Word):
    OPEN = "open", "待答复"
    ANSWERED = "answered", "已答复"
    CLOSED = "closed", "已办结"


class FeedbackKind(Word):
    """What somebody says about the service."""

    PRAISE = "praise", "表扬"
    COMPLAINT = "complaint", "投诉"
    SUGGESTION = "suggestion", "建议"
    OTHER = "other", "其他"


class FeedbackState(Word):
    OPEN = "open", "待处理"
    CLOSED = "closed", "已处理"


class EvaluationKind(Word):
    """What an outside body looked at: 行风评议, 窗口评比 …"""

    CONDUCT = "conduct", "行风评议"
    WINDOWS = "windows", "窗口评比"
    VISIT = "visit", "暗访检查"
    OTHER = "other", "其他评议"


class HonorKind(Word):
    """What is remembered: a title that was conferred, help where there was need, years of service at a window."""

    TITLE = "title", "荣誉称号"
    SUPPORT = "support", "支援急难"
    SERVICE = "service", "窗口服务年限"


class VisitStage(Word):
    """How far a visit to a demonstration branch (观摩) is."""

    DRAFT = "draft", "筹备中"
    ANNOUNCED = "announced", "已通知"
    RECORDED = "recorded", "已记录"
    CANCELLED = "cancelled", "已取消"


class ExhibitKind(Word):
    """What is shown in an exhibition (实物展览)."""

    OBJECT = "object", "实物"
    DOCUMENT = "document", "文献"
    PICTURE = "picture", "图片"
    STORY = "story", "故事"


class ExhibitionStage(Word):
    """How far an exhibition is."""

    DRAFT = "draft", "筹备中"
    OPEN = "open", "展出中"
    CLOSED = "closed", "已撤展"


class Consent(Word):
    """What somebody who is shown or named has said. One that is withdrawn leaves no row."""

    ASKED = "asked", "待答复"
    GIVEN = "given", "同意"
    REFUSED = "refused", "不同意"


class Invited(Word):
    """By which role somebody is invited to a visit: posts of an organization, or of the branches below it."""

    LEADERS = "leaders", "分管领导"
    SECRETARIES = "secretaries", "各支部书记"


class SelectionStage(Word):
    """How far a yearly selection (评选) is: each follows the one above it, until it is closed."""

    NOMINATING = "nominating", "推荐"
    REVIEWING = "reviewing", "审查"
    NOTICE = "notice", "公示"
    VOTING = "voting", "投票"
    CLOSED = "closed", "已公布"
    CALLED_OFF = "called_off", "已终止"


class AccountApp(Word):
    """Where somebody writes to the house, and is written to, with a phone."""

    OFFICIAL = "official", "公众号"
    WECOM = "wecom", "企业微信"


class MenuAudience(Word):
    """To whom the account shows a menu."""

    EVERYBODY = "everybody", "所有关注者"
    BOUND = "bound", "已绑定手机的人"


class Sending(Word):
    """How far something is that goes out. Between handing it over and hearing back nobody knows: that is said."""

    NONE = "none", "无需发送"
    WAITING = "waiting", "待发送"
    MAYBE_SENT = "maybe_sent", "可能已发出"
    SENT = "sent", "已发出"
    GIVEN_UP = "given_up", "未能发出"


class ArticleState(Word):
    """How an article of the official account stands."""

    DRAFT = "draft", "草稿"
    REVIEW = "review", "待审核"
    PUBLIC = "public", "已发布"
    CORRECTED = "corrected", "已更正"
    WITHDRAWN = "withdrawn", "已撤下"
