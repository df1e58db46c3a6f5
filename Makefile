# Two commands: `make run` serves the site with its real data, `make test` passes the whole suite.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
WORKERS ?= 2
# Threads of each worker, by measurement: fewer leave nobody to wait for the database, more only fight for the interpreter.
THREADS ?= 4
SBOM ?= sbom.cdx.json
export CMQ_SITE_URL ?= http://127.0.0.1:$(PORT)

.PHONY: run serve setup secrets test test-sqlite test-postgres test-browser lint explore bench load sbom audit lock clean

run: setup serve ## set everything up and serve on 127.0.0.1:$(PORT)

setup: secrets
	@$(BIN)/cmq setup

# What the environment lacks of its own secrets, once; a file that only its owner reads.
secrets: $(VENV)/run.stamp
	@$(BIN)/cmq secrets --dans $(or $(CMQ_ENV_FILE),.env)

serve:
	@$(BIN)/cmq addresses
	@exec $(BIN)/granian --interface wsgi --host 127.0.0.1 --port $(PORT) --workers $(WORKERS) \
	  --blocking-threads $(THREADS) --no-access-log --log-level warning cmq.wsgi:application

test: $(VENV)/dev.stamp ## the whole suite: linters, SQLite, PostgreSQL, browser
	@$(BIN)/python tools/run_tests.py

lint: $(VENV)/dev.stamp
	@$(BIN)/python tools/run_tests.py lint

test-sqlite test-postgres test-browser: $(VENV)/dev.stamp
	@$(BIN)/python tools/run_tests.py $(subst test-,,$@)

explore: $(VENV)/dev.stamp ## the properties and the attacks, with other examples than the suite draws each time
	@$(BIN)/pytest -m "hypothesis and not browser" --hypothesis-profile=explore

bench: $(VENV)/dev.stamp secrets ## measure, as ratios in one run
	@$(BIN)/python -m bench

load: $(VENV)/dev.stamp secrets ## readers, directors and experts at once, at 1, 2 and 4 workers (CMQ_BENCH_SECONDS, CMQ_BENCH_USERS)
	@test -x .venv-load/bin/locust || ($(PYTHON) -m venv .venv-load && .venv-load/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/load.txt)
	@$(BIN)/python -m bench.load

sbom: $(VENV)/dev.stamp ## write what the product is made of (CycloneDX) into $(SBOM); fail on a licence that it may not carry
	@$(BIN)/python tools/sbom.py $(SBOM)

audit: $(VENV)/dev.stamp ## ask whether a pinned library has a known vulnerability (needs a network)
	@$(BIN)/python tools/audit.py

lock: ## pin and hash the requirements again (needs uv)
	@for file in run machines dev load; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-annotate --no-header --no-emit-index-url requirements/$$file.in -o requirements/$$file.txt; done

clean: ## forget the environment and the local data
	rm -rf $(VENV) var

# The environment: made once, again when the pinned requirements change.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed (PYTHON=/path/to/python3 make …)")'
	@echo "Environment…"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(BIN)/python
	@test -f $(VENV)/dev.stamp || (echo "Libraries…" && $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/run.txt)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo "Libraries…"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/run.stamp
