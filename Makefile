# make demo    see it work: a made company, scored, explained and served (ARGS=--no-serve: not served)
# make check   prove it works: everything that has to pass
#
# Both set up all they need in .venv, from nothing. The rest is for whoever works on handraiser:
#
# make test    the tests alone          make test ARGS="-k decay"
# make fmt     put the code into shape
# make bench   how fast it is           make bench ARGS="--help"
# make torture kill it under load, prove what is left   make torture ARGS="--kills 5 --database sqlite"
# make evaluate what it finds in public data   make evaluate ARGS="--data DIR"
# make lock    requirements/*.txt anew  make lock ARGS="--upgrade"
# make clean   take .venv and everything made away
#
# PYTHON=/path/to/python chooses the interpreter, 3.11 or later.

.PHONY: demo check lint types floors assets kernels clients test tests fmt bench torture evaluate lock clean setup
BIN := .venv/bin
ARGS ?=
export PYTHON

demo: assets
	@$(BIN)/handraiser demo $(ARGS)

# What the tests need is made ready while the code is looked at.
check: setup
	@$(MAKE) --no-print-directory -j 2 types lint floors kernels clients
	@$(MAKE) --no-print-directory tests
	@echo "== all is well"

setup:
	@sh requirements/install.sh

lint: setup
	@echo "== lint: ruff"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet

types: setup
	@echo "== types: mypy"
	@$(BIN)/mypy

floors: setup
	@echo "== floors: import-linter"
	@$(BIN)/lint-imports --no-logo

# Test workers would each compile the kernels for themselves.
kernels: assets
	@$(BIN)/python -m handraiser.edge.warming

test: kernels clients
	@$(MAKE) --no-print-directory tests

tests:
	@echo "== tests: pytest"
	@$(BIN)/pytest $(ARGS)

# What pages load, made of npm packages; the installation has made it, and templates have changed since.
assets: setup
	@$(BIN)/python hatch_build.py

# Real programs that send events, for the tests of the web front.
clients: setup
	@sh requirements/clients.sh

fmt: setup
	@$(BIN)/ruff check --quiet --fix
	@$(BIN)/ruff format --quiet

bench: setup
	@$(BIN)/python -m bench $(ARGS)

torture: kernels
	@$(BIN)/python -m tests.torture $(ARGS)

evaluate: setup
	@$(BIN)/python -m evaluation $(ARGS)

# Needs uv: the only thing here that does. --universal serves every Python and system there are wheels for.
UV ?= uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-build
lock:
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pipx install uv, or UV=/path/to/uv" >&2; exit 1; }
	$(COMPILE) $(ARGS) --output-file requirements/dev.txt pyproject.toml requirements/dev.in
	$(COMPILE) --constraint requirements/dev.txt --output-file requirements/runtime.txt pyproject.toml

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist demo bench-data
