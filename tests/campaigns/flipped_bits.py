"""One bit flipped anywhere: ``python -m tests.campaigns.flipped_bits [--times N] [--seed N] [--layout]``.

A signed tree of three packages is published; then a random bit is flipped in a random file of each kind in turn: of the
registry (its manifests, configurations, layers, signatures, indexes and links), of the cache, of the lock. ``armlib
restore`` and ``armlib compile`` must refuse what they find, with an error that has a code, or come to the right bytes
all the same, because nothing depends on the bit or the file is fetched again.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from armlib.cli import main as armlib
from tests.unit.packages.registry_server import docker_registry

_NAMES = ("flip/a", "flip/b", "flip/c")
_KINDS = (  # the first that fits
    ("lock", re.compile(r"armlib\.lock\Z")),
    ("cached listing", re.compile(r"cache/trees/.*\.txt\Z")),
    ("cached file", re.compile(r"cache/trees/")),
    ("cached blob", re.compile(r"cache/blobs/")),
    ("cached answer", re.compile(r"cache/(?!turns)")),
    ("index", re.compile(r"(index\.json|oci-layout)\Z")),
    ("link", re.compile(r"/link\Z")),
    ("blob", re.compile(r"store/.*sha256/")),
)
_CODE = re.compile(r"\[[a-z-]+\]")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one flipped bit: *refused* by which command, or taken for nothing; *wrong* is what must not be."""

    kind: str
    file: str
    refused: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Ground:
    """A registry in *store*, and a project that was restored from it."""

    registry: str
    store: Path
    project: Path
    cache: Path
    template: bytes


def run(project: Path, cache: Path, *words: str) -> tuple[int, bytes, str]:
    """Run ``armlib`` with *words* in *project*, in this process; return its exit code and what it said."""
    os.environ["ARMLIB_PACKAGES"] = str(cache)
    os.environ["NO_COLOR"] = "1"
    out, err = io.BytesIO(), io.StringIO()
    with contextlib.chdir(project), contextlib.redirect_stdout(io.TextIOWrapper(out, write_through=True)) as wrapped:
        with contextlib.redirect_stderr(err):
            code = armlib(words)
        wrapped.detach()
    return code, out.getvalue(), err.getvalue()


def ground(registry: str, store: Path, folder: Path) -> Ground:
    """Publish the packages to *registry* and restore a project that needs them."""
    _write_keys(folder)
    for number, name in enumerate(_NAMES):
        below = _NAMES[number + 1 : number + 2]
        source = folder / "packages" / name
        source.mkdir(parents=True)
        module = {"name": name, "version": "1.0.0", "dependencies": dict.fromkeys(below, "^1")}
        (source / "module.json").write_text(json.dumps(module))
        imported = "".join(f" + (import '{each}/main.jsonnet').said" for each in below)
        (source / "main.jsonnet").write_text(f"{{ said: ['{name}']{imported} }}\n")
        _require(run(folder, folder / "cache", "publish", str(source), "--to", registry, "--sign", "key.pem"))
    project = folder / "project"
    project.mkdir()
    (project / "armlib.toml").write_text(
        f'[registries]\ndefault = "{registry}"\n\n[dependencies]\n"{_NAMES[0]}" = "^1"\n\n'
        '[trust]\nkeys = { own = "../key.pub" }\nrequire = { "*" = ["own"] }\n'
    )
    (project / "main.jsonnet").write_text(
        f"{{ outputs: {{ said: {{ type: 'array', value: (import '{_NAMES[0]}/main.jsonnet').said }} }} }}\n"
    )
    cache = folder / "cache"
    _require(run(project, cache, "restore"))
    template = _require(run(project, cache, "compile", "main.jsonnet"))
    return Ground(registry, store, project, cache, template)


def _write_keys(folder: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "key.pub").write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def _require(done: tuple[int, bytes, str]) -> bytes:
    code, out, err = done
    if code:
        raise RuntimeError(f"exit code {code}: {err}")
    return out


