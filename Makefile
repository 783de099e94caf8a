# Everything happens in .venv; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Processes of make test: much of what tests do is waiting.
TESTERS ?= 3
STAMP := $(VENV)/.installed

.PHONY: install run test timing check chaos bench lock clean help

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

install: $(STAMP) ## Install everything into .venv

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; name one with PYTHON=…, such as: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Setting up $(VENV) (once; about a minute)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --progress-bar on --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip check --disable-pip-version-check
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: $(STAMP) ## Serve on 127.0.0.1:8000 (HOST, PORT)
	@$(BIN)/orchestratai serve

test: $(STAMP) ## Everything that must pass
	$(BIN)/python -m pytest -n $(TESTERS) --dist worksteal -m "not timing" --cov --cov-report=term:skip-covered --cov-fail-under=90

timing: $(STAMP) ## The tests that measure the machine as much as the code; for a quiet one
	$(BIN)/python -m pytest -m timing

check: $(STAMP) ## ruff, mypy --strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

chaos: $(STAMP) ## Every accident 20 times, with two instances over one Redis (half an hour)
	$(BIN)/python -m tests.chaos

bench: $(STAMP) ## Measure the budgets, each beside a raw server
	$(BIN)/python -m benchmarks

lock: $(STAMP) ## Resolve the dependencies anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --upgrade --quiet -o requirements.lock

clean: ## Remove what was made here, data included
	rm -rf $(VENV) data build dist *.egg-info .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
