# The two commands: `make up` (set-up, then the whole path on a local Azure) and `make test` (set-up, then the tests of it).
PYTHON ?= python3
BIN := .venv/bin
export PYTHONDONTWRITEBYTECODE :=

.PHONY: up down test test-content test-change test-gitops test-gitops-change test-story soak setup setup-python tools check format accept bench lock tables docs openapi verify-azure
up: setup
	@$(BIN)/amlops up local

down:
	@$(BIN)/amlops destroy local --yes

test: setup tools
	@$(BIN)/python -m pytest -n 3 --dist loadfile tests/unit tests/contract
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/e2e

# What a company's own files must pass; the tests above are the product's, and know the example company.
test-content: setup
	@$(BIN)/python -m pytest -q tests/unit/deployments
	@$(BIN)/amlops doctor

# Of what the last commit (what a pull request brings) changes. A way back changes stages alone: no test looks at those,
# so it waits for none; `check` and `plan` do look.
STAGES := ':(exclude,glob)deployments/*/stages/*.yaml'
CONTENT := ':(exclude)deployments' ':(exclude,glob)environments/*.yaml' ':(exclude)evaluations' ':(exclude)CODEOWNERS' \
  ':(exclude)tests/unit/infra/golden'
SAME := git diff --quiet HEAD^1 HEAD -- .

test-change:
	@if $(SAME) $(STAGES); then echo "nothing but stages changes: no test looks at those"; \
	elif $(SAME) $(CONTENT); then $(MAKE) test-content; else $(MAKE) test; fi

test-gitops-change:
	@if $(SAME) $(CONTENT); then echo "nothing of the loop changes"; else $(MAKE) test-gitops; fi

# The loop of pull request, merge and rollout: the workflows under act, and what they call, on the real engine.
test-gitops: setup tools
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/workflows tests/gitops

# One change's whole way from a branch to prod, of those.
test-story: setup tools
	@$(BIN)/python -m pytest tests/workflows/test_story.py

# Ten kills of the local Azure in a row, instead of the three of `make test`.
soak: setup
	E2E_ROUNDS=10 $(BIN)/python -m pytest tests/e2e/test_survival.py

setup:
	@$(PYTHON) -m tools.setup

# Without what Pulumi's engine and blob storage need.
setup-python:
	@$(PYTHON) -m tools.setup python

# What runs and checks the workflows; `make up` needs none of it.
tools: setup
	@$(PYTHON) -m tools.setup.checks

# What CI runs besides the tests.
check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=infra $(BIN)/lint-imports
	$(BIN)/python -m tools.check
	$(BIN)/python -m tools.reference --check
	$(BIN)/python -m tools.check_workflows

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Renew the golden files after reading what changed.
accept: setup
	ACCEPT=1 $(BIN)/python -m pytest tests/unit

bench: setup
	$(BIN)/python -m tools.bench

# The whole story on a subscription that is paid for; docs/how-to/verify-on-azure.md has the ARGS.
verify-azure: setup
	$(BIN)/python -m tools.verify_azure $(ARGS)

# Renew the part of GitHub's description that the tests of workflows use.
openapi: setup
	$(BIN)/python -m tools.github_openapi

# Renew the reference pages.
docs: setup
	$(BIN)/python -m tools.reference --write
	$(BIN)/python -m localazure.emulator.coverage --write

tables: setup
	$(BIN)/python -m tools.generate_tables

lock: setup
	$(BIN)/python -m tools.lock
