"""A value that is worked out when it is first asked for, and then kept; so is the fault, when it has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from armlib.errors import InputError

T = TypeVar("T")


class Cell(Generic[T]):
    """A lazy value.

    *circular* makes the error for a value that is asked for while it is being worked out.
    """

    __slots__ = ("_circular", "_compute", "_fault", "_running", "_value")

    def __init__(self, compute: Callable[[], T], circular: Callable[[], InputError]) -> None:
        self._compute: Callable[[], T] | None = compute
        self._circular = circular
        self._running = False
        self._fault: InputError | None = None
        self._value: T | None = None

    @property
    def is_running(self) -> bool:
        """Whether the value is being worked out."""
        return self._running

    def get(self) -> T:
        """Return the value.

        Raises:
            InputError: The value cannot be had; the same error each time, or that of a circle.
        """
        if self._compute is None:
            if self._fault is not None:
                raise self._fault.with_traceback(None)
            return self._value  # type: ignore[return-value]
        if self._running:
            raise self._circular()
        self._running = True
        try:
            self._value = self._compute()
        except InputError as fault:
            self._fault = fault
            self._compute = None
            raise
        finally:
            self._running = False
        self._compute = None
        return self._value


def known(value: T) -> Cell[T]:
    """Return a cell whose value is there already."""
    cell: Cell[T] = Cell(lambda: value, lambda: InputError("circular"))
    cell.get()
    return cell
