"""The library's door: load a rulebook, evaluate cases, and be told what is wrong."""

from __future__ import annotations

import datetime
import decimal
import doctest
import enum
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from frozen import FROZEN, RULES

import policyengine
from policyengine import FaultsFound, Rulebook, load_rulebook
from policyengine.cli import main
from policyengine.engines.durable import ruleset as durable_ruleset
from policyengine.render.report import report_data
from policyengine.render.text import render_text
from policyengine.syntax import mapping_reader

ROOT = Path(__file__).parents[1]
CASE = FROZEN / "examples/cases/late-dispatch.json"
AS_OF = "2012-03-16 18:00:01"


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_rulebook(RULES)


def shown(decision: policyengine.Decision) -> str:
    from policyengine.diagnostics.i18n import Speech

    return render_text(decision, Speech("en"), False)


def codes(found: pytest.ExceptionInfo[FaultsFound]) -> list[str]:
    return [one.code for one in found.value.diagnostics]


def test_a_case_is_a_path_a_mapping_or_one_that_was_read(rulebook: Rulebook) -> None:
    text = CASE.read_text("utf-8")
    by_path = shown(rulebook.evaluate(str(CASE), as_of=AS_OF))
    assert shown(rulebook.evaluate(json.loads(text), as_of=AS_OF)) == by_path
    read, faults = rulebook.read_case(text, "c.json")
    assert read is not None and not faults
    assert shown(rulebook.evaluate(read, as_of=AS_OF)) == by_path
    assert shown(rulebook.judge(read, rulebook.read_instant(AS_OF))) == by_path


def test_a_mapping_may_hold_python_values(rulebook: Rulebook) -> None:
    data = json.loads(CASE.read_text("utf-8"))
    plain = shown(rulebook.evaluate(data, as_of=AS_OF))
    data["order"]["total"] = decimal.Decimal("100.00")
    data["order"]["paid_at"] = datetime.datetime(2012, 3, 12, 10, 0, 0)
    assert shown(rulebook.evaluate(data, as_of=AS_OF)) == plain


def test_instants(rulebook: Rulebook) -> None:
    assert (
        rulebook.read_instant("2012-03-16 18:00:01") == rulebook.read_instant(1_331_892_001) == 1_331_892_001
    )
    assert rulebook.read_instant("2012-03-16T10:00:01Z") == 1_331_892_001
    assert rulebook.read_instant(None) > 1_331_892_001
    with pytest.raises(FaultsFound) as found:
        rulebook.evaluate(str(CASE), as_of="tomorrow")
    assert codes(found) == ["bad-value"]


def test_settings_replace_facts(rulebook: Rulebook) -> None:
    decision = rulebook.evaluate(str(CASE), AS_OF, {"order.total": "900.00", "order.closed_at": ""})
    assert "900.00" in shown(decision)
    with pytest.raises(FaultsFound) as found:
        rulebook.evaluate(str(CASE), AS_OF, {"order.totl": "900.00"})
    assert codes(found) == ["unknown-fact"]


def test_readings_and_overlays() -> None:
    rulebook = load_rulebook(str(RULES), assume={"A-13": "closed_at_payment"}, engine="reference")
    assert rulebook.readings["A-13"] == "closed_at_payment" and rulebook.notice is None
    with_figures = load_rulebook(RULES, overlays=["late_5pct_1_30"], engine="reference")
    assert "4.75" in shown(with_figures.evaluate(str(CASE), as_of=AS_OF))


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        ({"order": {"total": "1.234"}, "ordr": {}}, ["bad-value", "unknown-fact"]),
        ({"order": {"total": float("nan")}}, ["wrong-type"]),
        ({"order": {"total": None}}, ["wrong-type"]),
        ({"order": 3}, ["wrong-shape"]),
    ],
)
def test_faults_of_a_mapping_have_no_line(
    rulebook: Rulebook, case: Mapping[str, object], wanted: list[str]
) -> None:
    with pytest.raises(FaultsFound) as found:
        rulebook.evaluate(case, as_of=AS_OF)
    assert sorted(codes(found)) == wanted
    assert {str(one.span) for one in found.value.diagnostics} == {"case:1:1"}
    assert "error[" in str(found.value)


class _Color(str, enum.Enum):  # noqa: UP042  # whose `str` is not its value
    RED = "much"


def _around() -> dict[str, object]:
    inner: dict[str, object] = {}
    inner["order"] = {"total": [inner]}
    return inner


def _deep(levels: int) -> object:
    value: object = "x"
    for _ in range(levels):
        value = [value]
    return value


