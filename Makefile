# Whence: `make demo` shows the main job on real data, `make test` checks everything that is quick.
# Both need Python 3.11+, git and make; the first use installs the rest into .venv.

PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
BIN := .venv/bin
READY := .venv/.ready
# Heavy imports are three times slower without bytecode, and tests start many processes.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help setup demo test lint unit slow wheel bench clients clients-env clients-lock corpus lock clean

help:
	@echo 'make demo   the main job on real data, in a scratch folder'
	@echo 'make test   lint, types, architecture, tests: everything that takes minutes at most'
	@echo 'make slow   the tests that take longer'
	@echo 'make corpus what Whence sees of 87 programs, beside what is true: recall and precision'
	@echo 'make clients tests with real counterparts, each in an environment of its own'
	@echo 'make bench  speed against peers and limits, as a table'
	@echo 'make lock   renew requirements/*.lock'
	@echo 'make clean  remove what these made'

setup: $(READY)

$(READY): requirements/bootstrap.lock requirements/dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo 'make: Python 3.11 or newer is needed; set PYTHON=…' >&2; exit 1; }
	@echo 'Setting up .venv (once) …'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bootstrap.lock
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python \
		requirements/bootstrap.lock requirements/dev.lock 2>.venv/uv.log \
	  || $(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock \
	  || { cat .venv/uv.log >&2; exit 1; }
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --offline \
		--python $(BIN)/python -e . 2>.venv/uv.log \
	  || $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q .venv/lib >/dev/null 2>&1 || true
	@touch $@

demo: $(READY)
	@$(BIN)/whence demo

test: lint unit

lint: $(READY)
	@$(BIN)/ruff format --check --quiet . || { echo 'run: ruff format .' >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache >.venv/imports.log || { cat .venv/imports.log >&2; exit 1; }

unit: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST)

slow: $(READY)
	@$(BIN)/python -m pytest -m 'slow and not clients' $(PYTEST)

# A built wheel, in an environment of its own, does what the checkout does.
wheel: $(READY)
	@rm -rf build/wheel && mkdir -p build/wheel
	@$(BIN)/python -m hatchling build -t wheel -d build/wheel >build/wheel/log 2>&1 \
	  || { cat build/wheel/log >&2; exit 1; }
	@$(BIN)/uv venv --quiet --system-site-packages --python $(BIN)/python build/wheel/venv
	@$(BIN)/uv pip install --quiet --no-deps --offline --python build/wheel/venv/bin/python \
		build/wheel/*.whl
	@cd build/wheel && PYTHONPATH= ./venv/bin/python -c \
		'import whence, sys; sys.exit("build/wheel/venv" not in whence.__file__)'
	@cd build/wheel && venv/bin/whence run -- sh -c 'echo a > made.txt' && venv/bin/whence fsck
	@rm -rf build

# Environments of other people's libraries; GROUP=torch for one. The second time needs no network.
clients-env: $(READY)
	@PYTHONPATH=tests $(BIN)/python tests/clients/environments.py $(GROUP)

clients: clients-env
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m clients tests/clients/$(GROUP) $(PYTEST)

# What Whence sees of each program of tests/corpus/, beside what is true of it.
corpus: $(READY)
	@$(BIN)/python tests/corpus/score.py $(ONLY) $(if $(GROUP),--group $(GROUP)) \
		$(if $(VERBOSE),--verbose)

clients-lock: $(READY)
	@PYTHONPATH=tests $(BIN)/python tests/clients/environments.py --lock

bench: $(READY)
	@$(BIN)/python benchmarks/all.py

lock:
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --upgrade \
		--custom-compile-command 'make lock' requirements/bootstrap.in -o requirements/bootstrap.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --upgrade --no-emit-package whence \
		--custom-compile-command 'make lock' requirements/dev.in -o requirements/dev.lock

clean:
	@rm -rf .venv .venv-clients .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
		.grimp_cache build dist benchmarks/out
	@find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
