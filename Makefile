# Two commands for a newcomer: `make demo` and `make test`. Everything they need is set up on the first run.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3))
BIN := .venv/bin
VENV := .venv/.complete

.PHONY: help setup consumers demo test long check unit model connectors connector-checks journey judges screens conformance fault fault-connectors \
	campaign guesses bench bench-journey generate clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: $(VENV) ## build the environment: Python packages, Java, Kafka's jars, PostgreSQL
	@$(BIN)/python -m hub.local fetch

$(VENV): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 12) else f"Python 3.11 or 3.12 is needed, found {v}")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## a synthetic population walks from school to Bộ on real servers; ends with the balance
	$(BIN)/hub demo

consumers: setup # the stock clients of docs/consumers.md, which tests read the national stream with
	@$(BIN)/python -m tests.journey.stock_clients

test: setup consumers ## unit, conformance, connector and journey tests
	$(BIN)/python -m pytest -n 2 tests/unit tests/conformance
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not long" tests/connectors tests/journey
	@echo 'left out here: make long (whole journeys of minutes), make judges (sealed sheets before poppler, veraPDF and DSS; the portal in Chromium, judged by axe), make fault, make guesses'

long: setup consumers ## the journeys that make test leaves out: three provinces, closing a log, corrections of sealed records, broken connectors
	$(BIN)/python -m pytest -n 2 --dist loadfile -m long tests/connectors tests/journey

check: $(VENV) ## format, lint, types, import arrows
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV) ## unit tests only
	$(BIN)/python -m pytest -n 2 tests/unit

model: $(VENV) ## the loop's model over many histories without servers; EXAMPLES=n
	HUB_MODEL_EXAMPLES=$(or $(EXAMPLES),20000) $(BIN)/python -m pytest -s -p no:randomly -k any_history tests/unit/agents/test_loop_machine.py

connectors: setup ## connectors beside the systems that they are for, played on loopback: no broker, real servers and children
	$(BIN)/python -m pytest -n 2 --dist worksteal tests/connectors

connector-checks: setup ## the conformance kit over every connector, in full
	$(BIN)/python -m pytest tests/kit

journey: setup consumers ## journey tests only, on real servers
	$(BIN)/python -m pytest tests/journey

judges: setup ## sheets before poppler, pyHanko, veraPDF and the EU's DSS, the portal in Chromium before axe; installs them where it may; REQUIRED=1: fails without them
	@$(BIN)/python -m tests.judges $(if $(filter 1,$(REQUIRED)),,|| echo 'the tests of what is missing are skipped')
	HUB_JUDGES_REQUIRED=$(REQUIRED) $(BIN)/python -m pytest -n 2 --dist loadfile -p no:randomly tests/judges tests/browser

screens: setup ## take the pictures of docs/screens anew, with the Chromium that make judges installs
	$(BIN)/python -m tests.browser.screens

conformance: $(VENV) ## published vectors, from the folder that HUB_VECTORS names
	$(BIN)/python -m pytest tests/conformance

fault: setup ## break things on purpose; SEEDS=n for more random kills, LONG=1 for every case
	$(BIN)/python -m pytest tests/fault -p no:randomly -n 2 --dist loadfile $(if $(filter 1,$(LONG)),,--ignore=tests/fault/test_connectors.py)

fault-connectors: setup ## kill each province's connector 20 times while 1,000 records go through it; SEED=n for other moments
	$(BIN)/python -m pytest tests/fault/test_connectors.py -p no:randomly

campaign: setup ## SEEDS=100 seeds, each of worker and broker kills; HUB_CAMPAIGN_RESULTS names the file that it goes on with
	$(BIN)/python -m tests.fault.campaign

guesses: setup ## guess 100,000 times at the portal's look-up on real servers; GUESSES=n for another number
	HUB_GUESSES=$(or $(GUESSES),100000) $(BIN)/python -m pytest -p no:randomly tests/journey/test_portal_guesses.py

bench: $(VENV) ## what the rules cost, measured in one run; the whole hub: docs/benchmarks.md
	$(BIN)/python -m tests.bench.rules

bench-journey: setup ## the measurements themselves on real servers, with 200 transcripts: do they run and add up?
	$(BIN)/python -m pytest tests/bench

generate: $(VENV) ## write what is generated from code: docs, schemas, deployment files
	$(BIN)/python -m hub.domain.documentation
	$(BIN)/python -m hub.local.rules_page
	$(BIN)/python -m hub.kafka.deployment
	$(BIN)/python -m hub.schemas.examples
	$(BIN)/python -m hub.connectors.mapping.documentation

clean: ## remove the environment, caches and demo data
	rm -rf .venv .hub data build .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