def _shared(levels: int) -> object:
    """Return little that is a great deal when it is written out: each list holds the one before twice."""
    value: object = []
    for _ in range(levels):
        value = [value, value]
    return value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (19.99, "wrong-type"),
        (100.0, "wrong-type"),
        (float("inf"), "wrong-type"),
        (decimal.Decimal("sNaN"), "json-number"),
        (decimal.Decimal("1.005"), "bad-value"),
        (decimal.Decimal("1e99999"), "bad-value"),
        pytest.param(10**5_000, "bad-value", id="huge"),
        (-(10**30), "bad-value"),
        (datetime.datetime(2012, 3, 1), "bad-value"),
        (datetime.date(2012, 3, 1), "bad-value"),
        (datetime.timedelta(days=1), "bad-value"),
        (datetime.timedelta(seconds=1.5), "bad-value"),
        (b"5", "wrong-type"),
        ({"5"}, "wrong-type"),
        (object(), "wrong-type"),
        (("5",), "wrong-type"),
        (True, "wrong-type"),
        (_Color.RED, "bad-value"),
        pytest.param("\ud800", "json-text", id="half"),
        ("1\x00", "json-text"),
    ],
)
def test_a_value_of_a_wrong_python_type_is_told_with_its_field(
    rulebook: Rulebook, value: object, code: str
) -> None:
    with pytest.raises(FaultsFound) as found:
        rulebook.evaluate({"order": {"total": value}}, as_of=AS_OF)
    (fault,) = found.value.diagnostics
    assert (fault.code, fault.path) == (code, "order.total")
    assert "order.total" in str(found.value)
    assert report_data([fault])[0]["path"] == "order.total"


@pytest.mark.parametrize(
    ("case", "code", "path"),
    [
        ({1: 3}, "wrong-type", ""),
        ({10**5_000: 3}, "wrong-type", ""),
        ({"order": {(1, 2): 3}}, "wrong-type", "order"),
        ({"order": {"a\ud800": 3}}, "json-text", "order.a\ud800"),
        (_around(), "wrong-shape", "order.total[0]"),
        ({"order": {"total": _deep(5_000)}}, "json-depth", "order.total[0][0][0]"),
        ({"complaint": {"evidence": [{}, {"kind": b""}]}}, "wrong-type", "complaint.evidence[1].kind"),
        ({"order": {"total": _shared(60)}}, "wrong-shape", "order.total"),
    ],
)
def test_a_mapping_that_no_json_could_be_is_told(
    rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch, case: Mapping[str, object], code: str, path: str
) -> None:
    monkeypatch.setattr(mapping_reader, "MOST_VALUES", 1_000)
    with pytest.raises(FaultsFound) as found:
        rulebook.evaluate(case, as_of=AS_OF)
    fault = found.value.diagnostics[0]
    assert fault.code == code and fault.path.startswith(path)


def test_numbers_of_python_are_those_of_json(rulebook: Rulebook) -> None:
    """The text of a case and what `json` reads of it are judged alike: no digit is lost on the way."""
    for spelled in ("19.99", "100", "1e2", "0.07", "1234567890123.45"):
        text = f'{{"case": "C", "order": {{"total": {spelled}}}}}'
        read, faults = rulebook.read_case(text, "c.json")
        assert read is not None, faults
        by_decimal = rulebook.evaluate(json.loads(text, parse_float=decimal.Decimal), as_of=AS_OF).case
        assert read.values == by_decimal.values


@pytest.mark.parametrize("as_of", [10**12, -(10**18), 10**400, datetime.date(2012, 1, 1), "now"])
def test_an_instant_that_cannot_be_is_told(rulebook: Rulebook, as_of: Any) -> None:
    with pytest.raises(FaultsFound) as found:
        rulebook.evaluate({}, as_of=as_of)
    assert codes(found) == ["bad-value"]


@pytest.mark.parametrize("as_of", [1.5, True, b"x", []])
def test_an_instant_of_a_wrong_type_is_told(rulebook: Rulebook, as_of: Any) -> None:
    with pytest.raises(TypeError, match="give a datetime, a text such as"):
        rulebook.evaluate({}, as_of=as_of)


def test_an_instant_may_be_a_datetime(rulebook: Rulebook) -> None:
    aware = datetime.datetime(2012, 3, 16, 10, 0, 1, tzinfo=datetime.UTC)
    assert rulebook.read_instant(aware) == 1_331_892_001
    assert rulebook.read_instant(datetime.datetime(2012, 3, 16, 18, 0, 1)) == 1_331_892_001


@pytest.mark.parametrize(
    "settings", [{"order.total": b"5"}, {1: "5"}, {"order.total": ["5"]}, {"order.total": None}]
)
def test_a_setting_of_a_wrong_type_is_told(rulebook: Rulebook, settings: Any) -> None:
    with pytest.raises(FaultsFound) as found:
        rulebook.evaluate({}, as_of=AS_OF, settings=settings)
    assert codes(found) == ["wrong-type"]


