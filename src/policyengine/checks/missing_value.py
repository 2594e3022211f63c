"""``missing-value`` (warning): A parameter has no value, and no overlay gives it one.

Whatever rests on it stays undetermined in every case. That can be right, when the document does not say
the figure: then write `values: []`, and perhaps an overlay with the figure that is believed.

Fails::

    # policies/returns.yaml
    parameters:
      return_period: {title: {zh: 退货期, en: Time to return}, type: duration}

Passes::

    # policies/returns.yaml
    parameters:
      return_period: {title: {zh: 退货期, en: Time to return}, type: duration, values: []}
"""

from __future__ import annotations

from collections.abc import Iterator

from policyengine.diagnostics.diagnostic import Diagnostic, message, warning
from policyengine.model.rulebook import Rulebook


def check(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Tell every parameter that has no value whatever is switched on."""
    given = {name for overlay in rulebook.overlays for name in overlay.sets}
    for parameter in rulebook.parameters.values():
        if not (parameter.values or parameter.left_open) and parameter.id not in given:
            what = message("the parameter `{name}` has no value", name=parameter.id)
            help = message("add `values`; write `values: []` if the document does not say the figure")
            yield warning("missing-value", what, parameter.span, help)
