"""Entry, arguments and surroundings to what a deployment would be: ``armlib eval``, and ``armlib.evaluate``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from armlib.deployment.context import Context, at_scope, read_context
from armlib.deployment.expand import Expansion, evaluate_expression, expand
from armlib.deployment.loader import FileLoader, Loader, NetworkLoader
from armlib.deployment.names import key_vault_secret
from armlib.deployment.scopes import DeploymentScope, parse_scope
from armlib.deployment.types import SchemaFault, resolve, type_of
from armlib.diagnostics import Diagnostic, has_errors
from armlib.errors import ArmlibError, DiagnosticsError, InputError
from armlib.expressions.values import Value
from armlib.jsontypes import Json, JsonObject
from armlib.template.jsonc import parse_json
from armlib.template.limits import MAX_TEMPLATE_BYTES

if TYPE_CHECKING:
    from armlib.compiler.provenance import Provenance
    from armlib.compiler.request import Argument, Compilation
    from armlib.config import Settings, Target
    from armlib.jsonnet.port import Evaluator

MAX_FILE_BYTES = 2 * MAX_TEMPLATE_BYTES  # white space and comments do not count against the service's limit
_JSON_SUFFIXES = frozenset({".json", ".jsonc"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where and how a template is deployed: a context, and what the caller says over it.

    *network* allows linked templates to be fetched; *allow_missing* makes required parameters without a value unknown.
    """

    context: Context
    scope: DeploymentScope | None = None
    network: bool = False
    allow_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployable:
    """A template, the values of its parameters, and where linked templates are looked for.

    *file* is the JSON file that the template is read from; None for one that was compiled or given as a value.
    *provenance* is there for one that was compiled, when it was asked for; *place* puts places to diagnostics of one.
    *references* are the parameters that are secrets of key vaults, ``{keyVault, secretName}`` by name.
    """

    template: JsonObject
    parameters: Mapping[str, Value]
    loader: Loader
    references: Mapping[str, JsonObject] = field(default_factory=dict)
    address: str = ""
    file: Path | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    provenance: Provenance | None = None
    place: Callable[[tuple[Diagnostic, ...]], tuple[Diagnostic, ...]] | None = None


def surroundings(
    context: Json | None = None,
    *,
    scope: str | None = None,
    location: str | None = None,
    tenant: str | None = None,
    name: str | None = None,
    network: bool = False,
    allow_missing: bool = False,
) -> Surroundings:
    """Return the surroundings that a context file's value and the options over it describe.

    Raises:
        InputError: The context or the scope is not valid.
    """
    found = read_context(context if context is not None else {}, now=datetime.now(UTC))
    place = parse_scope(scope) if scope is not None else None
    if place is not None:
        found = at_scope(found, place)
    if location is not None:
        found = replace(found, location=location)
        if "location" not in _given_group(context):
            found = replace(found, resource_group={**found.resource_group, "location": location})
    if tenant is not None:
        found = replace(found, tenant_id=tenant)
    if name is not None:
        found = replace(found, deployment_name=name)
    return Surroundings(context=found, scope=place, network=network, allow_missing=allow_missing)


def _given_group(context: Json | None) -> Mapping[str, Json]:
    group = context.get("resourceGroup") if isinstance(context, dict) else None
    return group if isinstance(group, dict) else {}


def deployable(
    target: Target,
    settings: Settings,
    evaluator: Evaluator,
    environ: Mapping[str, str],
    *,
    network: bool = False,
    provenance: bool = False,
) -> Deployable:
    """Return what the first module of *target* is to Azure: a JSON template as it is, a Jsonnet module compiled.

    With *provenance* the latter tells where the properties of the template were written.

    Raises:
        InputError: The module cannot be read, or does not compile; then as its diagnostics.
    """
    from armlib.build.compilation import compile_target, gather_arguments
    from armlib.config import project_root

    path = target.entries[0][1]
    package = target.package_of(path)
    root = package.folder if package is not None else project_root(path)
    if path.suffix.casefold() in _JSON_SUFFIXES:
        template = read_template(path)
        arguments, _ = gather_arguments(target, settings, evaluator, environ)
        return Deployable(
            template=template,
            parameters={name: _value(name, argument, template) for name, argument in arguments.items()},
            references=_references(arguments),
            loader=_loader(root, {}, network=network),
            address=str(path),
            file=path,
        )
    result = compile_target(target, settings, evaluator, environ, provenance=provenance)
    compilation = result.compilation
    if compilation.template is None or has_errors(compilation.diagnostics):
        raise DiagnosticsError(compilation.diagnostics)
    return Deployable(
        template=compilation.template,
        parameters=_deploy_parameters(compilation, result.arguments),
        references=_references(result.arguments),
        loader=_loader(root, compilation.linked, network=network),
        address=str(path),
        diagnostics=compilation.diagnostics,
        provenance=compilation.provenance,
        place=lambda diagnostics: _placed_in_module(diagnostics, target, settings, evaluator, environ),
    )


