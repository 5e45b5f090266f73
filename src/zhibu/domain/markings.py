"""What a text carries that says: this is not for everybody. Marks of secrecy, and words of what stays inside."""

from __future__ import annotations

import re

#: A degree of secrecy as papers carry it: with its star, after 密级, or alone on a line.
_DEGREE = r"(?:绝密|絕密|机密|機密|秘密|祕密)"
_ALONE = r"[ \t　*#>【\[（(]*"
_SECRET = re.compile(
    rf"{_DEGREE}\s*[★☆]|[密]级?\s*[:：]\s*{_DEGREE}|^{_ALONE}(?:{_DEGREE}(?:级|級)?|工作秘密)[ \t　*】\]）)]*$",
    re.MULTILINE,
)
_INSIDE = re.compile(
    r"[内內]部(?:资料|資料|文件|材料|情况|情況|使用|参考|參考|传阅|傳閱|掌握)"
    rf"|^{_ALONE}[内內]部[ \t　*】\]）)]*$"
    r"|(?:不得|不要|不宜|严禁|嚴禁|禁止|请勿|請勿)(?:对外|對外|外传|外傳|外泄|上网|公开|公開)"
    r"|注意保密|工作秘密",
    re.MULTILINE,
)


def secret_marks(text: str) -> tuple[str, ...]:
    """Marks of a degree of secrecy, each once: such a text has no place here at all."""
    return _found(_SECRET, text)


def inside_words(text: str) -> tuple[str, ...]:
    """Words by which papers for the house alone call themselves, each once; a text may also only speak of them."""
    return _found(_INSIDE, text)


def _found(marks: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(found.group().split()) for found in marks.finditer(text)))
