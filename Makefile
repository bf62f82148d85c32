# Two commands do all the set-up: `make run` and `make test`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# What only tests and documentation need comes with the first verb that needs it: an office installs less.
TESTED := $(VENV)/.tested

.DEFAULT_GOAL := help
.PHONY: help run test trials lint serve columns docs site lock readers fuzz bulk audit clean venv

help: ## list these verbs
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements/lock.txt pyproject.toml
	@sh deploy/make-venv.sh "$(PYTHON)" "$(VENV)"
	@touch $(STAMP)

$(TESTED): $(STAMP) requirements/test.txt
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --require-hashes --no-deps \
	  -r requirements/test.txt
	@touch $(TESTED)

venv: $(TESTED) ## build .venv from the hashed locks, the tools of the tests included

run: $(STAMP) ## run the nightly flow once over the bundled sources
	@$(BIN)/mojoraya run

serve: $(STAMP) ## keep a Prefect server with its UI on localhost and run every night
	@$(BIN)/mojoraya serve

test: $(TESTED) ## lint, types, import direction and the tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/pytest -m "not trial and not flow"

trials: $(TESTED) ## tests of the real flow, of real kills, of old data folders and in a real browser, as CI runs them too
	@$(BIN)/pytest -m "trial or flow"

lint: $(TESTED) ## lint and types only
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

columns: $(STAMP) ## append the columns of new indicators to warehouse/columns.csv
	@$(BIN)/python -m warehouse.columns

docs: $(TESTED) ## write the generated pages of docs/ anew from a release of the bundled sources
	@MOJORAYA_DATA=build/docs $(BIN)/mojoraya run >/dev/null
	@$(BIN)/python -m flows.documents build/docs/current docs
	@$(BIN)/python -m cli.documents docs

site: $(TESTED) ## build the documentation as a site in build/site
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs build/site

lock: ## write the hashed locks in requirements/ anew (needs uv)
	uv pip compile requirements/main.in --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --output-file requirements/lock.txt
	uv pip compile requirements/test.in --universal --python-version 3.11 --no-annotate \
	  --generate-hashes --no-emit-index-url --no-header --output-file requirements/test.txt
	uv pip compile requirements/fuzz.in --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --output-file requirements/fuzz.txt
	uv pip compile requirements/bulk.in --universal --python-version 3.11 --no-annotate \
	  --generate-hashes --no-emit-index-url --no-header --output-file requirements/bulk.txt
	for name in oldest newest; do \
	  uv pip compile requirements/readers/duckdb-$$name.in --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --output-file requirements/readers/duckdb-$$name.txt; done

readers: $(STAMP) ## fetch the oldest and the newest DuckDB that must open a release, into build/readers
	@for name in oldest newest; do \
	  [ -d build/readers/duckdb-$$name ] || $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check \
	    --no-input --require-hashes --no-deps --target build/readers/duckdb-$$name \
	    -r requirements/readers/duckdb-$$name.txt; done

build/fuzz: requirements/fuzz.txt
	@rm -rf build/fuzz
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --require-hashes --no-deps \
	  --only-binary :all: --target build/fuzz -r requirements/fuzz.txt || echo "atheris cannot be fetched for this system"

fuzz: $(STAMP) ## odd contracts, cells and SQL against our readers for MINUTES (10) each, led by atheris in build/fuzz
	@$(MAKE) --no-print-directory build/fuzz
	@PYTHONPATH="$(CURDIR)/build/fuzz" $(BIN)/python benchmarks/fuzz.py --atheris --minutes $(or $(MINUTES),10)

build/bulk: requirements/bulk.txt
	@rm -rf build/bulk
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --require-hashes --no-deps \
	  --target build/bulk -r requirements/bulk.txt || echo "dlt cannot be fetched; it is left out"

bulk: $(STAMP) ## a night over 60 files of 163,200 rows beside other ways to load them, FILES (60) to change the size
	@$(MAKE) --no-print-directory build/bulk
	@$(BIN)/python benchmarks/bulk.py --files $(or $(FILES),60)

audit: $(TESTED) ## licences of the locked packages into docs/licences.md, and known weaknesses where pip-audit can ask
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python deploy/audit.py

clean: ## remove the virtual environment and every cache, never data/
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build
