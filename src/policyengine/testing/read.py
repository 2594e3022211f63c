"""From the text of a ``*.cases.yaml`` file to typed scenarios: names and values are checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, has_errors, message, warning
from policyengine.diagnostics.did_you_mean import meant, one_of
from policyengine.diagnostics.i18n import Speech
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.diagnostics.wordings import right_word
from policyengine.frozen import replace
from policyengine.model.case import Case
from policyengine.model.lookup import BECAUSE, VALUES, Lookup, Unknown, choice_of
from policyengine.model.rulebook import STATUSES, Rulebook, otherwise_name
from policyengine.reading.case.reader import CODES, CaseReader
from policyengine.reading.parse import nodes
from policyengine.reading.samples import Samples
from policyengine.render.naming import Naming
from policyengine.syntax.files import decode_text, read_text
from policyengine.syntax.keys import numbered, parse_name
from policyengine.syntax.schemas import read_shaped
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar
from policyengine.testing.scenarios import Because, Check, Expectation, Scenario, ScenarioFile
from policyengine.testing.unseen import check_unseen, compared_times
from policyengine.values.escaping import shorten
from policyengine.values.faults import LiteralError
from policyengine.values.literals import TRUTH, Value, ValueType
from policyengine.values.parse import parse_literal

NO_VALUE = ("undetermined", "not_applicable", "conflict")
"""What can be expected beside a value."""

_NOTHING = ("", "~", "null")


class Said:
    """What the tests of a rulebook say: facts, and lists of which they have records.

    ``is_whole``: there is no test with a fault for which nobody knows what it says.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.names: set[str] = set()
        self.is_whole = True

    def take(self, case: Case | None) -> None:
        """Add a case, None for one that has faults."""
        if case is None:
            self.is_whole = False
            return
        self.names.update(name for name, _ in case.values)
        self.names.update(listed for listed, number in case.records.items() if number)


def read_scenarios(path: str, rules: str, book: Rulebook) -> tuple[ScenarioFile | None, list[Diagnostic]]:
    """Return the scenarios of a file, None when its text or shape is wrong, and everything wrong with it.

    Scenarios with faults of their own are left out. What is wrong with the facts of a case is found when it
    is run, for it depends on the overlays, and a case may be there to be refused.
    """
    node, faults = read_shape(path, book=book)
    if node is None:
        return None, faults
    reader = _Reader(book, node, faults)
    sound = tuple(scenario for scenario, wrong in reader.scenarios() if not wrong)
    return ScenarioFile(path, rules, nodes.text(node.get("policy_cases")), sound), faults


def check_scenarios(
    path: str, book: Rulebook, data: bytes | None = None, said: Said | None = None
) -> list[Diagnostic]:
    """Return everything that is wrong with a file, and with the facts of the cases that are to be judged.

    ``data`` is what to read instead of the file; what cases say is added to ``said``.
    Several cases share the faults of a fixture.
    """
    node, faults = read_shape(path, data, book)
    said = Said() if said is None else said
    if node is None:
        said.is_whole = False
        return faults
    reader, cases, compared = _Reader(book, node, faults), CaseReader(book), compared_times(book)
    given: list[Diagnostic] = []
    for scenario, wrong in reader.scenarios():
        # Without its fixture a case would seem to lack most of its facts.
        if not scenario.faults and not any(one.code == "unknown-fixture" for one in wrong):
            case, faulty = cases.read_tree(scenario.given, scenario.name)
            given += faulty
            # Of a check with a fault nobody knows when it judges.
            given += () if case is None or has_errors(wrong) else check_unseen(book, compared, case, scenario)
            said.take(case)
        elif not scenario.faults:
            said.is_whole = False
    return [*faults, *given, *reader.file_faults()]


def read_shape(
    path: str, data: bytes | None = None, book: Rulebook | None = None
) -> tuple[MappingNode | None, list[Diagnostic]]:
    """Return the tree of a file, None when its text or shape is wrong, and everything wrong with these.

    Examples are of the rulebook, where it could be read.
    """
    text, faults = read_text(path, regular=True) if data is None else decode_text(path, data)
    if text is None:
        return None, faults
    node, faults = read_shaped("cases", text, path)
    return node, faults if book is None else [*map(Samples(book).told, faults)]


