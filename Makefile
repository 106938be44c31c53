# Prom: `make run` starts a clinic with synthetic patients, `make test` runs everything that has to pass.
# Each step leaves a file that says it is done, so that a second run does only what has changed, without a network.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
PROCESSES ?= 2
PYTEST_ARGUMENTS ?=
BENCH_ARGUMENTS ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Every command would otherwise compile all of Prom anew.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH PYTHONHOME

bin := .venv/bin
install := $(bin)/python -m pip install --quiet --quiet
pytest := $(bin)/python -m pytest -n $(PROCESSES) $(PYTEST_ARGUMENTS)
# What knows no database runs once.
pure := --ignore tests/questionnaires --ignore tests/alerts
stylesheets := prom/static/designsystemet/designsystemet.css
fhir_oracle := .venv/fhir-oracle/is-installed
fhir_renderer := .venv/fhir-renderer/is-installed
npm_quietly := --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error

.PHONY: help setup run test test-long bench check lock clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

setup: .venv/prom-is-installed $(stylesheets) ## Install Prom into .venv; .venv/bin/prom then works from any folder

run: setup ## Start the demonstration clinic (PORT=..., PROM_HOME=...; Ctrl-C stops it)
	@PROM_HOME="$$(realpath --canonicalize-missing "$${PROM_HOME:-var}")" \
		exec $(bin)/python -c "$$IN_THE_FOREGROUND" $(bin)/prom demo

test: .venv/tests-are-installed $(fhir_oracle) $(fhir_renderer) setup check ## Run all checks, then the whole suite on SQLite and on PostgreSQL
	@PROM_TEST_CHROMIUM="$$(requirements/browser.sh)"; export PROM_TEST_CHROMIUM; \
	echo "== The suite on sqlite"; PROM_TEST_DATABASE=sqlite $(pytest); \
	echo "== The suite on postgresql, without what knows no database"; PROM_TEST_DATABASE=postgresql $(pytest) $(pure)

test-long: ## The same, with the properties at full size
	@PROM_TEST_SIZE=10000 $(MAKE) --no-print-directory test

# PostgreSQL comes with the tests' requirements; PROM_BENCH_POSTGRESQL names another server.
bench: .venv/tests-are-installed setup ## Measure what Prom costs on PostgreSQL and SQLite, about 20 minutes (BENCH_ARGUMENTS=...)
	@mkdir -p var/bench
	@$(bin)/prom bench --out "var/bench/$$(date -u +%Y-%m-%dT%H%M)-$$(git rev-parse --short HEAD).json" $(BENCH_ARGUMENTS)

check: .venv/tests-are-installed setup ## Format, lint, types, import contracts
	@echo "== Format";           $(bin)/ruff format --check --output-format concise .
	@echo "== Lint";             $(bin)/ruff check --output-format concise .
	@echo "== Types";            $(bin)/mypy
	@echo "== Import contracts"; $(bin)/lint-imports --no-logo

lock: .venv/bin/python ## Remake the lock files (UPGRADE=--upgrade takes the newest versions)
	@$(install) --require-hashes -r requirements/tools.txt
	@cd requirements; for name in runtime test tools node; do \
		echo "Locking $$name ..."; \
		../$(bin)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--custom-compile-command 'make lock' $(UPGRADE) $$name.in --output-file $$name.txt; \
	done
	@for folder in requirements tests/fhir_oracle; do \
		echo "Locking what npm brings for $$folder ..."; \
		(cd $$folder && $(CURDIR)/requirements/npm.sh install --package-lock-only --omit-lockfile-registry-resolved \
			$(npm_quietly)); \
	done

clean: ## Remove what make has made, but never var/
	@rm -rf .venv prom.egg-info build prom/static/designsystemet .coverage .hypothesis
	@rm -rf .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Prom needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@echo "Making .venv ..."
	@$(PYTHON) -m venv .venv >/dev/null \
		|| { rm -rf .venv; requirements/debian.sh python3-venv; $(PYTHON) -m venv .venv; }

# setuptools comes with runtime.txt, so that Prom itself is built without a network.
.venv/prom-is-installed: requirements/runtime.txt setup.cfg pyproject.toml | .venv/bin/python
	@echo "Installing what Prom needs, about a minute the first time ..."
	@$(install) --require-hashes -r requirements/runtime.txt
	@$(install) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/tests-are-installed: requirements/test.txt .venv/prom-is-installed
	@echo "Installing what the tests need ..."
	@$(install) --require-hashes -r requirements/test.txt
	@touch $@

$(fhir_oracle): tests/fhir_oracle/package-lock.json requirements/npm.sh | .venv/bin/python
	@echo "Installing the independent FHIR programs that the tests ask ..."
	@rm -rf $(@D) && mkdir -p $(@D) && cp tests/fhir_oracle/package.json tests/fhir_oracle/package-lock.json $(@D)
	@cd $(@D) && $(CURDIR)/requirements/npm.sh ci $(npm_quietly) >/dev/null
	@touch $@

$(fhir_renderer): tests/fhir_renderer/install.sh requirements/npm.sh | .venv/bin/python
	@echo "Installing the independent renderer of FHIR forms that the tests open ..."
	@rm -rf $(@D) && tests/fhir_renderer/install.sh $(@D)
	@touch $@

$(stylesheets): requirements/package-lock.json requirements/stylesheets.sh | .venv/bin/python
	@echo "Fetching the stylesheets of Designsystemet ..."
	@requirements/stylesheets.sh

# On a terminal, Ctrl-C goes to every process in the foreground, and make would end with an error of its own whatever
# the program did. So the program takes the foreground for itself, and make ends with the program's exit status.
# Ctrl-Z is ignored: it would stop the program while the shell still waits for make.
define IN_THE_FOREGROUND
import os, signal, sys
if sys.stdin.isatty() and os.tcgetpgrp(0) == os.getpgrp():
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])
endef
export IN_THE_FOREGROUND
