"""Reading a template for the rules: its levels, their resources and expressions, in one pass for all rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from armlib.expressions.parser import is_expression
from armlib.jsontypes import Json, JsonObject, JsonPath
from armlib.lint.subject import DEPLOYMENTS, Level, Resource, Surroundings, TemplateSubject, Use
from armlib.lint.walk import key_of, member, parsed
from armlib.template.nesting import has_own_scope

_SECTIONS: Final = ("parameters", "variables", "functions", "resources", "outputs", "asserts")


def template_subject(
    template: JsonObject,
    around: Surroundings | None = None,
    *,
    arguments: Mapping[str, Json] | None = None,
    from_module: bool = False,
    is_main: bool = True,
) -> TemplateSubject:
    """Return *template* prepared for the rules; what is malformed in it is passed over.

    Args:
        template: The template.
        around: What surrounds it.
        arguments: Values of its parameters, over their defaults.
        from_module: Whether it was compiled from a Jsonnet module.
        is_main: Whether people deploy it, and no other template links it.
    """
    root = Level(body=template, path=(), arguments=arguments or {})
    levels = [root]
    _fill(root, levels)
    return TemplateSubject(template, tuple(levels), around or Surroundings(), from_module, is_main)


def _fill(level: Level, levels: list[Level]) -> None:
    for section in _SECTIONS:
        key = key_of(level.body, section)
        if key is None:
            continue
        if section == "resources":
            _add_all(level, level.body[key], (*level.path, key), None, levels)
        else:
            level.uses += _uses(level, level.body[key], (*level.path, key), section, None)


def _add_all(level: Level, container: Any, path: JsonPath, parent: Resource | None, levels: list[Level]) -> None:
    entries: Iterable[tuple[str | int, Any]] = ()
    if isinstance(container, dict):
        entries = container.items()
    elif isinstance(container, list):
        entries = enumerate(container)
    for step, body in entries:
        if isinstance(body, dict):
            _add(level, body, (*path, step), parent, levels)


def _add(level: Level, body: JsonObject, path: JsonPath, parent: Resource | None, levels: list[Level]) -> None:
    written = member(body, "type")
    type_ = level.text(written) or ""
    if parent is not None and type_ and "." not in type_.split("/")[0]:
        type_ = f"{parent.type}/{type_}"
    symbol = path[-1] if isinstance(path[-1], str) else ""
    resource = Resource(body=body, path=path, level=level, type=type_, symbol=symbol, parent=parent)
    level.resources.append(resource)
    without = {"resources", "metadata", "comments"} if type_ else set()
    template = _nested_template(resource)
    for key, value in body.items():
        if key.lower() not in without:
            level.uses += _uses(level, value, (*path, key), "resources", resource, template)
    _add_all(level, member(body, "resources") if type_ else None, (*path, "resources"), resource, levels)
    if template is not None:
        _nest(level, resource, template, levels)


def _nested_template(resource: Resource) -> dict[str, Any] | None:
    if resource.lower_type != DEPLOYMENTS:
        return None
    found = member(member(resource.body, "properties"), "template")
    return found if isinstance(found, dict) else None


def _nest(level: Level, resource: Resource, template: JsonObject, levels: list[Level]) -> None:
    inner = Level(
        body=template,
        path=resource.place("properties", "template"),
        owner=resource,
        around=level,
        is_inner=has_own_scope(resource.body.get("properties"), level.body),
    )
    resource.inner = inner
    levels.append(inner)
    _fill(inner, levels)


def _uses(
    level: Level, value: Any, path: JsonPath, section: str, resource: Resource | None, without: Any = None
) -> list[Use]:
    """Return the expressions in *value*, keys of objects included, but for those in *without* and in metadata."""
    found: list[Use] = []
    pending: list[tuple[JsonPath, Any]] = [(path, value)]
    while pending:
        place, item = pending.pop()
        if isinstance(item, str):
            if item[:1] == "[" and item[1:2] != "[":  # one that is not closed may still refer to names
                found.append(Use(place, item, parsed(item), level, section, resource))
        elif isinstance(item, dict):
            if item is without:
                continue
            for name in reversed(item):
                if name[:1] == "[" and is_expression(name):
                    found.append(Use((*place, name), name, parsed(name), level, section, resource))
                if section == "resources" or name != "metadata":
                    pending.append(((*place, name), item[name]))
        elif isinstance(item, list):
            pending += [((*place, number), item[number]) for number in range(len(item) - 1, -1, -1)]
    return found
