# A menu: each target is one line that calls the command `signalroom` or a tool. `make help` lists them.
SHELL := /bin/bash
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UP:%=--upgrade-package %) --no-header --no-annotate pyproject.toml
TARGET ?= dev
FILE ?= tests
COMMIT ?= main
UP ?=
export DBT_PROJECT_DIR := dbt_project
export UV_SYSTEM_CERTS := 1# trust the certificates this machine trusts, as pip does
.DEFAULT_GOAL := help
.NOTPARALLEL: # a build waits for its load, also where make is told to work in parallel
.PHONY: help install install-api install-sandbox install-dev lock demo load build docs report api bench bench-scale bench-tests test test-quick test-file soak lint audit format typecheck ci clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-16s %s\n", $$1, $$2}'

.venv/bench: requirements-bench.txt | install-dev
	@$(BIN)/uv pip install --quiet --require-hashes --no-build --target $@ -r requirements-bench.txt && touch $@

install: ## Set up .venv with what loading and building need
	@.ci/setup requirements.txt

install-sandbox: ## Set up .venv with the sandbox too
	@.ci/setup requirements-sandbox.txt

install-api: ## Set up .venv with the HTTP API too
	@.ci/setup requirements-api.txt

install-dev: ## Set up .venv with the sandbox and what developing needs
	@.ci/setup requirements-dev.txt

lock: install ## Pin what pyproject.toml requires, with hashes; pins that fit are kept (UP=name raises one)
	@$(COMPILE) -o requirements.txt && $(COMPILE) --extra sandbox -o requirements-sandbox.txt && $(COMPILE) --extra api -o requirements-api.txt && $(COMPILE) --extra api --extra sandbox --extra dev -o requirements-dev.txt && $(COMPILE:pyproject.toml=) --group bench -o requirements-bench.txt && $(COMPILE:pyproject.toml=) --group setup -o requirements-setup.txt

demo: install-sandbox ## The main job on made data: load, build, test, and the numbers
	@$(BIN)/signalroom demo

load: install ## Load every configured source, then the seeds (TARGET=prod for Postgres)
	@$(BIN)/signalroom load --target $(TARGET); loaded=$$?; $(BIN)/signalroom dbt seed --target $(TARGET) && exit $$loaded

build: install ## Build and test the marts with dbt
	@$(BIN)/signalroom build --target $(TARGET)

docs: install ## The documentation site, site/index.html (TARGET=prod for Postgres)
	@$(BIN)/signalroom docs --target $(TARGET)

report: install ## The report of every client, report/<client>/index.html
	@$(BIN)/signalroom report --target $(TARGET)

api: install-api ## Serve the marts over HTTP, http://127.0.0.1:8000/docs (TARGET=prod for Postgres)
	@$(BIN)/signalroom api --target $(TARGET)

bench: .venv/bench ## Time loads and builds of the full volume, beside what others need (15 minutes)
	@$(BIN)/python -m bench

bench-scale: install-dev ## What a night costs beside a month and a year, here and at COMMIT=5e7c2af (an hour)
	@$(BIN)/python -m bench.scale $(or $(COMMIT),5e7c2af)

bench-tests: install-dev ## Weigh the tests beside those of a commit: make bench-tests COMMIT=main
	@$(BIN)/python -m bench.suite $(COMMIT)

test: install-dev ## All tests, two files at a time
	@$(BIN)/pytest --numprocesses 2 --no-loadscope-reorder

test-quick: install-dev ## The tests that need no dbt and no killed processes, up to the first that fails
	@$(BIN)/pytest --exitfirst -m "not slow and not soak"

test-file: install-dev ## One file of tests: make test-file FILE=tests/loaders/test_windows.py
	@$(BIN)/pytest $(FILE)

soak: install-dev ## Random kills, 400 faulty answers, a month of nights, more random clients (two hours)
	@$(BIN)/pytest -m soak tests

lint: install-dev ## ruff, sqlfluff in three dialects, imports, dependencies, YAML, workflows
	@bash .ci/lint

audit: install-dev ## Known holes in what is pinned (asks the OSV database), and its licences
	@bash .ci/audit

format: install-dev ## Format Python and fix what can be fixed
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . && $(BIN)/sqlfluff fix --quiet dbt_project/models dbt_project/tests

typecheck: install-dev ## mypy --strict
	@$(BIN)/mypy

ci: lint typecheck test ## What CI runs

clean: ## Remove what the Makefile makes, but no warehouse of yours
	@rm -rf .venv target dbt_project/target dbt_project/logs logs .dlt/pipelines .bench demo.duckdb* site report/demo .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info && find . -name __pycache__ -type d -prune -exec rm -rf {} +
