# `make demo` and `make test` each do all of their own set-up on a fresh Debian with Python 3.11.
.PHONY: test soak coverage demo bench bench-locate bench-county fuzz templates pictures clean system
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
	$(BIN)/pytest -n 2 --dist loadgroup

# What takes longer: every mutant and combination, three hundred departments, a fuzzed reader. Run
# before an issue is resolved.
soak: $(READY) system
	SOAK=1 $(BIN)/pytest -n 2 --dist loadgroup
	$(MAKE) fuzz

# Which lines the tests run: three times as slow, so that it is no part of them.
coverage: $(READY) system
	$(BIN)/pytest -n 2 --dist loadgroup --cov --cov-report=term

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
	@PYTHONPATH=tests $(BIN)/python benchmarks/reading.py

bench-locate: $(READY)
	PYTHONPATH=tests $(BIN)/python benchmarks/localisation.py

bench-county: $(READY)
	PYTHONPATH=tests $(BIN)/python benchmarks/county.py

# Mutated workbooks against the reader; the seed is printed, and gives the same cases again.
fuzz: $(READY)
	$(BIN)/python tests/helpers/fuzzing.py $(or $(CASES),10000) $(or $(SEED),$(shell date +%s))

# What the packs and the example give, written again.
templates: $(READY)
	$(BIN)/xlbudget new -o templates/shanxi/2025/部门预算公开表.xlsx --force
	$(BIN)/xlbudget pack schema > schemas/budget.schema.json
	$(BIN)/python $(EXAMPLE)/make.py
	$(BIN)/python tools/click_words.py

# Every page of the damaged example as Excel's stand-in prints it, and the two of the README.
pictures: $(READY) system
	@command -v pdftoppm >/dev/null || { $(AS_ROOT) apt-get update -qq && $(APT) poppler-utils; }
	tools/pictures.sh $(EXAMPLE)/预算-有错.xlsx build/pictures \
	    预算公开表3$$ 390 662 $(EXAMPLE)/表三.png ^不符$$ 620 935 $(EXAMPLE)/校验.png

$(READY): requirements-lock.txt setup.cfg pyproject.toml
	@$(PYTHON) -m venv .venv 2>/dev/null || { $(AS_ROOT) apt-get update -qq && $(APT) python3-venv && $(PYTHON) -m venv .venv; }
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-lock.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $(READY)

# Programs that tests need; where one cannot be had, the tests that need it fail.
system:
	@/usr/bin/python3 -c 'import uno' 2>/dev/null && command -v soffice >/dev/null \
	    || { $(AS_ROOT) apt-get update -qq && $(APT) libreoffice-calc fonts-noto-cjk python3-uno; }

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* .import_linter_cache
