"""The policies of `peer_rules.py` as programs of published rule engines, written as their users write them.

Each `load_…` takes the policies and returns what judges one case, a dictionary in and a dictionary out. What
can be done once is not done for each case; where an engine has several ways in, the fastest is taken.
The policies stand for rules that differ in more than figures: no program may look figures up by the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from peer_rules import OUTCOMES, Answers, Book, Flat, Policy

Judge = Callable[[Flat], Answers]

# ---------- GoRules ZEN: a decision table of the first row that fits, then expressions

_COLUMNS = {
    "reason": "reason",
    "waited": "waited",
    "response": "response",
    "custom_made": "custom_made",
}
_GIVEN = ("breach", "points", "refund", "rate", "floor", "cap")


def load_zen(book: Book) -> Judge:
    """Return the judge of ZEN. A static loader: what `create_decision` makes takes several times as long."""
    import zen

    content = {"rules": zen_graph(book)}
    engine = zen.ZenEngine({"loader": {"type": "static", "content": content}})

    def judge(flat: Flat) -> Answers:
        found = engine.evaluate("rules", flat)["result"]
        return {name: value for name, value in found.items() if value is not None}

    return judge


def zen_graph(book: Book) -> dict[str, object]:
    """Return the policies as a JSON Decision Model: one table of all reasons, or a table for each policy."""
    groups = [[one] for one in book.policies] if book.every else [book.policies]
    nodes = [_node("in", "inputNode"), _node("out", "outputNode")]
    edges = []
    for number, policies in enumerate(groups):
        table, sums = f"table{number}", f"sums{number}"
        nodes.append(_node(table, "decisionTableNode", _zen_table(book, policies)))
        nodes.append(_node(sums, "expressionNode", _zen_sums(book, policies[0])))
        steps = (("in", table), (table, sums), (sums, "out"))
        edges += [{"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in steps]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def _node(id: str, type: str, content: Mapping[str, object] | None = None) -> dict[str, object]:
    found: dict[str, object] = {"id": id, "name": id, "type": type, "position": {"x": 0, "y": 0}}
    return found if content is None else {**found, "content": content}


def _zen_table(book: Book, policies: Sequence[Policy]) -> Mapping[str, object]:
    """Return the table: exceptions stand above the general rule, and the last row catches all."""
    rows = [row for one in policies for row in _zen_rows(book, one)]
    rows.append({**dict.fromkeys(_COLUMNS, ""), **dict.fromkeys(_GIVEN, "null"), "breach": "false"})
    return {
        "hitPolicy": "first",
        "passThrough": True,
        "inputs": [{"id": id, "name": id, "field": field} for id, field in _COLUMNS.items()],
        "outputs": [{"id": id, "name": id, "field": id} for id in _GIVEN],
        "rules": [{"_id": f"row{number}", **row} for number, row in enumerate(rows)],
    }


def _zen_rows(book: Book, one: Policy) -> Iterator[dict[str, str]]:
    points = str(one.points)
    for response, custom_made, costs, refund in (
        ('"compensated"', "", "0", "null"),
        ('"rejected"', "true", points, '"refused"'),
        ('"rejected"', "", points, '"granted"'),
        ("", "", points, "null"),
    ):
        yield {
            "reason": "" if book.every else f'"{one.reason}"',
            "waited": f"> {one.seconds}",
            "response": response,
            "custom_made": custom_made,
            "breach": "true",
            "points": costs,
            "refund": refund,
            "rate": str(one.rate),
            "floor": str(one.floor),
            "cap": str(one.cap),
        }


def _zen_sums(book: Book, one: Policy) -> Mapping[str, object]:
    share = "floor(((total - shipping) * rate + 50) / 100)"
    values = {
        "breach": "breach ? true : null",
        "points": "points",
        "refund": "refund",
        "compensation": f"breach ? min([max([{share}, floor]), cap]) : null",
    }
    keys = {name: book.name(name, one) for name in values}
    return {
        "passThrough": False,
        "expressions": [{"id": keys[name], "key": keys[name], "value": values[name]} for name in values],
    }


# ---------- Rego: packages planned once, the input set for each case

_REGO_HEAD = """package {package}

