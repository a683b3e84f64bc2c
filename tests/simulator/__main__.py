"""Replay histories: ``python -m tests.simulator SEED [--count N] [--postgres] [--trace] [--shrink] [--skip 1,2]``."""

from __future__ import annotations

import argparse
import sys

from tests.simulator.checker import describe
from tests.simulator.history import make_plan
from tests.simulator.runner import run, shrink, simulated_server


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator")
    parser.add_argument("seed", type=int)
    parser.add_argument("--count", type=int, default=1, help="so many seeds from this one")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--trace", action="store_true", help="print all that happened")
    parser.add_argument("--shrink", action="store_true", help="leave out steps while it still fails")
    parser.add_argument("--skip", default="", help="places of steps to leave out")
    given = parser.parse_args()
    skip = [int(place) for place in given.skip.split(",") if place]
    failed = 0
    with simulated_server(postgres=given.postgres) as server:
        for seed in range(given.seed, given.seed + given.count):
            log, violations = run(seed, server, skip)
            if violations and given.shrink:
                skip = shrink(seed, server)
                log, violations = run(seed, server, skip)
                kept = [(n, doing) for n, doing in enumerate(make_plan(seed).steps) if n not in skip]
                print(f"smallest: --skip {','.join(map(str, skip))}, steps {kept}")  # noqa: T201
            if given.trace:
                print(describe(log.events))  # noqa: T201
            failed += bool(violations)
            for text in violations:
                print(f"seed {seed}: {text}", flush=True)  # noqa: T201
            if (seed - given.seed) % 100 == 99:
                print(f"{seed - given.seed + 1} of {given.count}", file=sys.stderr, flush=True)  # noqa: T201
    print(f"{given.count} histories, {failed} broke a law")  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
