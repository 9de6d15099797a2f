"""Random expressions and templates: ``python -m tests.fuzz --inputs 1000000 --seed 1``.

One input in twenty is a template, the others are expressions. The exit code is 1 when a law is broken.
"""

from __future__ import annotations

import argparse
import sys

from tests.fuzz import expressions, templates


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    share = arguments.inputs // 20
    broken = templates.run(share, arguments.seed) + expressions.run(arguments.inputs - share, arguments.seed)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
