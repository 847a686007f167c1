# The commands of this project; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help run test check train demo data-check lock clean docs screenshots retrain mlflow-ui

help: ## List the commands
	@grep -hE '^[a-zA-Z_-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  \033[1m%-18s\033[0m %s\n", $$1, $$2}'

$(STAMP): requirements.lock pyproject.toml hatch_build.py $(wildcard model/native/*.[ch])
	@echo "→ making the virtual environment (first time: two to four minutes) …"
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: $(STAMP) ## Serve on 127.0.0.1:8000; trains the seed model and sets up the database first where there is none
	@$(BIN)/refund-train train --if-missing
	@$(BIN)/refund-triage serve

train: $(STAMP) ## Train the model on data/labeled and make it the champion
	@$(BIN)/refund-train train

test: $(STAMP) ## Run every check and test
	@echo "→ format, lint, types, import contracts …"
	@$(MAKE) --no-print-directory check
	@echo "→ labelled data …"
	@$(MAKE) --no-print-directory data-check
	@echo "→ tests …"
	@$(BIN)/pytest

check: $(STAMP) ## Formatting, lint, types and import contracts
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

data-check: $(STAMP) ## Check the labelled data: form, duplicates, leaks, balance, personal data
	@$(BIN)/refund-train data-check

demo: $(STAMP) ## Send real texts through the running service and print what came of it
	@$(BIN)/refund-train train --if-missing
	@$(BIN)/refund-triage demo

lock: $(STAMP) ## Pin every dependency again, with hashes and without any index address
	@$(BIN)/pip-compile --quiet --upgrade --generate-hashes --extra training --extra test --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --allow-unsafe -o requirements.lock pyproject.toml

clean: ## Remove the virtual environment and caches, but not var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

screenshots: $(STAMP) ## Take the pictures of docs/screenshots from a running service (needs chromium)
	@$(BIN)/refund-train train --if-missing
	@$(BIN)/python tests/e2e/review/screenshots.py var/models

SCOREBOARD := .venv-scoreboard
SCOREBOARD_STAMP := $(SCOREBOARD)/.installed

$(SCOREBOARD_STAMP): requirements.lock pyproject.toml
	@echo "→ making the scoreboard's own virtual environment …"
	@$(PYTHON) -m venv $(SCOREBOARD)
	@$(SCOREBOARD)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(SCOREBOARD)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[scoreboard]'
	@touch $@

.PHONY: benchmark-quality learning-curve
benchmark-quality: $(SCOREBOARD_STAMP) ## Compare our model with fastText, LightGBM, embeddings …; writes a folder in experiments/
	@$(SCOREBOARD)/bin/refund-train scoreboard

learning-curve: $(STAMP) ## Macro-F1 by number of training rows, with and without the lexicon; writes a folder in experiments/
	@$(BIN)/refund-train learning-curve

docs: $(STAMP) ## Write the tables of docs/ that are made from the code (settings, routes)
	@$(BIN)/refund-triage reference

VENV_BENCH := .venv-bench

$(VENV_BENCH)/.installed: requirements-bench.lock
	@echo "→ making the benchmark's own virtual environment …"
	@$(PYTHON) -m venv $(VENV_BENCH)
	@$(VENV_BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

.PHONY: bench bench-growth
bench: $(VENV_BENCH)/.installed ## Compare with an empty endpoint, MLflow, BentoML and LitServe (8 minutes; needs wrk and a trained model)
	@$(VENV_BENCH)/bin/python -m bench.run --out experiments/$(shell date +%F)-bench

bench-growth: $(VENV_BENCH)/.installed ## Measure long texts, a million stored cases and many training rows (an hour or more; 12 GB of disk)
	@$(VENV_BENCH)/bin/python -m bench.growth --out experiments/$(shell date +%F)-bench

retrain: $(STAMP) ## Retrain on written labels, verdicts and outcomes; promote where the gate allows it
	@$(BIN)/refund-train retrain

mlflow-ui: $(STAMP) ## Open MLflow on the runs and the registry, at 127.0.0.1:5000
	@$(BIN)/mlflow ui --host 127.0.0.1 --backend-store-uri $${MLFLOW_TRACKING_URI:-sqlite:///$${REFUND_TRIAGE_HOME:-$(CURDIR)/var}/mlflow.sqlite}

.PHONY: simulate
simulate: $(STAMP) ## Replay a policy over the labelled data: make simulate POLICY=mine.yaml
	@$(BIN)/refund-train simulate --policy $(or $(POLICY),model/policy.yaml)