class _Reader:
    """Reads one file whose shape is right."""

    def __init__(self, book: Rulebook, root: MappingNode, faults: list[Diagnostic]) -> None:
        self.book = book
        self.root = root
        self.faults = faults
        self.naming = Naming(book, Speech("en"))
        self.lookup = Lookup(book)
        self.fixtures = {
            entry.key.text: nodes.mapping(entry.value) for entry in nodes.entries(root.get("fixtures"))
        }
        self.first_words = {name.split(".")[0] for name in (*book.facts, *book.lists)}
        self.used: set[str] = set()

    def scenarios(self) -> Iterator[tuple[Scenario, list[Diagnostic]]]:
        """Return every scenario, and what is wrong with its names and expected values."""
        for node in nodes.items(self.root.get("cases")):
            before = len(self.faults)
            scenario = self._scenario(nodes.mapping(node))
            yield scenario, self.faults[before:]

    def file_faults(self) -> Iterator[Diagnostic]:
        """Return what is wrong with a file beside its scenarios, after these have been read."""
        policy = nodes.scalar(self.root.get("policy_cases"))
        if policy.text not in self.book.policies:
            what = message("there is no policy `{name}`", name=policy.text)
            yield error("unknown-name", what, policy.span, meant(policy.text, self.book.policies))
        is_misspelt = any(one.code == "unknown-fixture" for one in self.faults)
        for entry in nodes.entries(self.root.get("fixtures")):
            if entry.key.text not in self.used and not is_misspelt:
                what = message("no case uses the fixture `{name}`", name=entry.key.text)
                help = message("remove it, or write `use: {name}` in a case", name=entry.key.text)
                yield warning("unused", what, entry.key.span, help)

    def _scenario(self, node: MappingNode) -> Scenario:
        name = nodes.scalar(node.get("name"))
        assume = {entry.key.text: nodes.text(entry.value) for entry in nodes.entries(node.get("assume"))}
        self._check_readings(node.get("assume"))
        self._check_is_judged(node)
        return Scenario(
            name=name.text,
            given=self._given(nodes.mapping(node.get("given"))),
            assume=assume,
            overlays=tuple(self._overlays(node.get("overlays"))),
            checks=tuple(self._check(nodes.mapping(one)) for one in nodes.items(node.get("checks"))),
            faults=tuple(self._codes(node.get("faults"))),
            span=name.span,
        )

    def _given(self, node: MappingNode) -> MappingNode:
        used = next((one for one in node.entries if self._uses_fixture(one)), None)
        rest = MappingNode(tuple(one for one in node.entries if one is not used), node.span)
        if used is None:
            return rest
        if used.key.text != "use":
            what = message("`{key}` is not a key of `{name}`", key=used.key.text, name="given")
            help = message("did you mean `{word}`?", word="use")
            self.faults.append(error("unknown-key", what, used.key.span, help))
        written = nodes.scalar(used.value)
        fixture = self.fixtures.get(written.text)
        self.used.add(written.text)
        if fixture is None:
            what = message("there is no fixture `{name}`", name=written.text)
            self._fault("unknown-fixture", what, written.span, written.text, self.fixtures)
            return rest
        return merge(fixture, rest)

    def _uses_fixture(self, entry: Entry) -> bool:
        """Tell whether an entry of a case takes a fixture, also when its key is misspelt."""
        if entry.key.text == "use":
            return True
        is_known = entry.key.text in self.first_words
        return not is_known and isinstance(entry.value, Scalar) and entry.value.text in self.fixtures

    def _codes(self, node: Node | None) -> Iterator[str]:
        for one in nodes.items(node):
            written = nodes.scalar(one)
            if written.text not in CODES:
                what = message("no case is refused for `{word}`", word=written.text)
                self._fault("unknown-word", what, written.span, written.text, CODES)
            yield written.text

    def _check_is_judged(self, node: MappingNode) -> None:
        """Tell checks beside ``faults``: a case that is refused is not judged, so nothing would run them."""
        checks = next((one.key for one in node.entries if one.key.text == "checks"), None)
        if node.get("faults") is not None and checks is not None:
            what = message(
                "a case that must be refused is not judged, so its `{key}` never run", key="checks"
            )
            help = message(
                "leave out `{first}` or `{second}`, or make two cases of it", first="checks", second="faults"
            )
            self.faults.append(error("checks-never-run", what, checks.span, help))

    def _check_readings(self, node: Node | None) -> None:
        for entry in nodes.entries(node):
            assumption = self.book.assumptions.get(entry.key.text)
            if assumption is None:
                what = message("there is no assumption `{name}`", name=entry.key.text)
                self._fault("unknown-assumption", what, entry.key.span, entry.key.text, self.book.assumptions)
                continue
            written = nodes.scalar(entry.value)
            known = [one.id for one in assumption.readings]
            if written.text not in known:
                what = message("`{id}` has no reading `{reading}`", id=assumption.id, reading=written.text)
                self._fault("unknown-reading", what, written.span, written.text, known)

    def _overlays(self, node: Node | None) -> Iterator[str]:
        known = [overlay.id for overlay in self.book.overlays]
        for one in nodes.items(node):
            written = nodes.scalar(one)
            if written.text not in known:
                what = message("there is no overlay `{name}`", name=written.text)
                self._fault("unknown-overlay", what, written.span, written.text, known)
            yield written.text

    # ---------- checks

    def _check(self, node: MappingNode) -> Check:
        written = nodes.scalar(node.get("as_of"))
        as_of = self._literal(written, ValueType.INSTANT, ())
        return Check(
            as_of=as_of if isinstance(as_of, int) else 0,
            expect=tuple(self._expectations(node.get("expect"))),
            because=tuple(self._because(node.get("because"))),
            strict=TRUTH[nodes.text(node.get("strict"), "no")],
            span=written.span,
        )

    def _expectations(self, node: Node | None) -> Iterator[Expectation]:
        for entry in nodes.entries(node):
            # In `{…}` of YAML brackets would have to be quoted, so records are proposed with a dot.
            key = self.lookup.key(entry.key.text, VALUES, dotted=True)
            if isinstance(key, Unknown):
                self.faults.append(error("unknown-name", key.what, entry.key.span, key.help))
                continue
            written = self._by_name(nodes.scalar(entry.value), key[0])
            if written.text not in NO_VALUE:
                self._literal(written, self.naming.type_of(key[0]), choices_of(self.book, key[0]))
            yield Expectation(entry.key.text, key, written.text, entry.key.span)

    def _by_name(self, written: Scalar, name: str) -> Scalar:
        """Return the value of a choice by its name, where its title is written; or tell what is meant."""
        titled = titled_choices_of(self.book, name)
        meant = choice_of(written.text, titled) if titled and written.text not in NO_VALUE else ()
        if isinstance(meant, str):
            return replace(written, text=meant)
        if meant:
            what = message("`{text}` means several of the values", text=shorten(written.text))
            self.faults.append(error("bad-value", what, written.span, one_of(meant)))
            return replace(written, text=meant[0])
        return written

    def _literal(self, written: Scalar, type: ValueType, choices: Sequence[str]) -> object:
        try:
            return parse_literal(written.text, type, self.book.zone, self.book.currency, choices)
        except LiteralError as fault:
            word = right_word(written.text, NO_VALUE)
            help = fault.help if word is None else message("did you mean `{word}`?", word=word)
            self.faults.append(error("bad-value", fault.message, written.span, help))
            return None

    def _because(self, node: Node | None) -> Iterator[Because]:
        for one in nodes.items(node):
            written = nodes.scalar(one)
            otherwise = self._otherwise(written)
            if otherwise is not None:
                yield otherwise
                continue
            meant = self.lookup.find(written.text, BECAUSE)
            if len(meant) > 1:
                what = message("`{name}` means several things", name=shorten(written.text))
                several = sorted(numbered(one.name, one.record) for one in meant)
                self.faults.append(error("unknown-rule", what, written.span, one_of(several)))
                continue
            if not meant:
                what = message("there is no rule `{name}`", name=written.text)
                names = (*self.book.rules, *self.book.tables)
                self._fault("unknown-rule", what, written.span, parse_name(written.text).name, names)
                continue
            yield Because(written.text, meant[0].name, meant[0].record, written.span)

    def _otherwise(self, written: Scalar) -> Because | None:
        """Return that a fact has its value because no rule holds: ``FACT otherwise``."""
        fact, word, rest = written.text.partition(otherwise_name(""))
        if not word or rest:
            return None
        found = self.lookup.find(fact, VALUES)
        name = found[0].name if len(found) == 1 else fact
        if name not in self.book.facts or self.book.facts[name].otherwise is None:
            return None
        record = found[0].record if found else None
        return Because(written.text, otherwise_name(name), record, written.span)

    def _fault(
        self,
        code: str,
        what: Message,
        span: Span,
        written: str,
        known: Iterable[str],
    ) -> None:
        self.faults.append(error(code, what, span, meant(written, known)))


