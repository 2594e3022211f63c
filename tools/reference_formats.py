"""The page of the formats, from the schemas, whose titles and descriptions are `中文 / English`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from policyengine.diagnostics.i18n import Speech

_SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
# What a clerk writes, what a case says, and what the program writes.
_WRITTEN = ("rulebook", "facts", "policy", "assumptions", "clauses", "letters", "overlay", "report", "cases")
_GIVEN = ("case",)
_TEXTS = {
    "title": {"en": "Formats", "zh": "格式"},
    "head": {
        "en": "Every file that is read or written has a [JSON Schema](https://json-schema.org), shipped and printed by"
        " `policyengine schema KIND`: editors complete by it, programs check by it. What each key means in rules says"
        " [the language](language.md).",
        "zh": "读写的每种文件都有一个 [JSON Schema](https://json-schema.org)，随程序附带，也可用 `policyengine schema 种类` 输出："
        "编辑器据此补全，程序据此检查。规则里每个键的含义见[规则语言](language.zh.md)。",
    },
    "rules": {"en": "Files of a rulebook", "zh": "规则库的文件"},
    "case": {"en": "Cases", "zh": "案件"},
    "output": {"en": "What commands write", "zh": "命令的输出"},
    "key": {"en": "key", "zh": "键"},
    "type": {"en": "type", "zh": "类型"},
    "meaning": {"en": "meaning", "zh": "含义"},
    "needed": {"en": " (required)", "zh": "（必填）"},
    "with_schema": {"en": "{meaning}. Schema: {link}", "zh": "{meaning}。模式：{link}"},
}


def formats_page(say: Speech, ending: str) -> str:
    """Return the page: for each schema, its keys of the first level, and those of the rows in its lists."""
    schemas = {path.name.removesuffix(".schema.json"): path for path in sorted(_SCHEMAS.glob("*.json"))}
    output = [name for name in schemas if name not in (*_WRITTEN, *_GIVEN)]
    lines = [f"# {_text('title', say)}", "", _text("head", say)]
    for heading, names in (("rules", _WRITTEN), ("case", _GIVEN), ("output", output)):
        lines += ["", f"## {_text(heading, say)}"]
        for name in names:
            lines += _format(name, json.loads(schemas[name].read_text("utf-8")), say)
    return "\n".join(lines)


def _text(name: str, say: Speech) -> str:
    return _TEXTS[name][say.language]


def _format(name: str, schema: Mapping[str, Any], say: Speech) -> Iterator[str]:
    yield f"\n### {name}"
    link = f"[`{name}.schema.json`](../schemas/{name}.schema.json)"
    yield f"\n{_text('with_schema', say).format(meaning=_meaning(schema, say), link=link)}\n"
    yield f"| {_text('key', say)} | {_text('type', say)} | {_text('meaning', say)} |\n|---|---|---|"
    yield from _rows(schema, schema, "", say)


def _rows(schema: Mapping[str, Any], root: Mapping[str, Any], prefix: str, say: Speech) -> Iterator[str]:
    needed = schema.get("required", ())
    for key, found in schema.get("properties", {}).items():
        one = _resolved(found, root)
        mark = _text("needed", say) if key in needed else ""
        yield f"| `{prefix}{key}`{mark} | {_type(one, root)} | {_cell(_meaning(one, say))} |"
        items = _resolved(one.get("items", {}), root)
        if not prefix and one.get("type") == "array" and "properties" in items:
            yield from _rows(items, root, f"{key}[].", say)


def _resolved(one: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema with what it refers to; its own words come first."""
    if not isinstance(one, Mapping):
        return {}
    target: Any = root
    reference = one.get("$ref")
    if reference is None:
        return one
    for part in reference.removeprefix("#/").split("/"):
        target = target[part]
    return {**target, **{key: value for key, value in one.items() if key != "$ref"}}


def _type(one: Mapping[str, Any], root: Mapping[str, Any]) -> str:
    ways = one.get("anyOf", one.get("oneOf", ()))
    if ways:
        return " · ".join(dict.fromkeys(_type(_resolved(way, root), root) for way in ways))
    if "const" in one:
        return f"`{one['const']}`"
    if "enum" in one:
        shown = [json.dumps(value, ensure_ascii=False) for value in one["enum"][:6]]
        return " · ".join(f"`{value}`" for value in shown) + (" …" if len(one["enum"]) > 6 else "")
    kinds = one.get("type", ())
    return " · ".join([kinds] if isinstance(kinds, str) else kinds)


def _meaning(one: Mapping[str, Any], say: Speech) -> str:
    parts = [_spoken(one[name], say) for name in ("title", "description") if name in one]
    return ": ".join(dict.fromkeys(parts)) if say.language == "en" else "：".join(dict.fromkeys(parts))


def _spoken(text: str, say: Speech) -> str:
    """Return the half of a text that is in the language; one without halves is in both."""
    zh, separator, en = text.partition(" / ")
    return (zh if say.language == "zh" else en) if separator else text


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
