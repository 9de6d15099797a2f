"""The evaluator process: its answers, its limits, and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from armlib.errors import StoppedError
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Evaluated, EvaluationError, Evaluator, Program
from armlib.jsonnet.process import WorkerEvaluator

MakeProgram = Callable[..., Program]

ENDLESS_ARRAY = "std.makeArray(1000000000, function(i) i)"
ENDLESS_RECURSION = "local f(x) = f(x + 1) tailstrict; f(1)"
ENDLESS_CALLS = "local f(n) = if n == 0 then 1 else f(n - 1) + f(n - 1); f(300)"
ENDLESS_PATTERN = """std.native('armlib.regexMatch')('["(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"]')"""
ENDLESS = (ENDLESS_ARRAY, ENDLESS_RECURSION, ENDLESS_CALLS, ENDLESS_PATTERN)


@pytest.fixture(params=["process", "in-process"])
def either(request: pytest.FixtureRequest, evaluator: WorkerEvaluator) -> Evaluator:
    return evaluator if request.param == "process" else InProcessEvaluator()


def worker_pid(evaluator: WorkerEvaluator) -> int:
    process = evaluator._process
    assert process is not None
    return process._pid


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize(
    ("source", "variables", "result"),
    [
        ("{ a: [1, 'é𝒳', null] }", {}, {"a": [1, "é𝒳", None]}),
        ("std.extVar('x')", {"ext_str": {"x": "a 'text'\n"}}, "a 'text'\n"),
        ("std.extVar('x')", {"ext_code": {"x": "1 + 1"}}, 2),
        ("function(x) x", {"tla_str": {"x": ""}}, ""),
        ("function(x, y=2) [x, y]", {"tla_code": {"x": "[]"}}, [[], 2]),
        ("std.length(std.extVar('x'))", {"ext_str": {"x": "x" * 3_000_000}}, 3_000_000),
        ("std.thisFile", {"file": "sub/x.jsonnet"}, "sub/x.jsonnet"),
    ],
)
def test_result_is_what_the_program_says(
    source: str, variables: dict[str, dict[str, str]], result: object, either: Evaluator, program: MakeProgram
) -> None:
    found = json.loads(either.evaluate(program(source, **variables)).text)
    assert found == result or str(found).endswith(f"/{result}")


def test_both_evaluators_agree_to_the_byte(evaluator: WorkerEvaluator, program: MakeProgram) -> None:
    large = program("{ ['name' + i]: { n: i, t: 'é' + i } for i in std.range(1, 5000) }")
    assert evaluator.evaluate(large) == InProcessEvaluator().evaluate(large)


def test_one_process_serves_many_programs(evaluator: WorkerEvaluator, program: MakeProgram) -> None:
    evaluator.evaluate(program("1"))
    before = worker_pid(evaluator)
    with pytest.raises(EvaluationError):
        evaluator.evaluate(program("error 'no'"))
    assert [evaluator.evaluate(program(str(n))).text for n in range(20)] == [f"{n}\n" for n in range(20)]
    assert worker_pid(evaluator) == before


def test_a_program_does_not_see_the_variables_of_the_one_before(evaluate: Callable[..., Evaluated]) -> None:
    evaluate("std.extVar('x')", ext_str={"x": "secret"})
    with pytest.raises(EvaluationError):
        evaluate("std.extVar('x')")


def test_traces_are_told_in_order(evaluate: Callable[..., Evaluated], project: Path) -> None:
    found = evaluate("std.trace('one', 1) + std.trace('two\\nlines', 2)")
    assert found.traces == ("main.jsonnet:1 one", "main.jsonnet:1 two\nlines")
    assert evaluate("1").traces == ()


def test_more_traces_than_a_pipe_holds_do_not_block(evaluate: Callable[..., Evaluated]) -> None:
    line = "y" * 10_000
    found = evaluate(f"std.foldl(function(sum, i) std.trace('{line}' + i, sum + 1), std.range(1, 400), 0)")
    assert json.loads(found.text) == 400
    assert sum(map(len, found.traces)) > 3_000_000


@pytest.mark.parametrize("source", ENDLESS)
def test_time_limit_ends_an_endless_program(source: str, program: MakeProgram) -> None:
    with WorkerEvaluator(time_limit=0.3, memory_limit=None) as evaluator:
        with pytest.raises(StoppedError) as caught:
            evaluator.evaluate(program(source))
        assert (caught.value.code, caught.value.message) == (
            "time-limit",
            "the evaluation did not end within 0.3 s",
        )
        with pytest.raises(StoppedError):
            evaluator.evaluate(program(source))


def test_evaluator_works_on_after_a_limit(program: MakeProgram) -> None:
    with WorkerEvaluator(time_limit=1) as evaluator:
        with pytest.raises(StoppedError):
            evaluator.evaluate(program(ENDLESS_CALLS))
        assert evaluator.evaluate(program("1 + 1")).text == "2\n"


@pytest.mark.parametrize(
    "source",
    [
        "local f(s) = f(s + s) tailstrict; f('aaaaaaaa')",
        "std.repeat('aaaaaaaa', 1000000000)",
        "std.range(1, 1e9)",
        "local f(x) = f(x + [1, 2, 3, 4] + x) tailstrict; std.length(f([1]))",
    ],
)
def test_memory_limit_ends_a_program_that_grows(source: str, program: MakeProgram) -> None:
    with WorkerEvaluator(time_limit=20, memory_limit=192 * 1024**2) as evaluator:
        with pytest.raises(StoppedError) as caught:
            evaluator.evaluate(program(source))
        assert (caught.value.code, caught.value.message) == (
            "memory-limit",
            "the evaluation needs more than 192 MiB of memory",
        )
        assert evaluator.evaluate(program("1")).text == "1\n"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("[" * 100_000, "stack-overflow"),
        ("(" * 100_000 + "1" + ")" * 100_000, "stack-overflow"),
        ("local f(x) = f(x) + 1; f(1)", "infinite-recursion"),
        ("local a = [a, a]; a", "infinite-recursion"),
        ("{ a: self.b, b: self.a }", "infinite-recursion"),
        ("std.parseJson(std.repeat('[', 100000))", "parse-error"),
        ("std.native('armlib.sha256')({})", "type-error"),
    ],
)
def test_hostile_program_is_a_clean_error(source: str, code: str, program: MakeProgram) -> None:
    with WorkerEvaluator(time_limit=30, memory_limit=4 * 1024**3) as evaluator:
        with pytest.raises(EvaluationError) as caught:
            evaluator.evaluate(program(source))
        (found,) = caught.value.diagnostics
        assert found.code == code
        assert evaluator.evaluate(program("1")).text == "1\n"


def test_null_given_to_a_native_many_times_does_no_harm(evaluator: WorkerEvaluator, program: MakeProgram) -> None:
    source = "std.foldl(function(n, i) n + std.length(std.native('armlib.sha256')(null)[:1]), std.range(1, 20000), 0)"
    evaluator.evaluate(program("1"))
    before = worker_pid(evaluator)
    assert evaluator.evaluate(program(source)).text == "20000\n"
    assert evaluator.evaluate(program("1")).text == "1\n"
    assert worker_pid(evaluator) == before


def test_process_that_dies_is_a_clean_error(program: MakeProgram) -> None:
    with WorkerEvaluator() as evaluator:
        evaluator.start()
        threading.Timer(0.3, os.kill, (worker_pid(evaluator), signal.SIGSEGV)).start()
        with pytest.raises(EvaluationError) as caught:
            evaluator.evaluate(program(ENDLESS_CALLS))
        assert caught.value.diagnostics[0].code == "evaluator-crashed"
        assert evaluator.evaluate(program("1")).text == "1\n"


def test_process_is_replaced_after_it_has_leaked_much(program: MakeProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armlib.jsonnet.process._MOST_LEAKED", 10_000)
    call = "std.native('armlib.sha256')('[\"x\"]')"
    source = f"std.foldl(function(n, i) n + std.length({call}[:1]), std.range(1, 500), 0)"
    with WorkerEvaluator() as evaluator:
        evaluator.start()
        first = worker_pid(evaluator)
        assert evaluator.evaluate(program("1")).text == "1\n"
        assert worker_pid(evaluator) == first
        assert evaluator.evaluate(program(source)).text == "500\n"
        assert evaluator.evaluate(program("1")).text == "1\n"
        assert worker_pid(evaluator) != first
        assert wait_until(lambda: not is_running(first))


def test_what_was_begun_is_evaluated_once_and_before_it_is_asked_for(
    evaluator: WorkerEvaluator, program: MakeProgram, project: Path
) -> None:
    (project / "begun.libsonnet").write_text("'before'")
    begun = program("import 'begun.libsonnet'")
    evaluator.begin(begun)
    evaluator.begin(begun)
    pid = worker_pid(evaluator)
    time.sleep(0.5)
    (project / "begun.libsonnet").write_text("'after'")
    assert [evaluator.evaluate(begun).text for _ in range(2)] == ['"before"\n', '"after"\n']
    assert worker_pid(evaluator) == pid


@pytest.mark.parametrize("begun", ["2", ENDLESS_CALLS, "'" + "x" * 3_000_000 + "'"])
def test_another_program_than_the_one_begun_gets_its_own_answer(begun: str, program: MakeProgram) -> None:
    with WorkerEvaluator() as evaluator:
        evaluator.begin(program(begun))
        assert [evaluator.evaluate(program(source)).text for source in ("1", "3")] == ["1\n", "3\n"]
        evaluator.begin(program(begun))
        evaluator.begin(program("4"))
        assert evaluator.evaluate(program("4")).text == "4\n"


def test_a_large_program_that_was_begun_is_sent_to_its_end(evaluator: WorkerEvaluator, program: MakeProgram) -> None:
    large = program("std.length(std.extVar('x'))", ext_str={"x": "x" * 3_000_000})
    evaluator.begin(large)
    assert evaluator.evaluate(large).text == "3000000\n"


def test_limits_and_errors_are_those_of_the_program_that_was_begun(program: MakeProgram) -> None:
    with WorkerEvaluator(time_limit=0.5) as evaluator:
        for source, error in ((ENDLESS_CALLS, StoppedError), ("error 'no'", EvaluationError)):
            evaluator.begin(program(source))
            with pytest.raises(error):
                evaluator.evaluate(program(source))


@pytest.mark.parametrize("source", ENDLESS)
def test_close_from_another_thread_ends_the_evaluation(source: str, program: MakeProgram) -> None:
    evaluator = WorkerEvaluator(memory_limit=None)
    evaluator.start()
    pid = worker_pid(evaluator)
    threading.Timer(0.3, evaluator.close).start()
    with pytest.raises(StoppedError) as caught:
        evaluator.evaluate(program(source))
    assert caught.value.code == "interrupted"
    assert not is_running(pid)


def test_closed_evaluator_says_so(program: MakeProgram) -> None:
    evaluator = WorkerEvaluator()
    evaluator.start()
    evaluator.close()
    evaluator.close()
    with pytest.raises(RuntimeError, match="the evaluator was closed"):
        evaluator.evaluate(program("1"))


def test_nothing_is_left_open(program: MakeProgram) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with WorkerEvaluator(time_limit=0.3) as evaluator:
            evaluator.evaluate(program("1"))
            with pytest.raises(StoppedError):
                evaluator.evaluate(program(ENDLESS_CALLS))
    with WorkerEvaluator() as evaluator:
        evaluator.start()
    assert len(os.listdir("/proc/self/fd")) == before


def test_threads_may_share_an_evaluator(evaluator: WorkerEvaluator, program: MakeProgram) -> None:
    results: dict[int, str] = {}

    def work(number: int) -> None:
        results[number] = evaluator.evaluate(program(f"{number} * 2")).text

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: f"{number * 2}\n" for number in range(16)}


def test_a_fork_starts_a_process_of_its_own(evaluator: WorkerEvaluator, program: MakeProgram) -> None:
    evaluator.evaluate(program("1"))
    script = """
        import os, sys
        from pathlib import Path
        from armlib.jsonnet.port import Program, Roots
        from armlib.jsonnet.process import WorkerEvaluator
        program = Program(source="std.extVar('x')", file="main.jsonnet", roots=Roots(project=Path("/tmp")),
                          ext_str={"x": "y"})
        evaluator = WorkerEvaluator()
        evaluator.evaluate(program)
        child = os.fork()
        text = evaluator.evaluate(program).text
        if child == 0:
            os._exit(0 if text == '"y"\\n' else 1)
        assert text == '"y"\\n'
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True, timeout=20)


