"""armlib.toml, module.json and jsonnetfile.json as manifests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from armlib.packages.errors import PackageError
from armlib.packages.manifest import read_manifest
from armlib.packages.origin import Origin, Reference, parse_reference, parse_source
from armlib.settings_file import SettingsError
from tests.unit.packages.conftest import write

TOML = """
[package]
name = "acme/web"
version = "1.2.0"
license = "MIT"
exports = ["main.jsonnet"]

[registries]
default = "oci://Registry.example.com/modules"
team = "layout:../packages"

[dependencies]
"storage/account" = "^1.2"
"vnet" = { package = "network/virtual-network", version = "~2.1", registry = "team" }
"shared" = { path = "../shared" }
"github.com/x/y" = { git = "https://git.example.com/x/y", revision = "v1", directory = "lib" }
"avm" = "br/public:avm/res/storage/storage-account:0.9.0"
"tagged" = "oci://host.example.com/a/b:prod"
"""


def test_a_manifest_says_what_it_depends_on(tmp_path: Path) -> None:
    manifest = read_manifest(write(tmp_path, {"armlib.toml": TOML}))
    found = {
        name: (str(one.origin.source), one.origin.name, str(one.range), one.revision)
        for name, one in manifest.dependencies.items()
    }
    assert found == {
        "storage/account": ("", "storage/account", "^1.2", None),
        "vnet": ("layout:../packages", "network/virtual-network", "~2.1", None),
        "shared": ("path:../shared", "", "*", None),
        "github.com/x/y": ("git:https://git.example.com/x/y", "lib", "*", "v1"),
        "avm": ("oci://mcr.microsoft.com", "bicep/avm/res/storage/storage-account", "0.9.0", None),
        "tagged": ("oci://host.example.com", "a/b", "*", "prod"),
    }
    assert manifest.default_registry == "oci://registry.example.com/modules"
    assert (manifest.name, str(manifest.version), manifest.exports) == ("acme/web", "1.2.0", ("main.jsonnet",))


WRONG = {
    '[package]\nname = "Web"\nversion = "1.0.0"': "is not the name of a package",
    '[package]\nname = "web"\nversion = "one"': "is not a version",
    '[package]\nname = "web"': "a name and a version",
    '[package]\nname = "web"\nversion = "1.0.0"\nauthor = "me"': "no such setting",
    '[dependencies]\nweb = "^^1"': "is not a range",
    '[dependencies]\n"../web" = "1"': "cannot be what an import starts with",
    '[dependencies]\narm = "1"': "'arm' is what imports of armlib's own library start with",
    '[dependencies]\n"arm/parameters" = "1"': "armlib's own library",
    "[dependencies]\nweb = 1": "must be a text",
    '[dependencies]\nweb = { git = "--upload-pack=x" }': "is not the address of a git",
    '[dependencies]\nweb = { git = "https://x/y", directory = "../z" }': "is not a folder of the repository",
    '[dependencies]\nweb = { path = "../x", registry = "y" }': "does not go with the others",
    '[dependencies]\nweb = "nowhere:web"': "there is no registry 'nowhere'",
    '[registries]\nx = "ftp://x"': "is not the location of a registry",
    '[trust]\nrequire = { "*" = ["k"] }': "there is no key 'k'",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_mistake_is_told_with_its_place(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_manifest(write(tmp_path, {"armlib.toml": text}))
    assert WRONG[text] in " ".join(found.message for found in caught.value.diagnostics)
    assert all(found.place is not None and found.place.line for found in caught.value.diagnostics)


@pytest.mark.parametrize(
    "module",
    [
        "[]",
        "{",
        '{"name": "Web", "version": "1.0.0"}',
        '{"name": "web", "version": "x"}',
        '{"name": "web", "version": "1.0.0", "dependencies": {"a": 1}}',
        '{"name": "web", "version": "1.0.0", "dependencies": {"..": "1"}}',
        '{"name": "web", "version": "1.0.0", "dependencies": {"arm": "1"}}',
        '{"name": "web", "version": "1.0.0", "exports": "x"}',
    ],
)
def test_a_wrong_module_file_is_told(module: str, tmp_path: Path) -> None:
    with pytest.raises(PackageError) as caught:
        read_manifest(write(tmp_path, {"module.json": module}))
    assert caught.value.code == "bad-manifest"
    assert "module.json" in caught.value.message


def test_dependencies_of_jsonnet_bundler_are_read_with_what_its_lock_pins(tmp_path: Path) -> None:
    remote = "https://github.com/grafana/grafonnet.git"
    source = {"git": {"remote": remote, "subdir": "gen/v10"}}
    local = {"source": {"local": {"directory": "../shared"}}, "version": ""}
    asked = {"version": 1, "dependencies": [{"source": source, "version": "main"}, local], "legacyImports": True}
    pinned = {"version": 1, "dependencies": [{"source": source, "version": "a" * 40, "sum": "x"}]}
    files = {"jsonnetfile.json": json.dumps(asked), "jsonnetfile.lock.json": json.dumps(pinned)}
    found = read_manifest(write(tmp_path, files)).dependencies
    assert set(found) == {"github.com/grafana/grafonnet/gen/v10", "v10", "shared"}
    assert found["v10"].origin == Origin(f"git:{remote}", "gen/v10")
    assert found["github.com/grafana/grafonnet/gen/v10"].revision == "a" * 40
    assert found["shared"].origin == Origin("path:../shared")


def test_a_file_of_another_bundler_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackageError) as caught:
        read_manifest(write(tmp_path, {"jsonnetfile.json": '{"dependencies": [{"name": "x"}]}'}))
    assert caught.value.code == "bad-manifest"


REFERENCES = {
    "storage/account": Reference(origin=Origin("local:", "storage/account")),
    "storage/account@^1.2": Reference(origin=Origin("local:", "storage/account"), version="^1.2"),
    f"web@sha256:{'0' * 64}": Reference(origin=Origin("local:", "web"), digest=f"sha256:{'0' * 64}"),
    f"team:web@sha256:{'0' * 64}": Reference(
        origin=Origin("oci://r.example.com/m", "web"), digest=f"sha256:{'0' * 64}"
    ),
    "team:web@1": Reference(origin=Origin("oci://r.example.com/m", "web"), version="1"),
    "oci://h:5000/a/b:1.0": Reference(origin=Origin("oci://h:5000", "a/b"), tag="1.0"),
    f"oci://h/a@sha256:{'0' * 64}": Reference(origin=Origin("oci://h", "a"), digest=f"sha256:{'0' * 64}"),
    "br:h.azurecr.io/a:v1": Reference(origin=Origin("oci://h.azurecr.io", "a"), tag="v1"),
    "br/team:web:v1": Reference(origin=Origin("oci://r.example.com", "m/web"), tag="v1"),
    "layout:x#web": Reference(origin=Origin("layout:x", "web")),
    "path:../y": Reference(origin=Origin("path:../y")),
}


@pytest.mark.parametrize("text", REFERENCES)
def test_references_are_read(text: str, tmp_path: Path) -> None:
    assert parse_reference(text, tmp_path, {"team": "oci://r.example.com/m"}, "local:") == REFERENCES[text]


@pytest.mark.parametrize(
    "text",
    ["Storage", "a//b", "../a", "x:web", "oci://h", "oci://h/a:b:c", "oci://h/a@sha256:1", "br/x:web:1", "a@b@c/.."],
)
def test_what_is_no_reference_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises((PackageError, ValueError)):
        reference = parse_reference(text, tmp_path, {}, "local:")
        from armlib.packages.versions import parse_range

        parse_range(reference.version or "*")


@pytest.mark.parametrize("text", ["oci:x", "oci://", "oci://h/../x", "oci://h//x", "http://x", "layout:", "x"])
def test_what_is_no_registry_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(PackageError):
        parse_source(text, tmp_path)


def test_a_short_name_of_jsonnet_bundler_that_armlibs_library_has_is_left_out(tmp_path: Path) -> None:
    dependency = {"source": {"git": {"remote": "https://git.example.com/x/arm.git", "subdir": ""}}, "version": "main"}
    write(tmp_path, {"jsonnetfile.json": json.dumps({"version": 1, "dependencies": [dependency]})})
    assert list(read_manifest(tmp_path).dependencies) == ["git.example.com/x/arm"]


@pytest.mark.parametrize(
    "text", ["oci://me:hunter2@r.example.com/m", "oci://hunter2@r.example.com/m", "https://me:hunter2@r.example.com"]
)
def test_no_password_in_the_address_of_a_registry_is_told(text: str, tmp_path: Path) -> None:
    with pytest.raises(PackageError) as caught:
        parse_source(text, tmp_path)
    assert "hunter2" not in caught.value.message
    assert "'docker login' keeps who we are" in (caught.value.hint or "")


@pytest.mark.parametrize("text", ["oci://me:hunter2@r.example.com/web:1.0", "br:me:hunter2@r.example.com/web:1.0"])
def test_no_password_in_a_reference_is_told(text: str, tmp_path: Path) -> None:
    with pytest.raises(PackageError) as caught:
        parse_reference(text, tmp_path, {}, "local:")
    assert "hunter2" not in caught.value.message
    assert "'docker login' keeps who we are" in (caught.value.hint or "")


def test_no_password_in_a_manifest_is_told_wherever_it_stands(tmp_path: Path) -> None:
    address = "oci://me:hunter2@r.example.com/m"
    tables = f'[registries]\ndefault = "{address}"\n[mirrors]\n"{address}" = ["{address}"]\n'
    (tmp_path / "armlib.toml").write_text(
        f'{tables}[dependencies]\nweb = {{ registry = "{address}", version = "1" }}\n'
    )
    with pytest.raises(SettingsError) as caught:
        read_manifest(tmp_path)
    assert [found.code for found in caught.value.diagnostics] == ["settings-value"] * 3
    assert "hunter2" not in str([(found.message, found.hint, found.excerpt) for found in caught.value.diagnostics])


def test_a_name_or_version_that_is_wrong_is_not_told_to_be_absent_too(tmp_path: Path) -> None:
    (tmp_path / "armlib.toml").write_text('[package]\nname = "Web"\nversion = "1.0"\n')
    with pytest.raises(SettingsError) as caught:
        read_manifest(tmp_path)
    assert [found.message.partition(":")[0] for found in caught.value.diagnostics] == [
        "package.name",
        "package.version",
    ]


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ({"name": "web"}, "it says no version"),
        (
            {"name": "web", "version": "1.0.0", "dependencies": {"net": "^^"}},
            "dependencies: 'net': '^^' is not a range",
        ),
    ],
)
def test_what_is_wrong_in_a_module_file_is_told_with_its_key(
    module: dict[str, object], message: str, tmp_path: Path
) -> None:
    (tmp_path / "module.json").write_text(json.dumps(module), "utf-8")
    with pytest.raises(PackageError) as caught:
        read_manifest(tmp_path)
    assert message in caught.value.message
