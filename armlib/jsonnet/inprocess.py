"""An evaluator inside this process: no limits, and a hostile program ends the interpreter. For benchmarks and tests."""

from __future__ import annotations

from armlib.jsonnet.port import Evaluated, EvaluationError, Program
from armlib.jsonnet.process import as_reads


class InProcessEvaluator:
    """Evaluates programs in this process, which the caller trusts.

    There is no limit of time or memory, Ctrl-C waits for the evaluation to end, and std.trace writes to standard error.
    After the first evaluation this process must not fork.
    """

    def evaluate(self, program: Program) -> Evaluated:
        """Return what *program* comes to.

        Raises:
            EvaluationError: The program is wrong.
        """
        from armlib.jsonnet import engine
        from armlib.jsonnet.packages import Packages

        outcome = engine.run(
            engine.Request(
                source=program.source,
                file=program.file,
                project=str(program.roots.project),
                library=[str(folder) for folder in program.roots.library],
                packaged=[str(folder) for folder in program.roots.packaged],
                packages=Packages(program.roots.package_roots(), dict(program.roots.imports)),
                ext_str=dict(program.ext_str),
                ext_code=dict(program.ext_code),
                tla_str=dict(program.tla_str),
                tla_code=dict(program.tla_code),
                instead=dict(program.roots.instead),
                is_traced=program.is_traced,
            )
        )
        reads = as_reads(outcome.reads)
        if outcome.text is not None and outcome.fault is None:
            return Evaluated(text=outcome.text, reads=reads)
        from armlib.jsonnet.diagnostics import translate
        from armlib.jsonnet.errortext import parse_error

        fault = outcome.fault
        told = (fault.code, fault.message, fault.hint) if fault else ()
        found = translate(outcome.error, program, told, reads)
        raise EvaluationError(found, reads, path=parse_error(outcome.error).path)
