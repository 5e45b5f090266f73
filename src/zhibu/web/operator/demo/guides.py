"""What the sections of the windows wrote for the public and for the units they guide; what was asked meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zhibu.domain.guidance import promised_day, read_again
from zhibu.domain.terms import EvaluationKind, FeedbackKind, GuideAudience
from zhibu.web.operator.demo import deeds
from zhibu.web.operator.demo.days import Days, is_off, workdays_later
from zhibu.web.operator.demo.deeds import Deed
from zhibu.web.operator.demo.house import WINDOW_UNIT
from zhibu.web.operator.demo.windows import Place


@dataclass(frozen=True, slots=True)
class _Guide:
    """``ago``: published so many months before; 0: handed over on the last day, below 0: still a draft."""

    section: str
    title: str
    text: str
    ago: int
    keywords: str = ""
    audience: GuideAudience = GuideAudience.PUBLIC


_UNITS, _INTERNAL = GuideAudience.UNITS, GuideAudience.INTERNAL

GUIDES = (
    _Guide(
        "报检",
        "出口货物报检须知",
        "# 什么时候报检\n\n货物备妥、出运前三个工作日内提出申请。\n\n# 需要的材料\n\n1. 合同或订单\n2. 发票、装箱单\n"
        "3. 首次申报的企业另交备案表\n\n# 办理步骤\n\n1. 网上提交申请\n2. 受理后按通知送检或约定查验时间\n"
        "3. 结果出来后到**签证放行**窗口领取\n\n材料不齐的，窗口当场一次告知。",
        12,
        "出境 商检 申报",
    ),
    _Guide(
        "报检",
        "木质包装怎样处理",
        "木箱、木托盘等木质包装应当先作除害处理，并在两侧加施标识。\n\n| 包装 | 要不要处理 |\n|---|---|\n"
        "| 原木箱、木托盘 | 要 |\n| 胶合板、刨花板 | 不要 |\n| 纸箱、塑料托盘 | 不要 |\n\n"
        "看不准的，拍照带到报检窗口。",
        7,
        "熏蒸 托盘 标识",
    ),
    _Guide(
        "报检",
        "报检更改和撤销",
        "受理以后发现填错的，在查验之前可以申请更改；货物不出运的，可以申请撤销。写明原单号和理由即可，不另收费。",
        5,
        "改单 撤单",
    ),
    _Guide(
        "计费管理",
        "收费项目和缴费方式",
        "# 收不收费\n\n目录以内的项目按公布的标准收取，目录以外一律不收。\n\n# 怎么缴\n\n- 大厅自助机扫码\n"
        "- 计费窗口刷卡\n- 网上凭缴款码缴纳\n\n缴费后当场开票，三个月内可以补开。",
        9,
        "多少钱 发票 扫码",
    ),
    _Guide(
        "计费管理",
        "退费怎么办",
        "重复缴费或撤销申请的，凭缴款凭证到计费窗口登记，十个工作日内原路退回。",
        4,
        "退钱",
    ),
    _Guide(
        "签证放行",
        "证书的领取和补发",
        "凭受理单号领取，可以委托他人，带委托书即可。\n\n遗失的可以申请补发：写明原证号和遗失经过，补发的证书注明“补发”。",
        6,
        "证单 丢了 委托",
    ),
    _Guide(
        "签证放行",
        "船舶夜间到港的放行联系",
        "夜间和节假日到港的，提前四小时在网上登记。窗口夜班受理后通知查验点，靠泊后即可办理。",
        3,
        "加班 通宵",
        _UNITS,
    ),
    _Guide(
        "产地证签证",
        "原产地证书申领",
        "# 第一次办理\n\n先作企业备案，带营业执照和申领人员名单。\n\n# 每次申领\n\n"
        "1. 网上填写申请\n2. 上传发票、装箱单和产品成本说明\n"
        "3. 审核通过后自助打印\n\n一般当天办结；需要核查产品的，三个工作日。",
        11,
        "CO证 优惠证 自助打印",
    ),
    _Guide(
        "产地证签证",
        "证书内容填错怎么改",
        "证书签发后发现填错的，交回原证、说明理由，可以申请更改，重新编号签发。",
        2,
        "更改 重发",
    ),
    _Guide(
        "综合",
        "大厅叫号和轮岗交接口径",
        "午间换班前十分钟停止放新号，已取号的办完为止。交接时核对待办件数，双方签字。",
        5,
        "",
        _INTERNAL,
    ),
    _Guide(
        "综合",
        "预约和帮办服务",
        "老年人、残疾人和携带婴幼儿的，可以走优先窗口。团体和批量业务请提前一天电话预约。",
        0,
        "绿色通道",
    ),
    _Guide("计费管理", "跨年度缴费的说明", "（起草中）十二月下旬开出的缴款码，次年一月十日前仍可缴纳。", -1),
)

#: The 22 units elsewhere that the division guides, by section.
GUIDED = {
    "综合": ("云水路政务大厅口岸岗", "新滩镇便民服务站口岸岗"),
    "报检": (
        "东澳码头报检点",
        "西屿码头报检点",
        "南汀货运站报检点",
        "北岭陆路口岸报检点",
        "云汀机场货站报检点",
        "望潮保税园区报检点",
    ),
    "计费管理": ("东澳码头收费窗口", "云汀机场收费窗口", "天和车站收费窗口", "望潮保税园区收费窗口"),
    "签证放行": (
        "东澳码头放行窗口",
        "西屿码头放行窗口",
        "南汀货运站放行窗口",
        "北岭陆路口岸放行窗口",
        "云汀机场货站放行窗口",
    ),
    "产地证签证": (
        "东澳开发区签证点",
        "新滩镇商会签证点",
        "望潮保税园区签证点",
        "云水路政务大厅签证点",
        "南汀产业园签证点",
    ),
}


def guides(days: Days, seated: Sequence[Place]) -> Iterator[Deed]:
    """Each is written by one of the section and reviewed by another; one is due to be read again, one waits."""
    by = {section: two_of(seated, section, days) for section in GUIDED}
    opened = tuple(sorted({number for pair in by.values() for number in pair}))
    yield deeds.OpenAccounts(on=days.ago(12), numbers=opened)
    for section, names in GUIDED.items():
        for number, name in enumerate(names):
            contact = f"业务岗 100{len(section):02}{number + 1:02}{len(name):04}"
            yield deeds.GuideUnit(on=days.ago(12), name=name, section=section, contact=contact, by=by[section][0])
    for guide in GUIDES:
        writer, reviewer = by[guide.section]
        written = days.ago(guide.ago, 5) if guide.ago > 0 else workdays_later(days.last, -3)
        yield deeds.BeginGuide(
            on=written,
            section=guide.section,
            title=guide.title,
            text=guide.text,
            keywords=guide.keywords,
            audience=guide.audience,
            by=writer,
        )
        if guide.ago >= 0:
            yield deeds.HandOverGuide(on=min(workdays_later(written, 1), days.last), title=guide.title, by=writer)
        if guide.ago > 0:
            since = workdays_later(written, 2)
            yield deeds.PublishGuide(on=since, title=guide.title, by=reviewer, read_again_by=read_again(since))
    for weeks, (title, times) in enumerate(_HELPED, 1):
        yield deeds.SayItHelped(on=workdays_later(days.last, -2 * weeks), title=title, times=times)
    yield from _questions(days, {section: pair[0] for section, pair in by.items()})


#: Guides of which people said that they were the answer, on one day each.
_HELPED = (("出口货物报检须知", 9), ("收费项目和缴费方式", 6), ("木质包装怎样处理", 4), ("原产地证书申领", 7))


def two_of(seated: Sequence[Place], section: str, days: Days) -> tuple[str, str]:
    """Two who have long been at posts of the section."""
    there = [place.person for place in seated if place.post.section == section]
    long_there = sorted((one for one in there if one.began < days.start), key=lambda one: one.number)
    return long_there[0].number, long_there[-1].number


def _questions(days: Days, by: dict[str, str]) -> Iterator[Deed]:
    """Answered and made a guide, answered, promised for later, waiting, of no section, and none for the windows."""
    earlier, later = workdays_later(days.last, -12), workdays_later(days.last, -2)
    fumigated = "胶合板箱也要熏蒸吗？"
    yield deeds.AskQuestion(on=earlier, text=fumigated, section="报检", looked_for="胶合板 熏蒸")
    yield deeds.AnswerQuestion(
        on=workdays_later(earlier, 2), text=fumigated, answer="不要。胶合板属于人造板，免作除害处理。", by=by["报检"]
    )
    yield deeds.MakeGuideOf(on=workdays_later(earlier, 3), text=fumigated, by=by["报检"])
    paid = "缴款码过期了怎么办？"
    yield deeds.AskQuestion(on=earlier, text=paid, section="计费管理", looked_for="缴款码 过期")
    yield deeds.AnswerQuestion(
        on=workdays_later(earlier, 1),
        text=paid,
        answer="到计费窗口或网上重新生成即可，原单号不变。",
        by=by["计费管理"],
    )
    moved = "新的自助打印点什么时候开放？"
    yield deeds.AskQuestion(
        on=workdays_later(days.last, -5), text=moved, section="产地证签证", unit=GUIDED["产地证签证"][0]
    )
    asked = workdays_later(days.last, -5)
    yield deeds.PromiseLater(
        on=later,
        text=moved,
        to=promised_day(asked, lambda day: not is_off(day), within=15),
        because="等设备验收后才能定。",
        by=by["产地证签证"],
    )
    yield deeds.AskQuestion(on=later, text="样品可以快递送检吗？", section="报检", looked_for="样品 快递")
    yield deeds.AskQuestion(on=days.last, text="节假日大厅有人值班吗？", section=None)
    spam = "低价代办各类证书，加微信详谈"
    yield deeds.AskQuestion(on=earlier, text=spam, section="产地证签证")
    yield deeds.StrikeQuestion(
        on=workdays_later(earlier, 1), text=spam, because="广告，不是提问。", by=by["产地证签证"]
    )
    lost = "我的快递丢了找谁？"
    yield deeds.AskQuestion(on=earlier, text=lost, section="综合")
    yield deeds.CloseQuestion(
        on=workdays_later(earlier, 1), text=lost, because="快递由承运企业负责，请向其客服查询。", by=by["综合"]
    )


def feedback(days: Days, manager: str) -> Iterator[Deed]:
    """Said, closed in public and not; and an evaluation of which one finding is still followed up."""
    earlier, later = workdays_later(days.last, -9), days.last
    slow, screen, kind = (
        "午间只开一个窗口，等了四十分钟。",
        "叫号屏太暗，站远了看不清。",
        "材料一次说清楚，很快就办好了。",
    )
    for on, post, word, text in (
        (earlier, "C03", FeedbackKind.COMPLAINT, slow),
        (earlier, "C01", FeedbackKind.SUGGESTION, screen),
        (earlier, "C09", FeedbackKind.PRAISE, kind),
        (later, "C12", FeedbackKind.SUGGESTION, "希望自助打印机旁边放一份填写样张。"),
        (later, "C05", FeedbackKind.COMPLAINT, "网上写的是下午一点半上班，实际两点才叫号。"),
        (later, "C20", FeedbackKind.OTHER, "停车场入口的指示牌被树挡住了。"),
    ):
        yield deeds.SayFeedback(on=on, post=post, kind=word, text=text)
    for text, answer, is_public in (
        (slow, "从本周起午间报检多开一个窗口，两班轮流用餐。", True),
        (screen, "叫号屏已调亮，并在等候区加装一块。", True),
        (kind, "已转告全体窗口人员。", False),
    ):
        on = workdays_later(earlier, 3)
        yield deeds.CloseFeedback(on=on, text=text, answer=answer, is_public=is_public, by=manager)
    yield deeds.RecordEvaluation(
        on=days.ago(2),
        organization=WINDOW_UNIT,
        kind=EvaluationKind.CONDUCT,
        title="年度政风行风民主评议",
        body="市行风评议团",
        findings="服务态度和一次告知得到肯定。\n午间开放窗口少；部分指引牌没有外文。",
        paper=("评议通报.txt", "经评议，窗口服务总体良好。午间开放窗口少，部分指引牌没有外文，请限期改进。"),
        follow_ups=(
            ("午间多开一个窗口", workdays_later(days.last, 3), "报检午间已开两个窗口。"),
            ("指引牌加注英文", workdays_later(days.last, 15), ""),
        ),
        by=manager,
    )
