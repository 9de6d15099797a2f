"""What a template declares by name: its parameters, variables and user functions, each worked out when first read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from armlib.deployment.cell import Cell
from armlib.deployment.problems import Problems, TemplateFault, located, told_of
from armlib.deployment.types import conform, is_nullable, is_secure, resolve, service_name, type_of, where
from armlib.deployment.walk import is_loops, loop_count, loop_name, repeated, walk
from armlib.diagnostics import nearest
from armlib.errors import InputError
from armlib.expressions.environment import Environment, FunctionParameter, Site, UserFunction
from armlib.expressions.faults import EvaluationFault, parameter_not_found, variable_not_found
from armlib.expressions.syntax import Call, Literal
from armlib.expressions.values import Secret, Unknown, Value
from armlib.jsontypes import Json, JsonObject, JsonPath
from armlib.template.limits import MAX_PARAMETERS, MAX_VARIABLES
from armlib.template.nesting import is_new

_PARAMETER_HELP = "Please see https://aka.ms/arm-create-parameter-file for usage details."
_VARIABLE_HELP = "Please see https://aka.ms/arm-template/#variables for usage details."

Arguments = Mapping[str, Cell[Value]]


class Names:
    """The names of one template.

    Args:
        template: The template.
        path: Where the template is in the root template.
        arguments: What its parameters are given, by name.
        unknown_parameters: Whether a required parameter that is given nothing is unknown, not an error.
        environment: Makes the environment that expressions are evaluated in; called when the first one is.
        problems: Where faults are told.
    """

    def __init__(
        self,
        template: JsonObject,
        path: JsonPath,
        arguments: Arguments,
        *,
        unknown_parameters: bool,
        environment: Callable[[], Environment],
        problems: Problems,
    ) -> None:
        self._template = template
        self._path = path
        self._arguments = {name.lower(): cell for name, cell in arguments.items()}
        self._given = tuple(arguments)
        self._unknown_parameters = unknown_parameters
        self._environment = environment
        self._problems = problems
        self._is_new = is_new(template)
        self._running: dict[str, None] = {}  # what is being worked out: a circle is drawn from it
        self._declared = self._section("parameters")
        self._parameters = {name.lower(): self._parameter_cell(name) for name in self._declared}
        self._variable_cells: dict[str, tuple[str, Cell[Value]]] | None = None
        self._functions: dict[str, UserFunction] | None = None

    # What expressions ask for.

    def parameter(self, name: str) -> Value:
        """Return the value of the parameter called *name*."""
        cell = self._parameters.get(name) or self._parameters.get(name.lower())
        if cell is None:
            raise parameter_not_found(name, self._declared)
        return cell.get()

    def variable(self, name: str) -> Value:
        """Return the value of the variable called *name*."""
        found = self._variables.get(name.lower())
        if found is None:
            raise variable_not_found(name, [known for known, _ in self._variables.values()])
        return found[1].get()

    def user_function(self, name: str) -> UserFunction | None:
        """Return the user function of the full name *name*."""
        return self._user_functions().get(name.lower())

    def user_function_names(self) -> Sequence[str]:
        """Return the full names of all user functions."""
        return tuple(function.name for function in self._user_functions().values())

    # What the expansion asks for.

    def check(self) -> bool:
        """Work out every parameter and variable, and tell what is wrong; return False when there are too many."""
        self._check_arguments()
        within = True
        for section, count, most in (
            ("parameters", len(self._parameters), MAX_PARAMETERS),
            ("variables", len(self._variables), MAX_VARIABLES),
        ):
            if count > most:
                message = f"The number of template {section} limit exceeded. Limit: {most} and actual: {count}."
                self._problems.report(TemplateFault(message, (*self._path, section), code="template-limit"))
                within = False
        for cell in (*self._parameters.values(), *(cell for _, cell in self._variables.values())) if within else ():
            try:
                cell.get()
            except TemplateFault as fault:
                self._problems.report(fault)
        return within

    def given_values(self) -> dict[str, Value]:
        """Return the values of the parameters that are given one, by the name they were given under."""
        values: dict[str, Value] = {}
        for name in self._given:
            cell = self._parameters.get(name.lower())
            if cell is not None:
                try:
                    values[name] = cell.get()
                except TemplateFault as fault:
                    self._problems.report(fault)
        return values

    def _section(self, name: str) -> JsonObject:
        found = self._template.get(name)
        if found is None:
            return {}
        if isinstance(found, dict):
            return found
        self._problems.report(
            TemplateFault(f"The member '{name}' of a template must be an object.", (*self._path, name))
        )
        return {}

    def _check_arguments(self) -> None:
        unknown = [name for name in self._given if name.lower() not in self._parameters]
        if not unknown:
            return
        near = nearest(unknown[0], self._declared)
        listed, declared = ", ".join(unknown), ", ".join(self._declared)
        message = (
            "The following parameters were supplied, but do not correspond to any parameters defined in the template: "
            f"'{listed}'. The parameters defined in the template are: '{declared}'."
        )
        hint = f"did you mean '{near}'?" if near else None
        fault = TemplateFault(message, (*self._path, "parameters"), code="parameter-unknown", hint=hint)
        self._problems.report(fault)

    # Parameters.

    def _parameter_cell(self, name: str) -> Cell[Value]:
        path = (*self._path, "parameters", name)

        def compute() -> Value:
            self._running[label] = None
            try:
                return self._parameter_value(name, path)
            except TemplateFault:
                raise
            except InputError as fault:
                raise located(fault, path, f"The template parameter '{name}'") from None
            finally:
                del self._running[label]

        label = f"parameter '{name}'"
        return Cell(compute, lambda: self._circle(label, path))

    def _parameter_value(self, name: str, path: JsonPath) -> Value:
        declared = self._declared[name]
        if not isinstance(declared, dict):
            raise TemplateFault(f"The template parameter '{name}' is not an object.", path)
        schema = resolve(declared, self._template) if "$ref" in declared else declared
        argument = self._arguments.get(name.lower())
        value = argument.get() if argument is not None else None
        if value is None or (isinstance(value, Secret) and value.value is None):
            value = None
            if "defaultValue" in schema:
                path = (*path, "defaultValue")
                value = self._default(name, schema["defaultValue"], path)
            elif not is_nullable(schema):
                return self._missing(name, schema, path, given=argument is not None)
        return self._conforming(name, value, schema, path)

    def _default(self, name: str, default: Json, path: JsonPath) -> Value:
        try:
            return walk(default, replace(self._environment(), site=Site.PARAMETER_DEFAULT), path)
        except TemplateFault as fault:
            if fault.path[: len(path)] != path:
                raise
            raise told_of(f"The template parameter '{name}'", fault) from None

    def _missing(self, name: str, schema: JsonObject, path: JsonPath, *, given: bool) -> Value:
        if self._unknown_parameters:
            unknown = Unknown(Call("parameters", (Literal(name),)), _plain_type(type_of(schema)))
            return Secret(unknown) if is_secure(schema) else unknown
        if given:
            message = f"The value of deployment parameter '{name}' is null. Please specify the value or use the "
            message += "parameter reference. See https://aka.ms/arm-deploy/#parameter-file for details."
            raise TemplateFault(message, path, code="parameter-null", service="InvalidDeploymentParameterValue")
        raise TemplateFault(
            f"The value for the template parameter '{name}' is not provided. {_PARAMETER_HELP}",
            path,
            code="parameter-missing",
            hint="give it with -p NAME=VALUE or -P FILE" if not self._path or self._path[0] == "parameters" else None,
        )

    def _conforming(self, name: str, value: Value, schema: JsonObject, path: JsonPath) -> Value:
        checked, mismatches = conform(value, schema, self._template)
        faults = [
            TemplateFault(
                f"The provided value for the template parameter '{name}'{where(mismatch.path)} is not valid. "
                f"{mismatch.message} {_PARAMETER_HELP}",
                path,
                code=mismatch.code,
                hint=mismatch.hint,
            )
            for mismatch in mismatches
        ]
        for fault in faults[1:]:
            self._problems.report(fault)
        if faults:
            raise faults[0]
        return checked

    # Variables.

    @property
    def _variables(self) -> dict[str, tuple[str, Cell[Value]]]:
        """The variables by lower-case name; made late because the name of a loop may be an expression."""
        if self._variable_cells is None:
            self._variable_cells = {}
            self._variable_cells |= self._declared_variables()
        return self._variable_cells

    def _declared_variables(self) -> dict[str, tuple[str, Cell[Value]]]:
        section = self._section("variables")
        path = (*self._path, "variables")
        cells: dict[str, tuple[str, Cell[Value]]] = {}
        for name, value in section.items():
            if name.lower() == "copy" and is_loops(value):
                cells |= self._variable_loops(value, (*path, name))
            else:
                cells[name.lower()] = name, self._variable_cell(name, value, (*path, name))
        return cells

    def _variable_cell(self, name: str, value: Json, path: JsonPath) -> Cell[Value]:
        def compute() -> Value:
            return walk(value, self._variable_environment(), path)

        return self._told_as_variable(name, path, compute)

    def _variable_loops(self, loops: Any, path: JsonPath) -> dict[str, tuple[str, Cell[Value]]]:
        cells: dict[str, tuple[str, Cell[Value]]] = {}
        for number, loop in enumerate(loops):
            place = (*path, number)
            try:
                name = loop_name(loop, self._variable_environment(), place)
            except TemplateFault as fault:
                self._problems.report(fault)
                continue
            cells[name.lower()] = name, self._variable_loop(name, loop, place)
        return cells

    def _variable_loop(self, name: str, loop: JsonObject, path: JsonPath) -> Cell[Value]:
        def compute() -> Value:
            environment = self._variable_environment()
            count = loop_count(loop["count"], name, environment, (*path, "count"))
            if isinstance(count, Unknown):
                return Unknown(Call("variables", (Literal(name),)), "array")
            return repeated(loop["input"], name, count, environment, (*path, "input"))

        return self._told_as_variable(name, path, compute)

    def _variable_environment(self) -> Environment:
        return replace(self._environment(), site=Site.VARIABLE)

    def _told_as_variable(self, name: str, path: JsonPath, compute: Callable[[], Value]) -> Cell[Value]:
        def told() -> Value:
            self._running[label] = None
            try:
                return compute()
            except TemplateFault as fault:
                if fault.path[: len(path)] != path or fault.code == "circular-dependency":
                    raise  # it comes from a parameter or another variable, and is told there
                raise told_of(f"The template {label}", fault, _VARIABLE_HELP) from None
            finally:
                del self._running[label]

        label = f"variable '{name}'"
        return Cell(told, lambda: self._circle(label, path))

    def _circle(self, label: str, path: JsonPath) -> TemplateFault:
        running = list(self._running)
        drawn = " -> ".join([*running[running.index(label) :], label])
        return TemplateFault(
            f"The template {label} is not valid: circular dependency, its value depends on itself.",
            path,
            code="circular-dependency",
            hint=f"the circle is {drawn}",
        )

    # User functions.

    def _user_functions(self) -> dict[str, UserFunction]:
        if self._functions is None:
            self._functions = {}
            for function in self._declared_functions():
                self._functions[function.name.lower()] = function
        return self._functions

    def _declared_functions(self) -> list[UserFunction]:
        declared: Any = self._template.get("functions")
        found: list[UserFunction] = []
        for namespace in declared if isinstance(declared, list) else []:
            members = namespace.get("members") if isinstance(namespace, dict) else None
            for name, body in members.items() if isinstance(members, dict) else ():
                if isinstance(body, dict):
                    found.append(self._function(f"{namespace.get('namespace')}.{name}", body))
        return found

    def _function(self, name: str, body: JsonObject) -> UserFunction:
        output = body.get("output")
        schema: JsonObject = output if isinstance(output, dict) else {}
        declared: Any = body.get("parameters")
        parameters = tuple(
            FunctionParameter(name=str(parameter.get("name")), check=self._checker(name, parameter))
            for parameter in (declared if isinstance(declared, list) else [])
            if isinstance(parameter, dict)
        )
        return UserFunction(
            name=name,
            parameters=parameters,
            output=schema.get("value"),
            sees_template=self._is_new,
            check=self._checker(name, schema),
        )

    def _checker(self, function: str, schema: JsonObject) -> Callable[[Value], Value]:
        parameter = schema.get("name")
        what = f"parameter '{parameter}'" if "name" in schema else "output"

        def check(value: Value) -> Value:
            checked, mismatches = conform(value, schema, self._template)
            for mismatch in mismatches:
                raise EvaluationFault(
                    f"The value of the {what} of the template function '{function}'{where(mismatch.path)} is not "
                    f"valid. {mismatch.message}",
                    code=mismatch.code,
                    hint=mismatch.hint,
                )
            return checked

        return check


def output_type(schema: JsonObject) -> str:
    """Return the type that an output with the resolved *schema* is shown with, as the service spells it."""
    type_ = type_of(schema)
    return service_name(type_) if type_ else "Any"


VALUE_OF_A_SECRET = "listSecretValue"  # noqa: S105 - what the secret of a Key Vault is asked; the name is ours


def key_vault_secret(name: str, reference: Value = None) -> Value:
    """Return the value of the parameter *name* when it is the secret of a Key Vault: not known, and not to be shown.

    *reference* is ``{keyVault: {id}, secretName, secretVersion}``; where it says which secret it is, the expression
    that is left asks for that one.
    """
    vault = reference.get("keyVault") if isinstance(reference, dict) else None
    id_ = vault.get("id") if isinstance(vault, dict) else None
    secret = reference.get("secretName") if isinstance(reference, dict) else None
    if isinstance(id_, str) and isinstance(secret, str):
        asked = Call(VALUE_OF_A_SECRET, (Literal(f"{id_.rstrip('/')}/secrets/{secret}"),))
        return Secret(Unknown(asked, "string"))
    return Secret(Unknown(Call("parameters", (Literal(name),)), "string"))


def _plain_type(type_: str | None) -> str | None:
    return {"securestring": "string", "secureobject": "object"}.get(type_ or "", type_)
