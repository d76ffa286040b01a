# Everything here needs only make and Python 3.11 or newer with its venv module; `make lock` needs
# uv as well. One virtual environment, .venv, serves all targets: a stamp inside it says what was
# installed, so that a second run starts at once.

PYTHON ?= python3
VENV   ?= .venv
# Workers of the test run: more than cores, for many a test waits for a server, a lock or a clock.
WORKERS ?= 4

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev
FUZZ := $(VENV)/.installed-fuzz
BENCHING := $(VENV)/.installed-bench
SITE := $(VENV)/.installed-site
AUDITING := $(VENV)/audit

.DEFAULT_GOAL := help
.PHONY: help demo test check format docs site screenshots build audit bench proof lock dev app browser clean

help: ## say what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: $(RUN) app ## set up, make a shop, serve it; DEMO="--port 9000" passes options
	$(BIN)/onhand demo $(DEMO)

# A browser's driver keeps the event loop of the process that runs its tests: they have processes of their own.
test: $(DEV) app browser ## set up and pass all tests; TEST="tests/core -k reserve" picks some
	$(if $(TEST),,$(BIN)/pytest -n 2 tests/web)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(or $(TEST),--ignore=tests/web)

check: $(DEV) ## lint, formatting, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV) ## mend what the linter can, and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(DEV) app ## write what is made from the code: reference, life cycles, the clients' types, licences
	$(BIN)/python -m docs.life_cycles
	$(BIN)/python -m docs.access_table
	$(BIN)/python -m docs.event_table
	$(BIN)/python -m docs.reference_tables
	$(BIN)/python -m docs.client_types
	$(BIN)/python -m docs.frontend_types
	$(BIN)/python -m docs.licence_table
	$(BIN)/python -m docs.table_columns

screenshots: $(DEV) app browser ## take the README's pictures anew, of the demo shop
	$(BIN)/python -m docs.screenshots

build: $(DEV) app ## make the sdist and the wheel, in dist/
	$(BIN)/python -m hatchling build -d dist

audit: $(AUDITING)/.installed ## ask whether a pinned version is known to be vulnerable; needs the network
	$(AUDITING)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements/dev.txt

site: $(SITE) ## make a site of the documentation, every link and diagram checked
	$(BIN)/python -m docs.site

bench: $(BENCHING) ## measure; BENCH="hot" picks one
	$(BIN)/python -m benchmarks $(BENCH)

proof: $(FUZZ) app browser ## try to break each promise, at length; PROOF="buyers" picks one
	$(if $(PROOF),,$(BIN)/pytest --long -n $(WORKERS) --dist worksteal)
	$(BIN)/python -m proofs $(or $(PROOF),all)

dev: $(DEV) app ## set up only

# Builds nothing that is there; takes Node from a package where the machine has none.
app: $(RUN) ## build the web app
	@command -v npm >/dev/null || $(PIP) install --require-hashes -r requirements/node.txt
	@$(BIN)/python hatch_build.py

# The machine's Chromium or Chrome; as root on Debian it is installed, elsewhere Playwright's own is.
browser: $(DEV)
	@$(BIN)/python -m tests.support.browser

lock: ## pin the requirements anew (UPGRADE=--upgrade for newer versions); needs uv
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(LOCK) --group dev -o requirements/dev.txt pyproject.toml
	$(LOCK) -c requirements/dev.txt -o requirements/run.txt pyproject.toml
	$(LOCK) -c requirements/dev.txt --all-extras -o requirements/image.txt pyproject.toml
	$(LOCK) -c requirements/dev.txt --group build -o requirements/build.txt
	$(LOCK) --group node -o requirements/node.txt
	$(LOCK) -c requirements/dev.txt --group fuzz -o requirements/fuzz.txt
	$(LOCK) -c requirements/dev.txt --group bench -o requirements/bench.txt
	$(LOCK) -c requirements/dev.txt --group site -o requirements/site.txt
	$(LOCK) --group audit -o requirements/audit.txt

clean: ## remove the virtual environment and the tools' caches
	rm -rf $(VENV) frontend/node_modules src/onhand/web/app .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist

# Universal: one file serves Linux, macOS and Windows, and every Python from 3.11 on.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links $(UPGRADE)

# Not a phony target, but remade when the interpreter inside has gone.
$(BIN)/python:
	@command -v $(PYTHON) >/dev/null \
	  || { echo "Onhand needs Python 3.11 or newer; there is no '$(PYTHON)' here." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Onhand needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1)." >&2; \
	       echo "Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "$(PYTHON) has no venv module (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)

$(RUN): requirements/build.txt requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Installing Onhand and what it runs on ..."
	@$(PIP) install --require-hashes -r requirements/build.txt -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt requirements/node.txt pyproject.toml | $(BIN)/python
	@echo "Installing Onhand, what it runs on and what it is tested with ..."
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@command -v npm >/dev/null || $(PIP) install --require-hashes -r requirements/node.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(FUZZ): requirements/fuzz.txt $(DEV)
	@echo "Installing what guides the fuzzing, where there is a build of it ..."
	@$(PIP) install --require-hashes -r requirements/fuzz.txt
	@touch $@

$(BENCHING): requirements/bench.txt $(DEV)
	@echo "Installing what the benchmarks compare with and draw with ..."
	@$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

$(SITE): requirements/site.txt $(DEV)
	@echo "Installing what makes a site of the documentation ..."
	@$(PIP) install --require-hashes -r requirements/site.txt
	@touch $@

# An environment of its own: what audits must not change what is audited.
$(AUDITING)/.installed: requirements/audit.txt | $(BIN)/python
	@$(BIN)/python -m venv --clear $(AUDITING)
	@$(AUDITING)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@
