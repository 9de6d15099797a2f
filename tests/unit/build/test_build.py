"""Building targets: what is compiled, what is taken from the cache, what is written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from armlib.build.cache import Cache
from armlib.build.run import How, Outcome, build
from armlib.config import Flags, load_settings
from armlib.errors import DiagnosticsError, ExitCode
from armlib.jsonnet.port import Roots

MODULE = "{ parameterMetadata:: { name: { type: 'string' } }, local p = std.parseJson(std.extVar('parameters')),\n" + (
    "  resources: [{ type: 'Microsoft.Storage/storageAccounts', apiVersion: '2023-01-01', name: p.name } "
    "+ (import 'shared.libsonnet')] }\n"
)
SETTINGS = """
[targets.one]
entry = "one.jsonnet"
values = { name = "one" }

[targets.two]
entry = "two.jsonnet"
parameters = ["two.json"]

[targets.three]
entry = "one.jsonnet"
values = { name = "three" }
minify = true
"""


class Project:
    """A project in a folder, and the ways to build it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ: dict[str, str] = {}
        for name, text in {
            "armlib.toml": SETTINGS,
            "one.jsonnet": MODULE,
            "two.jsonnet": MODULE,
            "shared.libsonnet": "{ kind: 'StorageV2' }",
            "two.json": '{"name": "two"}',
        }.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def outcomes(self, *names: str, jobs: int = 1, how: How | None = None) -> dict[str, Outcome]:
        settings = load_settings(self.folder, Flags(jobs=jobs), self.environ)
        targets = [target for name, target in settings.targets.items() if not names or name in names]
        told: list[str] = []
        outcomes = build(targets, settings, self.environ, how or How(), lambda outcome: told.append(outcome.target))
        assert sorted(told) == sorted(target.name for target in targets)
        return {outcome.target: outcome for outcome in outcomes}

    def build(self, *names: str, jobs: int = 1, how: How | None = None) -> dict[str, str]:
        return {name: outcome.status.value for name, outcome in self.outcomes(*names, jobs=jobs, how=how).items()}

    def template(self, name: str) -> Mapping[str, object]:
        template = json.loads((self.folder / "out" / f"{name}.json").read_text())
        assert isinstance(template, dict)
        return template

    def settle(self) -> None:
        """Make all files as old as those of a project that is not being edited."""
        for path in self.folder.rglob("*"):
            if path.is_file() and ".armlib" not in path.parts:
                os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns - 10**10))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def all_are(status: str) -> dict[str, str]:
    return dict.fromkeys(("one", "two", "three"), status)


def test_every_target_is_compiled_into_its_file(project: Project) -> None:
    assert project.build() == all_are("built")
    assert project.template("one")["resources"] == [
        {
            "type": "Microsoft.Storage/storageAccounts",
            "apiVersion": "2023-01-01",
            "name": "one",
            "kind": "StorageV2",
        }
    ]
    assert "\n" not in (project.folder / "out/three.json").read_text()


