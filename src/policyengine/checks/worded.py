"""What a rulebook says in words about a figure, beside the places that hold the figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from policyengine.checks.figures import Figure, figures_of
from policyengine.checks.told_figures import naming
from policyengine.checks.walk import operands_of
from policyengine.diagnostics.diagnostic import Called, Message, listing, marked, message
from policyengine.diagnostics.span import Span
from policyengine.diagnostics.text import Text
from policyengine.frozen import Frozen
from policyengine.model.clauses import Source
from policyengine.model.conditions import ByReading, Constant, Operand, Ref
from policyengine.model.rulebook import Amount, Deadline, Rule, Rulebook, TextByReading
from policyengine.semantics.strata import name_of_node, node_of, refs_of_computed, refs_of_condition
from policyengine.values.literals import ValueType, format_value


class Holding(Frozen):
    """A place that holds a figure: a parameter with its name, or a literal; with all that it can be."""

    name: str
    type: ValueType
    figures: tuple[Figure, ...]


class Worded(Frozen):
    """Something with words for people: its title, its quote and what else it says, beside its figures."""

    span: Span
    quote: Source | None
    title: Text
    texts: tuple[tuple[Text, Span], ...]
    holdings: tuple[Holding, ...]
    is_rule: bool = False


def worded(book: Rulebook) -> Iterator[Worded]:
    """Return everything that has words and figures."""
    by_fact: dict[str, dict[Holding, None]] = {}
    for rule in book.written_rules:
        found = tuple(dict.fromkeys(_of_rule(rule, book)))
        for conclusion in rule.then:
            by_fact.setdefault(conclusion.fact.name, {}).update(dict.fromkeys(found))
        texts = ((rule.in_brief, rule.span), *_of_notices(rule))
        yield Worded(rule.span, rule.source, rule.title, texts, found, True)
    for deadline in book.deadlines.values():
        found = tuple(_of_deadline(deadline, book))
        for act in (*deadline.met_by, *deadline.stopped_by):
            by_fact.setdefault(act.name, {}).update(dict.fromkeys(found))
        yield Worded(deadline.span, deadline.source, deadline.title, (), found)
    for amount in book.amounts.values():
        yield Worded(amount.span, amount.source, amount.title, (), tuple(_of_amount(amount, book)))
    for parameter in book.parameters.values():
        own = tuple(_of_parameter(parameter.id, book))
        yield Worded(parameter.span, parameter.source, parameter.title, (), own)
    for path, fact in book.facts.items():
        briefs = ((one.text, fact.span) for one in fact.in_brief)
        told = ((fact.happened, fact.span), (fact.note, fact.span), *briefs)
        yield Worded(fact.span, None, fact.title, told, tuple(by_fact.get(path, ())))
    for letter in book.letters.values():
        for path, words in letter.words:
            told = tuple((one.text, letter.span) for one in words)
            yield Worded(letter.span, None, Text(), told, tuple(by_fact.get(path, ())))


def paragraphs(book: Rulebook) -> Iterator[Worded]:
    """Return the paragraphs of letters beside every figure of the rulebook: they can speak of any."""
    held = tuple(dict.fromkeys(_of_book(book))) if book.letters else ()
    for letter in book.letters.values():
        for one in letter.paragraphs:
            texts = tuple((text, one.span) for text in (one.text, one.if_none))
            yield Worded(one.span, None, one.title, texts, held)


def _of_book(book: Rulebook) -> Iterator[Holding]:
    for parameter in book.parameters.values():
        if parameter.values:
            ref = Ref(parameter.id, "parameter", parameter.type, None, parameter.span)
            yield Holding(parameter.id, parameter.type, tuple(figures_of(ref, book)))
    for operand in operands_of(book):
        if not isinstance(operand, Ref):
            yield from _of_operand(operand, book)


def _of_notices(rule: Rule) -> Iterator[tuple[Text, Span]]:
    for notice in rule.notices:
        yield notice.text, notice.span
        if isinstance(notice.otherwise, TextByReading):
            yield from ((text, notice.span) for _, text in notice.otherwise.readings)
        else:
            yield notice.otherwise, notice.span


def _of_rule(rule: Rule, book: Rulebook) -> Iterator[Holding]:
    """Return what a rule asks and gives, deadlines with their length."""
    refs = [*refs_of_condition(rule.when)]
    for conclusion in rule.then:
        if isinstance(conclusion.value, Ref):
            refs.append(conclusion.value)
    for ref in refs:
        yield from _of_ref(ref, book)
    for notice in rule.notices:
        if notice.by is not None and notice.by in book.deadlines:
            yield from _of_deadline(book.deadlines[notice.by], book)


def _of_ref(ref: Ref, book: Rulebook) -> Iterator[Holding]:
    name = name_of_node(node_of(ref), book)
    if name in book.deadlines:
        yield from _of_deadline(book.deadlines[name], book)
    elif name in book.amounts:
        yield from _of_amount(book.amounts[name], book)
    elif name in book.computed:
        for one in refs_of_computed(book.computed[name]):
            yield from _of_parameter(one.name, book)
    else:
        yield from _of_parameter(name, book)


def _of_parameter(name: str, book: Rulebook) -> Iterator[Holding]:
    parameter = book.parameters.get(name)
    if parameter is not None and parameter.values and not parameter.unconfirmed:
        ref = Ref(name, "parameter", parameter.type, None, parameter.span)
        yield Holding(name, parameter.type, tuple(figures_of(ref, book)))


def _of_deadline(deadline: Deadline, book: Rulebook) -> Iterator[Holding]:
    return _of_operand(deadline.within, book)


def _of_amount(amount: Amount, book: Rulebook) -> Iterator[Holding]:
    bands = (one for band in amount.bands for one in (band.limit, band.rate))
    for operand in (amount.rate, amount.floor, *(cap.limit for cap in amount.caps), *bands):
        yield from _of_operand(operand, book)


def _of_operand(operand: Operand | None, book: Rulebook) -> Iterator[Holding]:
    match operand:
        case Constant():
            yield Holding("", operand.type, tuple(figures_of(operand, book)))
        case ByReading(_, readings):
            for _, inner in readings:
                yield from _of_operand(inner, book)
        case Ref():
            yield from _of_parameter(operand.name, book)


class Stale(Frozen):
    """Words that name a figure of a place which holds another one on other days."""

    words: tuple[str, ...]
    holding: Holding
    other: Figure


def stale(texts: Iterable[str], holdings: Iterable[Holding], book: Rulebook) -> Stale | None:
    """Return how words are true on some days only: they name one of several dated figures.

    What another place holds for good may be what they mean. Of several figures that they do not name, the
    last one is told: it is that of the days to come.
    """
    held, texts = tuple(holdings), tuple(texts)
    for one in held:
        if len(one.figures) < 2 or any(figure.readings for figure in one.figures):
            continue
        for text in texts:
            named = [figure for figure in one.figures if _names(figure, one, text, book)]
            others = [figure for figure in one.figures if figure not in named]
            if named and others and not _is_meant_elsewhere(text, one, held, book):
                values = [figure.value for figure in named]
                words = dict.fromkeys(
                    words for each in texts for words in naming(values, one.type, each, book.currency)
                )
                return Stale(tuple(words), one, max(others, key=lambda figure: figure.first or 0))
    return None


def _names(figure: Figure, holding: Holding, text: str, book: Rulebook) -> bool:
    return any(naming([figure.value], holding.type, text, book.currency))


def _is_meant_elsewhere(text: str, one: Holding, held: Iterable[Holding], book: Rulebook) -> bool:
    others = (other for other in held if other.name != one.name and len(other.figures) == 1)
    return any(_names(other.figures[0], other, text, book) for other in others)


# By whether the figure that is not named has a first and a last day.
QUOTE_IS_STALE = {
    (True, False): marked("the quote gives {figures}, but from {first} on {parameter} is `{value}`"),
    (False, True): marked("the quote gives {figures}, but until {last} {parameter} is `{value}`"),
    (True, True): marked("the quote gives {figures}, but from {first} to {last} {parameter} is `{value}`"),
    (False, False): marked("the quote gives {figures}, but on other days {parameter} is `{value}`"),
}
WORDS_ARE_STALE = {
    (True, False): marked(
        "a title or text here names {figures}, but from {first} on {parameter} is `{value}`"
    ),
    (False, True): marked("a title or text here names {figures}, but until {last} {parameter} is `{value}`"),
    (True, True): marked(
        "a title or text here names {figures}, but from {first} to {last} {parameter} is `{value}`"
    ),
    (False, False): marked(
        "a title or text here names {figures}, but on other days {parameter} is `{value}`"
    ),
}


def say_stale(templates: Mapping[tuple[bool, bool], str], found: Stale, book: Rulebook) -> Message:
    """Say on which days words are wrong, and what holds then."""
    parameter, other = book.parameters[found.holding.name], found.other
    every_year = {one.span for one in parameter.values if one.season is not None}
    limits = {} if other.span in every_year else {"first": other.first, "last": other.last}
    days = {word: date.fromordinal(day) for word, day in limits.items() if day is not None}
    return message(
        templates["first" in days, "last" in days],
        figures=listing(found.words),
        parameter=Called(parameter.title, parameter.id),
        value=format_value(other.value, parameter.type, book.zone, book.currency),
        **days,
    )
