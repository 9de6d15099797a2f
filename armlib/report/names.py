"""Diagnostics about files that have other names for the user than on the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from armlib.diagnostics import Diagnostic


def renamed(diagnostic: Diagnostic, names: Mapping[str, str]) -> Diagnostic:
    """Return *diagnostic* with the files that are keys of *names* called by the values."""
    for file, name in names.items():
        place = diagnostic.place
        if place is not None and place.file == file:
            diagnostic = replace(diagnostic, place=replace(place, file=name))
        if any(frame.place.file == file for frame in diagnostic.frames):
            frames = [
                replace(frame, place=replace(frame.place, file=name)) if frame.place.file == file else frame
                for frame in diagnostic.frames
            ]
            diagnostic = replace(diagnostic, frames=tuple(frames))
        if file in diagnostic.message:
            diagnostic = replace(diagnostic, message=diagnostic.message.replace(file, name))
    return diagnostic
