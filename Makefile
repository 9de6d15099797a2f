# Everything that is done with a checkout. Needs make and Python 3.11 or newer; the rest is installed into .venv.
#
#   make demo     compile an example, print its template, and deploy it to the local ARM
#   make test     formatting, types, all tests
#   make format   format Python and Jsonnet
#   make docs     generate the reference pages again
#   make bench    the benchmarks, as a table
#   make fuzz     FUZZ_INPUTS random expressions against the laws of the language
#   make test-az  the Azure CLI, installed apart, against the local ARM
#   make dist     the wheel and the source distribution, in dist/
#   make clean    take all of it away

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test test-az check format docs bench fuzz dist clean

VENV := .venv
BIN := $(VENV)/bin
# What Python compiles is kept, whatever the environment says, since the tests start many commands; it is compiled when it
# is first imported, and what is never imported is not.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := -m pip install --quiet --disable-pip-version-check --no-compile
# A stamp is as new as the dependencies that are installed.
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-for-development

EXAMPLE := examples/storage-account
DEMO_STATE := $(VENV)/demo.sqlite3
PYTEST_JOBS ?= auto
FUZZ_INPUTS ?= 1000000
FUZZ_SEED ?= 1
AZ_VENV := .venv-az

help:
	@sed -n 's/^#   //p' Makefile

# Only the template goes to stdout.
demo: $(RUN_STAMP)
	@echo "compiling $(EXAMPLE)" >&2
	@$(BIN)/armlib compile $(EXAMPLE)/main.jsonnet -P $(EXAMPLE)/parameters.yaml
	@echo "deploying $(EXAMPLE) to the local ARM" >&2
	@rm -f $(DEMO_STATE)*
	@$(BIN)/armlib deploy $(EXAMPLE)/main.jsonnet -P $(EXAMPLE)/parameters.yaml --local --state $(DEMO_STATE) --yes >&2

# The tests of a file share what they make first, so one process runs them all.
test: check
	$(BIN)/pytest -q -n $(PYTEST_JOBS) --dist loadfile --no-loadscope-reorder

# The Azure CLI is large and pins much: it gets an environment of its own.
test-az: $(RUN_STAMP) $(AZ_VENV)/.installed
	$(BIN)/python -m tests.az --az $(AZ_VENV)/bin/az

check: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/jsonnetfmt.py --check
	$(BIN)/mypy

format: $(DEV_STAMP)
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(BIN)/python tools/jsonnetfmt.py

docs: $(DEV_STAMP)
	$(BIN)/python tools/reference.py
	$(BIN)/python docs/generate_library_reference.py

bench: $(DEV_STAMP)
	$(BIN)/python -m benchmarks

fuzz: $(DEV_STAMP)
	$(BIN)/python -m tests.fuzz.expressions --count $(FUZZ_INPUTS) --seed $(FUZZ_SEED)

dist: $(DEV_STAMP)
	rm -rf dist
	$(BIN)/python -m build

clean:
	rm -rf $(VENV) $(AZ_VENV) dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(RUN_STAMP): pyproject.toml tools/venv.sh
	@sh tools/venv.sh $(VENV) >&2
	@$(BIN)/python $(INSTALL) --editable . >&2
	@touch $@

$(AZ_VENV)/.installed: tools/venv.sh
	@sh tools/venv.sh $(AZ_VENV) >&2
	@$(AZ_VENV)/bin/python $(INSTALL) azure-cli >&2
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	@$(BIN)/python $(INSTALL) --upgrade 'pip>=25.1' >&2
	@$(BIN)/python $(INSTALL) --group test --group check >&2
	@touch $@
