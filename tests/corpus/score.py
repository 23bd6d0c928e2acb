"""Recall and precision over the whole corpus: ``make corpus``."""

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from clients.environments import build
from corpus.matching import Score
from corpus.running import Outcome, run_program
from corpus.truth import KINDS, load, names

RECALL = 0.98
PRECISION = 0.95
AT_ONCE = 2
"""Programs that run beside each other."""


def main(words: Sequence[str]) -> int:
    """Runs the programs, prints the table; 1 when it is not good enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="programs, or beginnings of their names")
    parser.add_argument("--group", default="", help="only programs of one environment")
    parser.add_argument("--verbose", action="store_true", help="each program, what it missed")
    given = parser.parse_args(words)
    chosen = [
        truth
        for truth in map(load, names())
        if (not given.only or truth.name.startswith(tuple(given.only)))
        and given.group in {"", truth.group}
    ]
    started = time.perf_counter()
    remote = {"remote"} if any(truth.told.get("services") for truth in chosen) else set()
    for group in sorted({truth.group for truth in chosen} | remote):
        print(build(group), flush=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = []
        for outcome in pool.map(run_program, chosen):
            outcomes.append(outcome)
            if given.verbose or outcome.broken or outcome.skipped:
                print(*lines(outcome), sep="\n", flush=True)
    total = {kind: Score() for kind in KINDS}
    for outcome in outcomes:
        for kind, score in outcome.scores.items():
            total[kind].add(score)
    print(*table(total), sep="\n")
    ran = [outcome for outcome in outcomes if not outcome.skipped]
    broken = [outcome.truth.name for outcome in ran if outcome.broken]
    print(
        f"{len(ran)} programs in {time.perf_counter() - started:.0f} s"
        + (f", {len(outcomes) - len(ran)} skipped" if len(ran) < len(outcomes) else "")
        + (f", broken: {', '.join(broken)}" if broken else "")
    )
    return int(bool(broken) or not ran or not all(map(enough, total.values())))


def enough(score: Score) -> bool:
    return score.recall >= RECALL and score.precision >= PRECISION


def table(total: dict[str, Score]) -> Iterable[str]:
    """Kind, recall, precision, and how many of each."""
    yield f"{'':12} {'recall':>7} {'found':>11} {'precision':>10} {'right':>11}"
    for kind, score in total.items():
        found = f"{len(score.found)}/{len(score.found) + len(score.missed)}"
        right = f"{len(score.right)}/{len(score.right) + len(score.wrong)}"
        mark = "" if enough(score) else f"  (wanted: {RECALL}, {PRECISION})"
        yield f"{kind:12} {score.recall:7.3f} {found:>11} {score.precision:10.3f} {right:>11}{mark}"


def lines(outcome: Outcome) -> Iterable[str]:
    """One program: what was missed, what was told and is not true."""
    truth = outcome.truth
    state = outcome.skipped or ("broken" if outcome.broken else "")
    yield f"{truth.name} ({truth.group}, {outcome.seconds:.1f} s) {state}".rstrip()
    if outcome.broken:
        yield "    " + outcome.broken.replace("\n", "\n    ")
    for kind, score in outcome.scores.items():
        for each in score.missed:
            yield f"    {kind}: missed {each}"
        for each in score.wrong:
            yield f"    {kind}: wrong {each}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