SCRIPT = """
import sys
from pathlib import Path
from armlib.errors import StoppedError
from armlib.jsonnet.port import Program, Roots
from armlib.jsonnet.process import WorkerEvaluator
evaluator = WorkerEvaluator(memory_limit=4 * 1024**3)
evaluator.start()
print(evaluator._process._pid, flush=True)
try:
    evaluator.evaluate(Program(source=sys.argv[1], file="main.jsonnet", roots=Roots(project=Path("/tmp"))))
except StoppedError as error:
    print(error.code, flush=True)
"""


@contextlib.contextmanager
def _evaluating(source: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    arguments = [sys.executable, "-c", SCRIPT, source]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, start_new_session=True) as parent:
        try:
            assert parent.stdout is not None
            worker = int(parent.stdout.readline())
            time.sleep(0.7)
            assert is_running(worker)
            yield parent, worker
        finally:
            parent.kill()


@pytest.mark.parametrize("source", ENDLESS)
def test_ctrl_c_ends_the_evaluation(source: str) -> None:
    with _evaluating(source) as (parent, worker):
        os.killpg(parent.pid, signal.SIGINT)  # as a terminal sends it: to the whole group
        assert parent.stdout is not None
        assert parent.stdout.readline() == "interrupted\n"
        assert wait_until(lambda: not is_running(worker))


