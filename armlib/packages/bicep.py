"""Modules in registries as Bicep publishes them: one layer, an ARM template in JSON.

Source: Azure/bicep, its media types for modules; the template is what ``bicep build`` gives.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from armlib.packages.errors import DamagedError, PackageError
from armlib.packages.manifest import Manifest
from armlib.packages.oci import Descriptor, ImageManifest, descriptor_of, manifest_bytes
from armlib.packages.origin import Origin
from armlib.packages.package import Artifact

if TYPE_CHECKING:
    from armlib.compiler.parameters_metadata import ParameterMetadata
    from armlib.config import Settings
    from armlib.jsonnet.port import Evaluator

ARTIFACT: Final = "application/vnd.ms.bicep.module.artifact"
CONFIG: Final = "application/vnd.ms.bicep.module.config.v1+json"
LAYER: Final = "application/vnd.ms.bicep.module.layer.v1+json"
KINDS: Final = frozenset({ARTIFACT, CONFIG})  # older ones say no artifact type
_MODULE: Final = """// Made by armlib of {origin}, a module of Bicep: main.json is its template, unchanged.
local arm = import 'arm.libsonnet';

arm.template(std.parseJson(importstr './main.json'), {name})
"""
_ARM_TYPES: Final = frozenset(
    {"string", "int", "integer", "number", "bool", "boolean", "array", "object", "resourceid"}
)


def template_layer(manifest: ImageManifest, where: str) -> Descriptor:
    """Return the layer that is the template.

    Raises:
        DamagedError: There is not one.
    """
    layers = [layer for layer in manifest.layers if layer.media_type == LAYER]
    if len(layers) != 1:
        raise DamagedError(f"{where} has {len(layers)} templates, not one", code="bad-package")
    return layers[0]


def module_files(template: bytes, origin: Origin, where: str) -> dict[str, bytes]:
    """Return the files of the package that stands for a module of Bicep.

    Raises:
        DamagedError: *template* is no ARM template.
    """
    try:
        value = json.loads(template)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"{where} holds no template: {error}", code="bad-package") from error
    if not isinstance(value, dict) or "$schema" not in value or "resources" not in value:
        raise DamagedError(f"{where} holds no template, which has $schema and resources", code="bad-package")
    name = json.dumps(origin.name.rpartition("/")[2]).replace('"', "'")
    module = _MODULE.format(origin=origin, name=name)
    return {"main.json": template, "main.jsonnet": module.encode()}


def build_bicep(manifest: Manifest, template: bytes) -> Artifact:
    """Return the module of *template* as Bicep publishes it."""
    config = b"{}"
    annotations = {"bicep.serialization.format": "v1", "org.opencontainers.image.title": manifest.name}
    said = {"description": manifest.description, "documentation": manifest.homepage, "licenses": manifest.license}
    annotations |= {f"org.opencontainers.image.{name}": text for name, text in said.items() if text}
    layer = descriptor_of(template, LAYER)
    plain = {name: text for name, text in annotations.items() if text is not None}
    data = manifest_bytes(ARTIFACT, descriptor_of(config, CONFIG), [layer], plain)
    return Artifact(manifest=data, config=config, layer=template, artifact_type=ARTIFACT)


def compile_for_bicep(
    manifest: Manifest, settings: Settings, evaluator: Evaluator, assignments: tuple[str, ...]
) -> bytes:
    """Return the template of the main module, whose parameters are left to the deployment.

    Those that *assignments* give, those whose default is worked out, and those that have no one type in ARM are settled
    now.

    Raises:
        DiagnosticsError: It does not compile: for one, it needs to know a parameter that is left open.
    """
    import os

    from armlib.build.compilation import compile_target
    from armlib.build.description import describe_target
    from armlib.build.outputs import template_bytes
    from armlib.config import Target
    from armlib.errors import DiagnosticsError
    from armlib.packages.interface import collection_of

    main = manifest.folder / manifest.main
    if not main.is_file():
        raise PackageError(f"{manifest.folder} has no {manifest.main}", code="bad-manifest")
    library = collection_of(manifest)
    module = describe_target(Target(name="publish", entries=((None, main),), library=library), settings, evaluator)
    settled = {text.partition("=")[0].rstrip(":") for text in assignments}
    left = [name for name, one in module.parameters.items() if name not in settled and _is_left(one)]
    fields = " ".join(f"{json.dumps(name)}+: {{ deployTime: true }}," for name in left)
    wrapper = main.with_name(f".publish-{os.urandom(4).hex()}.jsonnet")
    try:
        wrapper.write_text(
            f"(import {json.dumps('./' + main.name)}) {{ parameterMetadata+:: {{ {fields} }} }}\n", "utf-8"
        )
        target = Target(name="publish", entries=((None, wrapper),), library=library, assignments=assignments)
        compilation = compile_target(target, settings, evaluator, {}).compilation
    except OSError as error:
        raise PackageError(f"cannot write to {main.parent}: {error.strerror}", code="cannot-write") from error
    finally:
        wrapper.unlink(missing_ok=True)
    if not compilation.succeeded:
        raise DiagnosticsError(compilation.diagnostics)
    return template_bytes(target, compilation)


def _is_left(parameter: ParameterMetadata) -> bool:
    """Return whether *parameter* can be one of the template."""
    types = {name.casefold() for name in parameter.types} - {"null"}
    return not parameter.is_computed and len(types) == 1 and types <= _ARM_TYPES
