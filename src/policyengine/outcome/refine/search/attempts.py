"""What has been tried for one answer, how much more may be, and whether that tells everything."""

from __future__ import annotations

from policyengine.outcome.refine.allowance import Allowance
from policyengine.outcome.refine.completions import Completion, FilledKey


class Attempts:
    """What has been tried for one answer."""

    def __init__(self, allowance: Allowance) -> None:
        """``allowance`` is how much may be tried."""
        self.allowance = allowance
        self.leaves: dict[FilledKey, Completion] = {}
        """The completions that are told."""
        self.is_sure = True
        """Whether nothing can come out otherwise between what was tried."""
        self.is_cut = False
        """Whether something was not tried because too much had been."""
        self._between: set[FilledKey] = set()

    @property
    def is_spent(self) -> bool:
        """Tell whether as much has been tried as is allowed."""
        return len(self.leaves) >= self.allowance.completions or len(self._between) >= self.allowance.runs

    @property
    def is_exact(self) -> bool:
        """Tell whether all that is possible has been met."""
        return self.is_sure and not self.is_cut

    def count(self, completion: Completion) -> None:
        """Count a completion that is judged between others, to find out where something changes."""
        self._between.add(completion.key)