@pytest.mark.parametrize("source", [ENDLESS_ARRAY, ENDLESS_CALLS])
def test_no_orphan_is_left_when_the_parent_is_killed(source: str) -> None:
    with _evaluating(source) as (parent, worker):
        parent.kill()
        parent.wait()
        assert wait_until(lambda: not is_running(worker), 2)


def test_no_orphan_is_left_that_holds_the_interpreters_lock(tmp_path: Path) -> None:
    script = SCRIPT.replace("memory_limit=4 * 1024**3", "time_limit=1.5")
    arguments = [sys.executable, "-c", script, ENDLESS_PATTERN]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        time.sleep(0.5)
        parent.kill()
        parent.wait()
        assert wait_until(lambda: not is_running(worker), 4)


def test_process_imports_nothing_that_would_slow_its_start() -> None:
    script = "import sys; import armlib.jsonnet.worker; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path += {sys.path!r}; {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    slow = {"re", "typing", "dataclasses", "pathlib", "json", "hashlib", "contextlib", "subprocess"}
    assert slow & set(run.stdout.split()) == set()


def test_the_process_is_started_without_importing_anything_slow() -> None:
    script = "import sys; import armlib.jsonnet.process as p; p.WorkerEvaluator().start(); print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path += {sys.path!r}; {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    slow = {"re", "typing", "dataclasses", "pathlib", "json", "subprocess", "contextlib", "armlib.errors", "_gojsonnet"}
    assert slow & set(run.stdout.split()) == set()
