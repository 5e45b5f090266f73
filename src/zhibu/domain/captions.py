"""Captions of a video (WebVTT), read strictly and written anew: nobody watches a video with sound at a window.

Only plain cues are taken, in the order of time; styles, regions and settings are not. Source of the form: W3C WebVTT.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zhibu.domain.terms import Word

MOST_CUES, LONGEST_CUE = 2000, 300

_TIME = r"(?:(\d{2,3}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+\S.*)?")
#: Marks of who speaks and how; what stands between them is kept.
_MARK = re.compile(r"</?(?:v(?:\.[^\s>]*)?(?:[ \t][^>]*)?|[biu]|c(?:\.[^\s>]*)?)>")
_NAMES = {"&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "", "&rlm;": "", "&amp;": "&"}


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown from one instant to another, in milliseconds from the beginning."""

    since: int
    until: int
    text: str


class CaptionFault(Word):
    NO_HEADER = "no_header", "第一行应是 WEBVTT"
    NO_CUES = "no_cues", "没有字幕"
    NO_TIMING = "no_timing", "应是起止时间，例如 00:00.000 --> 00:04.000"
    BACKWARDS = "backwards", "结束不晚于开始，或者早于上一条"
    EMPTY = "empty", "时间后面没有文字"
    TOO_LONG = "too_long", "一条字幕太长"
    MARKUP = "markup", "只能是文字，不能有样式或者标记"
    MANY = "many", "字幕太多"


class CaptionsRefused(Exception):
    """``line`` counts from 1."""

    def __init__(self, line: int, fault: CaptionFault) -> None:
        super().__init__(f"{line}: {fault.zh}")
        self.line, self.fault = line, fault


def read_captions(text: str) -> tuple[Cue, ...]:
    """The cues. Raises ``CaptionsRefused`` with the first line that can not be taken."""
    blocks = list(_blocks(text))
    if not blocks or not re.fullmatch(r"WEBVTT(?:[ \t].*)?", blocks[0][0][1]):
        raise CaptionsRefused(1, CaptionFault.NO_HEADER)
    if len(blocks[0]) > 1:  # a header of several lines holds settings; a cue right after it lacks its blank line
        raise CaptionsRefused(blocks[0][1][0], CaptionFault.MARKUP)
    cues: list[Cue] = []
    for block in blocks[1:]:
        if re.match(r"NOTE(?:\s|$)", block[0][1]):
            continue
        cues.append(_cue(block, cues[-1].since if cues else 0))
        if len(cues) > MOST_CUES:
            raise CaptionsRefused(block[0][0], CaptionFault.MANY)
    if not cues:
        raise CaptionsRefused(1, CaptionFault.NO_CUES)
    return tuple(cues)


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    block: list[tuple[int, str]] = []
    lines = re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))
    for number, line in enumerate(lines, start=1):
        if line.strip():
            block.append((number, line.strip()))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _cue(block: list[tuple[int, str]], after: int) -> Cue:
    if re.match(r"(?:STYLE|REGION)(?:\s|$)", block[0][1]):
        raise CaptionsRefused(block[0][0], CaptionFault.MARKUP)
    if len(block) > 1 and "-->" in block[1][1] and "-->" not in block[0][1]:  # the name of a cue
        block = block[1:]
    number, timing = block[0]
    found = _TIMING.fullmatch(timing)
    if found is None:
        raise CaptionsRefused(number, CaptionFault.NO_TIMING)
    since, until = _instant(*found.groups()[:4]), _instant(*found.groups()[4:])
    if until <= since or since < after:
        raise CaptionsRefused(number, CaptionFault.BACKWARDS)
    said = [_plain(*line) for line in block[1:]]
    text = "\n".join(filter(None, said))
    if not text:
        raise CaptionsRefused(number, CaptionFault.EMPTY)
    if len(text) > LONGEST_CUE:
        raise CaptionsRefused(number, CaptionFault.TOO_LONG)
    return Cue(since, until, text)


def _instant(hours: str | None, minutes: str, seconds: str, thousandths: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(thousandths)


def _plain(number: int, line: str) -> str:
    if "-->" in line:
        raise CaptionsRefused(number, CaptionFault.NO_TIMING)
    said = _MARK.sub("", line)
    if "<" in said:
        raise CaptionsRefused(number, CaptionFault.MARKUP)
    for name, char in _NAMES.items():
        said = said.replace(name, char)
    return said.strip()


def written(cues: Iterable[Cue]) -> str:
    """A file of captions with nothing but its cues."""
    return (
        "\n\n".join(["WEBVTT", *(f"{_time(cue.since)} --> {_time(cue.until)}\n{_safe(cue)}" for cue in cues)]) + "\n"
    )


def _time(instant: int) -> str:
    seconds, thousandths = divmod(instant, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"


def _safe(cue: Cue) -> str:
    return cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def said(cues: Iterable[Cue]) -> str:
    """All that is said, a line for each cue: to be read without the video."""
    return "\n".join(" ".join(cue.text.split("\n")) for cue in cues)