def files(made: Ground) -> dict[str, list[Path]]:
    """Return the files in which bits are flipped, by their kind."""
    found: dict[str, list[Path]] = {}
    roots = [made.store, made.cache, made.project / "armlib.lock"]
    paths = [path for root in roots for path in ([root] if root.is_file() else sorted(root.rglob("*")))]
    for path in paths:
        kind = next((kind for kind, pattern in _KINDS if pattern.search(str(path))), None)
        if kind is not None and path.is_file() and path.stat().st_size:
            found.setdefault(kind, []).append(path)
    return found


def flip_once(made: Ground, kind: str, path: Path, bit: int, number: int) -> Result:
    """Flip *bit* of the file at *path*, try what users do, and put the file back."""
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[bit // 8] ^= 1 << bit % 8
    is_here = kind == "lock" or kind.startswith("cached")
    cache = made.cache if is_here else made.cache.with_name(f"cold-{number}")
    lock = made.project / "armlib.lock"
    locked = lock.read_bytes()
    path.chmod(0o644)
    path.write_bytes(flipped)
    if not is_here and number % 2:
        lock.unlink()
    try:
        commands = [["compile", "main.jsonnet"]] if is_here else []
        commands += [["restore"], ["compile", "main.jsonnet"]]
        refused, wrong = _tried(made, cache, commands)
    finally:
        path.write_bytes(whole)
        lock.write_bytes(locked)
        if is_here:
            _require(run(made.project, cache, "restore"))
        else:
            shutil.rmtree(cache, ignore_errors=True)
    return Result(kind, path.name, refused, wrong)


def _tried(made: Ground, cache: Path, commands: list[list[str]]) -> tuple[str, str]:
    refused = ""
    for words in commands:
        code, out, err = run(made.project, cache, *words)
        if code == 0:
            if words[0] == "compile" and out != made.template:
                return refused, f"armlib {words[0]} came to other bytes: {out!r}"
            continue
        refused = refused or words[0]
        if code not in (1, 3) or "Traceback" in err or not _CODE.search(err):
            return refused, f"armlib {words[0]} ended with {code}: {err}"
    return refused, ""


def campaign(times: int, seed: int, made: Ground) -> Iterator[Result]:
    """Flip *times* bits, the kinds of files in turn."""
    chosen = random.Random(seed)
    known = files(made)
    kinds = sorted(known)
    for number in range(times):
        kind = kinds[number % len(kinds)]
        path = chosen.choice(known[kind])
        yield flip_once(made, kind, path, chosen.randrange(path.stat().st_size * 8), number // len(kinds))


@contextlib.contextmanager
def opened(folder: Path, *, layout: bool) -> Iterator[Ground]:
    """Give the ground in *folder*, with docker-registry or a layout."""
    store = folder / "store"
    store.mkdir()
    if layout:
        yield ground(f"layout:{store / 'layout'}", store, folder)
        return
    with docker_registry(store) as server:
        yield ground(f"oci://{server.host}/bits", store, folder)


def main() -> int:
    """Run the campaign that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.flipped_bits", description=__doc__)
    parser.add_argument("--times", type=int, default=400, help="how many bits to flip")
    parser.add_argument("--seed", type=int, default=1, help="of the random bits")
    parser.add_argument("--layout", action="store_true", help="publish to a folder instead of docker-registry")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="armlib-bits-") as text, opened(Path(text), layout=options.layout) as made:
        results = list(campaign(options.times, options.seed, made))
    for result in results:
        if result.wrong:
            print(f"{result.kind}, {result.file}: {result.wrong}", file=sys.stderr)
    print(f"{'kind':16} {'bits':>5} {'refused':>8} {'harmless':>9} {'wrong':>6}")
    for kind in dict.fromkeys(result.kind for result in results):
        own = [result for result in results if result.kind == kind]
        refused, wrong = sum(bool(each.refused) for each in own), sum(bool(each.wrong) for each in own)
        print(f"{kind:16} {len(own):5} {refused:8} {len(own) - refused:9} {wrong:6}")
    bad = sum(bool(result.wrong) for result in results)
    print(f"{len(results)} bits, {bad} with something wrong; {time.monotonic() - began:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
