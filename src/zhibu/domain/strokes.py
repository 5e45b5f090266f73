"""The order in which candidates and honors stand: by the strokes of the surname (姓氏笔画).

Fewest strokes first. Among surnames of as many strokes the order is that of their strokes one after another
(横竖撇点折), which is known here for the usual surnames; rare ones follow by radical. One surname: by the strokes
of the given name, shorter names first. How many strokes a character has comes from ``unihan``.
"""

from __future__ import annotations

from zhibu.domain.unihan import EXTENSION_A, UNIFIED

#: The usual surnames in their order, a line or more for each number of strokes.
USUAL = (
    "丁卜刁"  # 2
    "于干万山广弓卫习马"  # 3
    "丰王井亓元韦云支区尤车戈水贝牛毛仇仉从公仓乌凤勾卞文亢方计尹孔巴邓双"  # 4
    "甘艾古左厉石龙平东卢帅归叶申田由史冉丘付代白仝丛印乐包冯兰宁司弘皮边母"  # 5
    "匡邢戎吉巩权过成尧毕师曲吕年朱乔伍伏仲仵任华仰伊向后全危邬庄刘齐充闫羊关米江汲池汤安祁许农那阮孙阳阴"  # 6
    "牟买红纪"
    "寿麦扶贡花苍严芦劳苏杜巫李杨束连步肖时吴别岑利邱何伯佟余佘谷狄邹言况应冷辛冶闵汪沙沃沈怀宋初张陆陈邵"  # 7
    "武幸苗苟茆苑范茅林松杭郁欧卓尚国昌明易罗牧和季竺侍岳佴郈金周鱼冼庞郑单宗空宓郎房居屈孟终经"  # 8
    "封项赵郝荆荀荣胡茹柯相查柏柳郦哈钟钮秋段修禹侯须俞逄饶施闻养姜娄洪宣宫祖祝费胥姚贺骆"  # 9
    "秦班敖袁都耿聂莫莘晋桂桓索贾夏原顾柴党晁晏钱铁倩倪徐殷爱奚翁凌栾高郭席唐益浦海涂容宰诸谈陶姬通能桑"  # 10
    "堵黄萧梅曹戚龚盛常崔笪符麻庾康章商阎盖梁寇宿扈屠隗隆巢"  # 11
    "琴越揭彭葛董敬蒋韩辜植覃粟赏景喻嵇程傅焦储舒鲁童阔普曾湛温游富禄谢强缑"  # 12
    "鄢靳蓝蓬蒲蒙楚裘赖甄雷督虞路简詹鲍解廉雍阙满慎窦褚福"  # 13
    "慕蔡蔺蔚臧裴管雒廖韶阚谭谯翟熊缪"  # 14
    "樊暴墨黎滕颜潘"  # 15
    "燕薛薄融霍冀穆衡"  # 16
    "戴鞠魏"  # 17
    "瞿"  # 18
)

_PLACES = {character: place for place, character in enumerate(USUAL)}
_BASE = 35
#: Where a character is in none of the tables it stands after all that are.
_UNKNOWN = 99


def strokes(character: str) -> int:
    """How many strokes a character has; 99 for what is no character of the tables."""
    for first, table in ((0x4E00, UNIFIED), (0x3400, EXTENSION_A)):
        place = ord(character) - first
        if 0 <= place < len(table):
            return ord(table[place]) - _BASE or _UNKNOWN
    return _UNKNOWN


def by_surname(name: str) -> tuple[tuple[int, int, int], ...]:
    """The key by which names are sorted. Blanks inside a name do not matter."""
    return tuple((strokes(one), _PLACES.get(one, len(USUAL)), ord(one)) for one in "".join(name.split()))
