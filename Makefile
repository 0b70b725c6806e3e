# One command per intent; CI runs the same ones. Needs Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-server
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: serve setup test lint types unit gates fix bench lock vendor clean

serve: $(STAMP) ## everything in one process tree, on an embedded PostgreSQL
	@exec $(BIN)/promptassay serve

setup: $(DEV_STAMP) ## the environment for working on PromptAssay, in .venv

test: setup lint types unit ## what must hold before a change lands

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup
	PROMPTASSAY_DATA_DIR=$(CURDIR)/.mypy_cache/data $(BIN)/mypy

unit: setup
	$(BIN)/pytest -n 2 --dist loadfile

gates: setup ## only the tests that prove claims of the trust page; `make test` runs them too
	$(BIN)/pytest -n 2 --dist loadfile $$($(BIN)/python -m tests.gates)

fix: setup ## format, and mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## list the benchmarks; run one with: .venv/bin/python -m bench NAME
	$(BIN)/python -m bench list

lock: setup ## renew the locks from pyproject.toml; needs uv
	uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --no-strip-extras --universal --python-version 3.11 --extra server --group build pyproject.toml -o requirements/server.txt
	uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --no-strip-extras --universal --python-version 3.11 --extra server --group dev -c requirements/server.txt pyproject.toml -o requirements/dev.txt

vendor: ## rebuild the vendored modules; needs Node
	tools/vendor/build.sh

clean:
	rm -rf $(VENV) tests/.artifacts .mypy_cache .ruff_cache .pytest_cache

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): requirements/server.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/server.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): requirements/dev.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(STAMP)
