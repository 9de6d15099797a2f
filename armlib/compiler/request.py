"""What a compilation is asked to do and what comes of it: the values at both ends of the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from armlib.dataclass import dataclass
from armlib.diagnostics import Diagnostic, has_errors
from armlib.jsonnet.port import Read, Roots
from armlib.jsontypes import Json, JsonObject
from armlib.template.scope import ScopeKind

if TYPE_CHECKING:
    from armlib.compiler.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """A value for a parameter, and where it was given (for messages): ``-p``, a file, the environment.

    *text* is set instead of *value* when the text is still to be read by the declared type (``-p NAME=VALUE``), and
    *reference* when the value is a secret of a key vault, named in an ARM parameters file. *below* is what the argument
    is laid over once its text is read: objects merge.
    """

    value: Json = field(default=None, repr=False)  # may be a secret
    text: str | None = field(default=None, repr=False)
    source: str = ""
    reference: JsonObject | None = None
    below: Argument | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A module to compile; *alias* is its name when several are merged."""

    path: Path
    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileRequest:
    """Everything that a compilation depends on but the files it reads."""

    entries: tuple[Entry, ...]
    roots: Roots
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    parameters_as_code: bool = False
    ext_str: Mapping[str, str] = field(default_factory=dict)
    ext_code: Mapping[str, str] = field(default_factory=dict)
    tla_str: Mapping[str, str] = field(default_factory=dict)
    tla_code: Mapping[str, str] = field(default_factory=dict)
    scope_kind: ScopeKind | None = None  # None: worked out from the module, else a resource group
    symbolic: bool = False
    minify: bool = False
    provenance: bool = False  # whether the compilation tells where the properties of the template were written
    limits: bool = True  # whether a template that Azure would refuse for its size is an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """What came of a request; *template* is None when a diagnostic is an error.

    *linked* holds the templates placed with ``linked``, by their address; *deploy_parameters* the values that were
    given for deploy-time parameters that are not secret, by name; *references* the secrets of key vaults that were
    named for them, as an ARM parameters file names them; *secrets* the other secret values, never to be shown or kept.
    *provenance* is there when the request asks for it.
    """

    template: JsonObject | None
    diagnostics: tuple[Diagnostic, ...] = ()
    linked: Mapping[str, JsonObject] = field(default_factory=dict)
    deploy_parameters: Mapping[str, Json] = field(default_factory=dict)
    references: Mapping[str, JsonObject] = field(default_factory=dict)
    secrets: Mapping[str, Json] = field(default_factory=dict, repr=False)
    reads: tuple[Read, ...] = ()
    provenance: Provenance | None = None

    @property
    def succeeded(self) -> bool:
        """Whether there is a template to write."""
        return self.template is not None and not has_errors(self.diagnostics)
