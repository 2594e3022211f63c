"""What time zone was meant by a word that is no name of the IANA database."""

from __future__ import annotations

import shutil
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from frozen import RULES

from policyengine.loading.load import load_model
from policyengine.values import zones
from policyengine.values.faults import LiteralError
from policyengine.values.instants import parse_instant
from policyengine.values.zones import zone_help, zone_words


def mean(name: str) -> str:
    return f"did you mean `{name}`?"


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("PST", mean("America/Los_Angeles")),
        # To the database it has no summer time: whoever writes it does not mean that.
        ("EST", "write the place that is meant: `America/New_York`, `America/Panama`"),
        ("MST", "write the place that is meant: `America/Denver`, `America/Phoenix`"),
        ("Los_Angeles", mean("America/Los_Angeles")),
        ("los angeles", mean("America/Los_Angeles")),
        ("北京时间", mean("Asia/Shanghai")),
        ("Asia/Beijing", mean("Asia/Shanghai")),
        ("上海", mean("Asia/Shanghai")),
        ("asia/shanghai", mean("Asia/Shanghai")),
        ("Asia/Shangai", mean("Asia/Shanghai")),
        ("CST", "write the place that is meant: `Asia/Shanghai`, `America/Chicago`"),
        ("zzzzzz", "write a name such as `Asia/Shanghai`"),
        ("UTC+5:30", "an offset is not a time zone: name a place, such as `Asia/Kolkata`"),
    ],
)
def test_a_zone(written: str, help: str) -> None:
    assert str(zone_help(written)) == help


@pytest.mark.parametrize("written", ["UTC+8", "GMT+8", "+08:00", "UTC+08:00", "东八区", "ＵＴＣ＋８"])
def test_an_offset(written: str) -> None:
    told = str(zone_help(written))
    assert "`Asia/Shanghai`" in told and "`Etc/GMT-8`" in told
    assert ZoneInfo("Etc/GMT-8").utcoffset(None) is not None


def test_a_fixed_offset_has_the_right_sign() -> None:
    from datetime import datetime, timedelta

    for hours in range(-12, 15):
        told = str(zones._of_offset(hours, 0))
        fixed = told.rpartition("`Etc/")[2].rstrip("`")
        assert ZoneInfo(f"Etc/{fixed}").utcoffset(datetime(2026, 1, 1)) == timedelta(hours=hours)


def test_every_zone_of_the_tables_is_one() -> None:
    known = available_timezones()
    named = {one for many in zones._ABBREVIATIONS.values() for one in many}
    assert named | set(zones._PLACES.values()) | set(zones._EXAMPLES.values()) <= known


@pytest.mark.parametrize(
    ("zone", "zh", "en"),
    [
        ("Asia/Shanghai", "北京时间", "Beijing time"),
        ("Asia/Tokyo", "日本时间", "Japan Time"),
        ("America/New_York", "北美东部时间", "Eastern Time"),
    ],
)
def test_people_call_the_time_of_a_zone(zone: str, zh: str, en: str) -> None:
    assert (zone_words(zone, "zh"), zone_words(zone, "en")) == (zh, en)


def test_the_clock_of_greenwich_is_ahead_of_itself_by_nothing() -> None:
    with pytest.raises(LiteralError) as told:
        parse_instant("2024-10-27 01:30", ZoneInfo("Europe/London"))
    assert "`+01:00` or `+00:00`" in str(told.value.help)


@pytest.mark.parametrize("written", ["EST", "MST", "localtime"])
def test_a_name_that_misleads_is_none(written: str, tmp_path: Path) -> None:
    assert not zones.is_zone(written)
    text = (RULES / "rulebook.yaml").read_text("utf-8")
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "rules" / "rulebook.yaml").write_text(text.replace("Asia/Shanghai", written), "utf-8")
    [fault] = [one for one in load_model(str(tmp_path / "rules"), ()).diagnostics if one.severity == "error"]
    assert fault.code == "unknown-zone"
