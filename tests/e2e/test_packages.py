"""The commands on packages, as a person calls them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from armlib.packages.client import RegistryRepository
from armlib.packages.http import Transport
from tests.e2e.conftest import Run
from tests.unit.packages.registry_server import docker_registry

MODULE = "{ resources: [{ type: 'A.B/c', apiVersion: '2024-01-01', name: 'n' }] }"


def write_module(folder: Path, name: str, version: str, text: str = MODULE) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "module.json").write_text(json.dumps({"name": name, "version": version}))
    (folder / name / "main.jsonnet").write_text(text)


def test_add_compile_update_and_list(run: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache")}
    write_module(tmp_path / "modules", "area/web", "1.0.0")
    (tmp_path / "armlib.toml").write_text('[registries]\ndefault = "folder:modules"\n')
    (tmp_path / "main.jsonnet").write_text("import 'area/web/main.jsonnet'\n")

    added = run("add", "area/web", env=env)
    assert (added.returncode, added.stdout) == (0, "+ area/web 1.0.0\n1 package, 1 fetched\n"), added.stderr
    assert '"area/web" = "^1.0.0"' in (tmp_path / "armlib.toml").read_text()
    template = json.loads(run("compile", "main.jsonnet", env=env).stdout)
    assert template["resources"][0]["type"] == "A.B/c"

    assert run("update", "--check", env=env).returncode == 0
    write_module(tmp_path / "modules", "area/web", "1.1.0")
    checked = run("update", "--check", env=env)
    assert (checked.returncode, checked.stdout.splitlines()[0]) == (4, "~ area/web 1.0.0 -> 1.1.0")
    assert run("update", env=env).returncode == 0
    listed = json.loads(run("list", "--format", "json", env=env).stdout)
    assert [(one["name"], one["version"]) for one in listed["packages"]] == [("area/web", "1.1.0")]
    assert run("list", "--tree", env=env).stdout == "└─ area/web 1.1.0\n"


def test_ci_is_told_of_a_tag_that_was_moved(run_here: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache")}
    with docker_registry(tmp_path) as server:
        place = f"oci://{server.host}/modules"
        repository = RegistryRepository(Transport(server.host, lambda: None), "modules/web")

        def tag_as_stable(version: str) -> None:
            stored = repository.manifest(version)
            assert stored is not None
            repository.put_manifest(stored.data, stored.descriptor.media_type, "stable")

        for version, name in (("1.0.0", "n"), ("1.0.1", "m")):
            write_module(tmp_path / "modules", "web", version, MODULE.replace("'n'", f"'{name}'"))
            assert run_here("publish", "modules/web", "--to", place, env=env).returncode == 0
        (tmp_path / "armlib.toml").write_text(
            f'[registries]\ndefault = "{place}"\n[dependencies]\nweb = {{ package = "web", revision = "stable" }}\n'
        )
        tag_as_stable("1.0.0")
        assert run_here("restore", env=env).returncode == 0
        assert run_here("update", "--check", env=env).returncode == 0
        tag_as_stable("1.0.1")
        assert run_here("restore", "--locked", env=env).returncode == 0, "what is locked stays"
        before = (tmp_path / "armlib.lock").read_bytes()
        checked = run_here("update", "--check", env=env)
        assert (checked.returncode, checked.stdout.splitlines()[0]) == (4, "~ web 1.0.0 -> 1.0.1")
        assert (tmp_path / "armlib.lock").read_bytes() == before


def test_ci_insists_on_a_lock_that_goes_with_the_project(run: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache")}
    write_module(tmp_path / "modules", "web", "1.0.0")
    toml = tmp_path / "armlib.toml"
    toml.write_text('[registries]\ndefault = "folder:modules"\n[dependencies]\nweb = "1"\n')
    assert "[not-locked]" in run("restore", "--locked", env=env).stderr
    assert run("restore", env=env).returncode == 0
    assert run("restore", "--locked", env=env).returncode == 0
    toml.write_text(toml.read_text().replace('"1"', '"^1"'))
    assert "[lock-stale]" in run("restore", "--locked", env=env).stderr


def test_build_compiles_again_when_the_lock_names_other_files(run_here: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache")}
    write_module(tmp_path / "modules", "web", "1.0.0")
    (tmp_path / "main.jsonnet").write_text("import 'web/main.jsonnet'\n")
    toml = '[registries]\ndefault = "folder:modules"\n[dependencies]\nweb = "1"\n[targets.x]\nentry = "main.jsonnet"\n'
    (tmp_path / "armlib.toml").write_text(toml)
    assert run_here("restore", env=env).returncode == 0
    assert "1 built" in run_here("build", env=env).stdout
    assert "1 unchanged" in run_here("build", env=env).stdout
    write_module(tmp_path / "modules", "web", "1.1.0", MODULE.replace("'n'", "'m'"))
    assert run_here("update", env=env).returncode == 0
    assert "1 built" in run_here("build", env=env).stdout
    assert '"m"' in (tmp_path / "out" / "x.json").read_text()


def test_nothing_of_packages_is_imported_without_a_lock(run: Run, tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text(MODULE)
    (tmp_path / "armlib.toml").write_text('format = "text"\n')
    done = run("compile", "main.jsonnet", env={"PYTHONPROFILEIMPORTTIME": "1", **_home(tmp_path)})
    assert done.returncode == 0
    imported = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "import time:" in line]
    assert "armlib.build.compilation" in imported
    slow = ("armlib.packages", "requests", "semver", "tomlkit", "cryptography")
    assert [name for name in imported if name.startswith(slow)] == []


def _home(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "PATH": os.environ["PATH"]}


def test_publish_pull_copy_inspect_and_verify(run_here: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache"), "ARMLIB_LOCAL_REGISTRY": str(tmp_path / "local")}
    write_module(tmp_path / "modules", "area/web", "1.0.0")
    published = run_here("publish", "modules/area/web", env=env)
    assert (published.returncode, published.stdout.splitlines()[0]) == (0, "published local:#area/web:1.0.0"), (
        published.stderr
    )
    assert run_here("publish", "modules/area/web", env=env).stdout.startswith("already there:")
    assert run_here("copy", "area/web", "layout:mirror", env=env).returncode == 0
    inspected = json.loads(run_here("inspect", "layout:mirror#area/web", "--format", "json", env=env).stdout)["package"]
    assert (inspected["name"], inspected["version"]) == ("area/web", "1.0.0")
    assert "area/web 1.0.0" in run_here("inspect", "area/web", env=env).stdout
    assert run_here("pull", "area/web@1", "-o", "there", env=env).returncode == 0
    assert (tmp_path / "there" / "main.jsonnet").read_text() == MODULE
    verified = run_here("verify", "area/web", env=env)
    assert (verified.returncode, "2 files" in verified.stdout) == (0, True), verified.stderr
    (tmp_path / "modules" / "area/web" / "main.jsonnet").write_text("{ resources: [] }")
    refused = run_here("publish", "modules/area/web", env=env)
    assert (refused.returncode, "[version-exists]" in refused.stderr) == (1, True)


def test_verify_fails_without_the_signature_that_is_asked_for(run_here: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache"), "ARMLIB_LOCAL_REGISTRY": str(tmp_path / "local")}
    write_module(tmp_path / "modules", "web", "1.0.0")
    for name in ("release", "other"):
        write_key(tmp_path, name)
    assert run_here("publish", "modules/web", "--sign", "release.pem", env=env).returncode == 0
    assert "signed by release.pub" in run_here("verify", "web", "--key", "release.pub", env=env).stdout
    refused = run_here("verify", "web", "--key", "other.pub", env=env)
    assert (refused.returncode, "[signature-missing]" in refused.stderr) == (1, True)


def write_key(folder: Path, name: str) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / f"{name}.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / f"{name}.pub").write_bytes(public)


def test_diff_tells_the_step_and_publish_insists_on_it(run_here: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache"), "ARMLIB_LOCAL_REGISTRY": str(tmp_path / "local")}
    write_module(tmp_path / "modules", "web", "1.0.0")
    assert run_here("publish", "modules/web", env=env).returncode == 0
    write_module(
        tmp_path / "modules",
        "web",
        "1.0.1",
        MODULE.replace("resources", "outputs: { x: { type: 'int', value: 1 } }, resources"),
    )
    told = run_here("diff", "web@1.0.0", "modules/web", "--exit-code", env=env)
    assert told.returncode == 4
    assert told.stdout == "minor outputs.x is new\nminor step: at least 1.1.0 after 1.0.0\n", told.stderr
    refused = run_here("publish", "modules/web", env=env)
    assert (refused.returncode, "[version-too-small]" in refused.stderr) == (1, True)
    assert run_here("diff", "web@1.0.0", "web", "--exit-code", env=env).returncode == 0


STORE = """local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: { name: { type: 'string' } },
  account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
    name: $.arguments.name,
    location: '[resourceGroup().location]',
    sku: { name: 'Standard_LRS' },
    kind: 'StorageV2',
  },
  outputs: { id: arm.output($.account.id) },
}
"""


def test_every_command_takes_a_package_by_reference(run_here: Run, tmp_path: Path) -> None:
    env = {
        "ARMLIB_PACKAGES": str(tmp_path / "cache"),
        "ARMLIB_LOCAL_REGISTRY": str(tmp_path / "local"),
        "ARMLIB_STATE": str(tmp_path / "state.db"),
    }
    write_module(tmp_path / "modules", "area/store", "1.2.0", STORE)
    assert run_here("publish", "modules/area/store", env=env).returncode == 0
    where = tmp_path / "elsewhere"
    where.mkdir()

    def call(command: str, *arguments: str) -> str:
        done = run_here(command, "area/store@1", *arguments, env=env, cwd=where)
        assert done.returncode == 0, done.stderr
        return done.stdout

    template = json.loads(call("compile", "-p", "name=stx", "--source-map", "map.json"))
    assert template["resources"][0]["name"] == "stx"
    (where / "p.yaml").write_text("name: sty\n")
    assert '"sty"' in call("compile", "-P", "p.yaml", "--as", "mine")
    assert "area/store@1.2.0/main.jsonnet" in (where / "map.json").read_text()
    assert str(tmp_path / "cache") not in (where / "map.json").read_text()
    assert "area/store@1.2.0/main.jsonnet:7" in call("compile", "-p", "name=stx", "--blame", "resources[0].sku.name")
    assert "name  string" in call("describe")
    assert "storageAccounts stx" in call("eval", "-p", "name=stx")
    assert json.loads(call("validate", "-p", "name=stx", "--local", "--format", "json"))["validation"]["valid"] is True
    assert "storageAccounts" in call("what-if", "-p", "name=stx", "--local")
    deployed = json.loads(call("deploy", "-p", "name=stx", "--local", "--yes", "--format", "json"))["deployment"]
    assert (deployed["id"].rpartition("/")[2], deployed["state"]) == ("store", "Succeeded")
    assert "stx" in json.loads(call("destroy", "-p", "name=stx", "--local", "--yes", "--format", "json"))["deleted"][0]
    linted = json.loads(run_here("lint", "area/store", "-p", "name=stx", "--format", "json", env=env, cwd=where).stdout)
    assert {one["file"] for one in linted["diagnostics"]} == {"area/store@1.2.0/main.jsonnet"}
    mended = run_here("lint", "area/store", "--fix", env=env, cwd=where)
    assert (mended.returncode, "cannot be mended in place" in mended.stderr) == (2, True)
    wrong = run_here("compile", "area/store", env=env, cwd=where)
    assert (wrong.returncode, "[missing-parameter]" in wrong.stderr) == (1, True)


def test_what_comes_with_armlib_compiles_with_no_project_at_all(run: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache"), "PYTHONPROFILEIMPORTTIME": "1"}
    done = run("compile", "armlib:storage/account", "-p", "name=stx", env=env)
    assert done.returncode == 0
    assert json.loads(done.stdout)["resources"][0]["type"] == "Microsoft.Storage/storageAccounts"
    assert not (tmp_path / "cache").exists(), "nothing is fetched or copied"
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "import time:" in line}
    assert "armlib.packages.collection" in imported
    assert not imported & {"requests", "semver", "tomlkit", "armlib.packages.sources"}


def test_build_takes_dependencies_and_what_comes_with_armlib(run_here: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache")}
    text = STORE.replace("Microsoft.Storage/storageAccounts", "A.B/c")
    write_module(tmp_path / "modules", "web", "1.0.0", text)
    (tmp_path / "armlib.toml").write_text(
        '[registries]\ndefault = "folder:modules"\n[dependencies]\nweb = "1"\n'
        '[targets.a]\nentry = "web"\nvalues = { name = "sta" }\n'
        '[targets.b]\nentries = ["web@1", "armlib:storage/account"]\nvalues = { name = "stb" }\n'
    )
    assert "[not-locked]" in run_here("build", env=env).stderr
    assert run_here("restore", env=env).returncode == 0
    built = run_here("build", env=env)
    assert "2 built" in built.stdout, built.stderr
    assert len(json.loads((tmp_path / "out" / "b.json").read_text())["resources"]) > 1
    assert "2 unchanged" in run_here("build", env=env).stdout
    write_module(tmp_path / "modules", "web", "1.1.0", text.replace("Standard_LRS", "Standard_GRS"))
    assert "2 unchanged" in run_here("build", env=env).stdout, "what is locked counts"
    assert run_here("update", env=env).returncode == 0
    built = run_here("build", env=env)
    assert "2 built" in built.stdout
    assert "Standard_GRS" in (tmp_path / "out" / "a.json").read_text()


def test_registries_of_the_project_are_known_to_publish_and_copy(run_here: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache")}
    (tmp_path / "armlib.toml").write_text(
        '[registries]\ndefault = "layout:one"\nteam = "layout:two"\nthird = "layout:three"\n'
    )
    web = tmp_path / "modules" / "web"
    web.mkdir(parents=True)
    (web / "armlib.toml").write_text('[package]\nname = "web"\nversion = "1.0.0"\n')
    (web / "main.jsonnet").write_text("{ resources: [] }")
    for arguments, place in (((), "layout:one"), (("--to", "team"), "layout:two")):
        done = run_here("publish", "modules/web", *arguments, env=env)
        assert done.stdout.startswith(f"published {place}#web:1.0.0\n"), done.stderr
    assert run_here("copy", "web@1", "third", env=env).returncode == 0
    assert (tmp_path / "three" / "index.json").is_file()
    for command in ("publish modules/web --to tame", "copy web tame"):
        refused = run_here(*command.split(), env=env)
        assert "there is no registry 'tame'" in refused.stderr
        assert "has: default, team, third" in refused.stderr


def test_publish_for_bicep_insists_on_an_honest_version(run_here: Run, tmp_path: Path) -> None:
    env = {"ARMLIB_PACKAGES": str(tmp_path / "cache")}

    def publish(version: str, text: str) -> subprocess.CompletedProcess[str]:
        write_module(tmp_path / "modules", "web", version, text)
        return run_here("publish", "modules/web", "--as", "bicep", "--to", "layout:bicep", env=env)

    assert publish("1.0.0", STORE).returncode == 0
    assert publish("1.0.0", STORE).stdout.startswith("already there:")
    other = publish("1.0.0", STORE.replace("Standard_LRS", "Standard_GRS"))
    assert (other.returncode, "[version-exists]" in other.stderr) == (1, True)
    steps = {
        "parameters.name was string and is integer": STORE.replace("type: 'string'", "type: 'int'").replace(
            "$.arguments.name", "'x'"
        ),
        "outputs.id is gone": STORE.replace("id: arm.output($.account.id)", ""),
        "does not deploy": STORE.replace("Microsoft.Storage/storageAccounts", "A.B/c"),
    }
    for said, text in steps.items():
        refused = publish("1.1.0", text)
        assert (refused.returncode, "[version-too-small]" in refused.stderr) == (1, True), refused.stdout
        assert said in refused.stderr
        assert "the smallest honest version is 2.0.0" in refused.stderr
    patch = publish("1.0.1", STORE.replace("Standard_LRS", "Standard_GRS"))
    assert "the smallest honest version is 1.1.0" in patch.stderr
    assert "deploys Microsoft.Storage/storageAccounts" in patch.stderr
    assert publish("1.1.0", STORE.replace("Standard_LRS", "Standard_GRS")).returncode == 0
    told = run_here("diff", "layout:bicep#web@1.0.0", "layout:bicep#web@1.1.0", env=env)
    assert "minor step: at least 1.1.0 after 1.0.0" in told.stdout
