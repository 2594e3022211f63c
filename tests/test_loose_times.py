"""Times as people write them in cases: what can be read in one way is read, everything else is told."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyengine.values.faults import LiteralError
from policyengine.values.instants import parse_date, parse_instant
from policyengine.values.loose import plain_time

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("2024/8/16 9:00", "2024-08-16 09:00"),
        ("2024-8-16 9:00:05", "2024-08-16 09:00:05"),
        ("2024.8.16 9:00", "2024-08-16 09:00"),
        ("2024-08-16T9:00", "2024-08-16 09:00"),
        ("2024/8/16 9:00 +09:00", "2024-08-16 09:00+09:00"),
        ("2024/08/16 24:00", "2024-08-16 24:00"),
        ("2024年8月16日 9:00", "2024-08-16 09:00"),
        ("2024年8月16日9:00", "2024-08-16 09:00"),
        ("2024 年 8 月 16 日  9:00", "2024-08-16 09:00"),
        ("2024年8月16号 9点", "2024-08-16 09:00"),
        ("2024年8月16日 9点30分", "2024-08-16 09:30"),
        ("2024年8月16日 9点半", "2024-08-16 09:30"),
        ("2024年8月16日 9时5分7秒", "2024-08-16 09:05:07"),
        ("2024年8月16日 上午9:00", "2024-08-16 09:00"),
        ("2024年8月16日下午3点", "2024-08-16 15:00"),
        ("2024/8/16下午3:00", "2024-08-16 15:00"),
        ("2024年8月16日 下午15:00", "2024-08-16 15:00"),
        ("2024年8月16日 晚上8点", "2024-08-16 20:00"),
        ("2024年8月16日 凌晨0:30", "2024-08-16 00:30"),
        ("2024年8月16日 中午12点", "2024-08-16 12:00"),
        ("2024年8月16日 中午1点", "2024-08-16 13:00"),
        ("2024/8/16 9:00 PM", "2024-08-16 21:00"),
        ("2024/8/16 9:00 a.m.", "2024-08-16 09:00"),
        ("2024年8月16日", "2024-08-16"),
        ("2024/8/16", "2024-08-16"),
    ],
)
def test_what_can_be_read_in_one_way_is_read(written: str, plain: str) -> None:
    assert plain_time(written) == plain
    read = parse_date(plain) if len(plain) == 10 else parse_instant(plain, SHANGHAI)
    assert read > 0


@pytest.mark.parametrize(
    ("written", "ways"),
    [
        ("1/2/2024", ("`2024-01-02`", "`2024-02-01`")),
        ("1/2/2024 9:00", ("`2024-01-02 9:00`", "`2024-02-01 9:00`")),
        ("2024年8月16日 下午12点", ("`2024-08-16 00:00`", "`2024-08-16 12:00`")),
        ("2024/8/16 12:00 AM", ("`2024-08-16 00:00`", "`2024-08-16 12:00`")),
        ("2024年8月16日 晚上12:30", ("`2024-08-16 00:30`", "`2024-08-16 12:30`")),
        ("2024年8月16日 晚上3点", ("`2024-08-16 03:00`", "`2024-08-16 15:00`")),
    ],
)
def test_what_can_be_read_in_two_ways_is_told_with_both(written: str, ways: tuple[str, str]) -> None:
    with pytest.raises(LiteralError) as found:
        plain_time(written)
    assert all(one in str(found.value.help) for one in ways)
    for one in ways:  # what is offered is taken
        offered = one.strip("`")
        plain = plain_time(offered) or offered
        assert plain.startswith("2024")


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("08/16/2024", "`2024-08-16`"),
        ("16.8.2024 9:00", "`2024-08-16 9:00`"),
        ("5/5/2024", "`2024-05-05`"),
        ("40/40/2024", "such as `2012-03-16`"),
        ("24/8/16", "write year, month and day"),
        ("9:00", "`20XX-XX-XX 9:00`"),
        ("下午3点", "`20XX-XX-XX 下午3点`"),
        ("8月16日 9:00", "`20XX年8月16日 9:00`"),
        ("2024年8月16日 上午13:00", "no part of the day"),
        ("2024年8月16日 下午3:00 AM", "from 0 to 23"),
    ],
)
def test_what_lacks_something_is_told_with_what_to_write(written: str, help: str) -> None:
    with pytest.raises(LiteralError) as found:
        plain_time(written)
    assert help in str(found.value.help)


@pytest.mark.parametrize(
    "written", ["", "soon", "2024", "2024-08", "2024-8-169:00", "2024/8-16", "2024/8/16 900", "20240816"]
)
def test_what_is_no_time_is_left_to_others(written: str) -> None:
    assert plain_time(written) is None


@given(st.datetimes(), st.sampled_from(["{}/{}/{} {}:{:02}", "{}年{}月{}日{}点{}分", "{}-{}-{} {}:{:02}"]))
def test_a_loose_time_means_what_the_plain_one_does(when: datetime, form: str) -> None:
    year = f"{when.year:04}"
    plain = plain_time(form.format(year, when.month, when.day, when.hour, when.minute))
    assert plain == f"{year}-{when.month:02}-{when.day:02} {when.hour:02}:{when.minute:02}"


@given(st.text("0123456789/-.: 年月日上午下点半分秒AMPT+Z", max_size=100))
def test_any_text_is_a_time_or_none_or_told(text: str) -> None:
    try:
        plain = plain_time(text)
    except LiteralError as fault:
        assert fault.help is not None
    else:
        assert plain is None or plain[4] == "-"
