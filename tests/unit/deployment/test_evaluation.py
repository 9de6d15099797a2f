from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import armlib
from armlib.cli import main
from tests.unit.deployment.samples import ACCOUNT, GROUP, account, output, resource, template

Run = Callable[..., tuple[int, str, str]]
MODULE = """
local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: {
    name: { type: 'string' },
    password: { type: 'secureString' },
  },
  account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
    name: $.arguments.name,
    properties: { secret: $.arguments.password },
  },
  id:: $.account.id,
}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Runs ``armlib eval`` in a folder of its own; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["eval", *words])
        shown = capfdbinary.readouterr()
        return code, shown.out.decode(), shown.err.decode()

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Any], str]:
    def write(name: str, value: Any) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return str(path)

    return write


Write = Callable[[str, Any], str]
SIMPLE = template(
    parameters={
        "name": {"type": "string"},
        "count": {"type": "int", "defaultValue": 1},
        "list": {"type": "array", "defaultValue": []},
    },
    resources=[account("[parameters('name')]")],
    outputs={
        "o": output("[format('{0} {1} {2}', parameters('name'), parameters('count'), length(parameters('list')))]")
    },
)


def test_the_default_is_a_tree(run: Run, write: Write) -> None:
    code, out, err = run(write("main.json", SIMPLE), "-p", "name=a")
    assert (code, err) == (0, "")
    assert out.startswith(
        f"{GROUP}\n└── Microsoft.Storage/storageAccounts a (2022-09-01)\noutputs\n└── o (String) = a 1 0\n"
    )


def test_json_has_everything_and_nothing_else(run: Run, write: Write) -> None:
    code, out, _ = run(write("main.json", SIMPLE), "-p", "name=a", "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert set(found) == {"resources", "outputs", "asserts", "templateHash", "diagnostics"}
    assert found["resources"][0] == {
        "id": ACCOUNT + "a",
        "name": "a",
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2022-09-01",
        "scope": GROUP,
        "dependsOn": [],
    }


def test_arguments_are_read_by_the_declared_type(run: Run, write: Write) -> None:
    entry = write("main.json", SIMPLE)
    words = ("-p", "name=12", "-p", "count=3", "-p", "list=[1, 2]", "--format", "json")
    assert json.loads(run(entry, *words)[1])["outputs"]["o"]["value"] == "12 3 2"
    code, out, _ = run(entry, "-p", "name=x", "-p", "count=many", "--format", "json")
    assert code == 1
    assert json.loads(out)["diagnostics"][0]["code"] == "type-mismatch"


def test_arguments_come_from_files_too(run: Run, write: Write) -> None:
    entry = write("main.json", SIMPLE)
    file = write(
        "p.json",
        {"$schema": "x/deploymentParameters.json#", "parameters": {"name": {"value": "f"}, "count": {"value": 2}}},
    )
    assert "= f 2 0" in run(entry, "-P", file)[1]
    assert "= f 7 0" in run(entry, "-P", file, "-p", "count=7")[1]


def test_a_key_vault_reference_in_a_parameters_file_is_secret(run: Run, write: Write) -> None:
    text = template(
        parameters={"pw": {"type": "securestring"}}, resources=[account("a", properties={"k": "[parameters('pw')]"})]
    )
    vault = {
        "keyVault": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v"},
        "secretName": "n",
    }
    file = write(
        "p.json",
        {"$schema": "x/deploymentParameters.json#", "contentVersion": "1", "parameters": {"pw": {"reference": vault}}},
    )
    code, out, _ = run(write("main.json", text), "-P", file, "--format", "json")
    assert code == 0
    assert json.loads(out)["resources"][0]["properties"] == {"k": "***"}


def test_wrong_input_ends_with_1_and_shows_what_there_is(run: Run, write: Write) -> None:
    text = json.dumps(template(resources=[account("a"), account("b", tags={"x": "[foo()]"})]), indent=1)
    code, out, err = run(write("main.json", text))
    assert code == 1
    assert "storageAccounts a" in out
    line = text[: text.index('"x": ')].count("\n") + 1
    assert f"main.json:{line}:5: error: InvalidTemplate: The template function 'foo' is not valid." in err
    assert "[foo()]\n" in err
    assert "|  ^^^^^\n" in err
    assert "in resources[1].tags.x\n" in err


@pytest.mark.parametrize(
    ("text", "code"),
    [("hello", "json-syntax"), ("[]", "not-an-object"), ("", "json-syntax"), ("[" * 100_000, "json-syntax")],
)
def test_a_file_that_is_no_template_is_told(run: Run, write: Write, text: str, code: str) -> None:
    exit_code, out, _ = run(write("main.json", text), "--format", "json")
    found = json.loads(out)
    assert exit_code == 1
    assert (found["resources"], [entry["code"] for entry in found["diagnostics"]]) == ([], [code])


def test_a_file_that_is_far_too_large_is_not_read(run: Run, write: Write) -> None:
    code, _, err = run(write("main.json", '{"a":"' + "x" * (9 << 20) + '"}'))
    assert code == 1
    assert "9 MB large; the limit of a template is 4 MB" in err


def test_a_file_that_is_not_there_is_told(run: Run) -> None:
    assert run("nowhere.json")[0] == 1


def test_templates_may_have_comments(run: Run, write: Write) -> None:
    entry = write(
        "main.json", '{ // one\n "resources": [], /* two */ "outputs": {"o": {"type": "string", "value": "a\nb"}}, }'
    )
    assert "o (String) = a b" in run(entry)[1]


def test_one_expression(run: Run, write: Write) -> None:
    entry = write("main.json", SIMPLE)
    assert run(entry, "-p", "name=a", "--expression", "[toUpper(parameters('name'))]") == (0, "A\n", "")
    assert run(entry, "-p", "name=a", "--expression", "createArray(1, 'x')")[1] == '[\n  1,\n  "x"\n]\n'
    code, out, err = run(entry, "-p", "name=a", "--expression", "[nope()]")
    assert (code, out) == (1, "")
    assert "The template function 'nope' is not valid" in err
    assert json.loads(run(entry, "-p", "name=a", "--expression", "[add(1, 1)]", "--format", "json")[1])["value"] == 2


def test_options_win_over_the_context(run: Run, write: Write) -> None:
    text = template(
        "subscription",
        variables={"d": "[format('{0} {1}', deployment().location, deployment().name)]"},
        outputs={
            "o": output("[format('{0} {1} {2}', subscription().subscriptionId, tenant().tenantId, variables('d'))]"),
        },
    )
    context = write("c.json", {"subscriptionId": "s", "tenantId": "t", "location": "l", "deploymentName": "n"})
    entry = write("main.json", text)
    assert "= s t l n\n" in run(entry, "--context", context)[1]
    words = ("--scope", "/subscriptions/S", "--tenant", "T", "--location", "L", "--name", "N")
    assert "= S T L N\n" in run(entry, "--context", context, *words)[1]
    assert " main\n" in run(entry, "--location", "L")[1]


def test_a_wrong_scope_or_context_is_told(run: Run, write: Write) -> None:
    entry = write("main.json", SIMPLE)
    assert "is not a scope" in run(entry, "--scope", "nowhere")[2]
    assert "did you mean 'tenantId'?" in run(entry, "--context", write("c.json", {"tenantID": "x"}))[2]


def test_missing_parameters_may_be_unknown(run: Run, write: Write) -> None:
    entry = write("main.json", SIMPLE)
    assert run(entry)[0] == 1
    code, out, _ = run(entry, "--allow-missing")
    assert code == 0
    assert "[format('{0} {1} {2}', parameters('name'), 1, 0)]" in out


def test_a_module_is_compiled_first_and_its_secrets_stay_secret(run: Run, write: Write) -> None:
    entry = write("main.jsonnet", MODULE)
    code, out, err = run(entry, "-p", "name=stexample", "-p", "password=hunter2", "--format", "json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["resources"][0]["name"] == "stexample"
    assert found["resources"][0]["properties"] == {"secret": "***"}
    assert "hunter2" not in out


def test_a_module_that_does_not_compile_is_told(run: Run, write: Write) -> None:
    code, out, _ = run(write("main.jsonnet", MODULE), "-p", "nmae=x", "--format", "json")
    assert code == 1
    assert json.loads(out)["resources"] == []
    assert json.loads(out)["diagnostics"]


def test_a_template_may_come_from_stdin(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(SIMPLE).encode())))
    assert "storageAccounts a" in run("-", "-p", "name=a")[1]
    assert list(tmp_path.iterdir()) == []


def test_linked_templates_are_read_beside_the_entry(run: Run, write: Write) -> None:
    link = {"mode": "Incremental", "templateLink": {"relativePath": "sub/leaf.json"}}
    write("sub/leaf.json", template(resources=[account("leaf")]))
    entry = write("main.json", template(resources=[resource("Microsoft.Resources/deployments", "l", properties=link)]))
    assert "storageAccounts leaf" in run(entry)[1]


@pytest.fixture
def server() -> Iterator[str]:
    """An HTTP server that has one template, at ``/leaf.json``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.startswith("/leaf.json")
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(json.dumps(template(resources=[account("leaf")])).encode() if found else b"")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as above
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()
        thread.join()