def _placed_in_module(
    diagnostics: tuple[Diagnostic, ...],
    target: Target,
    settings: Settings,
    evaluator: Evaluator,
    environ: Mapping[str, str],
) -> tuple[Diagnostic, ...]:
    """Return *diagnostics* with their places in the module, which is compiled once more for them."""
    from armlib.build.compilation import compile_target

    try:
        provenance = compile_target(target, settings, evaluator, environ, provenance=True).compilation.provenance
    except InputError:  # the files went away meanwhile
        return diagnostics
    return diagnostics if provenance is None else provenance.located(diagnostics)


def _deploy_parameters(compilation: Compilation, arguments: Mapping[str, Argument]) -> dict[str, Value]:
    """Return the values of the template's own parameters; those of secrets are in the arguments alone."""
    template = cast("JsonObject", compilation.template)
    declared = cast("Mapping[str, Json]", template.get("parameters") or {})
    values = {name: _value(name, argument, template) for name, argument in arguments.items() if name in declared}
    return values | cast("dict[str, Value]", dict(compilation.deploy_parameters))


def _references(arguments: Mapping[str, Argument]) -> dict[str, JsonObject]:
    return {name: argument.reference for name, argument in arguments.items() if argument.reference is not None}


def _loader(root: Path, linked: Mapping[str, Any], *, network: bool) -> Loader:
    return NetworkLoader(root, linked) if network else FileLoader(root, linked)