def test_a_case_may_be_named_by_a_path(rulebook: Rulebook) -> None:
    assert shown(rulebook.evaluate(CASE, as_of=AS_OF)) == shown(rulebook.evaluate(str(CASE), as_of=AS_OF))


def test_faults_of_a_text_name_the_field(rulebook: Rulebook) -> None:
    wrong = {
        '{"order": {"total": NaN}}': "order.total",
        '{"order": {"total": "1", "total": "2"}}': "order.total",
        '{"complaint": {"evidence": [{}, {"kind": "\\u0007"}]}}': "complaint.evidence[1].kind",
        '{"complaint": {"evidence": [{"submitted_at": "soon"}]}}': "complaint.evidence[0].submitted_at",
    }
    for text, path in wrong.items():
        _, faults = rulebook.read_case(text, "c.json")
        assert path in {one.path for one in faults}, faults


def test_faults_of_a_file_have_their_place(rulebook: Rulebook, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text('{"order":\n {"total": "x"}}', "utf-8")
    with pytest.raises(FaultsFound) as found:
        rulebook.evaluate(str(path))
    assert str(found.value).startswith(f"{path}:2:12: error[bad-value]: ")
    with pytest.raises(FaultsFound) as found:
        rulebook.evaluate(str(tmp_path))
    assert codes(found) == ["file-directory"]


def test_faults_of_a_rulebook(tmp_path: Path) -> None:
    for asked, code in (
        ({"assume": {"A-99": "x"}}, "unknown-assumption"),
        ({"assume": {"A-13": "x"}}, "unknown-reading"),
        ({"overlays": ["x"]}, "unknown-overlay"),
    ):
        with pytest.raises(FaultsFound) as found:
            load_rulebook(RULES, **asked)  # type: ignore[arg-type]
        assert codes(found) == [code]
    with pytest.raises(FaultsFound) as found:
        load_rulebook(tmp_path / "none")
    assert codes(found) == ["file-missing"]


def test_the_example_in_the_documentation_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FROZEN)
    monkeypatch.setattr("policyengine.resources.data_directory", lambda name: str(FROZEN / name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        tried = doctest.testmod(policyengine)
    assert tried.attempted >= 4 and tried.failed == 0


def test_public_names() -> None:
    for name in policyengine.__all__:
        assert getattr(policyengine, name) is not None
    with pytest.raises(AttributeError):
        _ = policyengine.nosuch


@pytest.fixture
def without_extension(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable_ruleset, "_EXTENSION", "no_such_extension")


@pytest.mark.usefixtures("without_extension")
def test_another_engine_than_usual_is_told_once() -> None:
    with pytest.warns(RuntimeWarning, match="the compiled engine judges") as told:
        rulebook = load_rulebook(RULES)
    assert len(told) == 1 and told[0].filename == __file__
    assert rulebook.engine.name == "compiled" and rulebook.notice is not None
    assert "4.75" not in shown(rulebook.evaluate(str(CASE), as_of=AS_OF))  # and nothing is told again
    assert load_rulebook(RULES, engine="reference").notice is None
    with pytest.raises(policyengine.EngineUnavailable):
        load_rulebook(RULES, engine="durable")


@pytest.mark.usefixtures("without_extension")
def test_the_command_tells_it_once_in_its_own_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(FROZEN)
    monkeypatch.setenv("POLICYENGINE_CACHE", str(tmp_path))
    with pytest.raises(SystemExit, match="0"):
        main(["evaluate", str(CASE), "--as-of", AS_OF, "--lang", "en"])
    told = capsys.readouterr()
    assert told.err.startswith("note: the compiled engine judges, because ") and told.err.count("\n") == 1
    assert "LD-2012-031" in told.out
    with pytest.raises(SystemExit, match="0"):
        main(["evaluate", str(CASE), "--as-of", AS_OF, "--lang", "en"])
    again = capsys.readouterr()
    assert again.err == "" and again.out == told.out
    with pytest.raises(SystemExit, match="2"):
        main(["evaluate", str(CASE), "--engine", "durable", "--lang", "en"])
    assert "--engine durable: " in capsys.readouterr().err
    with pytest.raises(SystemExit, match="0"):
        main(["version", "--lang", "en"])
    assert "engine: compiled (durable-rules is not installed for Python 3." in capsys.readouterr().out


@pytest.mark.parametrize("as_of", [10**10, 10**12, -(10**12), 10**18, -(10**18), 253402300800, 10**400])
def test_an_instant_of_no_year_is_told(rulebook: Rulebook, as_of: int) -> None:
    with pytest.raises(FaultsFound) as found:
        rulebook.evaluate({}, as_of=as_of)
    assert [one.code for one in found.value.diagnostics] == ["bad-value"]
    assert "outside the years" in str(found.value)
