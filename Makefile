# `make demo` and `make test` each do all of their own set-up on a fresh Debian with Python 3.11.
.PHONY: test demo bench pictures clean system
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
EXAMPLE := examples/qinshui-2025
AS_ROOT := $(shell if [ "$$(id -u)" = 0 ]; then echo; elif command -v sudo >/dev/null; then echo sudo; fi)
APT := DEBIAN_FRONTEND=noninteractive $(AS_ROOT) apt-get install -y -qq --no-install-recommends

test: $(READY) system
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --cov --cov-report=term

demo: $(READY)
	@mkdir -p build/demo && rm -f build/demo/*
	@echo '$$ xlbudget new -o 预算.xlsx --from $(EXAMPLE)/budget.json'
	@$(BIN)/xlbudget new -o build/demo/预算.xlsx --from $(EXAMPLE)/budget.json
	@echo; echo '$$ xlbudget check 预算.xlsx'
	@$(BIN)/xlbudget check build/demo/预算.xlsx
	@echo; echo '$$ xlbudget check $(EXAMPLE)/预算-有错.xlsx'
	@$(BIN)/xlbudget check $(EXAMPLE)/预算-有错.xlsx; test $$? -eq 1

bench: $(READY)
	$(BIN)/python benchmarks/check.py

$(READY): requirements-lock.txt setup.cfg pyproject.toml
	@$(PYTHON) -m venv .venv 2>/dev/null || { $(AS_ROOT) apt-get update -qq && $(APT) python3-venv && $(PYTHON) -m venv .venv; }
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-lock.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $(READY)

# Programs that tests need; where one cannot be had, the tests that need it fail.
system:
	@command -v libreoffice >/dev/null || { $(AS_ROOT) apt-get update -qq && $(APT) libreoffice-calc fonts-noto-cjk; }

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* .import_linter_cache
