"""The ``armlib`` command: one file a command.

Starting is under control here, since a cold ``armlib compile`` of a small module has 100 ms: the evaluator's process
is started before anything is imported, and comes up while click does.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

_EVALUATING = frozenset({"compile", "describe", "eval"})


def program() -> int:
    """Run the command of the process, and end it where that is all there is to do.

    The interpreter would take apart all that was imported, one object after another: ten milliseconds of a cold
    compilation. Commands with threads, pools or other libraries are left to it.
    """
    code = main()
    if _will_evaluate(sys.argv[1:]) and _flush():
        import os

        os._exit(code)
    return code


def _flush() -> bool:
    """Write out what the standard streams hold; return whether that went well; the interpreter tells if not."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return False
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that *arguments* say, by default those of the process; return its exit code."""
    words = [*(sys.argv[1:] if arguments is None else arguments)]  # `list` may be the module of that command here
    gc.set_threshold(100_000, 50, 100)  # what is imported and compiled stays; looking for garbage in it takes time
    try:
        _open_closed_streams()
        evaluator = None
        if _will_evaluate(words):
            from armlib.jsonnet.process import WorkerEvaluator

            evaluator = WorkerEvaluator()
            evaluator.start()
        from armlib.cli.app import run

        return run(words, evaluator)
    except KeyboardInterrupt:
        return 5
    finally:
        gc.freeze()  # else the interpreter looks for garbage in all that was imported before it ends: 10 ms and more


def _open_closed_streams() -> None:
    """Give each standard stream that the caller closed a descriptor, which else the next file that is opened gets."""
    import os

    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115 - it lasts as long as the process


def _will_evaluate(words: Sequence[str]) -> bool:
    """Return whether *words* surely lead to an evaluation; only then a process is started for it."""
    import os

    command = next((word for word in words if not word.startswith("-")), None)
    asks_for_help = "--help" in words or "-h" in words
    if command == "eval" and not any(word.endswith(("sonnet", "-")) for word in words):
        return False  # a template in JSON is read as it is
    return command in _EVALUATING and not asks_for_help and "_ARMLIB_COMPLETE" not in os.environ
