"""``python -m armlib`` is ``armlib``."""

import sys

from armlib.cli import main

if __name__ == "__main__":
    sys.exit(main())
