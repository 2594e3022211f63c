"""Literals: what is read, what is refused and with which words, and that writing and reading agree."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyengine.values.currencies import currency_of
from policyengine.values.display import end_text, show_span, show_value
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError
from policyengine.values.instants import _read_closely, plain_instant
from policyengine.values.literals import (
    LARGEST_COUNT,
    LARGEST_MONEY,
    LARGEST_NUMBER,
    LARGEST_PERCENT,
    Duration,
    Value,
    ValueType,
    comparison_key,
    format_value,
    local_day,
    start_of_day,
)
from policyengine.values.loose import plain_time
from policyengine.values.parse import guess_type, parse_literal

CNY = currency_of("CNY")
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def epoch(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())


def read(text: str, type: ValueType, zone: ZoneInfo = SHANGHAI, choices: tuple[str, ...] = ()) -> Value:
    return parse_literal(text, type, zone, CNY, choices)


def refusal(text: str, type: ValueType, zone: ZoneInfo = SHANGHAI, choices: tuple[str, ...] = ()) -> str:
    with pytest.raises(LiteralError) as caught:
        parse_literal(text, type, zone, CNY, choices)
    return f"{caught.value.message} | {caught.value.help}"


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [
        ("100", 10_000),
        ("100.00", 10_000),
        ("100.5", 10_050),
        ("19.99", 1_999),
        ("100元", 10_000),
        ("100块", 10_000),
        ("100.5块钱", 10_050),
        ("100.5 元", 10_050),
        ("100 CNY", 10_000),
        ("CNY 100", 10_000),
        ("¥100", 10_000),
        ("￥ 100", 10_000),
        ("-5", -500),
        ("-¥5", -500),
        ("¥-5", -500),
        ("-0", 0),
        (" 7 ", 700),
        ("10000000000000", LARGEST_MONEY),
    ],
)
def test_money_is_read_in_minor_units(text: str, hundredths: int) -> None:
    assert read(text, ValueType.MONEY) == hundredths


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.005", "more decimals than CNY has"),
        ("USD 5", "not an amount in CNY"),
        ("5 USD", "not an amount in CNY"),
        ("-5.00 EUR", "not an amount in CNY"),
        ("017", "begins with a zero"),
        ("-00.50", "begins with a zero"),
        ("1.500", "more decimals than CNY has"),
        ("1,000.50", "write the digits without separators: `1000.50`"),
        ("1，000", "thousands separator"),
        ("1e3", "exponent"),
        ("１００", "write it in half-width characters: `100`"),
        ("10000000000000.01", "too large"),
        ("9" * 99, "too large"),
        ("9" * 5_000, "at most 100 characters"),
        ("ten", "not an amount of money"),
        ("$5", "not an amount in CNY"),
        ("¥5 元", "not an amount of money"),
        ("--5", "not an amount of money"),
        ("¥--5", "not an amount of money"),
        (".5", "not an amount of money"),
        ("5.", "not an amount of money"),
        ("¥", "not an amount of money"),
        ("٣", "not an amount of money"),
        ("nan", "not an amount of money"),
        ("", "empty"),
        ("  ", "empty"),
    ],
)
def test_money_is_refused(text: str, words: str) -> None:
    assert words in refusal(text, ValueType.MONEY)


def test_percent() -> None:
    assert read("5%", ValueType.PERCENT) == read("5 %", ValueType.PERCENT) == 5_000_000
    assert read("0.5%", ValueType.PERCENT) == 500_000
    assert read("-10000%", ValueType.PERCENT) == -LARGEST_PERCENT
    assert "no percent sign" in refusal("5", ValueType.PERCENT)
    assert "half-width characters: `5%`" in refusal("5％", ValueType.PERCENT)
    assert "more than 6 decimals" in refusal("0.1234567%", ValueType.PERCENT)
    assert "too large" in refusal("10000.1%", ValueType.PERCENT)
    assert "not a percentage" in refusal("%", ValueType.PERCENT)


def test_count_and_number() -> None:
    assert read("12", ValueType.COUNT) == 12
    assert read("-3", ValueType.COUNT) == -3
    assert read("1.0", ValueType.COUNT) == 1
    assert "not a whole number" in refusal("1.5", ValueType.COUNT)
    assert "not a whole number" in refusal("1.000", ValueType.COUNT)  # perhaps a thousand
    assert "too large" in refusal(str(LARGEST_COUNT + 1), ValueType.COUNT)
    assert "exponent" in refusal("1E9", ValueType.COUNT)
    assert read("1.25", ValueType.NUMBER) == 1_250_000
    assert read("-0.000001", ValueType.NUMBER) == -1
    assert "more than 6 decimals" in refusal("0.0000001", ValueType.NUMBER)
    assert "too large" in refusal("1000000000000.1", ValueType.NUMBER)


def test_boolean() -> None:
    assert all(read(text, ValueType.BOOLEAN) is True for text in ("true", "yes", "是", "Yes", "TRUE"))
    assert all(read(text, ValueType.BOOLEAN) is False for text in ("false", "no", "否", "NO"))
    assert "write `yes` or `no`" in refusal("1", ValueType.BOOLEAN)
    assert "neither yes nor no" in refusal("on", ValueType.BOOLEAN)


@pytest.mark.parametrize(
    "text",
    [
        "2012-03-16T18:00:00+08:00",
        "2012-03-16 18:00:00",
        "2012-03-16 18:00",
        "2012-03-16T10:00:00Z",
        "2012-03-16T18:00:00.000+08:00",
        "2012-03-16 18:00 +0800",
        "2012-03-16 18:00+08",
        "2012-03-16T00:00:00-10:00",
        "2012-03-15T24:00-10:00",
    ],
)
def test_one_instant_in_many_spellings(text: str) -> None:
    assert read(text, ValueType.INSTANT) == epoch(2012, 3, 16, 10)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2012-03-16", "add the time of day: `2012-03-16 00:00` is the beginning of that day"),
        ("2012-02-30 18:00", "not a day of the calendar"),
        ("2012-13-01 18:00", "not a day of the calendar"),
        ("2012-03-16 24:00:01", "not a time of the day"),
        ("2012-03-16 18:60", "not a time of the day"),
        ("2012-03-16 23:59:60", "not a time of the day"),
        ("2012-03-16 18:00:00.5", "fraction of a second"),
        ("2012-03-16 18:00+14:01", "offset"),
        ("2012-03-16 18:00+08:60", "offset"),
        ("1899-12-31 23:59", "outside the years"),
        ("2200-12-31 24:00", "outside the years"),
        ("0000-01-01 00:00", "not a day of the calendar"),
        ("9999-12-31 24:00", "outside the years"),
        ("2012-3-16 18:00", "not an instant"),
        ("1331892000", "not an instant"),
        ("２012-03-16 18:00", "half-width"),
    ],
)
def test_instants_are_refused(text: str, words: str) -> None:
    assert words in refusal(text, ValueType.INSTANT)


def test_times_that_the_clocks_skip_or_repeat_need_an_offset() -> None:
    assert "does not exist in Europe/Berlin" in refusal("2024-03-31 02:30", ValueType.INSTANT, BERLIN)
    assert "`+02:00` or `+01:00`" in refusal("2024-10-27 02:30", ValueType.INSTANT, BERLIN)
    assert read("2024-10-27 02:30+01:00", ValueType.INSTANT, BERLIN) == epoch(2024, 10, 27, 1, 30)
    assert read("2024-03-31 03:00", ValueType.INSTANT, BERLIN) == epoch(2024, 3, 31, 1)


def test_the_ends_of_the_supported_years_count_by_the_clock_of_the_zone() -> None:
    assert read("1900-01-01 00:00", ValueType.INSTANT) == start_of_day(date(1900, 1, 1).toordinal(), SHANGHAI)
    assert read("2200-12-31 23:59:59", ValueType.INSTANT) == epoch(2200, 12, 31, 15, 59, 59)
    assert "outside the years" in refusal("2200-12-31 23:59:59-14:00", ValueType.INSTANT)


def test_date() -> None:
    assert read("2012-03-16", ValueType.DATE) == date(2012, 3, 16).toordinal()
    assert "write the date alone: `2012-03-16`" in refusal("2012-03-16 18:00", ValueType.DATE)
    assert "not a day" in refusal("2011-02-29", ValueType.DATE)
    assert "outside the years" in refusal("2201-01-01", ValueType.DATE)
    assert "not a date" in refusal("16.03.2012", ValueType.DATE)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("24 hours", Duration(24, "hours")),
        ("1 hour", Duration(1, "hours")),
        ("15 days", Duration(15, "days")),
        ("30 minutes", Duration(30, "minutes")),
        ("90 seconds", Duration(90, "seconds")),
        ("2 weeks", Duration(2, "weeks")),
        ("24小时", Duration(24, "hours")),
        ("24 个小时", Duration(24, "hours")),
        ("15天", Duration(15, "days")),
        ("15日", Duration(15, "days")),
        ("30分钟", Duration(30, "minutes")),
        ("90秒", Duration(90, "seconds")),
        ("2周", Duration(2, "weeks")),
        ("0 days", Duration(0, "days")),
        ("36525 days", Duration(36_525, "days")),
    ],
)
def test_durations(text: str, length: Duration) -> None:
    assert read(text, ValueType.DURATION) == length
    assert guess_type(text) is ValueType.DURATION


@pytest.mark.parametrize("text", ["4 business days", "4个工作日", "4工作日", "4 Business  Days"])
def test_business_days(text: str) -> None:
    assert read(text, ValueType.BUSINESS_DAYS) == Duration(4, "business_days")
    assert guess_type(text) is ValueType.BUSINESS_DAYS
    assert "declare the type `business_days`" in refusal(text, ValueType.DURATION)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("24", "has no unit"),
        ("-1 days", "negative"),
        ("1.5 hours", "smaller unit"),
        ("36526 days", "too long"),
        ("3 months", "declare the type `months`"),
        ("3 fortnights", "not a unit of time"),
        ("hours", "not a length of time"),
        ("24 hours 5 minutes", "not a length of time"),
        ("２４小时", "half-width characters: `24小时`"),
        ("9" * 90 + " days", "too long"),
    ],
)
def test_durations_are_refused(text: str, words: str) -> None:
    assert words in refusal(text, ValueType.DURATION)


def test_business_days_are_refused() -> None:
    assert "declare the type `duration`" in refusal("4 days", ValueType.BUSINESS_DAYS)
    assert "at most 10000" in refusal("10001 business days", ValueType.BUSINESS_DAYS)


def test_business_days_have_no_seconds() -> None:
    assert Duration(2, "weeks").seconds == 14 * 86_400
    with pytest.raises(ValueError, match="no fixed length"):
        _ = Duration(4, "business_days").seconds


def test_choice() -> None:
    choices = ("late_dispatch", "not_received")
    assert read("late_dispatch", ValueType.CHOICE, choices=choices) == "late_dispatch"
    words = refusal("late_dispach", ValueType.CHOICE, choices=choices)
    assert "did you mean `late_dispatch`" in words
    assert "`late_dispatch`, `not_received`" in words
    assert "did you mean" not in refusal("", ValueType.CHOICE, choices=choices)
    assert "…" in refusal("x", ValueType.CHOICE, choices=tuple(f"c{n}" for n in range(50)))


def test_text() -> None:
    assert read("你好\n\t🙂", ValueType.TEXT) == "你好\n\t🙂"
    for written in (" 慢 ", "慢\n", "\u3000慢\t"):
        assert read(written, ValueType.TEXT) == "慢", "the space around a text is no part of it"
    for nothing in ("", " ", "\u3000\n"):
        assert "empty" in refusal(nothing, ValueType.TEXT)
    for bad, code in (("a\ud800", "U+D800"), ("a\x00", "U+0000"), ("a\r\n", "U+000D"), ("\x85", "U+0085")):
        assert code in refusal(bad, ValueType.TEXT)


def test_guesses_go_by_spelling_only() -> None:
    assert guess_type("12") is ValueType.COUNT
    assert guess_type("5%") is guess_type("0.5 %") is ValueType.PERCENT
    assert guess_type("100元") is guess_type("CNY 5.00") is ValueType.MONEY
    assert (
        guess_type("7 dys") is guess_type("3 fortnights") is ValueType.DURATION
    )  # its unit is told, not its type
    for text in ("", "1.5", "2012-03-16", "yes", "a.b", "9" * 200, "5 %%"):
        assert guess_type(text) is None


@pytest.mark.parametrize("type", list(ValueType))
@pytest.mark.parametrize("unit", ["9", "x", " ", "1 ", "\ud800", "-", "9,"])
def test_huge_texts_are_answered_shortly(type: ValueType, unit: str) -> None:
    text = unit * (10_000_000 // len(unit))
    try:
        read(text, type, choices=("a", "b"))
    except LiteralError as error:
        assert len(str(error.message)) < 350
        str(error.message).encode()
    assert guess_type(text) is None


def test_shorten() -> None:
    assert shorten("x" * 40) == "x" * 40
    assert shorten("x" * 41) == "x" * 40 + "…"
    assert shorten("a\nb\ud800\u202e") == "a\\nb\\ud800\\u202e"


@pytest.mark.parametrize(
    ("text", "type", "written", "zh", "en"),
    [
        ("95", ValueType.MONEY, "95.00", "95.00 元", "95.00 CNY"),
        ("-0.05", ValueType.MONEY, "-0.05", "-0.05 元", "-0.05 CNY"),
        ("5.0%", ValueType.PERCENT, "5%", "5%", "5%"),
        ("0.50%", ValueType.PERCENT, "0.5%", "0.5%", "0.5%"),
        ("1.250", ValueType.NUMBER, "1.25", "1.25", "1.25"),
        ("7", ValueType.COUNT, 7, "7", "7"),
        ("yes", ValueType.BOOLEAN, True, "是", "yes"),
        ("no", ValueType.BOOLEAN, False, "否", "no"),
        (
            "2012-03-16 18:00",
            ValueType.INSTANT,
            "2012-03-16T18:00:00+08:00",
            "2012-03-16 18:00:00",
            "2012-03-16 18:00:00",
        ),
        ("2012-03-16", ValueType.DATE, "2012-03-16", "2012-03-16", "2012-03-16"),
        ("24小时", ValueType.DURATION, "24 hours", "24 小时", "24 hours"),
        ("1 hour", ValueType.DURATION, "1 hour", "1 小时", "1 hour"),
        ("15日", ValueType.DURATION, "15 days", "15 天", "15 days"),
        ("4个工作日", ValueType.BUSINESS_DAYS, "4 business days", "4 个工作日", "4 business days"),
        ("你好", ValueType.TEXT, "你好", "你好", "你好"),
    ],
)
def test_values_are_written(text: str, type: ValueType, written: str | int | bool, zh: str, en: str) -> None:
    value = read(text, type)
    assert format_value(value, type, SHANGHAI, CNY) == written
    assert show_value(value, type, SHANGHAI, "zh", CNY) == zh
    assert show_value(value, type, SHANGHAI, "en", CNY) == en


def test_choices_show_their_title_and_other_currencies_their_code() -> None:
    assert show_value("late", ValueType.CHOICE, SHANGHAI, "zh", CNY, "未按约定时间发货") == "未按约定时间发货"
    assert show_value("late", ValueType.CHOICE, SHANGHAI, "zh", CNY) == "late"
    assert show_value(100, ValueType.MONEY, SHANGHAI, "zh", currency_of("USD")) == "1.00 USD"


def test_spans() -> None:
    assert show_span(32 * 3_600, "zh") == "1 天 8 小时"
    assert show_span(3_599, "zh") == "59 分 59 秒"
    assert show_span(0, "zh") == "0 秒"
    assert show_span(0, "en") == "0 seconds"
    assert show_span(32 * 3_600, "en") == "1 day 8 hours"
    assert show_span(2 * 86_400 + 61, "en") == "2 days 1 minute 1 second"
    assert show_span(-60, "en") == "-1 minute"


def test_comparison_keys() -> None:
    assert comparison_key(Duration(24, "hours")) == comparison_key(Duration(1, "days")) == 86_400
    assert comparison_key(Duration(4, "business_days")) == 4
    assert comparison_key(True) == 1 and type(comparison_key(True)) is int
    assert comparison_key("late") == "late"


def scaled(type: ValueType, largest: int) -> st.SearchStrategy[tuple[ValueType, Value]]:
    return st.tuples(st.just(type), st.integers(-largest, largest))


def lengths(type: ValueType, largest: dict[str, int]) -> st.SearchStrategy[tuple[ValueType, Value]]:
    return st.one_of(
        *(
            st.tuples(st.just(type), st.builds(Duration, st.integers(0, n), st.just(u)))
            for u, n in largest.items()
        )
    )


DAYS = 36_525
TYPED_VALUES = st.one_of(
    scaled(ValueType.MONEY, LARGEST_MONEY),
    scaled(ValueType.PERCENT, LARGEST_PERCENT),
    scaled(ValueType.COUNT, LARGEST_COUNT),
    scaled(ValueType.NUMBER, LARGEST_NUMBER),
    st.tuples(st.just(ValueType.BOOLEAN), st.booleans()),
    st.tuples(st.just(ValueType.INSTANT), st.integers(epoch(1900, 1, 1, 12), epoch(2200, 12, 31))),
    st.tuples(
        st.just(ValueType.DATE),
        st.integers(date(1900, 1, 1).toordinal(), date(2200, 12, 31).toordinal()),
    ),
    lengths(
        ValueType.DURATION, {"days": DAYS, "weeks": DAYS // 7, "hours": DAYS * 24, "seconds": DAYS * 86_400}
    ),
    lengths(ValueType.BUSINESS_DAYS, {"business_days": 10_000}),
    st.tuples(st.just(ValueType.CHOICE), st.sampled_from(["a", "b"])),
)


@given(TYPED_VALUES, st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("UTC")]))
def test_what_is_written_reads_back(typed: tuple[ValueType, Value], zone: ZoneInfo) -> None:
    type, value = typed
    assert parse_literal(str(format_value(value, type, zone, CNY)), type, zone, CNY, ("a", "b")) == value


@given(
    st.text(max_size=30) | st.text("0123456789-+.:,% TZ天日eE¥元", max_size=30), st.sampled_from(ValueType)
)
def test_any_text_is_read_or_refused_and_never_breaks(text: str, type: ValueType) -> None:
    try:
        value = read(text, type, choices=("a",))
    except LiteralError as error:
        assert str(error.message) and error.help is not None and str(error.help)
    else:
        assert read(str(format_value(value, type, SHANGHAI, CNY)), type, choices=("a",)) == value
    guess_type(text)


@pytest.mark.parametrize(
    "type", [one for one in ValueType if one not in (ValueType.TEXT, ValueType.CHOICE, ValueType.BOOLEAN)]
)
def test_messages_are_one_style(type: ValueType) -> None:
    with pytest.raises(LiteralError) as caught:
        read("x y", type)
    words = str(caught.value.message)
    assert words[0] == "`" and not words.endswith(".")
    assert caught.value.help is not None and not str(caught.value.help).endswith(".")


def test_full_width_digits_do_not_hide_the_type() -> None:
    assert guess_type("２４ hours") is ValueType.DURATION


@pytest.mark.parametrize("text", ["20", "20.00", "USD 20", "20 USD", "20USD", "-20.00 USD"])
def test_a_sum_names_the_currency_of_the_rulebook_or_none(text: str) -> None:
    assert abs(cast(int, parse_literal(text, ValueType.MONEY, SHANGHAI, currency_of("USD")))) == 2_000


@pytest.mark.parametrize("text", ["20元", "¥20", "CNY 20", "20 EUR"])
def test_a_sum_in_another_currency_is_refused(text: str) -> None:
    with pytest.raises(LiteralError) as caught:
        parse_literal(text, ValueType.MONEY, SHANGHAI, currency_of("USD"))
    assert str(caught.value.message) == f"`{text}` is not an amount in USD"
    assert str(caught.value.help) == "write the amount in USD"


def test_one_sign_can_stand_for_two_currencies() -> None:
    for code, amount in (("CNY", 2_000), ("JPY", 20)):
        assert parse_literal("¥20", ValueType.MONEY, SHANGHAI, currency_of(code)) == amount


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("0.05", "5"),
        ("1.5", "150"),
        ("5", "500"),
        ("0.005", "0.5"),
        ("-0.5", "-50"),
        ("1.0", "100"),
        ("0", "0"),
    ],
)
def test_a_percentage_without_its_sign_has_two_readings(text: str, share: str) -> None:
    """0.05 is five percent for one and a twentieth of a percent for another: neither is advised alone."""
    with pytest.raises(LiteralError) as found:
        parse_literal(text, ValueType.PERCENT, SHANGHAI, CNY)
    help = f"write `{share}%` if `{text}` is a share of one, `{text}%` if it counts percents"
    assert str(found.value.help) == help


_PIECES = st.tuples(
    st.sampled_from(
        ["2012-03-16", "2012-02-30", "2011-11-06", "1970-01-01", "1969-12-31", "9999-12-31", "2012-3-16"]
    ),
    st.sampled_from(["T", " ", "  ", "t", "-"]),
    st.sampled_from(
        ["18:00", "01:30", "02:30", "24:00", "25:00", "18:60", "18:00:59", "18:00:60", "9:00", "18:00:00.5"]
    ),
    st.sampled_from(
        ["", "Z", "z", "+08:00", "-05:00", "+09:60", "+14:00", "+15:00", "+0800", "-00:00", " +08:00"]
    ),
)


@given(_PIECES, st.sampled_from(["Asia/Shanghai", "America/New_York", "Africa/Monrovia"]))
def test_what_is_read_plainly_is_what_close_reading_reads(pieces: tuple[str, ...], zone: str) -> None:
    text, where = "".join(pieces), ZoneInfo(zone)
    read = plain_instant(text, where)
    if read is not None:
        assert read == _read_closely(text, where)


# When clocks were put forward or back, by half an hour, around midnight, over a day, by seconds, soon again.
_MOVED = [
    ("America/New_York", "2012-03-11"),
    ("America/New_York", "2012-11-04"),
    ("Australia/Lord_Howe", "2024-04-07"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("Asia/Gaza", "2040-10-20"),
    ("Pacific/Apia", "2011-12-30"),
    ("Asia/Shanghai", "1940-06-01"),
    ("Africa/Freetown", "1939-09-01"),
    ("Africa/Monrovia", "1972-01-07"),
]


@pytest.mark.parametrize(("zone", "day"), _MOVED)
def test_where_clocks_are_put_forward_or_back_every_instant_is_what_close_reading_reads(
    zone: str, day: str
) -> None:
    where, middle = ZoneInfo(zone), datetime.fromisoformat(day)
    read = 0
    for minutes in range(-48 * 60, 60 * 60, 15):
        text = (middle + timedelta(minutes=minutes)).isoformat(" ")
        found = plain_instant(text, where)
        read += found is not None
        assert found is None or found == _read_closely(text, where)
    assert read > 200  # days on which they are moved are looked at closely


@pytest.mark.parametrize(("zone", "day"), _MOVED)
def test_where_clocks_are_put_forward_or_back_every_instant_is_told_by_them(zone: str, day: str) -> None:
    where = ZoneInfo(zone)
    middle = int(datetime.fromisoformat(day).replace(tzinfo=where).timestamp())
    for instant in range(middle - 72 * 3_600, middle + 72 * 3_600, 899):
        local = datetime.fromtimestamp(instant, where)
        assert format_value(instant, ValueType.INSTANT, where) == local.isoformat()
        assert local_day(instant, where) == local.toordinal()


def test_most_instants_are_read_plainly() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    for text in (
        "2012-03-16 18:00",
        "2012-03-16T18:00:00",
        "2012-03-16T18:00:00+08:00",
        "2012-03-16T10:00:00Z",
    ):
        assert plain_instant(text, zone) == 1_331_892_000


@pytest.mark.parametrize("text", ["7 workdays", "7 working days", "1 work day", "3 Weekdays"])
def test_who_means_business_days_is_not_led_to_days(text: str) -> None:
    with pytest.raises(LiteralError) as found:
        parse_literal(text, ValueType.DURATION, ZoneInfo("Asia/Shanghai"), "CNY")
    assert "`business days`" in str(found.value.help)


def test_a_comma_after_a_value_is_told() -> None:
    for text in ("return_period,", "24 hours，", "yes,"):
        with pytest.raises(LiteralError) as found:
            parse_literal(text, ValueType.DURATION, ZoneInfo("Asia/Shanghai"), "CNY")
        assert f"`{text[:-1]}`" in str(found.value.help)


def test_a_day_that_is_none_is_told_before_its_missing_time() -> None:
    with pytest.raises(LiteralError) as found:
        parse_literal("2012-02-30", ValueType.INSTANT, ZoneInfo("Asia/Shanghai"), "CNY")
    assert "not a day of the calendar" in str(found.value.message)


@pytest.mark.parametrize(
    ("text", "type", "digits"),
    [
        ("三天", ValueType.DURATION, "3天"),
        ("七十二小时", ValueType.DURATION, "72小时"),
        ("一百元", ValueType.MONEY, "100元"),
        ("一千零五块", ValueType.MONEY, "1005块"),
        ("两万三千", ValueType.COUNT, "23000"),
        ("十二", ValueType.COUNT, "12"),
        ("seven business days", ValueType.BUSINESS_DAYS, "7 business days"),
        ("Twenty-one days", ValueType.DURATION, "21 days"),
    ],
)
def test_a_number_in_words_is_told_in_digits(text: str, type: ValueType, digits: str) -> None:
    assert refusal(text, type) == f"`{text}` has its number in words | write it in digits: `{digits}`"


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("1 percent", "1%"), ("one per cent", "1%"), ("1.5 pct", "1.5%"), ("百分之一", "1%"),
        ("百分之二十五", "25%"), ("千分之五", "0.5%"), ("万分之5", "0.05%"), ("5‰", "0.5%"),
    ],
)  # fmt: skip
def test_a_share_in_words_is_told_as_a_percentage(text: str, percent: str) -> None:
    assert guess_type(text) is ValueType.PERCENT
    assert refusal(text, ValueType.PERCENT) == f"`{text}` has no percent sign | write `{percent}`"


@pytest.mark.parametrize(
    ("text", "type", "ways"),
    [
        ("5-7 business days", ValueType.BUSINESS_DAYS, "`5 business days` or `7 business days`"),
        ("3至5天", ValueType.DURATION, "`3天` or `5天`"),
        ("1 or 2 months", ValueType.MONTHS, "`1 months` or `2 months`"),
    ],
)
def test_two_lengths_are_not_one(text: str, type: ValueType, ways: str) -> None:
    assert guess_type(text) is type
    told = f"`{text}` are two lengths of time, and one is needed | write the one that counts: {ways}"
    assert refusal(text, type) == told


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("七个工作日", ValueType.BUSINESS_DAYS),
        ("thirty days", ValueType.DURATION),
        ("30美元", ValueType.MONEY),
        ("30 dollars", ValueType.MONEY),
        ("一号", None),  # a text in which there is a number
        ("公平", None),
        ("one of these", None),
        ("percent", None),
    ],
)
def test_a_type_is_guessed_of_words_too(text: str, type: ValueType | None) -> None:
    assert guess_type(text) is type


def test_a_sum_may_name_its_currency_in_chinese() -> None:
    for code, text in (("USD", "30美元"), ("EUR", "30欧元"), ("CNY", "30人民币")):
        zone, currency = ZoneInfo("Asia/Shanghai"), currency_of(code)
        assert parse_literal(text, ValueType.MONEY, zone, currency) == 3000
        with pytest.raises(LiteralError):
            parse_literal(text, ValueType.MONEY, zone, currency_of("GBP"))


def test_words_that_are_no_number_are_told_as_before() -> None:
    assert refusal("一刻", ValueType.DURATION).startswith("`一刻` is not a length of time")


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2012, 3, 23, 16, tzinfo=UTC), "2012-03-23 24:00:00"),
        (datetime(2012, 3, 23, 15, 59, 59, tzinfo=UTC), "2012-03-23 23:59:59"),
        (datetime(2012, 3, 23, 16, 0, 1, tzinfo=UTC), "2012-03-24 00:00:01"),
        (datetime(2011, 12, 31, 16, tzinfo=UTC), "2011-12-31 24:00:00"),
    ],
)
def test_an_end_at_midnight_is_the_24th_hour_and_is_read_again(at: datetime, told: str) -> None:
    assert end_text(int(at.timestamp()), SHANGHAI) == told
    plain = plain_time(told) or told
    assert read(plain, ValueType.INSTANT) == int(at.timestamp())
