"""Invented names as a bureau of this kind has them: of three generations, some with rare characters.

The syllables are chosen so that no combination is the name of a national figure.
"""

from __future__ import annotations

from collections import Counter
from random import Random

from zhibu.domain.terms import Gender

#: The common ones first; the first are drawn about twenty times as often as the last.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范傅钟卢汪戴崔任陆"
    "廖姚方金邱夏谭韦邹石熊孟秦阎薛侯雷白龙段郝孔邵史常万顾赖武康贺严尹钱施牛洪龚汤陶黎莫易樊乔文安殷颜庄章鲁倪庞邢俞翟"
    "蓝聂齐向申葛柴伍覃骆关焦柳欧祝纪尚毕耿芦左季管符辛苗詹曲靳祁路涂兰甘裴梅童翁霍游阮尤岳柯牟滕谷舒卜成饶宁凌盛查单冉鲍华包屈"
)
_SURNAMES_OF_TWO = ("欧阳", "上官", "司徒", "诸葛", "慕容", "皇甫", "令狐", "端木")

_OLDER, _MIDDLE, _YOUNGER = 0, 1, 2
_FIRST: dict[tuple[Gender, int], str] = {
    (Gender.MALE, _OLDER): "志建国德文海明家振世光兆耀",
    (Gender.FEMALE, _OLDER): "秀玉桂凤淑丽美爱惠月素翠",
    (Gender.MALE, _MIDDLE): "晓俊海志永宏嘉文宇少景思",
    (Gender.FEMALE, _MIDDLE): "晓雪丽婷慧静海文思雅佳若",
    (Gender.MALE, _YOUNGER): "子浩宇梓俊泽一嘉明奕睿景",
    (Gender.FEMALE, _YOUNGER): "雨梓欣诗思语可佳若心婉书",
}
_SECOND: dict[tuple[Gender, int], str] = {
    (Gender.MALE, _OLDER): "顺伟林成根良祥发荣山斌辉栋",
    (Gender.FEMALE, _OLDER): "兰珍芳英琴华霞云萍娟莲梅",
    (Gender.MALE, _MIDDLE): "坤鹏斌宁杰超飞磊亮凯锋波川",
    (Gender.FEMALE, _MIDDLE): "燕敏琳莹洁蓉玲倩薇妍虹",
    (Gender.MALE, _YOUNGER): "轩涵然博航宸远朗辰源皓翔",
    (Gender.FEMALE, _YOUNGER): "涵彤萱怡琪妍宁晴桐玥溪禾",
}
#: Characters that a font or a search may lack; the first six must print.
RARE = "堃喆旻镕玥犇昕珂霁彧翀骁嵘珺桢"
_WITH_DOT: dict[Gender, tuple[str, ...]] = {
    Gender.MALE: ("艾力", "玉素甫", "麦麦提", "阿不都", "巴合提"),
    Gender.FEMALE: ("阿依古丽", "古丽娜尔", "热娜", "帕提古丽", "阿依努尔"),
}
_FATHERS = ("艾合买提", "买买提", "吐尔洪", "依明", "卡米力", "木沙")

_YEAR_OF_MIDDLE, _YEAR_OF_YOUNGER = 1975, 1990
_SHARE_WITH_DOT, _SHARE_OF_TWO, _SHARE_RARE, _SHARE_SINGLE = 0.008, 0.015, 0.07, 0.4
#: A few people share their name with one other, as everywhere.
_BEARERS = 2


class Names:
    """Gives each person a name; nobody of one unit is called like another."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._borne: Counter[str] = Counter()
        self._in_unit: set[tuple[str, str]] = set()

    def give(self, *, gender: Gender, born: int, unit: str) -> str:
        """``born`` is the year; the name is of its time."""
        while True:
            name = self._drawn(gender, born)
            if self._borne[name] < _BEARERS and (unit, name) not in self._in_unit:
                self._borne[name] += 1
                self._in_unit.add((unit, name))
                return name

    def _drawn(self, gender: Gender, born: int) -> str:
        if self._chance.random() < _SHARE_WITH_DOT:
            return f"{self._chance.choice(_WITH_DOT[gender])}·{self._chance.choice(_FATHERS)}"
        return self._surname() + self._given(gender, born)

    def _surname(self) -> str:
        if self._chance.random() < _SHARE_OF_TWO:
            return self._chance.choice(_SURNAMES_OF_TWO)
        return _SURNAMES[int(len(_SURNAMES) * self._chance.random() ** 2)]

    def _given(self, gender: Gender, born: int) -> str:
        generation = (born >= _YEAR_OF_MIDDLE) + (born >= _YEAR_OF_YOUNGER)
        first = self._chance.choice(_FIRST[gender, generation])
        second = self._chance.choice(_SECOND[gender, generation])
        if self._chance.random() < _SHARE_RARE:
            second = self._chance.choice(RARE)
            return second if self._chance.random() < _SHARE_SINGLE else first + second
        return second if first == second else first + second
