"""What rules look at: a template by levels, with their resources and expressions; parameters files, forms, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Final, Protocol, TypeAlias

from armlib.diagnostics import Diagnostic
from armlib.errors import ArmlibError
from armlib.expressions.environment import Environment, Scope, Site, UserFunction
from armlib.expressions.evaluate import evaluate
from armlib.expressions.faults import parameter_not_found, variable_not_found
from armlib.expressions.parser import is_expression, unescape
from armlib.expressions.syntax import Call, Literal, Node
from armlib.expressions.values import Secret, Unknown, Value
from armlib.jsontypes import Json, JsonObject, JsonPath
from armlib.lint.walk import calls, is_list_call, key_of, literal, member, nodes, parsed
from armlib.template.types import is_secure_type

DEPLOYMENTS: Final = "microsoft.resources/deployments"
# Functions whose result does not tell the secret that they are given.
_NOT_SECRET: Final = frozenset(
    (
        *("length", "empty", "equals", "contains", "startswith", "endswith", "less", "greater", "not", "and", "or"),
        *("guid", "uniquestring"),
    )
)
_LOOSE_NAME: Final = re.compile(r"\b(parameters|variables)\s*\(\s*'((?:[^']|'')*)'", re.IGNORECASE)


Turn: TypeAlias = tuple[str, int]
"""A turn of a loop: the lower-case name of the loop, and the number of the turn from 0."""

_MOST_TURNS: Final = 50  # of a loop that is looked at turn by turn


class Types(Protocol):
    """What is asked of the installed resource types; without any, the answers are empty."""

    def versions(self, type_: str) -> tuple[str, ...]:
        """Return the known API versions of a type, oldest first."""
        ...

    def problems(self, template: Mapping[str, Any]) -> tuple[Diagnostic, ...]:
        """Return what the definitions say against the resources of a template."""
        ...


class NoTypes:
    """Nothing is installed."""

    def versions(self, type_: str) -> tuple[str, ...]:
        """None is known."""
        return ()

    def problems(self, template: Mapping[str, Any]) -> tuple[Diagnostic, ...]:
        """There are none."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What rules may ask of besides the subject.

    Attributes:
        today: The day that ages are counted to.
        types: The installed resource types.
        options: The settings below ``[lint]`` that rules read.
        modules: The known versions of modules, by reference without the version.
    """

    today: date = field(default_factory=date.today)
    types: Types = field(default_factory=NoTypes)
    options: Mapping[str, Any] = field(default_factory=dict)
    modules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """An expression of a template: its text, its tree (None when it cannot be read), and where it stands.

    *section* is the member of the template that it is in, *resource* the resource, if any.
    """

    path: JsonPath
    text: str
    node: Node | None
    level: Level
    section: str
    resource: Resource | None = None


@dataclass(slots=True, eq=False)
class Resource:
    """A resource as it is written; *type* is whole, that of inline children too."""

    body: JsonObject
    path: JsonPath
    level: Level
    type: str
    symbol: str = ""
    parent: Resource | None = None  # that it is written inside of
    inner: Level | None = None  # the template that it deploys
    turn: int | None = None  # which turn of its loop it stands for; None for all

    @property
    def lower_type(self) -> str:
        """The whole type for comparison."""
        return self.type.lower()

    @property
    def name(self) -> str:
        """The name as it is written; empty when there is none."""
        found = member(self.body, "name")
        return found if isinstance(found, str) else ""

    @property
    def label(self) -> str:
        """What messages call it."""
        return self.symbol or self.name or self.type or "a resource"

    @property
    def is_existing(self) -> bool:
        """Whether it is only referred to."""
        return self.body.get("existing") is True

    @property
    def is_deployed(self) -> bool:
        """Whether it may be deployed: it is no reference, and its condition is not known to be false."""
        return not self.is_existing and self.value("condition") is not False

    @property
    def api_version(self) -> str:
        """The API version, empty when it is not known."""
        found = self.value("apiVersion")
        return found if isinstance(found, str) else ""

    def value(self, *steps: str) -> Value:
        """Return the value at *steps*, worked out as far as it is known; None when it is absent.

        Members are found in any case, and through variables. What only the deployment knows is an ``Unknown``.
        """
        return self.level.reach(self.body, steps, self._turn)

    def turns(self) -> list[Resource]:
        """Return the resource once for each turn of its loop, when their number is known and small; else itself."""
        count = self.value("copy", "count") if member(self.body, "copy") is not None else None
        if not isinstance(count, int) or isinstance(count, bool) or not 0 < count <= _MOST_TURNS:
            return [self]
        if member(self.body, "resources"):  # children keep to the resource that they are written in
            return [self]
        return [replace(self, turn=number) for number in range(count)]

    @property
    def _turn(self) -> Turn | None:
        if self.turn is None:
            return None
        name = member(member(self.body, "copy"), "name")
        return name.lower() if isinstance(name, str) else "", self.turn

    def place(self, *steps: str) -> JsonPath:
        """Return the path of what is at *steps*, or of the nearest thing around it that is written."""
        path, item = self.path, self.body
        for step in steps:
            key = key_of(item, step)
            if key is None:
                break
            path, item = (*path, key), item[key]  # type: ignore[assignment]
        return path

    @property
    def properties(self) -> Value:
        """The ``properties``, through variables; None when there are none."""
        return self.value("properties")

    @property
    def children(self) -> Iterator[Resource]:
        """The resources of the same template that are children by being written inside, or by type and name."""
        prefix = self.lower_type + "/"
        for other in self.level.resources:
            if other.parent is self or (
                other.lower_type.startswith(prefix) and other.parent is None and _is_below(self, other)
            ):
                yield other


def _is_below(parent: Resource, child: Resource) -> bool:
    one, other = parent.level.text(parent.name), child.level.text(child.name)
    if one is not None and other is not None:
        return other.lower().startswith(one.lower() + "/")
    return _squeezed(parent.name).strip("[]") in _squeezed(child.name) if parent.name else False


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).lower()


@dataclass(slots=True, eq=False)
class Level:
    """A template, the root or a nested one; *owner* is the resource that deploys it.

    *is_inner* tells whether its expressions are its own: a nested template that is not evaluated in its own scope sees
    the names of the template *around* it.
    """

    body: JsonObject
    path: JsonPath
    owner: Resource | None = None
    around: Level | None = None
    is_inner: bool = True
    arguments: Mapping[str, Json] = field(default_factory=dict)
    resources: list[Resource] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    _known: dict[str, Value] = field(default_factory=dict)
    _names: _Names | None = None
    _secret: dict[str, str] | None = None

    @property
    def names(self) -> Level:
        """The level whose parameters and variables the expressions here mean."""
        return self if self.is_inner or self.around is None else self.around.names

    @property
    def parameters(self) -> dict[str, Any]:
        """The declared parameters."""
        return _object(member(self.body, "parameters"))

    @property
    def variables(self) -> dict[str, Any]:
        """The variables, without loops."""
        return {
            name: value for name, value in _object(member(self.body, "variables")).items() if name.lower() != "copy"
        }

    @property
    def outputs(self) -> dict[str, Any]:
        """The outputs."""
        return _object(member(self.body, "outputs"))

    @property
    def is_generated(self) -> bool:
        """Whether another compiler wrote it, as its metadata say."""
        return bool(member(member(self.body, "metadata"), "_generator"))

    def at(self, *steps: str) -> JsonPath:
        """Return the path of what is at *steps* in the template, spelt as it is written."""
        path, item = self.path, self.body
        for step in steps:
            key = key_of(item, step)
            path, item = (*path, key or step), _object(item.get(key)) if key else {}
        return path

    def parameter(self, name: str) -> dict[str, Any] | None:
        """Return the declaration that the parameter *name* has where the expressions here are evaluated."""
        found = member(self.names.parameters, name)
        return found if isinstance(found, dict) else None

    def variable(self, name: str) -> Any:
        """Return the variable *name* as it is written; None when there is none."""
        return member(self.names.variables, name)

    def is_secure(self, name: str) -> bool:
        """Return whether the parameter *name* is declared secure."""
        return is_secure(self.parameter(name), self.names.body)

    def secret_in(self, node: Node | None) -> str | None:
        """Return the part of an expression that gives a secret, as people call it; None when there is none.

        That is a secure parameter, a ``list*`` call, or a variable that holds one of them.
        """
        if node is None:
            return None
        pending: list[Node] = [node]
        while pending:
            item = pending.pop()
            if isinstance(item, Call):
                if item.name.lower() in _NOT_SECRET:
                    continue
                found = self._secret_call(item)
                if found:
                    return found
                arguments = item.arguments[1:] if item.name.lower() == "if" else item.arguments
                pending += arguments
            else:
                pending += list(_below(item))
        return None

    def _secret_call(self, call: Call) -> str | None:
        if is_list_call(call):
            return f"{call.name}()"
        name = literal(call.arguments[0]) if len(call.arguments) == 1 else None
        if name is None:
            return None
        if call.name.lower() == "parameters" and self.is_secure(name):
            return f"the secure parameter '{name}'"
        if call.name.lower() == "variables":
            found = self.names.secret_variables.get(name.lower())
            return f"the variable '{name}', which holds {found}" if found else None
        return None

    @property
    def secret_variables(self) -> dict[str, str]:
        """The variables that hold a secret: lower-case name to what it is."""
        if self._secret is None:
            self._secret = _secret_variables(self)
        return self._secret

    def reach(self, value: Any, steps: Iterable[str], turn: Turn | None = None) -> Value:
        """Return what is at *steps* in *value*, expressions on the way worked out for a *turn* of a loop."""
        found = self.worth(value, turn)
        for step in steps:
            if isinstance(found, Secret):
                return found
            if isinstance(found, Unknown):
                known = found.known
                if not isinstance(known, dict) or key_of(known, step) is None:
                    return found
                found = known
            found = self.worth(member(found, step), turn)
        return found

    def worth(self, value: Any, turn: Turn | None = None) -> Value:
        """Return *value*, or what it comes to when it is an expression."""
        if not isinstance(value, str) or not value.startswith("["):
            return value  # type: ignore[no-any-return]
        if not is_expression(value):
            return unescape(value)
        if turn is not None and "copyindex" in value.lower():
            return self._evaluated(value, turn)
        if value not in self._known:
            self._known[value] = Unknown(Call("unresolved", ()))  # what refers to itself is not known
            self._known[value] = self._evaluated(value)
        return self._known[value]

    def text(self, value: Any) -> str | None:
        """Return the text that *value* comes to; None when that is not known."""
        found = self.worth(value)
        return found if isinstance(found, str) else None

    def _evaluated(self, text: str, turn: Turn | None = None) -> Value:
        names = self.names
        if names._names is None:
            names._names = _Names(names)
        environment = Environment(template=names._names, scope=_SCOPE, site=Site.ANYWHERE)
        if turn is not None:
            environment = replace(environment, index=turn[1], loops={turn[0]: turn[1]})
        try:
            return evaluate(text, environment)
        except ArmlibError:
            return Unknown(Call("unresolved", ()))


_SCOPE: Final = Scope()


def _below(node: Node) -> Iterator[Node]:
    target = getattr(node, "target", None)
    if target is not None:
        yield target


def _secret_variables(level: Level) -> dict[str, str]:
    """Return the secret variables of a level, those that hold other secret variables included."""
    texts = {
        name.lower(): [text for text in _texts(value) if is_expression(text)] for name, value in level.variables.items()
    }
    trees = {name: [node for text in found if (node := parsed(text)) is not None] for name, found in texts.items()}
    secret: dict[str, str] = {}
    users: dict[str, list[str]] = {}
    for name, found in trees.items():
        for node in found:
            for call in calls(node, "variables"):
                used = literal(call.arguments[0]) if call.arguments else None
                if used is not None:
                    users.setdefault(used.lower(), []).append(name)
            told = _direct_secret(level, node)
            if told:
                secret.setdefault(name, told)
    pending = list(secret)
    while pending:
        name = pending.pop()
        for user in users.get(name, ()):
            if user not in secret:
                secret[user] = secret[name]
                pending.append(user)
    return secret


def _direct_secret(level: Level, node: Node) -> str | None:
    for item in nodes(node):
        if is_list_call(item):
            return f"{item.name}()"  # type: ignore[union-attr]
        if isinstance(item, Call) and item.name.lower() == "parameters" and item.arguments:
            name = literal(item.arguments[0])
            if name is not None and level.is_secure(name):
                return f"the secure parameter '{name}'"
    return None


def is_secure(declared: Any, template: Mapping[str, Any]) -> bool:
    """Return whether a parameter, output or type definition has a secure type, through ``$ref`` too."""
    for _ in range(16):
        if not isinstance(declared, Mapping):
            return False
        type_ = member(declared, "type")
        if isinstance(type_, str):
            return is_secure_type(type_)
        reference = declared.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/definitions/"):
            return False
        declared = member(member(template, "definitions"), reference.removeprefix("#/definitions/"))
    return False


class _Names:
    """The names of a level for the evaluator: arguments, else defaults, else unknown."""

    def __init__(self, level: Level) -> None:
        self._level = level

    def parameter(self, name: str) -> Value:
        level = self._level
        declared = level.parameter(name)
        if declared is None:
            raise parameter_not_found(name, level.parameters)
        if is_secure(declared, level.body):
            return Secret(Unknown(Call("parameters", (Literal(name),)), "string"))
        given = key_of(level.arguments, name)
        if given is not None:
            return level.arguments[given]  # type: ignore[return-value]
        if "defaultValue" in declared:
            return _deep(level, declared["defaultValue"])
        return Unknown(Call("parameters", (Literal(name),)))

    def variable(self, name: str) -> Value:
        level = self._level
        if key_of(level.variables, name) is None:
            if name.lower() in _loop_names(level):
                return Unknown(Call("variables", (Literal(name),)), "array")
            raise variable_not_found(name, level.variables)
        return _deep(level, level.variable(name))

    def user_function(self, name: str) -> UserFunction | None:
        return None

    def user_function_names(self) -> tuple[str, ...]:
        return ()


def _deep(level: Level, value: Any) -> Value:
    """Return *value* with the expressions at every depth worked out."""
    if isinstance(value, dict):
        return {name: _deep(level, item) for name, item in value.items()}
    if isinstance(value, list):
        return [_deep(level, item) for item in value]
    return level.worth(value)


def _loop_names(level: Level) -> set[str]:
    loops = member(member(level.body, "variables"), "copy")
    found = [member(loop, "name") for loop in loops] if isinstance(loops, list) else []
    return {name.lower() for name in found if isinstance(name, str)}


@dataclass(frozen=True, eq=False)
class TemplateSubject:
    """A template, the levels in it, and what surrounds it.

    *from_module* tells that it was compiled from a Jsonnet module, where some of what a template should leave open is
    settled on purpose; *is_main* that it is deployed by people, and not linked by another template.
    """

    template: JsonObject
    levels: tuple[Level, ...]
    around: Surroundings = field(default_factory=Surroundings)
    from_module: bool = False
    is_main: bool = True

    @property
    def root(self) -> Level:
        """The template itself."""
        return self.levels[0]

    @cached_property
    def resources(self) -> list[Resource]:
        """Every resource of every level that is no reference, in the order of the document."""
        return [each for level in self.levels for each in level.resources if not each.is_existing]

    @cached_property
    def deployed(self) -> list[Resource]:
        """Those that may be deployed, those of short loops once for each turn."""
        return [each for one in self.resources for each in one.turns() if each.is_deployed]

    @cached_property
    def uses(self) -> list[Use]:
        """Every expression of every level."""
        return [each for level in self.levels for each in level.uses]

    @cached_property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What the installed resource types say."""
        return self.around.types.problems(self.template)

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Yield the resources that may be deployed and have one of *types*, in lower case."""
        for each in self.deployed:
            if each.lower_type in types:
                yield each


@dataclass(frozen=True, eq=False)
class ParametersSubject:
    """An ARM parameters file, and the template that it is for when that is known."""

    value: Json
    template: JsonObject | None = None
    around: Surroundings = field(default_factory=Surroundings)

    @property
    def entries(self) -> dict[str, Any]:
        """The parameters."""
        return _object(member(self.value, "parameters"))


@dataclass(frozen=True, eq=False)
class FormSubject:
    """A form of the portal, and the template that it is for when that is known."""

    value: Json
    template: JsonObject | None = None
    around: Surroundings = field(default_factory=Surroundings)


@dataclass(frozen=True, eq=False)
class SourceSubject:
    """The text of a Jsonnet source, and what its project pins, by the name of the file that says so."""

    text: str
    file: str
    is_entry: bool = True
    pins: Mapping[str, str] = field(default_factory=dict)
    around: Surroundings = field(default_factory=Surroundings)


def _texts(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            pending += item.values()
        elif isinstance(item, list):
            pending += item


def names_used(use: Use) -> Iterator[tuple[str, str | None]]:
    """Yield the names that an expression refers to: ``("parameters", "x")``; None for one known at run time only.

    Of an expression that cannot be read, what looks like a reference counts.
    """
    if use.node is None:
        for kind, name in _LOOSE_NAME.findall(use.text):
            yield kind.lower(), name.replace("''", "'")
        return
    for call in calls(use.node, "parameters", "variables"):
        yield call.name.lower(), literal(call.arguments[0]) if call.arguments else None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
