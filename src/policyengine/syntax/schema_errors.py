"""Telling what jsonschema finds wrong with the shape of a file anew, in the words of the language."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from policyengine.diagnostics import typos as slips
from policyengine.diagnostics.diagnostic import Diagnostic, Message, error, listing, marked, message
from policyengine.diagnostics.did_you_mean import allowed
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.wordings import advice, misspelt, right_word, stands_for
from policyengine.syntax.schema_parts import (
    LIST,
    MAPPING,
    SINGLE,
    Place,
    Schema,
    SchemaReader,
    flow,
    shape_of,
)
from policyengine.syntax.yaml_tree import MappingNode, Node, Scalar, SequenceNode, node_at
from policyengine.values.escaping import shorten

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

MAX_FAULTS = 1000  # nobody reads more, and each costs time

Path = tuple[str | int, ...]

# One whole sentence for each combination, because a translation cannot be put together from pieces.
_MUST_BE: Mapping[tuple[str, ...], str] = {
    (MAPPING,): marked("`{name}` must be a mapping of keys to values"),
    (LIST,): marked("`{name}` must be a list"),
    (SINGLE,): marked("`{name}` must be a single value"),
    (LIST, SINGLE): marked("`{name}` must be a single value or a list"),
    (MAPPING, SINGLE): marked("`{name}` must be a single value or a mapping"),
    (LIST, MAPPING): marked("`{name}` must be a mapping or a list"),
    (LIST, MAPPING, SINGLE): marked("`{name}` must be a single value, a mapping or a list"),
}

_SHAPE_HELP: Mapping[tuple[str, ...], Message] = {
    (MAPPING,): message("write lines such as `name: …`, indented, below it"),
    (LIST,): message("write items that begin with `- `, below it"),
}


_EITHER = {
    ("then", "notices"): marked("say what follows (`{first}`), or who is told what (`{second}`)"),
    ("zh", "en"): marked("write it in Chinese (`{first}`) or in English (`{second}`)"),
    ("checks", "faults"): marked(
        "say what must come out (`{first}`), or for which faults the case must be refused (`{second}`)"
    ),
}
_ONE_OF_TWO = marked("write `{first}` or `{second}`")


_DIGEST_HELP = message(
    "write `sha256:` and the 64 digits that `sha256sum FILE` gives for this document (on Windows"
    " `certutil -hashfile FILE SHA256`)"
)


class _Form(NamedTuple):
    """What to tell of a text that does not match a pattern."""

    what: str
    help: Message


_ASSUMPTION = "^[A-Z]-[0-9]{2,}$"
_NEARLY_ASSUMPTION = r"[A-Za-z]{1,3}[-_ –.]?[0-9]+|[0-9]+[A-Za-z]?"

_OF_ASSUMPTIONS = ("assumptions", "assume")  # mappings that are of assumptions, and never a value

FORMS: Mapping[str, _Form] = {
    "^[a-z][a-z0-9_]*$": _Form(
        marked("`{word}` is not a name"),
        message("use small letters, digits and underscores, a letter first, such as `late_dispatch`"),
    ),
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$": _Form(
        marked("`{word}` is not a name"),
        message(
            "use small letters, digits and underscores, and dots between words, such as `complaint.filed_at`"
        ),
    ),
    r"^.*\S.*$": _Form(
        marked("`{word}` is not a name"),
        message("write a name such as `penalty.points`, for a record of a list `seller_answer.0.status`"),
    ),
    r"^([a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*|[A-Z]-[0-9]{2,})$": _Form(
        marked("`{word}` is not a name"),
        message("write a name such as `complaint.filed_at`, or an assumption such as `A-01`"),
    ),
    "^[a-z0-9][a-z0-9_]*$": _Form(
        marked("`{word}` is not a name"),
        message("use small letters, digits and underscores, such as `points_3`"),
    ),
    "^[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$": _Form(
        marked("`{word}` is not the id of a clause"),
        message("begin with a capital letter; then letters, digits and hyphens, such as `S2-STAGES`"),
    ),
    _ASSUMPTION: _Form(
        marked("`{word}` is not the id of an assumption"),
        message("write a capital letter, a hyphen and two digits or more, such as `A-01`"),
    ),
    "^sha256:[0-9a-f]{64}$": _Form(marked("`{word}` is not a digest"), _DIGEST_HELP),
    "^[A-Z]{3}$": _Form(
        marked("`{word}` is not the code of a currency"),
        message("write three capital letters, such as `CNY`"),
    ),
}


class _Fault(NamedTuple):
    """A fault of jsonschema as far as it is needed to tell it anew."""

    keyword: str | None
    value: Any
    instance: Any
    path: Path
    schema: Any
    steps: tuple[str | int, ...]


def _fault(found: ValidationError) -> _Fault:
    return _Fault(
        cast("str | None", found.validator),
        found.validator_value,
        found.instance,
        tuple(found.absolute_path),
        found.schema,
        tuple(found.absolute_schema_path),
    )


class ShapeFaults:
    """Collects the diagnostics of one file."""

    def __init__(self, schema: Schema, root: Node) -> None:
        """``root`` is the tree of the file."""
        self.schema = SchemaReader(schema)
        self.root = root
        self.found: list[Diagnostic] = []
        self.missing: dict[Path, list[tuple[str, Any]]] = {}
        self.misplaced: set[tuple[Path, str]] = set()  # the mapping where a key belongs, and the key
        self.either: dict[Path, list[str]] = {}
        self.displaced: set[Path] = set()  # what belongs below a key without a value, beside which it stands
        self.slipped: set[Path] = set()  # keys that are no names, and so have no value

    def tell(self, faults: Sequence[ValidationError]) -> list[Diagnostic]:
        """Return the faults in our words, in the order of the file."""
        self._find_displaced(faults)
        # Names first: what stands below a key that should not be there is not told by itself.
        for fault in sorted(faults, key=lambda one: one.validator != "pattern"):
            self._take(fault)
        for path, keys in self.missing.items():
            self._tell_missing(path, [one for one in keys if (path, one[0]) not in self.misplaced])
        for path, names in self.either.items():
            if not any((path, name) in self.misplaced for name in names):
                self._tell_either(path, names)
        # A key that is no name and stands for a word of the language is told as that word only.
        spans = {one.span for one in self.found if one.code == "unknown-key"}
        told = {one for one in self.found if one.code != "bad-name" or one.span not in spans}
        return sorted(told, key=lambda one: one.order)

    def _take(self, found: ValidationError) -> None:
        """Take one fault; of several shapes that a value can have, the one is told that it comes nearest."""
        fault = _fault(found)
        if self._is_displaced(fault.path) or self._is_misplaced(fault):
            return
        if fault.keyword == "anyOf":
            self._any_of(found, fault)
        elif fault.keyword == "type":
            self._wrong_shape(fault, self.schema.shapes(fault.schema))
        elif fault.keyword == "required":
            self._required(fault)
        elif fault.keyword == "additionalProperties":
            self._unknown_keys(fault)
        elif fault.keyword == "enum":
            self._unknown_word(fault)
        elif fault.keyword == "pattern":
            self._bad_name(fault)
        else:
            self._other(fault)

    # ---------- places

    def _span(self, path: Path) -> Span:
        return node_at(self.root, path)[1]

    # A value itself, not its key, is pointed at when it is the word that is wrong.
    def _value_span(self, path: Path) -> Span:
        return node_at(self.root, path)[0].span

    def _key_span(self, path: Path, key: str) -> Span:
        node = node_at(self.root, path)[0]
        assert isinstance(node, MappingNode)
        return next(entry.key.span for entry in node.entries if entry.key.text == key)

    def _keys_at(self, path: Path) -> tuple[str, ...]:
        node = node_at(self.root, path)[0]
        return node.keys() if isinstance(node, MappingNode) else ()

    def _error(self, code: str, what: Message, span: Span, help: Message | None = None) -> None:
        self.found.append(error(code, what, span, help))

    # ---------- one of several shapes

    def _any_of(self, found: ValidationError, fault: _Fault) -> None:
        branches: list[Any] = fault.value
        if all(set(branch) == {"required"} for branch in branches):
            self.either[fault.path] = [branch["required"][0] for branch in branches]
            return
        shape = shape_of(fault.instance)
        fitting = [
            position for position, branch in enumerate(branches) if shape in self.schema.shapes(branch)
        ]
        if not fitting:
            self._wrong_shape(fault, self.schema.shapes(fault.schema))
            return
        inner: dict[int, list[ValidationError]] = {position: [] for position in fitting}
        for one in found.context or ():
            inner.get(cast(int, one.relative_schema_path[0]), []).append(one)
        nearest = min(fitting, key=lambda position: (_distance(inner[position], fault.path), position))
        for one in inner[nearest]:
            self._take(one)

    # ---------- shapes

    def _wrong_shape(self, fault: _Fault, shapes: tuple[str, ...]) -> None:
        name = _label(fault.path)
        if not fault.path:
            what = message("the file must be a mapping of keys to values")
            help = message("write lines such as `{example}`", example="title: {zh: …, en: …}")
            self._error("wrong-shape", what, self._span(()), help)
            return
        example = self._example(fault)
        if shapes == (LIST,) and isinstance(fault.path[-1], str):
            own = self._as_list(fault)
            example = message("write `{example}`", example=own) if own else example
        if fault.instance is None:
            self._no_value(fault, example)
            return
        if (
            shapes == (MAPPING,)
            and "value" in self.schema.keys(fault.schema)
            and isinstance(fault.instance, str)
        ):
            example = message("write `{example}`", example=f"- {{value: {shorten(fault.instance)}}}")
        what, span = message(_MUST_BE[shapes], name=name), self._span(fault.path)
        slip = (
            slips.in_name(fault.instance) if MAPPING in shapes and isinstance(fault.instance, str) else None
        )
        if slip is not None:  # one line that should have been a key with a value
            span = self._value_span(fault.path)
        self._error("wrong-shape", what, span, slip or example or _SHAPE_HELP.get(shapes))

    def _as_list(self, fault: _Fault) -> str | None:
        """Return what was written, as the only item of the list that is due; None if it is none."""
        keys = self.schema.keys(self.schema.resolve(fault.schema).get("items"))
        item = None
        if isinstance(fault.instance, str):
            item = shorten(fault.instance)
            item = f"{{value: {item}}}" if "value" in keys else item
        elif isinstance(fault.instance, dict) and fault.instance and set(fault.instance) <= set(keys):
            item = shorten(flow(fault.instance))
        return None if item is None else f"{shorten(str(fault.path[-1]))}: [{item}]"

    def _no_value(self, fault: _Fault, example: Message | None) -> None:
        if fault.path in self.slipped:
            return
        help = example or message("write a value, or leave the line out")
        if any(self._keys_below(fault)):
            help = message("indent the lines below that belong to it, by two spaces")
        what = message("`{name}` has no value", name=_label(fault.path))
        self._error("wrong-shape", what, self._span(fault.path), help)

    def _find_displaced(self, faults: Iterable[ValidationError]) -> None:
        """Note the keys that belong below a key without a value: nothing is told of them by themselves."""
        for fault in map(_fault, faults):
            if fault.instance is None and fault.path:
                self.displaced.update((*fault.path[:-1], key) for key in self._keys_below(fault))

    def _is_displaced(self, path: Path) -> bool:
        return any(path[:length] in self.displaced for length in range(1, len(path) + 1))

    def _keys_below(self, fault: _Fault) -> Iterator[str]:
        """Return the keys that follow a key without a value and fit only below it."""
        home, key = fault.path[:-1], fault.path[-1]
        keys = self._keys_at(home)
        if key not in keys:
            return iter(())
        _, passed = self.schema.along(fault.steps)
        beside = next((one.schema["properties"] for one in passed if one.depth == len(home)), None)
        inside = self.schema.keys(fault.schema)
        below = keys[keys.index(str(key)) + 1 :]
        outer = [one.schema["properties"] for one in passed if key in one.schema["properties"]]
        if beside is None and outer:  # a key of the file, indented too far: what follows is its own
            inside = self.schema.keys(outer[-1][key]) or below
        return itertools.takewhile(lambda one: one in inside if beside is None else one not in beside, below)

    def _example(self, fault: _Fault) -> Message | None:
        """Return a help that shows how the value at fault is written."""
        schema, key = fault.schema, fault.path[-1]
        current, passed = self.schema.along(fault.steps)
        for place in passed:
            if place.depth == len(fault.path) - 1 and key in place.schema["properties"]:
                schema = place.schema["properties"][key]
        example = self.schema.example(schema) or self.schema.example(current)
        if example is None:
            return None
        if isinstance(key, int):
            return message("write for example `{example}`", example=f"- {example}")
        return message("write for example `{example}`", example=f"{shorten(key)}: {example}")

    def _other(self, fault: _Fault) -> None:
        name, span = _label(fault.path), self._span(fault.path)
        if fault.keyword in ("minProperties", "minItems", "minLength") and not fault.instance:
            what = message("`{name}` must not be empty", name=name)
            help = self._example(fault) if fault.path else None
            self._error("wrong-shape", what, span, help or message("write what belongs here"))
        elif fault.keyword == "maxProperties":
            what = message("`{name}` can depend on one assumption only", name=name)
            self._error("wrong-shape", what, span, message("keep one, and write its readings below it"))
        elif fault.keyword in ("minItems", "maxItems"):
            what = message("`{name}` must have exactly {count} values", name=name, count=fault.value)
            example = self._example(fault)
            self._error("wrong-shape", what, span, example)
        elif fault.keyword == "uniqueItems":
            what = message("`{name}` says the same twice", name=name)
            self._error("wrong-shape", what, self._repeated(fault), message("remove one of them"))
        else:  # `not`: a key that this type of fact has no use for
            key = fault.value["required"][0]
            what = message("`{key}` does not belong to a fact of this type", key=key)
            help = message("remove it, or write `type: choice`")
            self._error("unknown-key", what, self._key_span(fault.path, key), help)

    def _repeated(self, fault: _Fault) -> Span:
        seen: set[str] = set()
        for position, item in enumerate(fault.instance):
            if repr(item) in seen:
                return self._span((*fault.path, position))
            seen.add(repr(item))
        return self._span(fault.path)

    # ---------- keys

    def _required(self, fault: _Fault) -> None:
        # One fault for each key; the library does not say which, but all of them are found together.
        properties = fault.schema.get("properties")
        if properties is None:  # a condition on a mapping whose keys stand in the schema around it
            _, passed = self.schema.along(fault.steps)
            properties = passed[-1].schema["properties"]
        missing = [(key, properties.get(key)) for key in fault.value if key not in fault.instance]
        known = self.missing.setdefault(fault.path, [])
        known += [one for one in missing if one[0] not in [key for key, _ in known]]

    def _tell_missing(self, path: Path, keys: list[tuple[str, Any]]) -> None:
        if not keys:
            return
        listed = listing(key for key, _ in keys)
        what = message("`{name}` lacks {keys}", name=_label(path), keys=listed)
        if not path:
            what = message("the file lacks {keys}", keys=listed)
        key, schema = keys[0]
        example = f"{key}: {self.schema.example(schema) or '…'}"
        help = message("add for example `{example}`", example=example)
        if key == "digest":  # an example would be the digest of another document
            help = _DIGEST_HELP
        self._error("missing-key", what, self._span(path), help)

    def _tell_either(self, path: Path, names: list[str]) -> None:
        first, second = names
        what = message(
            "`{name}` has neither `{first}` nor `{second}`", name=_label(path), first=first, second=second
        )
        template = _EITHER.get((first, second), _ONE_OF_TWO)
        self._error("missing-key", what, self._span(path), message(template, first=first, second=second))

    def _mapping_for_value(self, fault: _Fault) -> None:
        """Tell of a mapping where a value is due, which only the readings of an assumption can be."""
        key = fault.instance
        self.displaced.add((*fault.path, key))
        node = node_at(self.root, fault.path)[0]
        inner = node.get(key) if isinstance(node, MappingNode) else None
        what = message("`{name}` must be a single value", name=_label(fault.path))
        help = message("write the value itself; a mapping here begins with an assumption, such as `A-01`")
        name = fault.path[-1]
        if isinstance(inner, Scalar) and inner.text and isinstance(name, str):
            if key in _UNITS or key in _VALUE_WORDS:
                own = f"{shorten(name)}: {_length_of(key, inner.text)}"
                help = message("write `{example}`", example=own)
            elif "then" in fault.path[-2:-1]:
                help = message("the name of a fact has dots: `{path}`", path=shorten(f"{name}.{key}"))
        self._error("wrong-shape", what, self._key_span(fault.path, key), help)

    def _unknown_keys(self, fault: _Fault) -> None:
        _, passed = self.schema.along(fault.steps)
        allowed = tuple(fault.schema["properties"])
        unknown = [key for key in fault.instance if key not in allowed]
        for key in unknown[:MAX_FAULTS]:
            if self._is_displaced((*fault.path, key)):
                continue
            free = [one for one in allowed if one not in fault.instance]
            help = self._natural(key, fault, free, passed) or self._elsewhere(key, fault, passed)
            name = slips.name_in(key)
            near = name if name in allowed else misspelt(key, allowed) if help is None else None
            if near is not None:  # a misspelt key is told once, and not as a missing one too
                self.misplaced.add((fault.path, near))
                help = message("did you mean `{word}`?", word=near)
            help = self._without_colon(fault.path, key) or help or _instead(key, fault, allowed)
            self._no_key(fault.path, key, help)

    def _natural(
        self, key: str, fault: _Fault, free: Sequence[str], passed: Sequence[Place]
    ) -> Message | None:
        """Return what to write for a natural word, unless it is a word of the language in a wrong place."""
        shape = shape_of(fault.instance[key])
        homes = [place.schema["properties"].get(key) for place in passed if place.depth < len(fault.path)]
        if any(home is not None and shape in self.schema.shapes(home) for home in homes):
            return None
        right = stands_for(key, free)
        if right is not None:
            self.misplaced.add((fault.path, right))
        return advice(key, free)

    def _no_key(self, path: Path, key: str, help: Message) -> None:
        what = message("`{key}` is not a key of this kind of file", key=shorten(key))
        if path:
            what = message("`{key}` is not a key of `{name}`", key=shorten(key), name=_label(path))
        self._error("unknown-key", what, self._key_span(path, key), help)

    def _without_colon(self, path: Path, key: str) -> Message | None:
        """Return a help for a key that is no key: its colon is missing, or it is the rest of a text."""
        return self._rest_of_text(path, key) or slips.in_name(key)

    def _rest_of_text(self, path: Path, key: str) -> Message | None:
        """Return a help for a key without a value that follows a text: a comma inside braces made it one."""
        node = node_at(self.root, path)[0]
        assert isinstance(node, MappingNode)
        position = next(number for number, one in enumerate(node.entries) if one.key.text == key)
        entry, before = node.entries[position], node.entries[position - 1]
        after_key = (entry.key.span.end_line, entry.key.span.end_column)
        has_value = (entry.value.span.line, entry.value.span.column) != after_key
        if has_value or not position or not isinstance(before.value, Scalar) or before.value.quoted:
            return None
        if before.value.span.end_line != entry.key.span.line or not re.search(r"[^\W\d]", before.value.text):
            return None  # a date or a number is no beginning of a text
        return message(
            "a comma ends a text inside braces: put the whole text in quotes, `{example}`",
            example=f'{shorten(before.key.text)}: "{shorten(before.value.text)}, {shorten(key)}"',
        )

    def _is_misplaced(self, fault: _Fault) -> bool:
        """Tell of a word of the language that was read as the name of a fact: ``then`` in ``when``."""
        _, passed = self.schema.along(fault.steps)
        if self._is_indented_too_far(fault, passed):
            return True
        for position, place in enumerate(passed):
            is_condition = "count_of" in place.schema["properties"]
            if not is_condition or place.depth >= len(fault.path):
                continue
            path, key = fault.path[: place.depth], str(fault.path[place.depth])
            words = place.schema["properties"]
            if key in words:
                continue
            help = self._home(key, path, passed[:position])
            near = misspelt(key, words)
            if help is None and near is not None and self._holds_conditions((*path, key), words[near]):
                help = message("did you mean `{word}`?", word=near)
            help = help or self._natural_condition(key, path, words)
            if help is not None:
                self._no_key(path, key, help)
                return True
        return False

    def _natural_condition(self, key: str, path: Path, words: Mapping[str, Any]) -> Message | None:
        """Return what to write for a natural word that joins conditions: ``or``, ``all_of``."""
        node = node_at(self.root, (*path, key))[0]
        if right_word(key, words) == "all" and isinstance(node, MappingNode) and node.get("list") is not None:
            return message("write `not: {example}`", example="{any_of: {list: …, where: {not: {…}}}}")
        return advice(key, words)

    def _is_indented_too_far(self, fault: _Fault, passed: Sequence[Place]) -> bool:
        """Tell of a key of the file that was read as a name, such as ``cases`` among the fixtures."""
        for depth, key in enumerate(fault.path):
            if isinstance(key, int) or any(place.depth == depth for place in passed):
                continue
            home = self._home(key, fault.path[:depth], [place for place in passed if place.depth < depth])
            if home is not None:
                self._no_key(fault.path[:depth], key, home)
                return True
        return False

    def _holds_conditions(self, path: Path, schema: Any) -> bool:
        """Tell whether a value is no test of a fact: it has keys that a schema knows, or holds facts."""
        node = node_at(self.root, path)[0]
        if isinstance(node, SequenceNode):
            return any(isinstance(item, MappingNode) for item in node.items)
        keys = node.keys() if isinstance(node, MappingNode) else ()
        return any("." in key or key in self.schema.keys(schema) for key in keys)

    def _elsewhere(self, key: str, fault: _Fault, passed: Sequence[Place]) -> Message | None:
        home = self._home(key, fault.path, passed)
        if home is not None:
            return home
        for other, schema in fault.schema["properties"].items():
            if key in self.schema.keys(schema):
                return message("`{key}` belongs inside `{other}`", key=key, other=other)
        return None

    def _home(self, key: str, path: Path, passed: Sequence[Place]) -> Message | None:
        """Return a help if a mapping around the path is where the key belongs and is missing."""
        around = [place for place in passed if place.depth < len(path)]
        for place in reversed(around):
            home, beside = path[: place.depth], path[place.depth]
            if key in place.schema["properties"] and key not in self._keys_at(home):
                self.misplaced.add((home, key))
                return message("move it out: `{key}` belongs beside `{other}`", key=key, other=beside)
        return None

    # ---------- words

    def _unknown_word(self, fault: _Fault) -> None:
        if not isinstance(fault.instance, str):
            return  # of the wrong shape, which is told too
        words = [word for word in fault.value if isinstance(word, str)]
        name = _label(fault.path)
        what = message("`{name}` cannot be `{word}`", name=name, word=shorten(fault.instance))
        self._error("unknown-word", what, self._value_span(fault.path), allowed(fault.instance, words))

    def _bad_name(self, fault: _Fault) -> None:
        is_key = "propertyNames" in fault.steps
        span = self._key_span(fault.path, fault.instance) if is_key else self._value_span(fault.path)
        form = FORMS[fault.value]
        is_value_due = is_key and fault.value == _ASSUMPTION and fault.path[-1] not in _OF_ASSUMPTIONS
        if is_value_due and not re.fullmatch(_NEARLY_ASSUMPTION, fault.instance):
            self._mapping_for_value(fault)
            return
        rest = self._rest_of_text(fault.path, fault.instance) if is_key else None
        slip = rest or (slips.in_name(fault.instance) if is_key else None)
        if slip is not None:
            self.slipped.add((*fault.path, fault.instance))
        words = self.schema.along(fault.steps)[1][-1].schema["properties"] if is_key else ()
        slip = slip or (advice(fault.instance, words) if "count_of" in words else None)
        self._error("bad-name", message(form.what, word=shorten(fault.instance)), span, slip or form.help)


def _distance(faults: Sequence[ValidationError], path: Path) -> tuple[int, int]:
    """Return how far a mapping is from a shape: first by its own keys, then by all that is wrong."""
    keys = sum(1 for one in faults if one.validator in _ABOUT_KEYS and len(one.absolute_path) == len(path))
    return keys, len(faults)


_ABOUT_KEYS = ("additionalProperties", "pattern", "maxProperties")


def _instead(key: str, fault: _Fault, allowed: Sequence[str]) -> Message:
    if "happened" in allowed and fault.path and isinstance(fault.path[-1], str):
        # A group of facts, written as in a case: in conditions their names have dots.
        return message(
            "a fact is written `{path}`; a comparison is one of {words}",
            words=listing(allowed),
            path=shorten(f"{fault.path[-1]}.{key}"),
        )
    return message("the keys are {keys}", keys=listing(allowed))


_VALUE_WORDS = ("value", "is", "equals", "of", "amount", "fact", "default", "text", "fixed")
_UNITS = ("seconds", "minutes", "hours", "days", "weeks")


def _length_of(key: str, text: str) -> str:
    """Return a value that was written below a word: ``{hours: 24}`` is ``24 hours``."""
    return shorten(f"{text} {key}" if key in _UNITS and text.isdecimal() else text)


def _label(path: Path) -> str:
    """Return the last key of a path, with the position (from 1) of an item in it."""
    name = ""
    for step in path:
        name = f"{name}[{step + 1}]" if isinstance(step, int) else shorten(step)
    return name
