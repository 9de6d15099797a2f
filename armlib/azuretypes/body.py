"""One resource body against the definition of its type: a pure function from values to diagnostics.

Strings of a template that are expressions, and unknown and secret values of an expanded resource, can be anything; of
them only what can be seen is checked: what they are built from, and the type of what comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from armlib.azuretypes.corrections import Exceptions
from armlib.azuretypes.expression import TemplateValues, runtime_call_of, tree_of
from armlib.azuretypes.model import (
    AnyType,
    ArrayType,
    BooleanType,
    Definitions,
    EnumType,
    IntegerType,
    ObjectType,
    Property,
    ResourceType,
    StringType,
    Type,
    UnionType,
    VariantType,
)
from armlib.azuretypes.pattern import matches
from armlib.azuretypes.spelling import misspelt
from armlib.azuretypes.words import (
    LONGEST_SHOWN,
    SHOWN_VALUES,
    expected,
    kind_of,
    known_names,
    one_of,
    quoted,
    range_of,
    short,
    with_article,
)
from armlib.diagnostics import Diagnostic, Severity, nearest
from armlib.expressions.parser import is_expression
from armlib.expressions.values import Secret, Unknown
from armlib.jsontypes import JsonPath

# keys of a resource that belong to the template language, and that no definition need have; a location is taken, and
# without effect, on resources that have none
ENVELOPE: Final = frozenset(
    [
        "type",
        "apiversion",
        "condition",
        "copy",
        "dependson",
        "comments",
        "metadata",
        "scope",
        "existing",
        "resources",
        "import",
        "extension",
        "@onlyifnotexists",
        "@options",
        "asserts",
        "location",
    ]
)
# keys that ARM takes on every resource; a provider that does not know one ignores it
_COMMON: Final = frozenset(
    ["tags", "sku", "kind", "plan", "identity", "zones", "managedby", "extendedlocation", "etag", "scale"]
)
# keys of the template language that a misspelt one may mean
_KEYS: Final = ("type", "apiVersion", "condition", "copy", "dependsOn", "comments", "metadata", "scope", "resources")
_MISSPELT: Final = 0.8  # likeness to a known name, of 1, from which an unknown one counts as that name misspelt
_DEEPEST: Final = 200  # steps of a path; recursive types would follow a template that nests without an end
_NO_VALUES: Final = TemplateValues()


class Body(NamedTuple):
    """A resource body to check.

    Attributes:
        value: The resource as it is written.
        type: Its definition.
        path: Where it stands.
        name: The last segment of its name when that is known.
        nearest: Whether the definition is of another version than was asked for; then nothing is an error.
        existing: Whether the resource is only referred to.
        values: What expressions can name; None when strings are plain, as in expanded resources.
        exceptions: What is accepted though the definition denies it.
        further: Keys, folded, that this resource may have beside those of every resource.
        starts_alone: Whether what must be known before the deployment starts is checked.
    """

    value: Mapping[str, Any]
    type: ResourceType
    path: JsonPath = ()
    name: str | None = None
    nearest: bool = False
    existing: bool = False
    values: TemplateValues | None = _NO_VALUES
    exceptions: Exceptions | None = None
    further: frozenset[str] = frozenset()
    starts_alone: bool = True


def check_body(body: Body, definitions: Definitions) -> list[Diagnostic]:
    """Return what is wrong with a resource body, inner objects first."""
    return _Walk(body, definitions).run()


class _Walk:
    """The way through one body; *found* gathers what is wrong."""

    def __init__(self, body: Body, definitions: Definitions) -> None:
        self._body = body
        self._resolve = definitions.resolve
        self._values = body.values
        self._names = body.values or _NO_VALUES
        self.found: list[Diagnostic] = []

    def run(self) -> list[Diagnostic]:
        """Check the whole body."""
        type_ = self._resolve(self._body.type.body)
        value = self._body.value
        if isinstance(type_, VariantType):
            type_ = self._root_variant(type_)
        if not isinstance(type_, ObjectType):
            return self.found
        if self._body.existing:
            type_ = ObjectType.of(type_.name, {k: v for k, v in type_.properties.items() if k == "name"}, AnyType())
        self._object(value, type_, self._body.path, self._body.exceptions, root=True)
        return self.found

    def _root_variant(self, type_: VariantType) -> ObjectType:
        if type_.discriminator.casefold() != "name":
            return self._variant(self._body.value, type_, self._body.path, self._body.exceptions)
        variant = None if self._body.name is None else type_.variant(self._body.name)
        if self._body.name is not None and variant is None:
            exceptions = self._body.exceptions.at("name") if self._body.exceptions else None
            path = (*self._body.path, "name")
            self._not_listed(self._body.name, tuple(type_.variants), path, exceptions, what="variant")
        return type_.whole(variant, self._resolve)

    # values

    def _check(self, value: Any, type_: Type, path: JsonPath, exceptions: Exceptions | None) -> None:
        if value is None or len(path) > _DEEPEST or (exceptions is not None and "any" in exceptions.kinds):
            return
        type_ = self._resolve(type_)
        if isinstance(type_, AnyType):
            return
        if isinstance(value, Secret):
            return
        if isinstance(value, Unknown) or (isinstance(value, str) and self._is_expression(value)):
            self._deferred(value, type_, path)
        elif isinstance(type_, ObjectType):
            self._object(value, type_, path, exceptions)
        elif isinstance(type_, EnumType):
            self._enumeration(value, type_, path, exceptions)
        elif isinstance(type_, StringType):
            self._text(value, type_, path)
        elif isinstance(type_, ArrayType):
            self._list(value, type_, path, exceptions)
        elif isinstance(type_, VariantType):
            if isinstance(value, Mapping):
                self._object(value, self._variant(value, type_, path, exceptions), path, exceptions)
            else:
                self._wrong_type(value, type_, path)
        elif isinstance(type_, BooleanType):
            self._boolean(value, type_, path)
        elif isinstance(type_, IntegerType):
            self._number(value, type_, path)
        elif isinstance(type_, UnionType):
            self._union(value, type_, path, exceptions)

    def _is_expression(self, text: str) -> bool:
        return self._values is not None and text.startswith("[") and is_expression(text)

    def _deferred(self, value: str | Unknown, type_: Type, path: JsonPath) -> None:
        """Check what can be seen of a value that only the deployment knows."""
        if isinstance(value, Unknown):
            result = value.type or self._names.result_type(value.expression)
        else:
            result = self._names.result_type(tree_of(value))
        wanted = _shape(type_)
        if result is not None and wanted is not None and _shape_of_result(result) not in (None, wanted):
            given = f"an expression that gives {with_article(result)}"
            self._add("wrong-type", f"expected {expected(type_)}, got {given}", path)
        if isinstance(value, str) and isinstance(type_, StringType | ObjectType) and type_.sensitive:
            source = self._names.unsecured(value)
            if source is not None:
                self._insecure(source, path)

    def _object(
        self, value: Any, type_: ObjectType, path: JsonPath, exceptions: Exceptions | None, *, root: bool = False
    ) -> None:
        if not isinstance(value, Mapping):
            self._wrong_type(value, type_, path)
            return
        present: set[str] = set()
        strange: list[str] = []
        for name, content in value.items():
            folded = name.casefold()
            known = type_.properties.get(name) or type_.folded.get(folded)
            if known is None:
                strange.append(name)
                continue
            if content is not None:
                present.add(folded)
            if not (root and folded in ENVELOPE and known.read_only):
                below = exceptions.at(name) if exceptions is not None else None
                self._property(name, content, known, (*path, name), below)
        unknown: list[str] = []
        open_keys = False
        for name in strange:
            if self._is_expression(name):
                open_keys = True
            elif not root and name.casefold() == "copy" and isinstance(value[name], list):
                present |= self._loops(value[name], type_, (*path, name), exceptions)
            elif not self._is_further(name, value[name], type_, (*path, name), exceptions, root=root):
                unknown.append(name)
        missing = [each for each in type_.required if each.name.casefold() not in present]
        if missing or unknown:
            self._names_of(type_, value, unknown, [] if open_keys else missing, path, exceptions)

    def _is_further(
        self, name: str, value: Any, type_: ObjectType, path: JsonPath, exceptions: Exceptions | None, *, root: bool
    ) -> bool:
        """Return whether a key may stand beside the properties; its value is checked when its type is known."""
        if value is None or (root and (name.casefold() in ENVELOPE or name.casefold() in self._body.further)):
            return True
        below = exceptions.at(name) if exceptions is not None else None
        if below is not None and "any" in below.kinds:
            return True
        if type_.further is None:
            return False
        self._check(value, type_.further, path, below)
        return True

    def _property(self, name: str, value: Any, known: Property, path: JsonPath, exceptions: Exceptions | None) -> None:
        if name != known.name:
            self._add(
                "property-case",
                f"'{name}' is spelt '{known.name}'",
                path,
                Severity.WARNING,
                hint="Azure accepts both, other tools may not",
            )
        if known.flags:
            if known.read_only:
                if value is not None and not (exceptions is not None and exceptions.kinds & {"written", "any"}):
                    self._add(
                        "readonly-write",
                        f"'{known.name}' is set by Azure and cannot be written",
                        path,
                        Severity.WARNING,
                        hint="leave it out",
                    )
                return
            if known.constant and self._body.starts_alone:
                self._constant(value, known.name, path)
        if self._is_of_root(path) and known.name == "name" and isinstance(value, str):
            value = self._body.name
        self._check(value, known.type, path, exceptions)

    def _constant(self, value: Any, name: str, path: JsonPath) -> None:
        call = None
        if isinstance(value, Unknown):
            call = runtime_call_of(value.expression)
        elif isinstance(value, str) and self._is_expression(value):
            call = self._names.runtime_call(value)
        if call is not None:
            self.found.append(not_constant(name, call, path))

    def _loops(
        self, loops: Sequence[Any], type_: ObjectType, path: JsonPath, exceptions: Exceptions | None
    ) -> set[str]:
        """Check ``"copy": [{"name": "p", "input": …}]``, which stands for a list ``p``; return the folded names."""
        names: set[str] = set()
        for at, loop in enumerate(loops):
            name = loop.get("name") if isinstance(loop, Mapping) else None
            if not isinstance(name, str) or self._is_expression(name):
                continue
            names.add(name.casefold())
            known = type_.folded.get(name.casefold())
            below = exceptions.at(name) if exceptions is not None else None
            if known is None and type_.further is None:
                if below is None or "any" not in below.kinds:
                    self._unknown(name, type_, (*path, at, "name"))
                continue
            list_type = self._resolve(known.type if known is not None else type_.further or AnyType())
            if known is not None and known.read_only:
                self._property(name, [], known, (*path, at), below)
            elif isinstance(list_type, ArrayType):
                self._check(loop.get("input"), list_type.item, (*path, at, "input"), below)
            elif not isinstance(list_type, AnyType):
                self._wrong_type([], list_type, (*path, at))
        return names

    def _names_of(
        self,
        type_: ObjectType,
        value: Mapping[str, Any],
        unknown: Sequence[str],
        missing: Sequence[Property],
        path: JsonPath,
        exceptions: Exceptions | None,
    ) -> None:
        """Report unknown and missing properties; one that is both, misspelt, is reported once."""
        absent = [each for each in missing if not self._may_miss(each.name, exceptions)]
        meant = set()
        for name in unknown:
            meant.add(self._unknown(name, type_, (*path, name), value))
        for each in absent:
            if each.name in meant:
                continue
            null = any(name.casefold() == each.name.casefold() for name in value)
            self._add(
                "required-missing",
                f"'{each.name}' is required" + (", and null" if null else ""),
                path,
                Severity.WARNING if null else Severity.ERROR,
                hint=f"expected {expected(self._resolve(each.type))}",
            )

    @staticmethod
    def _may_miss(name: str, exceptions: Exceptions | None) -> bool:
        below = exceptions.at(name) if exceptions is not None else None
        return below is not None and bool(below.kinds & {"absent", "any"})

    def _unknown(
        self, name: str, type_: ObjectType, path: JsonPath, value: Mapping[str, Any] | None = None
    ) -> str | None:
        """Report a property that does not exist; return the one that was probably meant."""
        given = {each.casefold() for each in value or ()}
        free = [each.name for each in type_.properties.values() if not each.read_only]
        free += _KEYS if self._is_of_root(path) else ()
        likely = nearest(name, [each for each in free if each.casefold() not in given])
        hint = self._elsewhere(name, type_, path) if likely is None else None
        hint = hint or (f"did you mean '{likely}'?" if likely else known_names(free))
        if self._is_of_root(path) and name.casefold() in _COMMON:
            likely, hint = None, "Azure ignores it"
        severity = Severity.ERROR if likely and _likeness(name, likely) >= _MISSPELT else Severity.WARNING
        message = f"'{short(name)}' is no property of {type_.name or 'this object'}"
        self._add("unknown-property", message, path, severity, hint=hint)
        return likely

    def _elsewhere(self, name: str, type_: ObjectType, path: JsonPath) -> str | None:
        """Return what to say of a name that belongs into ``properties``, or beside them."""
        inner = type_.properties.get("properties")
        below = self._resolve(inner.type) if inner is not None else None
        if isinstance(below, ObjectType) and name.casefold() in _folded_names(below):
            return "it goes into 'properties'"
        root = self._resolve(self._body.type.body)
        is_in_properties = path[len(self._body.path) : -1] == ("properties",)
        if is_in_properties and isinstance(root, ObjectType) and name.casefold() in _folded_names(root):
            return "it goes beside 'properties', not into them"
        return None

    def _is_of_root(self, path: JsonPath) -> bool:
        return len(path) == len(self._body.path) + 1

    def _variant(
        self, value: Mapping[str, Any], type_: VariantType, path: JsonPath, exceptions: Exceptions | None
    ) -> ObjectType:
        """Return the object that the discriminator chooses; report when it chooses none."""
        tag = type_.discriminator
        given = next((name for name in value if name.casefold() == tag.casefold()), None)
        if given is None:
            if not any(self._is_expression(name) for name in value) and not self._may_miss(tag, exceptions):
                self._add(
                    "required-missing",
                    f"'{tag}' is required: it says which variant of {type_.name} this is",
                    path,
                    hint=one_of(tuple(type_.variants)),
                )
            return self._any_variant(type_)
        chosen = value[given]
        if not isinstance(chosen, str) or self._is_expression(chosen):
            if chosen is not None and not isinstance(chosen, str | Unknown | Secret):
                self._add(
                    "wrong-type", f"expected {one_of(tuple(type_.variants))}, got {kind_of(chosen)}", (*path, given)
                )
            return self._any_variant(type_)
        variant = type_.variant(chosen)
        if variant is None:
            below = exceptions.at(tag) if exceptions is not None else None
            self._not_listed(chosen, tuple(type_.variants), (*path, given), below, what="variant")
            return self._any_variant(type_)
        return type_.whole(variant, self._resolve)

    def _any_variant(self, type_: VariantType) -> ObjectType:
        whole = type_.whole(None, self._resolve)
        properties = {**whole.properties, type_.discriminator: Property(type_.discriminator, AnyType())}
        return ObjectType.of(whole.name, properties, whole.further)

    def _enumeration(self, value: Any, type_: EnumType, path: JsonPath, exceptions: Exceptions | None) -> None:
        if isinstance(value, str):
            if value in type_.values:
                return
            if exceptions is not None and value in exceptions.values:
                return
            same = nearest_case(value, type_.values)
            if type_.open and same is None:
                self._not_known(value, type_, path)
            elif type_.open:
                return  # Azure takes both, and very many write them so
            elif same is not None:
                self._add("enum-case", f"'{value}' is spelt '{same}'", path, Severity.WARNING)
            else:
                self._not_listed(value, type_.values, path, exceptions, what="value")
        elif not isinstance(value, Mapping | list) and str(value) in type_.values:
            self._loose(value, type_, path)
        else:
            self._wrong_type(value, type_, path)

    def _not_known(self, value: str, type_: EnumType, path: JsonPath) -> None:
        """Report a value that an open enumeration lists otherwise spelt; any other may be one that it does not know."""
        likely = misspelt(value, type_.values) if len(value) <= LONGEST_SHOWN else None
        if likely is not None:
            hint = f"did you mean '{likely}'? Azure may know values that are not listed"
            self._add("enum-near", f"'{value}' is none of the known values", path, Severity.WARNING, hint=hint)

    def _not_listed(
        self, value: str, known: tuple[str, ...], path: JsonPath, exceptions: Exceptions | None, *, what: str
    ) -> None:
        if exceptions is not None and nearest_case(value, exceptions.values) is not None:
            return
        likely = nearest(value, known)
        hint = f"did you mean '{likely}'?" if likely and len(known) > SHOWN_VALUES else one_of(known)
        self._add("enum-value", f"'{short(value)}' is no allowed {what}", path, hint=hint)

    def _text(self, value: Any, type_: StringType, path: JsonPath) -> None:
        if not isinstance(value, str):
            scalar = isinstance(value, bool | int | float)
            self._wrong_type(value, type_, path, Severity.WARNING if scalar else Severity.ERROR)
            return
        if type_.sensitive and value and self._values is not None:
            self._insecure("a literal", path)
        if self._values is not None and value.startswith("[["):
            value = value[1:]
        shown = "the secret" if type_.sensitive else f"'{short(value)}'"
        if type_.minimum_length is not None and len(value) < type_.minimum_length:
            self._add("length", f"{shown} has {len(value)} characters, fewer than {type_.minimum_length}", path)
        if type_.maximum_length is not None and len(value) > type_.maximum_length:
            self._add("length", f"{shown} has {len(value)} characters, more than {type_.maximum_length}", path)
        if type_.pattern is not None and matches(type_.pattern, value) is False:
            self._add("pattern", f"{shown} does not match {type_.pattern}", path)

    def _boolean(self, value: Any, type_: Type, path: JsonPath) -> None:
        if isinstance(value, bool):
            return
        if isinstance(value, str) and value.casefold() in ("true", "false", ""):
            self._loose(value, type_, path)
        else:
            self._wrong_type(value, type_, path)

    def _number(self, value: Any, type_: IntegerType, path: JsonPath) -> None:
        number = value
        if value == "":
            self._loose(value, type_, path)
            return
        if isinstance(value, str):
            number = _parsed(value)
            if number is not None:
                self._loose(value, type_, path)
        if isinstance(number, bool) or not isinstance(number, int | float):
            self._wrong_type(value, type_, path)
            return
        if type_.minimum is not None and number < type_.minimum:
            self._add("out-of-range", f"{short(str(number))} is less than {type_.minimum}", path, hint=range_of(type_))
        if type_.maximum is not None and number > type_.maximum:
            self._add("out-of-range", f"{short(str(number))} is more than {type_.maximum}", path, hint=range_of(type_))

    def _list(self, value: Any, type_: ArrayType, path: JsonPath, exceptions: Exceptions | None) -> None:
        if not isinstance(value, list | tuple):
            self._wrong_type(value, type_, path)
            return
        if type_.minimum_length is not None and len(value) < type_.minimum_length:
            self._add("length", f"the list has {len(value)} items, fewer than {type_.minimum_length}", path)
        if type_.maximum_length is not None and len(value) > type_.maximum_length:
            self._add("length", f"the list has {len(value)} items, more than {type_.maximum_length}", path)
        for at, item in enumerate(value):
            self._check(item, type_.item, (*path, at), exceptions)

    def _union(self, value: Any, type_: UnionType, path: JsonPath, exceptions: Exceptions | None) -> None:
        before = self.found
        attempts = []
        for member in type_.members:
            self.found = []
            self._check(value, member, path, exceptions)
            attempts.append(self.found)
        self.found = before + min(attempts, key=len, default=[])

    # findings

    def _loose(self, value: Any, type_: Type, path: JsonPath) -> None:
        message = f"expected {expected(type_)}, got {kind_of(value)} {quoted(value)}"
        self._add("loose-type", message, path, Severity.NOTE, hint="Azure converts it")

    def _wrong_type(self, value: Any, type_: Type, path: JsonPath, severity: Severity = Severity.ERROR) -> None:
        sensitive = isinstance(type_, StringType | ObjectType) and type_.sensitive
        shown = "" if sensitive or isinstance(value, Mapping | list | tuple) else f" {quoted(value)}"
        hint = "write it as a string; Azure converts some" if severity is Severity.WARNING else None
        self._add("wrong-type", f"expected {expected(type_)}, got {kind_of(value)}{shown}", path, severity, hint=hint)

    def _insecure(self, source: str, path: JsonPath) -> None:
        self._add(
            "insecure-secret",
            f"a secret comes from {source}",
            path,
            Severity.WARNING,
            hint="take it from a secureString parameter, a key vault, or a list*() function",
        )

    def _add(
        self, code: str, message: str, path: JsonPath, severity: Severity = Severity.ERROR, *, hint: str | None = None
    ) -> None:
        if self._body.nearest and severity is Severity.ERROR:
            severity = Severity.WARNING
        self.found.append(Diagnostic(code=code, severity=severity, message=message, path=path, hint=hint))


def not_constant(name: str, call: str, path: JsonPath) -> Diagnostic:
    """Return the error that *name*, which must be known before the deployment starts, calls a runtime function."""
    return Diagnostic(
        code="deploy-time-constant",
        severity=Severity.ERROR,
        message=f"'{name}' must be known before the deployment starts, but calls {call}()",
        path=path,
        hint="compute it from parameters, or move the resource into a nested deployment that is given the value",
    )


def nearest_case(value: str, known: Iterable[str]) -> str | None:
    """Return the text of *known* that differs from *value* in case or blanks only: ``SystemAssigned,UserAssigned``."""
    folded = _folded(value)
    return next((each for each in known if _folded(each) == folded), None)


def _folded_names(type_: ObjectType) -> set[str]:
    return {each.name.casefold() for each in type_.properties.values() if not each.read_only}


def _folded(text: str) -> str:
    return text.replace(" ", "").casefold()


def _likeness(one: str, other: str) -> float:
    import difflib

    return difflib.SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def _shape(type_: Type) -> str | None:
    match type_:
        case ObjectType() | VariantType():
            return "object"
        case ArrayType():
            return "array"
        case BooleanType() | IntegerType() | StringType() | EnumType():
            return "scalar"
    return None


def _shape_of_result(result: str) -> str | None:
    if result in ("object", "array"):
        return result
    return "scalar" if result in ("string", "int", "bool") else None


def _parsed(text: str) -> float | None:
    """Return the number that *text* is written as, or None."""
    if re.fullmatch(r"\s*[+-]?\d{1,18}\s*", text, re.ASCII):
        return int(text)
    return float(text) if re.fullmatch(r"\s*[+-]?\d{1,18}\.\d{1,18}\s*", text, re.ASCII) else None
