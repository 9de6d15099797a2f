"""The interface of a module as it is published, from its folder or from its package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from armlib.config import Settings, Target
from armlib.jsonnet.digest import sha256_hex
from armlib.jsonnet.port import Evaluator
from armlib.jsontypes import Json, JsonObject
from armlib.packages import bicep
from armlib.packages.compare import Interface
from armlib.packages.contents import package_files
from armlib.packages.errors import PackageError
from armlib.packages.lookup import Found, config_of, files_of
from armlib.packages.manifest import MAIN, Manifest
from armlib.packages.sources import Sources

# In the layer, beside the sources: the templates of the examples, so that a later version can be compared with them
# without compiling this one again. No source is called so: names that start with a dot are left out of packages.
EXAMPLES = ".armlib/examples.json"


def interface_of_folder(manifest: Manifest, settings: Settings, evaluator: Evaluator) -> Interface:
    """Return the interface of the package in the folder of *manifest*.

    Raises:
        DiagnosticsError: Its main module or an example does not compile.
    """
    return Interface(
        descriptor=describe_main(manifest, settings, evaluator),
        examples=compile_examples(manifest, settings, evaluator),
        files=_digests(package_files(manifest)),
    )


def interface_of_package(found: Found, sources: Sources) -> Interface:
    """Return the interface of a package of a registry, as it was when it was published."""
    files = files_of(found, sources)
    if found.manifest.kind in bicep.KINDS:
        return interface_of_template(found.origin.name, files["main.json"])
    descriptor = config_of(found, sources).get("descriptor")
    return Interface(
        descriptor=descriptor if isinstance(descriptor, dict) else {},
        examples=_examples_in(files),
        files=_digests({path: data for path, data in files.items() if path != EXAMPLES}),
    )


def interface_of_template(name: str, data: bytes) -> Interface:
    """Return the interface of a module for Bicep, which is the template that *data* is the text of."""
    from armlib.build.description import describe_template
    from armlib.compiler.describe import describe_json

    template: JsonObject = json.loads(data)
    descriptor = describe_json(describe_template(name, template))
    return Interface(descriptor=descriptor, files=_digests({"main.json": data}), template=template)


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: sha256_hex(data) for path, data in files.items()}


def _examples_in(files: Mapping[str, bytes]) -> dict[str, JsonObject]:
    try:
        value: Json = json.loads(files.get(EXAMPLES, b"{}"))
    except (ValueError, RecursionError) as error:
        raise PackageError(f"the examples of a package are not JSON: {error}", code="bad-package") from error
    if not isinstance(value, dict):
        return {}
    return {name: template for name, template in value.items() if isinstance(template, dict)}


def compile_examples(manifest: Manifest, settings: Settings, evaluator: Evaluator) -> dict[str, JsonObject]:
    """Return the templates of ``examples/*.jsonnet``, by name.

    Raises:
        DiagnosticsError: One does not compile.
    """
    from armlib.build.compilation import compile_target
    from armlib.errors import DiagnosticsError

    templates = {}
    for path in sorted((manifest.folder / "examples").glob("*.jsonnet")):
        target = Target(name="example", entries=((None, path),), library=collection_of(manifest))
        compilation = compile_target(target, settings, evaluator, {}).compilation
        if not compilation.succeeded or compilation.template is None:
            raise DiagnosticsError(compilation.diagnostics)
        templates[path.stem] = compilation.template
    return templates


def describe_main(manifest: Manifest, settings: Settings, evaluator: Evaluator) -> JsonObject:
    """Return what ``armlib describe`` says of the main module; nothing for a library, which has none."""
    from armlib.build.description import describe_target
    from armlib.compiler.describe import describe_json
    from armlib.diagnostics import has_errors
    from armlib.errors import DiagnosticsError

    main = manifest.folder / manifest.main
    if not main.is_file():
        if manifest.main != MAIN:
            raise PackageError(f"{manifest.folder} has no {manifest.main}", code="bad-manifest")
        return {}
    target = Target(name="describe", entries=((manifest.name, main),), library=collection_of(manifest))
    module = describe_target(target, settings, evaluator)
    if has_errors(module.diagnostics):
        raise DiagnosticsError(module.diagnostics)
    return describe_json(module)


def collection_of(manifest: Manifest) -> tuple[Path, ...]:
    """Return the folder in which packages lie by their names, when that of *manifest* is in one: ``FOLDER/NAME``."""
    name = manifest.name or ""
    if not manifest.folder.as_posix().endswith(f"/{name}"):
        return ()
    return (Path(manifest.folder.as_posix().removesuffix(f"/{name}")),)
