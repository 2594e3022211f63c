"""A vocabulary proposed from cases: names, titles and types, and the cases in its words."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from policyengine.diagnostics.diagnostic import Message, marked, message
from policyengine.diagnostics.i18n import Speech
from policyengine.frozen import Frozen, replace
from policyengine.starting.guess import Ground, Guess, guess
from policyengine.starting.house import House, Said
from policyengine.starting.names import free_name, one_line, scalar, slug
from policyengine.starting.samples import Field, Samples, Steps, as_record, says_something
from policyengine.starting.words import say_in, spoken
from policyengine.values.currencies import codes
from policyengine.values.literals import ValueType

CASES = "cases/given.ndjson"
_VOCABULARY = (
    "The vocabulary: what a case can say (given, the default), what rules conclude (derived, outcome)."
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_CODED = re.compile(r"(?:([A-Z]{3}) ?-?[0-9][0-9.,]*|-?[0-9][0-9.,]* ?([A-Z]{3}))")
_LOOKED_AT = 1000  # values of a column, in search of a currency
_LONGEST_TITLE = 100
_LONGEST_ID = 200
_CASE_HEADS = ("case", "case_id", "id", "number", "no")


class Named(Frozen):
    """A column with its name in the vocabulary and its type; ``listed`` is the name of its list."""

    field: Field
    listed: str | None
    name: str
    title: str
    type: Guess
    missing: tuple[int, int]

    @property
    def path(self) -> str:
        """The name as people say it."""
        return self.name if self.listed is None else f"{self.listed}.{self.name}"


class Proposal(Frozen):
    """The texts of the files of a rulebook, and what was guessed: pairs of a name and a sentence."""

    files: Mapping[str, str]
    doubts: tuple[tuple[str, Message], ...]


def propose(samples: Samples, house: House, ground: Ground) -> Proposal:
    """Return a rulebook whose vocabulary fits the cases, and the cases written in it.

    It has no rules. Everything that is guessed stands as a comment beside the fact, and is told.
    """
    lists = _list_names(samples)
    every = _named(samples, lists, ground)
    instant = next((one for one in every if _is_as_of(one)), None)
    named = [one for one in every if one is not instant and one.field.head != "$schema"]
    empty = [steps for steps, name in lists.items() if not any(one.listed == name for one in named)]
    say = Speech("zh" if spoken(house.language) == "zh" else "en")
    doubts = [(one.path, doubt) for one in named for doubt in one.type.doubts]
    doubts += [(path, why) for path, why in samples.left_out.items()]
    for steps in empty:
        doubts.append((lists.pop(steps), message("no record says anything: the list is left out")))
    files = {
        "rulebook.yaml": _rulebook(house),
        "facts.yaml": _facts(named, samples, lists, house, say),
        "policies/first.yaml": _policy(named, house),
        CASES: "".join(_cases(samples, named, lists, instant)),
    }
    return Proposal(files, tuple(doubts))


def usual(samples: Samples, said: Said, name: str) -> Said:
    """Return what can be told of the house from its cases where nothing is said: language, currency, name."""
    language, currency = said.language, said.currency
    if language is None and any(_CHINESE.search(field.head) for field in samples.fields.values()):
        language = "zh"
    named = _currencies_named(samples)
    if currency is None and len(named) == 1:
        currency = named.pop()
    return replace(
        said, language=language, currency=currency, title=said.title or name, id=said.id or "cases"
    )


def _currencies_named(samples: Samples) -> set[str]:
    """Return the codes of currencies that stand beside numbers."""
    found: set[str] = set()
    for field in samples.fields.values():
        for value in field.values[:_LOOKED_AT]:
            code = _CODED.fullmatch(value) if isinstance(value, str) else None
            if code is not None:
                found |= {code[1] or code[2]} & codes()
    return found


def _list_names(samples: Samples) -> dict[Steps, str]:
    paths = [_own(_path(field.steps)) for field in samples.fields.values() if field.listed is None]
    paths += [_own(_path(steps) or "records") for steps in samples.lists]
    found: dict[Steps, str] = {}
    for steps in samples.lists:
        name = _own(_path(steps) or "records")
        if paths.count(name) > 1 or any(one.startswith(f"{name}.") for one in paths):
            name += "_list"  # what is a value in one case, or has parts, and is a list in another
        found[steps] = free_name(name, found.values())
    return found


def _own(name: str) -> str:
    """Return a name that does not begin with what a case says of itself."""
    first, dot, rest = name.partition(".")
    return f"{first}_value{dot}{rest}" if first in ("case", "as_of") else name


def _path(steps: Steps) -> str:
    """Return a dotted name; a head such as ``order.total`` has its dots already."""
    parts = [slug(part) for step in steps for part in step.split(".")]
    return ".".join(one for one in parts if one)


def _named(samples: Samples, lists: Mapping[Steps, str], ground: Ground) -> list[Named]:
    names = _Names(samples, lists)
    found = []
    for number, field in enumerate(samples.fields.values(), 1):
        if not field.values and _has_parts(field, samples):
            continue  # where it is nothing, in other cases there is more
        listed = None if field.listed is None else lists[field.listed]
        meant = _path(field.steps) or f"column_{number}"
        name = names.take(meant, listed)
        type = guess(field.values, field.head, ground)
        if name != meant and listed is None:
            doubt = message("the name `{meant}` is taken, or a word of the language", meant=meant)
            type = replace(type, doubts=(doubt, *type.doubts))
        every = len(samples.cases) if field.listed is None else samples.records[field.listed]
        found.append(
            Named(field, listed, name, _title(field.head) or name, type, (every - len(field.values), every))
        )
    return found


class _Names:
    """The names that are given: no two are the same, and none is the beginning of another."""

    def __init__(self, samples: Samples, lists: Mapping[Steps, str]) -> None:
        self.wanted = {_path(field.steps) for field in samples.fields.values() if field.listed is None}
        self.taken: dict[str | None, set[str]] = {None: set(lists.values())}

    def take(self, meant: str, listed: str | None) -> str:
        """Return a name for what would be named so, in the case or in a record of a list."""
        taken = self.taken.setdefault(listed, set())
        name = meant.replace(".", "_") if listed is not None else _own(meant)
        if listed is None and self._is_within(name, taken):
            name += "_value"
        if listed is None and any(name.startswith(f"{one}.") for one in taken):
            name = name.replace(".", "_")  # whatever is added to it, it would lie within the other
        number = 2
        found = name = free_name(name, ())
        while found in taken or (listed is None and self._is_within(found, taken)):
            found = f"{name}_{number}"
            number += 1
        taken.add(found)
        return found

    def _is_within(self, name: str, taken: Collection[str]) -> bool:
        """Tell whether a name begins another, or another begins it: a case nests its names."""
        begins = any(one.startswith(f"{name}.") for one in (*self.wanted, *taken))
        return begins or any(name.startswith(f"{one}.") for one in taken)


def _title(head: str) -> str:
    """Return the title of a column: its head, without what stands for spaces."""
    is_name = head.isascii() and head.replace("_", "").replace(".", "").isalnum() and head == head.lower()
    return (head.replace("_", " ").replace(".", " ") if is_name else head)[:_LONGEST_TITLE].strip()


def _has_parts(field: Field, samples: Samples) -> bool:
    """Tell whether other columns, or lists, are within this one."""
    depth = len(field.steps)
    inner = [other.steps for other in samples.fields.values() if other.listed == field.listed]
    inner += [steps for steps in samples.lists if field.listed is None]
    return any(
        steps[:depth] == field.steps and (len(steps) > depth or steps in samples.lists) for steps in inner
    )


def _rulebook(house: House) -> str:
    def remark(english: str) -> str:
        return say_in(house.language, english)

    head = remark(
        "Who this rulebook is, and how it counts time. Everything is read as it stands; edit and run"
    )
    language = scalar(house.language)
    lines = [
        f"# {head}",
        "#   policyengine check .",
        f"rulebook: {house.id}",
        'version: "1.0"',
        f"title: {scalar(house.title)}",
        f"time_zone: {scalar(house.zone)}  # {remark('times without an offset are read here')}",
        f"currency: {scalar(house.currency)}",
        f"calendar: {scalar(house.calendar)}  # {remark('whose business days and holidays count')}",
        f"languages: [{language}]",
        f"parties:  # {remark('who acts, and who is told something')}",
        *(f"  {name}: {scalar(title)}" for name, title in house.parties),
    ]
    return "\n".join(lines) + "\n"


def _facts(
    named: Sequence[Named], samples: Samples, lists: Mapping[Steps, str], house: House, say: Speech
) -> str:
    lines = [f"# {say_in(house.language, _VOCABULARY)}", "facts:"]
    lines[1] += "" if any(one.listed is None for one in named) else " {}"
    for one in named:
        if one.listed is None:
            lines += _fact(one, house, say, "  ")
    if lists:
        lines.append("lists:")
    for steps, name in lists.items():
        title = one_line(" ".join(steps).replace("_", " "))[:_LONGEST_TITLE] or name
        absent = len(samples.cases) - samples.lists[steps]
        if absent:
            few = message(
                "missing in {few} of {all}; if there are no records then, add `if_missing: empty`",
                few=absent,
                all=len(samples.cases),
            )
            lines.append(f"  # {say.message(few)}")
        lines += [f"  {name}:", f"    title: {scalar(title)}", "    facts:"]
        for one in named:
            if one.listed == name:
                lines += _fact(one, house, say, "      ")
    return "\n".join(lines) + "\n"


def _fact(one: Named, house: House, say: Speech, margin: str) -> Iterator[str]:
    """Yield the lines of a fact, what is to be known about it before it."""
    for remark in (*one.type.doubts, *one.type.remarks, *_absence(one)):
        yield f"{margin}# {one_line(say.message(remark))}"
    title = scalar(one.title)
    nothing = ", if_missing: none" if not one.field.values else ""
    if not one.type.choices:
        yield f"{margin}{one.name}: {{type: {one.type.type.value}, title: {title}{nothing}}}"
        return
    yield f"{margin}{one.name}:"
    yield f"{margin}  type: choice"
    yield f"{margin}  title: {title}"
    yield f"{margin}  values:"
    for name, label in one.type.choices:
        yield f"{margin}    {name}: {scalar(one_line(label))}"


def _absence(one: Named) -> Iterator[Message]:
    few, every = one.missing
    if not few or not one.field.values:
        return
    if one.type.type in (ValueType.INSTANT, ValueType.DATE):
        yield message(
            "missing in {few} of {all}; if it has not happened then, add `if_missing: never`",
            few=few,
            all=every,
        )
    else:
        yield message(
            "missing in {few} of {all}; if there is none then, add `if_missing: none`", few=few, all=every
        )


_TITLE = marked("First rules")
_DECLARE = marked("A rule concludes something: declare it in facts.yaml,")
_SAY_WHEN = marked("and say here when it is so:")


def _policy(named: Sequence[Named], house: House) -> str:
    """Return a policy file that has no rule yet, and shows how one is written of a fact that is there."""
    lines = ["policy: first", f"title: {scalar(say_in(house.language, _TITLE))}"]
    test = next((test for test in map(_test, named) if test), None)
    if test is not None:
        lines += [
            f"# {say_in(house.language, _DECLARE)}",
            "#   result.fits: {type: boolean, title: …, role: outcome}",
            f"# {say_in(house.language, _SAY_WHEN)}",
            "# rules:",
            "#   it_fits:",
            "#     title: …",
            f"#     when: {{{test}}}",
            "#     then: {result.fits: yes}",
        ]
    return "\n".join(lines) + "\n"


def _test(one: Named) -> str:
    """Return a test of a fact of the case, as an example; empty for one that shows little."""
    values = list(one.type.spelled.values())
    if one.listed is not None or not values:
        return ""
    if one.type.type in (ValueType.MONEY, ValueType.COUNT, ValueType.NUMBER, ValueType.PERCENT):
        return f"{one.name}: {{at_least: {values[0]}}}"
    return f"{one.name}: {values[0]}" if one.type.type in (ValueType.BOOLEAN, ValueType.CHOICE) else ""


def _is_as_of(one: Named) -> bool:
    """Tell whether a column says when its case asks to be judged."""
    return one.listed is None and slug(one.field.head) == "as_of" and one.type.type is ValueType.INSTANT


def _cases(
    samples: Samples, named: Sequence[Named], lists: Mapping[Steps, str], instant: Named | None
) -> Iterator[str]:
    """Yield each case in the words of the vocabulary, a line of JSON each."""
    columns = {(one.field.listed, one.field.steps): one for one in named}
    id = next((one for one in named if _names_cases(one, len(samples.cases))), None)
    for case in samples.cases:
        written: dict[str, object] = {}
        if id is not None:
            written["case"] = str(_at(case, id.field.steps))
        for steps, value in _leaves(case, ()):
            if isinstance(value, list):
                if steps in lists:
                    records = [_record(one, steps, columns) for one in value]
                    if any(records) or not value:
                        _put(written, lists[steps], records)
            elif instant is not None and steps == instant.field.steps:
                written["as_of"] = _spelled(instant, value)
            elif (None, steps) in columns:
                _put(written, columns[None, steps].name, _spelled(columns[None, steps], value))
        yield json.dumps(written, ensure_ascii=False) + "\n"


def _names_cases(one: Named, count: int) -> bool:
    """Tell whether a column gives every case a name of its own."""
    values = one.field.values
    head = slug(one.field.head)
    is_name = one.listed is None and (head in _CASE_HEADS or head.endswith("_id")) and len(values) == count
    return is_name and len(set(values)) == count and all(0 < len(str(each)) <= _LONGEST_ID for each in values)


def _record(value: object, listed: Steps, columns: Mapping[tuple[Steps | None, Steps], Named]) -> object:
    written: dict[str, object] = {}
    for steps, each in _leaves(as_record(value), ()):
        if not isinstance(each, list) and (listed, steps) in columns:
            one = columns[listed, steps]
            written[one.name] = _spelled(one, each)
    return written


def _leaves(level: Mapping[str, object], steps: Steps) -> Iterator[tuple[Steps, object]]:
    for key, value in level.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*steps, key))
        elif isinstance(value, list) or says_something(value):
            yield (*steps, key), value


def _at(case: Mapping[str, object], steps: Steps) -> object:
    value: object = case
    for step in steps:
        assert isinstance(value, dict)
        value = value[step]
    return value


def _spelled(one: Named, value: object) -> object:
    if isinstance(value, bool) and one.type.type is ValueType.BOOLEAN:
        return value
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value).strip()
    spelled = one.type.spelled.get(text, text)
    if one.type.type is ValueType.BOOLEAN:
        return spelled == "yes"
    return int(spelled) if one.type.type is ValueType.COUNT else spelled


def _put(level: dict[str, object], path: str, value: object) -> None:
    *steps, last = path.split(".")
    for step in steps:
        inner = level.setdefault(step, {})
        assert isinstance(inner, dict)
        level = inner
    level[last] = value
