"""A rulebook as it is sent to other processes: its files, and the digest that what they load must have."""

from __future__ import annotations

from collections.abc import Sequence

from policyengine.api import Rulebook, prepare
from policyengine.diagnostics.diagnostic import FaultsFound
from policyengine.engines.choice import EngineName
from policyengine.frozen import Frozen
from policyengine.loading.load import load_files
from policyengine.reading.rule_files import SourceFile, collect_files


class Unlike(Exception):
    """What another process loaded is not the rulebook that was sent."""


class Shipment(Frozen):
    """Everything from which a rulebook is made ready to judge, under one choice of readings.

    ``files`` are those of ``directory``, which need not be there where it arrives.
    """

    directory: str
    files: tuple[SourceFile, ...]
    overlays: tuple[str, ...]
    readings: tuple[tuple[str, str], ...]
    digest: str
    engine: EngineName = "compiled"

    def open(self) -> Rulebook:
        """Return the rulebook. Raises Unlike, and FaultsFound for files that another version refuses."""
        loaded = load_files(self.directory, self.files, (), self.overlays)
        if loaded.rulebook is None:
            raise FaultsFound(loaded.diagnostics)
        if loaded.rulebook.digest != self.digest:
            raise Unlike(f"{loaded.rulebook.digest} is not {self.digest}")
        return prepare(loaded.rulebook, dict(self.readings), self.engine, loaded.plan, "many")


def ship(rulebook: Rulebook, overlays: Sequence[str]) -> Shipment:
    """Return a rulebook, loaded with some overlays, as it is sent."""
    model = rulebook.model
    files, _ = collect_files(model.directory)
    readings = tuple(sorted(rulebook.readings.items()))
    return Shipment(model.directory, tuple(files), tuple(overlays), readings, model.digest)