import rego.v1

share(rate) := floor((((input.total - input.shipping) * rate) + 50) / 100)

# Not min and max: regopy 1.5.2 compares numbers in them as texts, so that 501 is more than 3000.
bounded(sum, floor, cap) := floor if {{
    sum < floor
    floor <= cap
}} else := cap if {{
    sum > cap
}} else := sum
"""


def load_rego(book: Book) -> Judge:
    """Return the judge of regopy. A bundle: `query` compiles the modules again for every case."""
    from regopy import Interpreter

    rego = Interpreter()
    for name, text in rego_modules(book).items():
        rego.add_module(name, text)
    bundle = rego.build(f"found = data.{'policies' if book.every else 'router.found'}", [])

    def judge(flat: Flat) -> Answers:
        rego.set_input(flat)
        bindings = rego.query_bundle(bundle).results[0].bindings
        found: Answers = bindings.get("found", {})  # no package is meant: the query is undefined
        return found

    return judge


def rego_modules(book: Book) -> dict[str, str]:
    """Return the policies as modules: one of all, or a package for each reason and a router between them.

    With the reason as a condition of every rule, 150 rules took ten times as long and more.
    """
    if book.every:
        head = _REGO_HEAD.format(package="policies")
        return {"policies": head + "".join(_rego_rules(book, one) for one in book.policies)}
    routes = "".join(
        f'found := data.policies.{one.reason} if input.reason == "{one.reason}"\n' for one in book.policies
    )
    modules = {
        one.reason: _REGO_HEAD.format(package=f"policies.{one.reason}") + _rego_rules(book, one)
        for one in book.policies
    }
    return {"router": f"package router\n\nimport rego.v1\n\n{routes}", **modules}


def _rego_rules(book: Book, one: Policy) -> str:
    """Return the rules of a policy; an exception is the first branch, the general rule its `else`."""
    breach, points, compensation, refund = (book.name(name, one) for name in OUTCOMES)
    return f"""
{breach} if input.waited > {one.seconds}

{points} := 0 if {{ {breach}; input.response == "compensated" }}
else := {one.points} if {breach}

{compensation} := bounded(share({one.rate}), {one.floor}, {one.cap}) if {breach}

