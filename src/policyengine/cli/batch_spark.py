"""``policyengine batch --engine spark``: the same judgement by the processes of a cluster."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

import click

from policyengine.api import Rulebook
from policyengine.batch.decisions import Decisions
from policyengine.batch.encoding import Target
from policyengine.batch.inputs import Input
from policyengine.batch.run import Passing
from policyengine.batch.spark import (
    ClusterFault,
    InTheWay,
    Judged,
    NeedsJava,
    NeedsSpark,
    SparkRun,
    session,
)
from policyengine.batch.staging import ENDING
from policyengine.batch.summary import REJECTED
from policyengine.cli import codes, many, options
from policyengine.cli.batch_run import Places, Run
from policyengine.cli.progress import Progress
from policyengine.diagnostics.i18n import Speech


def refuse(
    sources: Sequence[Input],
    out: str | None,
    target: Target,
    jobs: int | None,
    is_other: bool,
    say: Speech,
) -> None:
    """Raise UsageError for what a cluster does not do."""
    other = next((one for one in sources if one.form != "parquet"), None)
    if other is not None:
        words = say(
            "--engine spark reads only Parquet, and {path} is not Parquet: judge it without this option",
            path=other.path,
        )
        raise click.UsageError(words)
    if out is not None and (target != "parquet" or not options.is_file(out)):
        raise click.UsageError(say("--engine spark writes a folder of Parquet files: end --out in .parquet"))
    for place in () if out is None else (out, out + ENDING):
        if os.path.lexists(place):
            raise _in_the_way(place, say)
    if is_other:
        raise click.UsageError(
            say("--engine spark writes rows alone, and goes on by itself: leave out --full and --resume")
        )
    if jobs is not None:
        raise click.UsageError(
            say("--jobs is for this machine: on a cluster, --master decides how many processes judge")
        )


def _in_the_way(path: str, say: Speech) -> click.UsageError:
    return click.UsageError(say("{path} already exists: remove it, or choose another --out", path=path))


class OnSpark(Run):
    """One run on a cluster."""

    def __init__(
        self,
        rulebook: Rulebook,
        task: Decisions,
        sources: Sequence[Input],
        places: Places,
        strict: bool,
        say: Speech,
        master: str | None,
    ) -> None:
        """``master`` says which cluster, None that Spark knows it. Raises UsageError."""
        super().__init__(rulebook, task, sources, places, 1, strict, say)
        self.master = master

    def judge(self, resume: bool) -> None:
        """Judge everything, and put the decisions where they belong. Raises Exit and UsageError."""
        say = self.say
        with many.told_faults(say):
            try:
                self._judge_there()
            except NeedsSpark:
                words = say(
                    "--engine spark needs the packages pyspark and pandas:"
                    " pip install 'dispute-policyengine[spark]'"
                )
                raise click.UsageError(words) from None
            except NeedsJava:
                words = say(
                    "Spark needs Java 17 or later: install a JDK, and let JAVA_HOME name its folder or PATH"
                    " hold `java`"
                )
                raise click.UsageError(words) from None
            except InTheWay as fault:
                raise _in_the_way(str(fault), say) from None
            except ClusterFault as fault:
                options.tell(say("Spark could not do it: {reason}", reason=str(fault)))
                raise click.exceptions.Exit(codes.INTERNAL) from None
        self.seconds = time.monotonic() - self.began

    def _judge_there(self) -> None:
        with session(self.master) as spark, many.aside(self.places.rejects, self.say) as (put_aside, finish):
            run = SparkRun(spark, self.task, self.shape, self.sources, self.columns)
            try:
                judged = run.judge(self.places.out, self._check, put_aside, finish)
            except OSError as fault:
                raise many.unwritable(self.places.out or "", fault, self.say) from None
        made = Passing()
        made.summary = judged.summary
        self.output = made

    def _check(self, judged: Judged) -> None:
        """Tell what is faulty, and raise Stopped for what must not be written."""
        with Progress([], self.say) as progress:
            faulty = many.Faulty(progress, self.say)
            faulty.take(judged.faulty)
        faulty.end(judged.summary.number(*REJECTED))
        if judged.differ is not None:
            self._stop_for_difference(*judged.differ)
        self._stop_for_rejects(judged.summary)
