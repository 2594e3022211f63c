"""Indentation and spacing by a round-trip YAML library, which keeps comments and quotes."""

from __future__ import annotations

import io
from typing import Any

_WIDTH = 1_000_000  # lines are never folded: where a line ends is the author's choice


class LayoutFailed(Exception):
    """The library cannot read or write the text."""


def laid_out(text: str) -> str:
    """Return the text indented by two spaces, list items below their key. Raises LayoutFailed."""
    from ruamel.yaml.error import YAMLError  # slow to import, and only needed here

    try:
        yaml = _yaml()
        stream = io.StringIO()
        yaml.dump(yaml.load(text), stream)
    except (YAMLError, ValueError, AttributeError, TypeError, RecursionError) as fault:
        raise LayoutFailed(str(fault)) from None
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _yaml() -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.resolver import VersionedResolver

    class Words(VersionedResolver):
        """Takes every value for a text, as rule files mean it, so that none is written in another way."""

        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            return (
                self.DEFAULT_SCALAR_TAG
                if "Scalar" in kind.__name__
                else super().resolve(kind, value, implicit)
            )

    yaml: Any = YAML(typ="rt")
    yaml.Resolver = Words
    yaml.preserve_quotes = True
    yaml.allow_duplicate_keys = True
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
