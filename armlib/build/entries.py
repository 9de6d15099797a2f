"""Entries as a person names them, to files: a file is itself, a reference to a package is the main module of that."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from armlib.build.compilation import Entries, files_alone
from armlib.config import Package, Target, absolute
from armlib.resources import registry_folder

if TYPE_CHECKING:
    from armlib.config import Settings

_SOURCE = re.compile(r"(?:br/[\w-]+|[A-Za-z][\w.+-]*):")
_FILE = re.compile(r"[./~].*|.*\.(?:(?:lib|j)sonnet|jsonc?|bicep|bicepparam|ya?ml)", re.DOTALL)


def find_packages(texts: Sequence[str], settings: Settings, folder: Path) -> Entries:
    """Return *texts*, of which some are no files there are, as :func:`~armlib.build.compilation.find_entries` does."""
    references = [text for text in texts if not absolute(text, folder).exists() and _may_be_reference(text)]
    if not references:
        return files_alone([Path(text) for text in texts])
    from armlib.packages.entries import find_modules

    return _with_modules(texts, *find_modules(references, settings, folder))


def with_pinned_entries(target: Target, settings: Settings) -> Target:
    """Return *target*, a table of ``armlib.toml``, with the main modules of the packages that its entries name.

    Only what is pinned will do, so that the same is built everywhere: dependencies of the project, which are locked,
    and what comes with armlib. Nothing is fetched.

    Raises:
        PackageError: A dependency is not locked or not restored, or an entry is neither a file nor one of these.
    """
    absent = [path for _, path in target.entries if not path.exists()]
    references = [text for text in _texts(absent, settings) if _may_be_reference(text)]
    if not references:
        return target
    from armlib.packages.entries import pinned_modules

    texts = _texts((path for _, path in target.entries), settings)
    found = _with_modules(texts, *pinned_modules(references, settings))
    entries = tuple(
        (alias or own, absolute(path, settings.project))
        for (alias, _), own, path in zip(target.entries, found.aliases, found.paths, strict=True)
    )
    return replace(target, entries=entries, packages=found.packages)


def _texts(paths: Iterable[Path], settings: Settings) -> list[str]:
    """Return entries as ``armlib.toml`` has them."""
    return [os.path.relpath(path, settings.project) for path in paths]


def _may_be_reference(text: str) -> bool:
    if _SOURCE.match(text):
        return True
    if text == "-" or _FILE.fullmatch(text):
        return False
    from armlib.packages.names import is_import_name

    return is_import_name(text.partition("@")[0])


def _with_modules(
    texts: Sequence[str], modules: Mapping[str, tuple[str, Path]], packages: tuple[Package, ...]
) -> Entries:
    """Return *texts* as entries; *modules* has alias and file of those that are references to *packages*."""
    found = [modules.get(text, (None, Path(text))) for text in texts]
    return Entries(
        paths=tuple(path for _, path in found),
        aliases=tuple(alias for alias, _ in found),
        packages=packages,
        names=names_of(packages),
    )


def names_of(packages: Sequence[Package]) -> dict[str, str]:
    """Return what the files of *packages* are told by; those of one that is read where it is need no other name."""
    shown = [one for one in packages if one.listing is not None or one.folder.is_relative_to(registry_folder())]
    return {
        str(path): f"{one.label}/{path.relative_to(one.folder)}"
        for one in shown
        for path in one.folder.rglob("*")
        if path.is_file()
    }


def with_packages(base: tuple[Package, ...], more: Sequence[Package]) -> tuple[Package, ...]:
    """Return *base* and, after it, those of *more* whose folders it has not."""
    numbers = {package.folder: number for number, package in enumerate(base)}
    added = [package for package in more if package.folder not in numbers]
    numbers |= {package.folder: number for number, package in enumerate(added, len(base))}
    return (
        *base,
        *(
            replace(one, imports=tuple((name, numbers[more[number].folder]) for name, number in one.imports))
            for one in added
        ),
    )