def test_what_is_up_to_date_is_not_touched(project: Project) -> None:
    project.build()
    before = (project.folder / "out/one.json").stat()
    assert project.build() == all_are("unchanged")
    assert project.build() == all_are("unchanged")
    after = (project.folder / "out/one.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def appear_before_the_library(project: Project) -> None:
    # an import is looked for beside the module first: the file that was not there now wins
    project.write("sub/shared.libsonnet", "{ kind: 'Storage' }")


CHANGES: dict[str, tuple[Callable[[Project], None], dict[str, str]]] = {
    "the module": (
        lambda project: project.write("two.jsonnet", MODULE + "// changed"),
        {"one": "unchanged", "two": "built", "three": "unchanged"},
    ),
    "what it imports": (
        lambda project: project.write("shared.libsonnet", "{ kind: 'Storage' }"),
        all_are("built"),
    ),
    "a file of parameters": (
        lambda project: project.write("two.json", '{"name": "other"}'),
        {"one": "unchanged", "two": "built", "three": "unchanged"},
    ),
    "a value in armlib.toml": (
        lambda project: project.write("armlib.toml", SETTINGS.replace('"three"', '"other"')),
        {"one": "unchanged", "two": "unchanged", "three": "built"},
    ),
    "how it is compiled": (
        lambda project: project.write("armlib.toml", SETTINGS.replace("minify = true", "minify = false")),
        {"one": "unchanged", "two": "unchanged", "three": "built"},
    ),
    "a parameter in the environment": (
        lambda project: project.environ.update(ARMLIB_PARAM_OTHER="x"),
        all_are("built"),
    ),
    "where the definitions of resource types are": (
        lambda project: project.environ.update(ARMLIB_TYPES="/nowhere/types.sqlite3"),
        all_are("built"),
    ),
    "whether types are checked": (
        lambda project: project.environ.update(ARMLIB_TYPES_CHECK="off"),
        all_are("built"),
    ),
    "another variable": (
        lambda project: project.environ.update(HOME="/nowhere"),
        all_are("unchanged"),
    ),
    "a file that none reads": (
        lambda project: project.write("other.libsonnet", "{}"),
        all_are("unchanged"),
    ),
    "an output by hand": (
        lambda project: project.write("out/one.json", "{}"),
        {"one": "restored", "two": "unchanged", "three": "unchanged"},
    ),
    "an output by removing it": (
        lambda project: (project.folder / "out/one.json").unlink(),
        {"one": "restored", "two": "unchanged", "three": "unchanged"},
    ),
}


def test_a_library_that_is_not_there_is_told_until_it_is(project: Project) -> None:
    project.environ.update(ARMLIB_PATH=str(project.folder / "libs"))
    for status in ("built", "unchanged"):
        outcome = project.outcomes("one")["one"]
        assert (outcome.status.value, [found.code for found in outcome.diagnostics]) == (status, ["library-not-found"])
    (project.folder / "libs").mkdir()
    outcome = project.outcomes("one")["one"]
    assert (outcome.status.value, outcome.diagnostics) == ("built", ())


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_change_makes_new(project: Project, name: str) -> None:
    change, expected = CHANGES[name]
    project.settle()
    project.build()
    project.build()
    change(project)
    assert project.build() == expected
    fresh = {path.name: path.read_bytes() for path in (project.folder / "out").iterdir()}
    shutil.rmtree(project.folder / ".armlib")
    shutil.rmtree(project.folder / "out")
    project.build()
    assert fresh == {path.name: path.read_bytes() for path in (project.folder / "out").iterdir()}


def test_a_change_that_keeps_size_and_time_is_seen(project: Project) -> None:
    project.settle()
    project.build()
    project.build()
    path = project.folder / "shared.libsonnet"
    before = path.stat()
    project.write("shared.libsonnet", "{ kind: 'StorageV3' }")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert project.build() == all_are("built")


def test_touching_a_file_builds_nothing(project: Project) -> None:
    project.build()
    for path in project.folder.glob("*.*sonnet"):
        path.touch()
    assert project.build() == all_are("unchanged")


def test_a_file_that_appears_where_it_was_looked_for_is_seen(project: Project) -> None:
    project.write("armlib.toml", '[targets.x]\nentry = "sub/main.jsonnet"\n')
    project.write("sub/main.jsonnet", "{ resources: [], variables: import 'shared.libsonnet' }")
    assert project.build() == {"x": "built"}
    project.write("sub/shared.libsonnet", "{ kind: 'Storage' }")
    assert project.build() == {"x": "built"}
    assert project.template("x")["variables"] == {"kind": "Storage"}


def test_a_file_that_a_glob_finds_is_seen(project: Project) -> None:
    project.write("armlib.toml", '[targets.x]\nentry = "main.jsonnet"\n')
    project.write("main.jsonnet", "{ resources: [], variables: { n: std.objectFields(import 'glob:many/*.json') } }")
    project.write("many/a.json", "{}")
    assert project.build() == {"x": "built"}
    assert project.build() == {"x": "unchanged"}
    project.write("many/b.json", "{}")
    assert project.build() == {"x": "built"}
    project.write("many/c.txt", "{}")
    assert project.build() == {"x": "unchanged"}


def test_going_back_finds_what_was_built_before(project: Project) -> None:
    project.build()
    project.write("shared.libsonnet", "{ kind: 'Storage' }")
    project.build()
    project.write("shared.libsonnet", "{ kind: 'StorageV2' }")
    assert project.build() == all_are("restored")
    assert project.template("one")["resources"][0]["kind"] == "StorageV2"  # type: ignore[index]


def test_a_checkout_with_the_cache_of_another_is_not_compiled(project: Project, tmp_path: Path) -> None:
    """As in CI: the cache is kept, the files are new and the outputs are not there."""
    project.build()
    shutil.rmtree(project.folder / "out")
    project.settle()
    assert project.build() == all_are("restored")


def test_force_compiles_everything(project: Project) -> None:
    project.build()
    assert project.build(how=How(force=True)) == all_are("built")


def test_check_writes_nothing_and_tells_what_would_change(project: Project) -> None:
    assert project.build(how=How(check=True)) == all_are("would change")
    assert not (project.folder / "out").exists()
    project.build()
    assert project.build(how=How(check=True)) == all_are("unchanged")
    project.write("out/one.json", "{}")
    assert project.build(how=How(check=True))["one"] == "would change"
    assert (project.folder / "out/one.json").read_text() == "{}"


def test_a_target_with_an_error_keeps_its_file_and_the_others_are_built(project: Project) -> None:
    project.build()
    before = (project.folder / "out/two.json").read_bytes()
    project.write("two.jsonnet", "{ resources: [] ")
    project.write("shared.libsonnet", "{}")
    outcomes = project.outcomes()
    assert {name: outcome.status.value for name, outcome in outcomes.items()} == {**all_are("built"), "two": "failed"}
    assert outcomes["two"].exit_code is ExitCode.WRONG_INPUT
    assert [found.place and Path(found.place.file).name for found in outcomes["two"].diagnostics] == ["two.jsonnet"]
    assert (project.folder / "out/two.json").read_bytes() == before
    assert project.build()["two"] == "failed"


def test_warnings_are_told_again_when_the_cache_answers(project: Project) -> None:
    project.write(
        "armlib.toml", '[targets.x]\nentry = "main.jsonnet"\nparameters-out = "p.json"\nvalues = { key = "s3cr3t" }\n'
    )
    project.write(
        "main.jsonnet",
        "{ parameterMetadata:: { key: { type: 'secureString' } }, resources: [] }",
    )
    first, second = project.outcomes()["x"], project.outcomes()["x"]
    assert [found.code for found in first.diagnostics] == ["secret-left-out"]
    assert second.status.value == "unchanged"
    assert second.diagnostics == first.diagnostics


def test_several_processes_make_the_same(project: Project) -> None:
    text = "".join(f'[targets.t{n}]\nentry = "one.jsonnet"\nvalues = {{ name = "n{n}" }}\n' for n in range(12))
    project.write("armlib.toml", text)
    assert set(project.build(jobs=3).values()) == {"built"}
    many = {path.name: path.read_bytes() for path in (project.folder / "out").iterdir()}
    assert len(many) == 12
    assert set(project.build(jobs=3).values()) == {"unchanged"}
    project.build(how=How(force=True))
    assert many == {path.name: path.read_bytes() for path in (project.folder / "out").iterdir()}


def test_two_targets_may_not_have_one_output(project: Project) -> None:
    project.write("armlib.toml", SETTINGS + 'output = "one.json"\n')
    with pytest.raises(DiagnosticsError, match="the targets 'one' and 'three' both write"):
        project.build()


def broken(cache: Path) -> dict[str, Callable[[], object]]:
    index = cache / "index.json"
    return {
        "no index": index.unlink,
        "an empty index": lambda: index.write_bytes(b""),
        "half an index": lambda: index.write_bytes(index.read_bytes()[: index.stat().st_size // 2]),
        "another index": lambda: index.write_text('{"targets": {}}'),
        "a changed letter": lambda: index.write_bytes(index.read_bytes().replace(b"one.json", b"two.json")),
        "an index of bytes": lambda: index.write_bytes(os.urandom(1000)),
        "another key": lambda: (cache / "key").write_bytes(os.urandom(32)),
        "no key": (cache / "key").unlink,
        "half a key": lambda: (cache / "key").write_bytes(b"x"),
        "a folder for an index": lambda: index.rename(index.with_name("x")).with_name("index.json").mkdir(),
        "no objects": lambda: shutil.rmtree(cache / "objects"),
        "broken objects": lambda: [
            path.write_bytes(b"{}") for path in (cache / "objects").rglob("*") if path.is_file()
        ],
        "no cache": lambda: shutil.rmtree(cache),
    }


@pytest.mark.parametrize("name", broken(Path()))
def test_a_broken_cache_is_slow_but_not_wrong(project: Project, name: str) -> None:
    project.build()
    expected = {path.name: path.read_bytes() for path in (project.folder / "out").iterdir()}
    broken(project.folder / ".armlib/cache")[name]()
    shutil.rmtree(project.folder / "out")
    assert set(project.build().values()) <= {"built", "restored"}
    assert expected == {path.name: path.read_bytes() for path in (project.folder / "out").iterdir()}
    assert set(project.build().values()) <= {"built", "unchanged"}


def test_a_cache_that_cannot_be_written_is_no_hindrance(project: Project) -> None:
    project.write(".armlib", "a file in place of the folder")
    assert project.build() == all_are("built")
    assert project.build() == all_are("built")


def test_two_builds_at_once_do_no_harm(project: Project) -> None:
    program = (
        "import sys; from pathlib import Path; from armlib.build.run import How, build; "
        "from armlib.config import Flags, load_settings; s = load_settings(Path('.'), Flags(jobs=1), {}); "
        "r = build(list(s.targets.values()), s, {}, How(force=True), lambda _: None); "
        "sys.exit(any(x.exit_code for x in r))"
    )
    for _ in range(3):
        running = [subprocess.Popen([sys.executable, "-c", program], cwd=project.folder) for _ in range(4)]
        assert [process.wait(timeout=60) for process in running] == [0] * 4
    assert project.build() == all_are("unchanged")


def test_the_cache_keeps_itself_out_of_version_control(project: Project) -> None:
    project.build()
    assert (project.folder / ".armlib/cache/.gitignore").read_text() == "*\n"
    assert (project.folder / ".armlib/cache/key").stat().st_mode & 0o077 == 0


def test_no_secret_and_no_plain_digest_of_one_is_in_the_cache(project: Project) -> None:
    from hashlib import sha256

    secret = "s3cr3t-Pa55word"
    file = json.dumps({"key": secret})
    project.write(
        "armlib.toml",
        f'[targets.x]\nentry = "main.jsonnet"\nparameters = ["p.json"]\nvalues = {{ other = "{secret}" }}\n',
    )
    project.write("p.json", file)
    project.write(
        "main.jsonnet",
        "{ parameterMetadata:: { key: { type: 'secureString' }, other: { type: 'secureString' } }, resources: [] }",
    )
    project.environ["ARMLIB_PARAM_KEY"] = secret
    assert project.build() == {"x": "built"}
    kept = b"".join(path.read_bytes() for path in (project.folder / ".armlib").rglob("*") if path.is_file())
    kept += (project.folder / "out/x.json").read_bytes()
    assert secret.encode() not in kept
    assert sha256(secret.encode()).hexdigest().encode() not in kept
    assert sha256(file.encode()).hexdigest().encode() not in kept


def test_records_of_targets_that_are_gone_are_dropped(project: Project) -> None:
    project.build()
    project.write("armlib.toml", SETTINGS.replace("[targets.one]", "[targets.uno]"))
    project.build()
    assert b'"one"' not in (project.folder / ".armlib/cache/index.json").read_bytes()


def test_building_one_target_keeps_what_is_known_of_the_others(project: Project) -> None:
    project.build()
    project.write("two.jsonnet", MODULE + "//")
    assert project.build("two") == {"two": "built"}
    assert project.build() == all_are("unchanged")


def test_a_linked_template_that_two_targets_disagree_on_is_an_error(project: Project) -> None:
    project.write(
        "armlib.toml",
        "".join(f'[targets.{name}]\nentry = "main.jsonnet"\nvalues = {{ name = "{name}" }}\n' for name in "ab"),
    )
    project.write(
        "main.jsonnet",
        "local arm = import 'arm.libsonnet'; arm.Module { parameterMetadata:: { name: { type: 'string' } },\n"
        "child:: arm.linked((import 'child.jsonnet') { parameters:: { name: $.arguments.name } }, 'child.json') }",
    )
    project.write(
        "child.jsonnet",
        "local arm = import 'arm.libsonnet'; arm.Module { parameterMetadata:: { name: { type: 'string' } },\n"
        "account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') { name: $.arguments.name } }",
    )
    outcomes = project.outcomes()
    assert [outcomes[name].status.value for name in "ab"] == ["built", "failed"]
    assert [found.code for found in outcomes["b"].diagnostics] == ["output-clash"]
    assert project.build()["b"] == "failed"


def test_limits_are_kept(project: Project) -> None:
    project.write("two.jsonnet", "local f(x) = f(x + 1) tailstrict; f(0)")
    settings = load_settings(project.folder, Flags(timeout=0.3, jobs=1), {})
    outcomes = build([settings.targets["two"]], replace(settings, jobs=1), {}, How(), lambda _: None)
    assert outcomes[0].exit_code is ExitCode.STOPPED


def test_a_file_whose_name_is_no_unicode_is_remembered(tmp_path: Path) -> None:
    made = str(tmp_path / "a\udcff.json")
    cache = Cache(tmp_path / "cache")
    cache.add("one", "key", (), {made: b"{}"}, ())
    cache.save(["one"])
    record = Cache(tmp_path / "cache").find("one", "key", Roots(project=tmp_path))
    assert record is not None
    assert [each.path for each in record.made] == [made]
