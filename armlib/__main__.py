"""``python -m armlib`` is ``armlib``."""

import sys

from armlib.cli import program

if __name__ == "__main__":
    sys.exit(program())