def test_the_network_is_used_only_when_asked(run: Run, write: Write, server: str) -> None:
    def entry(path: str) -> str:
        link = {"mode": "Incremental", "templateLink": {"uri": f"{server}/{path}?sig=hunter2"}}
        return write(
            "main.json", template(resources=[resource("Microsoft.Resources/deployments", "l", properties=link)])
        )

    code, out, err = run(entry("leaf.json"))
    assert (code, "leaf" in out) == (0, False)
    assert "cannot be loaded offline" in err
    code, out, _ = run(entry("leaf.json"), "--network")
    assert (code, "storageAccounts leaf" in out) == (0, True)
    code, _, err = run(entry("gone.json"), "--network")
    assert code == 1
    assert "InvalidContentLink" in err


# From Python.


def test_the_function_gives_what_the_command_prints(run: Run, write: Write) -> None:
    entry = write("main.json", SIMPLE)
    printed = json.loads(run(entry, "-p", "name=a", "--name", "d", "--format", "json")[1])
    assert armlib.evaluate(entry, {"name": "a"}, name="d") == printed
    assert armlib.evaluate(SIMPLE, {"name": "a"}, name="d") == printed


def test_the_function_compiles_modules(write: Write) -> None:
    found: Any = armlib.evaluate(write("main.jsonnet", MODULE), {"name": "stexample", "password": "hunter2"})
    assert found["diagnostics"] == []
    assert found["resources"][0]["properties"] == {"secret": "***"}


def test_what_is_wrong_with_an_argument_of_the_function_is_not_laid_to_a_file(write: Write) -> None:
    found: Any = armlib.evaluate(write("main.jsonnet", MODULE), {"nam": "stexample", "password": "hunter2"})
    assert "there is no parameter 'nam'" in [each["message"] for each in found["diagnostics"]]


def test_the_function_never_raises_for_wrong_input() -> None:
    for wrong in ("nowhere.json", {"resources": 1}, {}):
        found: Any = armlib.evaluate(wrong, scope="/subscriptions/s")
        assert set(found) == {"resources", "outputs", "asserts", "templateHash", "diagnostics"}
    assert armlib.evaluate({}, scope="nowhere")["diagnostics"]


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = armlib.nothing
