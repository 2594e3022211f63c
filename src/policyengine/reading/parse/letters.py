"""letters.yaml: what each party is told, and in which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from policyengine.diagnostics.diagnostic import listing, message
from policyengine.diagnostics.did_you_mean import did_you_mean
from policyengine.diagnostics.span import Span
from policyengine.model.conditions import Ref
from policyengine.model.letters import WORDS, InBrief, Letter, Paragraph, Part
from policyengine.model.rulebook import Fact
from policyengine.reading.parse import nodes
from policyengine.reading.parse.briefs import parse_words_of_values
from policyengine.reading.parse.names import Symbol
from policyengine.reading.parse.operands import Scope, Wanted
from policyengine.reading.parse.placeholders import placeholders
from policyengine.syntax.yaml_tree import Entry, MappingNode, Node, Scalar

_TEXTS = ("text", "title", "if_none")
_ONE_VALUE = message(
    "a text of a letter names what has one value; outcomes of records are told where they stand under `tells`"
)


def parse_letters(node: MappingNode | None, facts: Mapping[str, Fact], scope: Scope) -> dict[str, Letter]:
    """Return the letters of a rulebook by the party to whom they go."""
    entries = nodes.entries(node.get("letters")) if node is not None else ()
    parser = _Parser(facts, scope)
    return {entry.key.text: parser.letter(entry) for entry in entries}


class _Parser:
    """Reads letters; what they name is known already."""

    def __init__(self, facts: Mapping[str, Fact], scope: Scope) -> None:
        self.facts = facts
        self.outcomes = [path for path, fact in facts.items() if fact.role == "outcome"]
        self.scope = scope

    def letter(self, entry: Entry) -> Letter:
        """Return one letter."""
        party = entry.key
        self.scope.names.is_party(party)
        node = nodes.mapping(entry.value)
        tells = node.get("tells")
        return Letter(
            party=party.text,
            tells=None if tells is None else tuple(self._told(nodes.names(tells))),
            words=tuple(self._words(node.get("words"))),
            paragraphs=tuple(self._paragraph(one) for one in nodes.items(node.get("paragraphs"))),
            span=party.span,
        )

    def _words(self, node: Node | None) -> Iterator[tuple[str, tuple[InBrief, ...]]]:
        """Return the words for the values of outcomes, by the path of each."""
        for entry in () if node is None else nodes.entries(node):
            path = entry.key.text
            if path not in self.outcomes:
                what = message("`{name}` is not an outcome", name=path)
                help = did_you_mean(path, self.outcomes) or message(
                    "write the path of a fact with `role: outcome`"
                )
                self.scope.fault("unknown-name", what, entry.key.span, help)
                continue
            fact = self.facts[path]
            wanted = Wanted((fact.type,), tuple(one.name for one in fact.choices))
            yield path, parse_words_of_values(entry.value, path, wanted, self.scope)

    def _told(self, written: tuple[Scalar, ...]) -> Iterator[str]:
        # Asked of the names: a deadline that has a fault of its own is there, too.
        symbols = self.scope.names.symbols.values()
        deadlines = {one.name.rpartition(".")[0] for one in symbols if one.kind == "deadline"}
        known = [*self.outcomes, *sorted(deadlines)]
        for one in written:
            if one.text not in known:
                what = message("`{name}` is neither an outcome nor a deadline", name=one.text)
                help = did_you_mean(one.text, known) or message(
                    "a letter tells facts with `role: outcome`, and until when deadlines of others run"
                )
                self.scope.fault("unknown-name", what, one.span, help)
            yield one.text

    def _paragraph(self, written: Node) -> Paragraph:
        node = nodes.mapping(written)
        part, text = node.get("part"), node.get("text")
        if (part is None) == (text is None):
            what = message("a paragraph has either `text` or `part`")
            help = message("write what it says under `text`, or under `part` what the program tells there")
            self.scope.fault("wrong-shape", what, node.span, help)
        elif part is None:
            for word in ("title", "if_none"):
                self._refuse_beside_text(node, word)
        texts = {word: nodes.title(node.get(word)) for word in _TEXTS}
        return Paragraph(
            part=None if part is None else cast(Part, nodes.text(part)),
            text=texts["text"],
            title=texts["title"],
            if_none=texts["if_none"],
            names=tuple(one for word in _TEXTS for one in self._names(node.get(word))),
            span=node.span,
        )

    def _refuse_beside_text(self, node: MappingNode, word: str) -> None:
        found = next((one.key for one in node.entries if one.key.text == word), None)
        if found is not None:
            what = message("`{word}` belongs to a paragraph with `part`", word=word)
            help = message("leave it out, or make a paragraph of its own of it")
            self.scope.fault("wrong-shape", what, found.span, help)

    # ---------- what a text names

    def _names(self, node: Node | None) -> Iterator[Ref]:
        """Return the values that a text names in any of its languages, each once."""
        found: dict[str, Ref] = {}
        for name, place in placeholders(node, self.scope):
            symbol = None if name in WORDS else self._symbol(name, place)
            if symbol is not None:
                found.setdefault(symbol.name, symbol.ref(place))
        yield from found.values()

    def _symbol(self, name: str, place: Span) -> Symbol | None:
        names = self.scope.names
        symbol = names.find(name, None)
        if symbol is not None and symbol.listed is not None:
            what = message("`{name}` belongs to a record of `{list}`", name=name, list=symbol.listed)
            self.scope.fault("outside-list", what, place, _ONE_VALUE)
            return None
        if names.is_known(name, None):
            return names.resolve(name, None, place)
        meant = did_you_mean(name, [*WORDS, *names.symbols])
        help = meant or message(
            "between braces stand {words}, or the name of a fact, deadline, amount or parameter",
            words=listing(WORDS),
        )
        what = message("nothing is named `{name}`", name=name)
        self.scope.fault("unknown-name", what, place, help)
        return None
