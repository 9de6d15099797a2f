"""The base library is evaluated with both Jsonnet bindings, as its users may."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import _gojsonnet
import _jsonnet
import pytest

LIBRARY = Path(__file__).parents[2] / "lib"
PRELUDE = "local arm = import 'arm.libsonnet'; local fn = arm.fn;\n"


class Bindings:
    """The Go and the C++ binding as one evaluator, which fails when they do not agree."""

    def __call__(self, source: str, parameters: object = None, *, as_code: bool = False) -> Any:
        """Return the value of *source*, in which ``arm`` and ``fn`` are there already."""
        text = json.dumps({} if parameters is None else parameters)
        given: dict[str, Any] = {"ext_codes" if as_code else "ext_vars": {"parameters": text}}
        go = json.loads(_gojsonnet.evaluate_snippet("main.jsonnet", PRELUDE + source, jpathdir=[str(LIBRARY)], **given))
        cpp = json.loads(_jsonnet.evaluate_snippet("main.jsonnet", PRELUDE + source, jpathdir=[str(LIBRARY)], **given))
        assert go == cpp
        return go

    def check(self, table: Mapping[str, Any], setup: str = "") -> None:
        """Compare what each expression of *table* gives with the value it is told to give."""
        fields = ", ".join(f"{json.dumps(source)}: {source}" for source in table)
        assert self(f"{setup}{{ {fields} }}") == dict(table)

    def error(self, source: str, parameters: object = None) -> str:
        """Return the message of the error that *source* ends in, without the frames."""
        with pytest.raises(RuntimeError) as cpp:
            self._plain(_jsonnet, source, parameters)
        with pytest.raises(RuntimeError) as go:
            self._plain(_gojsonnet, source, parameters)
        assert _message(go) == _message(cpp)
        return _message(go)

    def _plain(self, binding: Any, source: str, parameters: object) -> None:
        text = json.dumps({} if parameters is None else parameters)
        binding.evaluate_snippet(
            "main.jsonnet", PRELUDE + source, jpathdir=[str(LIBRARY)], ext_vars={"parameters": text}
        )


def _message(raised: pytest.ExceptionInfo[RuntimeError]) -> str:
    return str(raised.value).partition("\n\t")[0].removeprefix("RUNTIME ERROR: ")


@pytest.fixture(scope="session")
def jsonnet() -> Bindings:
    """Both bindings; calling it evaluates."""
    return Bindings()