def expected_value(book: Rulebook, expectation: Expectation) -> Value:
    """Return the value that an expectation asks for; it has been read before, so it is sound."""
    name = expectation.key[0]
    type = Naming(book, Speech("en")).type_of(name)
    return parse_literal(expectation.literal, type, book.zone, book.currency, choices_of(book, name))


def choices_of(book: Rulebook, name: str) -> tuple[str, ...]:
    """Return the values of a choice, or of the state of a deadline."""
    return tuple(choice for choice, _ in titled_choices_of(book, name))


def titled_choices_of(book: Rulebook, name: str) -> tuple[tuple[str, Text], ...]:
    """Return the values of a choice, or of the state of a deadline, with their titles."""
    if name in book.facts:
        return tuple((choice.name, choice.title) for choice in book.facts[name].choices)
    return STATUSES if name.endswith(".status") else ()


def merge(base: MappingNode, changes: MappingNode) -> MappingNode:
    """Return a case with some facts replaced or, where nothing is written, taken out."""
    entries = {entry.key.text: entry for entry in base.entries}
    for entry in changes.entries:
        old = entries.get(entry.key.text)
        if isinstance(entry.value, Scalar) and entry.value.text in _NOTHING and not entry.value.quoted:
            entries.pop(entry.key.text, None)
        elif old is not None and isinstance(old.value, MappingNode) and isinstance(entry.value, MappingNode):
            entries[entry.key.text] = Entry(old.key, merge(old.value, entry.value))
        else:
            entries[entry.key.text] = entry
    return MappingNode(tuple(entries.values()), changes.span)
