"""What the window branch of the demo has written for itself: fifteen rules, its duties, what is not done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from zhibu.domain.terms import Bearer, ListKind, Proof, Reach, Readership
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import Days, workday
from zhibu.web.operator.demo.deeds import ArticleSaid, MeetingDeed
from zhibu.web.operator.demo.house import ROOT, WINDOW_UNIT

_CONSTITUTION = "《中国共产党章程》"

#: Fifteen rules, each with its articles.
RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "支部党员大会制度",
        (
            "支部党员大会每季度召开一次，由书记召集并主持；书记不能到会的，委托副书记或者其他委员主持。",
            "会议时间避开交接班，选在到会人数最多的时段；需要表决的，先核对有表决权的应到人数和实到人数。",
            "有表决权的到会党员不足半数的，不表决；赞成人数超过应到会有表决权党员的半数，方为通过。",
        ),
    ),
    (
        "支部委员会会议制度",
        (
            "支部委员会每月召开一次会议，研究当月工作；提交党员大会的重要事项，先由委员会讨论。",
            "到会委员不足半数的，不作决定。",
        ),
    ),
    (
        "党小组会制度",
        (
            "党小组每月召开一次会议，由组长主持，传达支部要求，交流学习和岗位情况。",
            "同一班组的党员尽量编入同一党小组，会议安排在交接班前后的空余时间。",
        ),
    ),
    (
        "党课制度",
        (
            "支部每季度安排一次党课，由书记、委员、先进典型或者业务骨干讲授。",
            "党课分批讲授，每批内容相同；上夜班的党员参加休息后的一批。",
        ),
    ),
    (
        "主题党日制度",
        (
            "主题党日每月一次，时间相对固定在第二周；遇有重要勤务，可以调整，提前告知党员。",
            "主题党日的内容结合岗位，活动从简，不增加窗口负担。",
        ),
    ),
    (
        "组织生活会制度",
        (
            "组织生活会每年至少召开一次，一般在第四季度；会前谈心谈话，会后列出整改事项和时限。",
            "批评和自我批评的具体内容不记入系统，系统只记会议召开的时间和到会情况。",
        ),
    ),
    (
        "民主评议党员制度",
        (
            "民主评议党员每年一次，一般结合组织生活会进行。",
            "评议结果由支部按规定处理，不排名，不公布个人材料。",
        ),
    ),
    (
        "谈心谈话制度",
        (
            "委员之间、委员和党员之间、党员和党员之间，每年至少谈心谈话一次。",
            "只登记谁与谁、哪一天；谈话内容由谈话双方自行保管。",
        ),
    ),
    (
        "集中学习制度",
        (
            "全年集中学习不少于三十二学时，书记和委员不少于五十六学时。",
            "学习内容由支部每季度列出，上级规定的内容优先安排。",
        ),
    ),
    (
        "错时分批学习制度",
        (
            "窗口不停、学习不断：能分批的学习分批安排，任何一批都不要求当班人员离岗。",
            "每批之间间隔不超过十天，使各班党员在同一个月内学完同一内容。",
        ),
    ),
    (
        "补学制度",
        (
            "因当班、出差、休假没有参加的，可以参加下一批或者自行补学，补学与到会同等对待。",
            "补学不需要说明材料，不拍照，不打卡。",
        ),
    ),
    (
        "请假制度",
        (
            "不能到会的，会前在手机上说一声即可，选择当班、公出、休假、身体或者个人事务。",
            "请假不要求医疗证明；召集人应当及时答复。",
        ),
    ),
    (
        "会议记录和归档制度",
        (
            "会议由专人记录，会后三个工作日内形成记录，由主持人确认。",
            "补录的会议写明补录原因；归档后的记录不再改动，需要更正的，另附更正。",
            "记录按年装订，存放满规定年限后移交档案部门。",
        ),
    ),
    (
        "窗口顶岗制度",
        (
            "党员开会期间由同岗位的另一人顶岗，窗口在岗人数不少于最低数。",
            "顶岗人员不足的，会议改期或者分批，不关闭窗口。",
        ),
    ),
    (
        "联系服务对象制度",
        (
            "每名党员联系一家企业或者一名办事群众，听取对窗口服务的意见。",
            "听到的意见三日内转给负责的科，办理结果告诉提出意见的人。",
        ),
    ),
)


def _borne(
    by: Bearer,
    *said: tuple[str, Proof, str],
    source: str = "",
    is_right: bool = False,
) -> tuple[ArticleSaid, ...]:
    return tuple(
        ArticleSaid(text, bearer=by, proof=proof, requirement=requirement, source=source, is_right=is_right)
        for text, proof, requirement in said
    )


_OWED, _STATED, _TASKS, _NONE = Proof.REQUIREMENT, Proof.STATEMENT, Proof.TASK, Proof.NONE

DUTIES: tuple[tuple[str, tuple[ArticleSaid, ...]], ...] = (
    (
        "党支部的责任",
        _borne(
            Bearer.ORGANIZATION,
            ("按期召开支部党员大会，讨论决定支部的重要事项。", _OWED, "general_meeting"),
            ("每月召开支部委员会会议，研究党员教育和窗口工作。", _OWED, "branch_committee_meeting"),
            ("每月开展主题党日，内容结合口岸岗位。", _OWED, "theme_day"),
            ("每年召开组织生活会，开展民主评议党员。", _OWED, "organization_life_meeting"),
            ("在不影响窗口在岗的前提下，使每名党员都学到同样的内容。", _NONE, ""),
        ),
    ),
    (
        "书记的责任",
        _borne(
            Bearer.SECRETARY,
            ("主持支部全面工作，召集并主持党员大会和委员会会议。", _OWED, "general_meeting"),
            ("督促会议交办的事项按时办结。", _TASKS, ""),
            ("每季度安排党课，并带头讲课。", _STATED, ""),
            ("每季度到各班组听取一次意见。", _STATED, ""),
        ),
    ),
    (
        "支部委员的责任",
        _borne(
            Bearer.COMMITTEE_MEMBER,
            ("参加委员会集体讨论，按分工办理支部交办的事项。", _TASKS, ""),
            ("每月参加支部委员会会议。", _OWED, "branch_committee_meeting"),
            ("联系一个党小组，了解倒班党员的困难。", _STATED, ""),
        ),
    ),
    (
        "党员的责任",
        _borne(
            Bearer.MEMBER,
            ("参加组织生活；当班不能到会的，及时请假并补学。", _NONE, ""),
            ("完成全年集中学习学时。", _OWED, "learning_hours"),
            ("联系一家企业或者一名办事群众。", _STATED, ""),
        ),
    ),
)

#: Members' duties and rights, in short and in our own words; the article of the text stands beside each.
OF_MEMBERS: tuple[tuple[str, tuple[ArticleSaid, ...]], ...] = (
    (
        "党员的义务",
        _borne(
            Bearer.MEMBER,
            ("学习党的理论、路线和知识，学习科学、文化、法律和业务知识，提高为人民服务的本领。", _NONE, ""),
            ("贯彻执行党的路线方针政策，在生产、工作、学习和社会生活中起先锋模范作用。", _NONE, ""),
            ("坚持党和人民的利益高于一切，吃苦在前，享受在后。", _NONE, ""),
            ("遵守党的纪律和国家法律，保守党和国家秘密，执行党的决定。", _NONE, ""),
            ("维护党的团结和统一，对党忠诚老实，言行一致。", _NONE, ""),
            ("开展批评和自我批评，揭露和纠正工作中的缺点和错误。", _NONE, ""),
            ("密切联系群众，向群众宣传党的主张，及时反映群众的意见和要求。", _NONE, ""),
            ("发扬社会主义新风尚，在困难和危险的时刻挺身而出。", _NONE, ""),
            source=f"{_CONSTITUTION}第三条",
        ),
    ),
    (
        "党员的权利",
        _borne(
            Bearer.MEMBER,
            ("参加党的有关会议，阅读党的有关文件，接受党的教育和培训。", _NONE, ""),
            ("在党的会议和报刊上参加关于党的政策问题的讨论。", _NONE, ""),
            ("对党的工作提出建议和倡议。", _NONE, ""),
            ("在党的会议上有根据地批评任何组织和党员，负责地检举违法违纪的事实。", _NONE, ""),
            ("行使表决权、选举权，有被选举权。", _NONE, ""),
            ("组织讨论对自己的处分或者鉴定时，参加并申辩，其他党员可以作证和辩护。", _NONE, ""),
            ("对决定和政策有不同意见的，在坚决执行的前提下声明保留，并向上级提出。", _NONE, ""),
            ("向上级组织直至中央提出请求、申诉和控告，要求给以负责的答复。", _NONE, ""),
            source=f"{_CONSTITUTION}第四条",
            is_right=True,
        ),
    ),
)


def _not_done(*said: tuple[str, str, str]) -> tuple[ArticleSaid, ...]:
    return tuple(ArticleSaid(text, consequence=consequence, ask=ask) for text, consequence, ask in said)


PROHIBITIONS: tuple[tuple[str, tuple[ArticleSaid, ...]], ...] = (
    (
        "组织生活方面",
        _not_done(
            ("不编造会议记录，不事后补造签到。", "该记录不予归档，由书记谈话提醒", "支部书记"),
            ("不代替他人签到、表决。", "该次签到或者表决不计入，由书记谈话提醒", "纪检委员"),
            ("不为应付检查重复填报材料。", "停止填报，由支部向上级说明", "组织委员"),
        ),
    ),
    (
        "窗口服务方面",
        _not_done(
            ("不因开会关闭窗口、让办事群众空跑。", "会议改期或者分批，向受影响的群众致歉", "窗口管理员"),
            ("不推诿、不拖延，不让服务对象多头跑。", "由所在科当日答复，支部了解原因", "所在科负责人"),
            ("不接受服务对象的礼品、宴请。", "如数退还并报告，按规定处理", "纪检委员"),
        ),
    ),
    (
        "使用系统方面",
        _not_done(
            ("不在系统中处理、存储、传输国家秘密和工作秘密。", "立即删除并报告保密部门", "安全管理员"),
            ("不要求党员拍照、打卡、转发，不统计登录次数。", "取消要求，由支部说明", "支部书记"),
        ),
    ),
)

STANDARD = (
    "履行好职责：业务熟练，守时守规，群众办事放心。",
    "当好排头兵：急难任务走在前，带动身边人。",
    "树立好形象：仪表整洁，言语文明，廉洁自律。",
)

#: What the second edition changes: a wording, and an article more.
_AMENDED = (
    "主题党日制度",
    1,
    "主题党日每月一次，时间相对固定在第二周；遇有重要勤务，可以调整或者分批，提前三天告知党员。",
)
_ADDED = ("请假制度", "临时顶岗不能到会的，事后补请，同样有效。")


def lists(days: Days, committee: str, secretary: str, readers: tuple[str, ...]) -> Iterator[MeetingDeed]:
    """The standard and the members' duties come from above; the branch publishes its book, and a second edition."""
    first = workday(days.meetings_since - dt.timedelta(days=14))

    def above(kind: ListKind, title: str, articles: tuple[ArticleSaid, ...]) -> MeetingDeed:
        at, below = dt.time(9, 30), Reach.BRANCHES
        return deeds.WriteSection(
            on=first,
            time=at,
            by=committee,
            meeting=title,
            organization=ROOT,
            kind=kind,
            title=title,
            articles=articles,
            reach=below,
        )

    def own(kind: ListKind, title: str, articles: tuple[ArticleSaid, ...]) -> MeetingDeed:
        at = dt.time(15, 0)
        return deeds.WriteSection(
            on=first,
            time=at,
            by=secretary,
            meeting=title,
            organization=WINDOW_UNIT,
            kind=kind,
            title=title,
            articles=articles,
        )

    yield above(ListKind.STANDARD, "三好标准", tuple(ArticleSaid(text) for text in STANDARD))
    for title, articles in OF_MEMBERS:
        yield above(ListKind.DUTIES, title, articles)
    for title, texts in RULES:
        yield own(ListKind.RULES, title, tuple(ArticleSaid(text) for text in texts))
    for title, articles in DUTIES:
        yield own(ListKind.DUTIES, title, articles)
    for title, articles in PROHIBITIONS:
        yield own(ListKind.PROHIBITIONS, title, articles)
    yield deeds.PublishCompendium(
        on=first,
        time=dt.time(17, 0),
        by=secretary,
        meeting="first edition",
        organization=WINDOW_UNIT,
        readership=Readership.HOUSE,
    )
    later = workday(days.today - dt.timedelta(days=40))
    title, number, text = _AMENDED
    yield deeds.AmendArticle(on=later, time=dt.time(10, 0), by=secretary, meeting=title, article=number, text=text)
    title, text = _ADDED
    yield deeds.AddArticle(
        on=later,
        time=dt.time(10, 10),
        by=secretary,
        meeting=title,
        article=ArticleSaid(text),
    )
    yield deeds.PublishCompendium(
        on=later,
        time=dt.time(11, 0),
        by=secretary,
        meeting="second edition",
        organization=WINDOW_UNIT,
        readership=Readership.PUBLIC,
    )
    for reader in readers:
        yield deeds.SayUnderstood(
            on=workday(later + dt.timedelta(days=3)), time=dt.time(12, 20), by=reader, meeting="second edition"
        )
