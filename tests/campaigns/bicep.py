"""Every template of the corpus that Bicep made, as a module from a registry.

``python -m tests.campaigns.bicep [--only TEXT] [-v]``: each is stored in a registry as ``bicep publish`` does, a
project depends on it, and ``import 'module/main.jsonnet'`` with made-up arguments is compiled. The template must be in
the nested deployment as it is, and the whole then goes through what :mod:`tests.campaigns.corpus` does with the
template itself. Prints a table, and each exception with its cause.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from armlib.build.compilation import compile_target
from armlib.compiler.request import Compilation
from armlib.config import Flags, Settings, Target, load_settings
from armlib.diagnostics import Severity
from armlib.errors import ArmlibError
from armlib.jsonnet.port import Evaluator
from armlib.jsonnet.process import WorkerEvaluator
from armlib.packages import bicep
from armlib.packages.lookup import opened_at
from armlib.packages.oci import MANIFEST, descriptor_of, manifest_bytes
from armlib.packages.origin import Origin
from armlib.packages.restore import restore, write_lock
from tests.campaigns import corpus
from tests.corpus.test_corpus_eval import FOLDER, read
from tests.unit.packages.registry_server import docker_registry

ENTRY = "import 'module/main.jsonnet'\n"
KNOWN = {"bicep-baseline-parameters.json": "two of its parameters have no type, which Azure asks for"}
"""Templates that do not go as they should as modules, and do by themselves; and why."""


@dataclass(frozen=True)
class Project:
    """A project that depends on one module at a time, from the registry at *host*."""

    folder: Path
    host: str
    evaluator: Evaluator

    def settings(self, dependencies: str = "") -> Settings:
        """Return the settings, with these dependencies."""
        (self.folder / "armlib.toml").write_text(dependencies, encoding="utf-8")
        loaded = load_settings(self.folder, Flags(), {"ARMLIB_TYPES_CHECK": "off"})
        return replace(loaded, packages=replace(loaded.packages, cache=self.folder / "cache"))


@contextmanager
def project() -> Iterator[Project]:
    """Run a registry, and yield a project that uses it."""
    with tempfile.TemporaryDirectory() as name, WorkerEvaluator() as evaluator:
        folder = Path(name)
        (folder / "project").mkdir()
        (folder / "registry").mkdir()
        with docker_registry(folder / "registry") as server:
            yield Project(folder / "project", server.host, evaluator)


def names() -> list[str]:
    """Return the templates that Bicep made and that can be evaluated."""
    return [name for name in corpus.names() if _generator(read(name)) == "bicep"]


def _generator(template: Any) -> str | None:
    metadata = template.get("metadata")
    generator = metadata.get("_generator") if isinstance(metadata, dict) else None
    return generator.get("name") if isinstance(generator, dict) else None


def run(name: str, used: Project, types: Path | None = None) -> corpus.Outcome:
    """Use the template *name* as a module, and deploy what that compiles to."""
    outcome = corpus.Outcome(name)
    try:
        compilation = compiled(name, used)
    except ArmlibError as error:
        outcome.wrong["compile"] = str(error)
        return outcome
    found = [each for each in compilation.diagnostics if each.severity is Severity.ERROR]
    if found or compilation.template is None:
        outcome.wrong["compile"] = "; ".join(f"{each.message} [{each.code}]" for each in found[:3])
        return outcome
    template: Any = compilation.template
    resources = template["resources"]
    inner = [
        each["properties"]["template"] for each in (resources.values() if isinstance(resources, dict) else resources)
    ]
    if [_as_written(each) for each in inner] != [_as_written(read(name))]:
        outcome.wrong["compile"] = "the template is not in it as it is"
        return outcome
    values = {**compilation.deploy_parameters, **compilation.secrets}
    source = {"template": template, "parameters": {key: {"value": value} for key, value in values.items()}}
    return corpus.run(name, types, source)


def _as_written(template: Any) -> Any:
    """Return *template* without what is worked out anew: which resource waits for which, and schemas."""
    if isinstance(template, dict):
        return {key: _as_written(value) for key, value in template.items() if key not in ("dependsOn", "$schema")}
    return [_as_written(each) for each in template] if isinstance(template, list) else template


def compiled(name: str, used: Project) -> Compilation:
    """Return the compilation of a project whose one module is the template *name*, from the registry.

    Raises:
        ArmlibError: It cannot be had from there.
    """
    module = f"modules/{name.removesuffix('.json')}"
    data = (FOLDER / name).read_bytes()
    with opened_at(used.settings(), used.folder) as (sources, _):
        repository = sources.repository(Origin(f"oci://{used.host}", module))
        repository.put_blob(b"{}")
        repository.put_blob(data)
        layer = descriptor_of(data, bicep.LAYER)
        repository.put_manifest(
            manifest_bytes(bicep.ARTIFACT, descriptor_of(b"{}", bicep.CONFIG), [layer], {}), MANIFEST, "1.0.0"
        )
    settings = used.settings(f'[dependencies]\nmodule = "br:{used.host}/{module}:1.0.0"\n')
    write_lock(used.folder, restore(settings).lock)
    entry = used.folder / "main.jsonnet"
    entry.write_text(ENTRY, encoding="utf-8")
    target = Target(name="main", entries=((None, entry),), values=corpus.arguments_of(name))
    return compile_target(target, settings, used.evaluator, {}).compilation


def cause_of(outcome: corpus.Outcome) -> str | None:
    """Return why a module does not go as it should, None when that is not known."""
    return KNOWN.get(outcome.name) or corpus.cause_of(outcome)


def main() -> int:
    """Run the campaign over the corpus, or the part of it that the command line asks for."""
    options = corpus.options_of("bicep", __doc__)
    if options is None:
        return 2
    with project() as used:
        outcomes = [run(name, used, options.types) for name in names() if options.only in name]
    stages = ("compile", "deploy", "what-if", "again", "destroy")
    return corpus.tell(outcomes, stages, cause_of, verbose=options.verbose)


if __name__ == "__main__":
    raise SystemExit(main())
