"""Forms of the portal: their controls, and which control goes to which output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from armlib.jsontypes import JsonPath
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member, values

_REFERENCE: Final = re.compile(r"\b(basics|steps)\s*\(\s*'([^']*)'\s*\)((?:\s*\.\s*\w+)*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a form; *where* are the names of the step and sections around it, and its own, in lower case."""

    body: dict[str, Any]
    path: JsonPath
    where: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the control."""
        return str(member(self.body, "name") or "")

    @property
    def kind(self) -> str:
        """The last part of its type, in lower case: ``textbox``."""
        return str(member(self.body, "type") or "").rpartition(".")[2].lower()

    @property
    def is_control(self) -> bool:
        """Whether it has the type of a control: ``Microsoft.X.Y``."""
        return re.fullmatch(r"Microsoft\.\w+\.\w+", str(member(self.body, "type") or ""), re.IGNORECASE) is not None

    @property
    def constraints(self) -> Any:
        """What it holds its value to."""
        return member(self.body, "constraints")

    def allowed(self) -> list[Any]:
        """Return the values it can have, none when any."""
        found = member(self.constraints, "allowedValues")
        entries = found if isinstance(found, list) else ()
        return [member(each, "value") if isinstance(each, dict) else each for each in entries]


def controls(subject: FormSubject) -> Iterator[Control]:
    """Yield the controls of a form, those in sections included."""
    for section in ("basics", "steps"):
        entries = member(form(subject), section)
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict):
                yield from _below(entry, ("parameters", section, number), ())


def _below(entry: dict[str, Any], path: JsonPath, around: tuple[str, ...]) -> Iterator[Control]:
    where = (*around, str(member(entry, "name") or "").lower())
    yield Control(entry, path, where)
    elements = member(entry, "elements")
    for number, element in enumerate(elements if isinstance(elements, list) else ()):
        if isinstance(element, dict):
            yield from _below(element, (*path, "elements", number), where)


def form(subject: FormSubject) -> Any:
    """Return the part of the form that holds controls and outputs."""
    return member(subject.value, "parameters")


def outputs(subject: FormSubject) -> dict[str, Any]:
    """Return the outputs of a form."""
    found = member(form(subject), "outputs")
    return found if isinstance(found, dict) else {}


def declared(subject: FormSubject) -> dict[str, dict[str, Any]]:
    """Return the parameters of the form's template, by lower-case name."""
    found = member(subject.template, "parameters")
    entries = found.items() if isinstance(found, dict) else ()
    return {name.lower(): each for name, each in entries if isinstance(each, dict)}


def referred(value: Any) -> Iterator[tuple[str, ...]]:
    """Yield the names that the expressions in an output refer to: of the step, then those after the dots."""
    for _, text in values(value):
        if isinstance(text, str):
            for _, first, rest in _REFERENCE.findall(text):
                yield (first.lower(), *(step.strip().lower() for step in rest.split(".") if step.strip()))


def control_at(names: tuple[str, ...], known: dict[tuple[str, ...], Control]) -> Control | None:
    """Return the control that *names* lead to, or to a member of which."""
    for length in range(len(names), 0, -1):
        if names[:length] in known:
            return known[names[:length]]
    return None


def by_place(subject: FormSubject) -> dict[tuple[str, ...], Control]:
    """Return the controls by the names that lead to them."""
    return {each.where: each for each in controls(subject)}