{refund} := "refused" if {{ {breach}; input.response == "rejected"; input.custom_made }}
else := "granted" if {{ {breach}; input.response == "rejected" }}
"""


# ---------- CLIPS: a template for the case, rules that chain by a fact

_CLIPS_TEMPLATE = """(deftemplate case
  (slot reason (type SYMBOL)) (slot waited (type INTEGER)) (slot response (type SYMBOL))
  (slot custom_made (type SYMBOL)) (slot total (type INTEGER)) (slot shipping (type INTEGER)))"""


def load_clips(book: Book) -> Judge:
    """Return the judge of CLIPS. Rules tell a function their answers: reading them from facts is slower."""
    import clips

    answers: dict[str, bool | int | str] = {}

    def answered(name: str, value: bool | int | str) -> None:
        answers[name] = True if value == "TRUE" else value

    environment = clips.Environment()
    environment.define_function(answered)
    environment.build(_CLIPS_TEMPLATE)
    for one in book.policies:
        for rule in clips_rules(book, one):
            environment.build(rule)
    template, symbol = environment.find_template("case"), clips.Symbol

    def judge(flat: Flat) -> Answers:
        answers.clear()
        environment.reset()
        slots = {name: symbol(one) if isinstance(one, str) else one for name, one in flat.items()}
        template.assert_fact(**slots)
        environment.run()
        return dict(answers)

    return judge


def clips_rules(book: Book, one: Policy) -> Iterator[str]:
    """Return the rules of a policy; the general rule says itself when an exception takes its place."""
    id, scope = one.reason, "" if book.every else f"(reason {one.reason}) "
    share = f"(div (+ (* (- ?total ?shipping) {one.rate}) 50) 100)"
    rules = (
        (
            f"(case {scope}(waited ?w&:(> ?w {one.seconds})))",
            f"(assert (breach {id})) {_told(book, one, 'breach', 'TRUE')}",
        ),
        (
            f"(breach {id}) (case (total ?total) (shipping ?shipping))",
            _told(book, one, "compensation", f"(min (max {share} {one.floor}) {one.cap})"),
        ),
        (f"(breach {id}) (case (response ~compensated))", _told(book, one, "points", str(one.points))),
        (f"(breach {id}) (case (response compensated))", _told(book, one, "points", "0")),
        (
            f"(breach {id}) (case (response rejected) (custom_made ~TRUE))",
            _told(book, one, "refund", "granted"),
        ),
        (
            f"(breach {id}) (case (response rejected) (custom_made TRUE))",
            _told(book, one, "refund", "refused"),
        ),
    )
    for number, (when, then) in enumerate(rules):
        yield f"(defrule {id}-{number} {when} => {then})"


def _told(book: Book, one: Policy, outcome: str, value: str) -> str:
    return f'(answered "{book.name(outcome, one)}" {value})'


# ---------- durable-rules by its own language: one fact asserted, the rules that fire, the fact retracted


def load_durable(book: Book) -> Judge:
    """Return the judge of durable-rules."""
    from durable.engine import Host, MessageNotHandledException
    from durable.lang import ruleset

    class QuietHost(Host):  # type: ignore[misc]  # durable-rules has no types
        """A host without its thread: it wakes all the time, and what it takes would count for others."""

        def _run(self) -> None:
            pass

    answers: dict[str, bool | int | str] = {}
    rules = ruleset("policies")
    with rules:
        for one in book.policies:
            _durable_rules(book, one, answers)
    name, definition = rules.define()
    host = QuietHost({name: definition})

    def judge(flat: Flat) -> Answers:
        answers.clear()
        fact = {"id": 1, **flat}
        try:
            host.assert_fact(name, fact)
        except MessageNotHandledException:  # no rule fires, and the fact is not kept
            return {}
        host.retract_fact(name, fact)
        return dict(answers)

    return judge


def _durable_rules(book: Book, one: Policy, answers: dict[str, bool | int | str]) -> None:
    """Write the rules of a policy into the ruleset that is open."""
    from durable.lang import m, when_all

    breach, points, compensation, refund = (book.name(name, one) for name in OUTCOMES)
    late = m.waited > one.seconds
    if not book.every:
        late = (m.reason == one.reason) & late

    def put(name: str, value: bool | int | str) -> Callable[[object], None]:
        return lambda c: answers.update({name: value})

    def compensate(c) -> None:  # type: ignore[no-untyped-def]
        answers[breach] = True
        share = ((c.m.total - c.m.shipping) * one.rate + 50) // 100
        answers[compensation] = min(max(share, one.floor), one.cap)

    when_all(late)(compensate)
    when_all(late & (m.response != "compensated"))(put(points, one.points))
    when_all(late & (m.response == "compensated"))(put(points, 0))
    when_all(late & (m.response == "rejected") & (m.custom_made == False))(put(refund, "granted"))  # noqa: E712
    when_all(late & (m.response == "rejected") & (m.custom_made == True))(put(refund, "refused"))  # noqa: E712


PEERS: Mapping[str, tuple[str, Callable[[Book], Judge]]] = {
    "GoRules ZEN": ("zen-engine", load_zen),
    "Rego (rego-cpp)": ("regopy", load_rego),
    "CLIPS": ("clipspy", load_clips),
    "durable-rules, its own API": ("durable-rules", load_durable),
}
"""Each peer by its name: the distribution that has it, and what loads its program."""
