# The studio's commands. A machine needs make and Python 3.11 or later with pip and venv; everything else is installed
# here, from the hashed lock files, into ./.venv. After that nothing is fetched. No command needs root.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PEER := $(VENV)/peer
PYTEST := $(BIN)/python -m pytest --numprocesses 5
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate $(UPGRADE)

# OpenAI's package for Node is a client in the tests, which need node and npm for it. The file is npm's own note of what
# it has installed.
CLIENTS := tests/clients
NODE := $(CLIENTS)/node_modules/.package-lock.json

# PostgreSQL, Redis and storage are named by the environment; then their drivers are needed too.
RUN := $(VENV)/requirements$(if $(DATABASE_URL)$(BROKER_URL)$(CACHE_URL)$(STORAGE_URL),-production).installed

.DEFAULT_GOAL := help
.PHONY: help run test test-services lint fix bench bench-peer chaos upstream messages screenshot lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: $(RUN) ## start the studio on http://127.0.0.1:8000, or on another PORT
	@$(BIN)/python manage.py studio --with-parent

test: $(VENV)/requirements-dev.installed ## run every test that needs nothing but Python; COVER=1 also says what they cover
	$(PYTEST) $(if $(COVER),--cov --cov-report=term:skip-covered)

test-services: export DATABASE_URL := $(or $(DATABASE_URL),postgres://postgres@127.0.0.1:5432/test)
test-services: export BROKER_URL := $(or $(BROKER_URL),redis://127.0.0.1:6379/0)
test-services: export CACHE_URL := $(or $(CACHE_URL),redis://127.0.0.1:6379/1)
test-services: export STUDIO_SERVICES := 1
test-services: $(VENV)/requirements-services.installed $(NODE) ## the same on PostgreSQL and Redis, in Chromium and Node
	$(PYTEST) -p tests.services -m ""

lint: $(VENV)/requirements-dev.installed ## ruff, mypy, the layers, the templates, missing migrations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run

fix: $(VENV)/requirements-dev.installed ## repair what ruff can repair
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/requirements-services.installed ## measure the studio and write docs/benchmarks.md; SCENE=polls: one alone
	$(BIN)/python -m tests.bench $(SCENE)

bench-peer: $(VENV)/requirements-services.installed $(PEER)/requirements-peer.installed ## measure it beside LiteLLM's proxy, which is installed in an environment of its own
	$(BIN)/python -m tests.bench.peer

CHAOS = $(if $(SHORT),--short) $(if $(SEED),--seed $(SEED)) $(if $(STACK),--stack $(STACK)) $(if $(SCENE),--scene $(SCENE))

chaos: $(VENV)/requirements-services.installed ## strike a running studio at random and judge what is left; SHORT=1: a part of it
	$(BIN)/python -m tests.chaos $(CHAOS)

upstream: $(VENV)/requirements-dev.installed ## start the scripted providers of the tests, to try the studio against
	@$(BIN)/python -m tests.upstream

messages: $(VENV)/requirements-dev.installed ## collect the texts for translation (needs gettext) and compile them
	$(BIN)/python manage.py makemessages --locale zh_Hans --no-location --no-wrap --ignore '.venv/*' --ignore 'var/*'
	$(BIN)/python -m tests.messages

screenshot: $(VENV)/requirements-services.installed ## take docs/studio.png
	$(BIN)/python -m tests.browser.screenshot

lock: $(VENV)/requirements-dev.installed ## write the lock files anew; UPGRADE=--upgrade takes newer versions
	$(COMPILE) --extra production --group test --group lint --group browser --group clients --output-file requirements-services.txt
	$(COMPILE) --constraint requirements-services.txt --group test --group lint --output-file requirements-dev.txt
	$(COMPILE) --constraint requirements-services.txt --extra production --output-file requirements-production.txt
	$(COMPILE) --constraint requirements-services.txt --output-file requirements.txt
	$(subst pyproject.toml,--group pyproject.toml:peer,$(COMPILE)) --output-file requirements-peer.txt
	npm install --silent --package-lock-only --omit-lockfile-registry-resolved --prefix $(CLIENTS)

clean: ## remove what was installed and measured; ./var, your data, stays
	rm -rf $(VENV) $(CLIENTS)/node_modules .coverage .coverage.* htmlcov .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# What is installed is added to, never replaced: all lock files come from one resolution, so they agree.
$(VENV)/%.installed: %.txt | $(BIN)/python
	@echo "Installing $< into $(VENV), once."
	@$(BIN)/pip -qq --disable-pip-version-check install --require-hashes --no-deps --requirement $<
	@touch $@

$(PEER)/%.installed: %.txt | $(BIN)/python
	@echo "Installing $< into $(PEER), once."
	@test -x $(PEER)/bin/python || $(PYTHON) -m venv $(PEER)
	@$(PEER)/bin/pip -qq --disable-pip-version-check install --require-hashes --no-deps --requirement $<
	@touch $@

$(NODE): $(CLIENTS)/package-lock.json
	@echo "Installing $< into $(CLIENTS)/node_modules, once."
	@npm ci --silent --ignore-scripts --prefix $(CLIENTS)
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The studio needs Python 3.11 or later.")'
	@$(PYTHON) -m venv $(VENV)