def read_template(path: Path) -> JsonObject:
    """Return the template in the JSON file *path*.

    Raises:
        InputError: It cannot be read, or is no JSON object.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_FILE_BYTES else b""
    except OSError as fault:
        raise InputError(f"cannot read {path}: {fault.strerror or fault}", code="cannot-read") from fault
    if size > MAX_FILE_BYTES:
        raise InputError(
            f"InvalidTemplate: {path} is {size / 2**20:.0f} MB large; the limit of a template is "
            f"{MAX_TEMPLATE_BYTES >> 20} MB",
            code="template-limit",
            hint="split it into linked templates",
        )
    value = parse_json(data, str(path))
    if not isinstance(value, dict):
        raise InputError(f"{path} is no template: it does not hold an object", code="not-an-object")
    return value


def _value(name: str, argument: Argument, template: JsonObject) -> Value:
    """Return the value of an argument; text is read by the type that *template* declares."""
    if argument.reference is not None:
        return key_vault_secret(name, cast("Value", argument.reference))
    if argument.text is not None:
        return cast("Value", _read_as(argument.text, _declared_type(name, template), name))
    return cast("Value", argument.value)


def _declared_type(name: str, template: JsonObject) -> str | None:
    declared = template.get("parameters")
    entries = declared.items() if isinstance(declared, dict) else ()
    schema = next((entry for known, entry in entries if known.lower() == name.lower()), None)
    if not isinstance(schema, dict):
        return None
    try:
        return type_of(resolve(schema, template))
    except SchemaFault:
        return None  # told when the template is evaluated


def _read_as(text: str, type_: str | None, name: str) -> Json:
    """Return *text* read as a value of *type_*; text that is none stays text, and is told as such later."""
    if type_ in {None, "string", "securestring"}:
        return text
    if type_ == "bool" and text.strip().lower() in {"true", "false"}:
        return text.strip().lower() == "true"
    try:
        return parse_json(text, f"-p {name}")
    except InputError:
        return text


def evaluate_deployable(entry: Deployable, where: Surroundings) -> Expansion:
    """Return what a deployment of *entry* would make."""
    expansion = expand(
        entry.template,
        entry.parameters,
        where.context,
        entry.loader,
        scope=where.scope,
        address=entry.address,
        unknown_parameters=where.allow_missing,
    )
    return replace(expansion, diagnostics=(*entry.diagnostics, *placed(expansion.diagnostics, entry)))


def evaluate_in(entry: Deployable, where: Surroundings, text: str) -> tuple[Value, tuple[Diagnostic, ...]]:
    """Return the value of the expression *text* in the template of *entry*, and what is wrong."""
    value, found = evaluate_expression(
        text,
        entry.template,
        entry.parameters,
        where.context,
        entry.loader,
        scope=where.scope,
        address=entry.address,
        unknown_parameters=where.allow_missing,
    )
    return value, (*entry.diagnostics, *placed(found, entry))


def placed(diagnostics: Sequence[Diagnostic], entry: Deployable) -> tuple[Diagnostic, ...]:
    """Return *diagnostics* with their lines and columns in the file of *entry*, or in the module that it is."""
    file = entry.file
    if entry.place is not None and any(each.place is None and each.path for each in diagnostics):
        return entry.place(tuple(diagnostics))
    if file is None or not diagnostics:
        return tuple(diagnostics)
    from armlib.template.positions import locate

    try:
        text = file.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:  # it went away meanwhile
        return tuple(diagnostics)
    places = locate(text, str(file), {diagnostic.path for diagnostic in diagnostics})
    return tuple(
        replace(diagnostic, place=places[diagnostic.path])
        if diagnostic.place is None and diagnostic.path
        else diagnostic
        for diagnostic in diagnostics
    )


def evaluate(
    entry: str | Path | Mapping[str, Json],
    parameters: Mapping[str, Json] | None = None,
    *,
    context: Mapping[str, Json] | None = None,
    scope: str | None = None,
    location: str | None = None,
    tenant: str | None = None,
    name: str | None = None,
    allow_missing: bool = False,
    network: bool = False,
) -> JsonObject:
    """Return what a deployment of *entry* would be, as ``armlib eval --format json`` prints it.

    Args:
        entry: A Jsonnet module or an ARM template, by its path, a package, by a reference, or a template as a value.
        parameters: Values by parameter name; never expressions.
        context: What surrounds the deployment, in the form of a ``--context`` file.
        scope: Id of what is deployed to; by default what the template's ``$schema`` says, named as the context does.
        location: Region of the deployment, and of the resource group.
        tenant: Id of the tenant.
        name: Name of the deployment.
        allow_missing: Whether required parameters without a value are unknown instead of errors.
        network: Whether linked templates may be fetched.

    Returns:
        ``{"resources": […], "outputs": {…}, "asserts": {…}, "templateHash": …, "diagnostics": […]}``. Wrong input
        becomes diagnostics: errors never raise, but for a bug.
    """
    from armlib.deployment.show import NOTHING, show_expansion
    from armlib.report.machine import as_json

    try:
        where = surroundings(
            dict(context or {}),
            scope=scope,
            location=location,
            tenant=tenant,
            name=name,
            network=network,
            allow_missing=allow_missing,
        )
        expansion = _evaluate_entry(entry, parameters or {}, where)
    except ArmlibError as fault:
        return {**NOTHING, "diagnostics": cast("Json", as_json(fault.diagnostics, base=Path.cwd()))}
    shown = show_expansion(expansion)
    return {**shown, "diagnostics": cast("Json", as_json(expansion.diagnostics, base=Path.cwd()))}


def _evaluate_entry(
    entry: str | Path | Mapping[str, Json], parameters: Mapping[str, Json], where: Surroundings
) -> Expansion:
    if isinstance(entry, Mapping):
        values = cast("Mapping[str, Value]", parameters)
        template = cast("JsonObject", entry if isinstance(entry, dict) else dict(entry))
        return evaluate_deployable(Deployable(template=template, parameters=values, loader=_loader_of(where)), where)
    return _evaluate_file(str(entry), parameters, where)


def _loader_of(where: Surroundings) -> Loader:
    return NetworkLoader() if where.network else FileLoader()


def _evaluate_file(text: str, parameters: Mapping[str, Json], where: Surroundings) -> Expansion:
    import os

    from armlib.build.compilation import find_entries
    from armlib.config import Flags, Target, absolute, load_settings
    from armlib.jsonnet.process import WorkerEvaluator
    from armlib.report.names import renamed

    current = Path.cwd()
    settings = load_settings(absolute(text, current), Flags(), dict(os.environ))
    found = find_entries([text], settings, current)
    entries = ((found.aliases[0], absolute(found.paths[0], current)),)
    target = Target(name="eval", entries=entries, packages=found.packages, values=parameters)
    evaluator = WorkerEvaluator(time_limit=settings.timeout, memory_limit=settings.max_memory)
    try:
        entry = deployable(target, settings, evaluator, os.environ, network=where.network)
        expansion = evaluate_deployable(entry, where)
    except InputError as fault:
        raise DiagnosticsError([renamed(one, found.names) for one in fault.diagnostics]) from fault
    finally:
        evaluator.close()
    return replace(expansion, diagnostics=tuple(renamed(one, found.names) for one in expansion.diagnostics))
