"""Texts that a CI system shall print and not obey.

A CI system reads the output of its jobs for commands: ``::name …`` at the beginning of a line, after blanks
(GitHub, Gitea), and ``##[…]``, ``##vso[…]`` or ``##teamcity[…]`` anywhere in it. Words of rule files, of
cases and names of files reach the output, and whoever writes these must not command whoever checks them.

https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_SYSTEMS = ("GITHUB_ACTIONS", "GITEA_ACTIONS", "FORGEJO_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")
_COMMAND = r"(?:\A|(?<=[\r\n]))(?P<blank>\s*)::|##(?=\[|vso\[|teamcity\[)"


def obeys(environment: Mapping[str, str]) -> bool:
    """Tell whether a CI system reads the output for commands, by the environment of the process."""
    return any(environment.get(name) for name in _SYSTEMS)


def may_command(text: str) -> bool:
    """Tell whether a text has what every command has; asked first, for most have not."""
    return "::" in text or "##" in text


def inert(text: str) -> str:
    """Return a text in which the first letter of every command is spelled out, as JSON does it too."""
    return re.sub(_COMMAND, _spelled, text) if may_command(text) else text


def _spelled(found: re.Match[str]) -> str:
    if found[0].startswith("##"):
        return r"\u0023#"
    return found["blank"] + r"\u003a:"
