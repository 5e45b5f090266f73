# make demo   a whole fictional bureau to look at        make test   everything, on SQLite and on PostgreSQL
# make check  the cheap guards, seconds                   make quick  the quick suite on SQLite
# make install VENV=DIR   the runtime with its extras     make lock / make messages / make vendor   for maintainers
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
# uv reads none of pip's settings: it gets the index that pip was told of, and trusts the certificates of the system.
export UV_SYSTEM_CERTS := true
UV_OF = UV_DEFAULT_INDEX=$${UV_DEFAULT_INDEX:-$$($(1)/pip config list | sed -n "s/^.*\.index-url='\(.*\)'$$/\1/p" | tail -n 1)} $(1)/uv
LOCK := $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet
# Not `spark`: half a gigabyte that the test of it says loudly it would need.
EXTRAS := --extra evaluate --extra plan --extra postgres

# Floors 1 and 2 are the same on every database.
KNOW_A_DATABASE := tests/apps tests/web tests/flows

.PHONY: demo test quick check install lock messages vendor bench clean

demo: .venv/runtime
	$(BIN)/zhibu demo

test: .venv/dev
	$(BIN)/pytest -n 2 --dist loadgroup
	$(BIN)/pytest -n 2 --dist loadgroup --postgres -m "not browser and not sqlite_only" $(KNOW_A_DATABASE)

quick: .venv/dev
	$(BIN)/pytest -n 2 --dist loadgroup -m "not slow and not browser"

check: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djade --check $$(git ls-files 'src/**/*.html')
	$(BIN)/djlint --lint --quiet src
	$(BIN)/python tools/messages.py --check
	$(BIN)/python -m django makemigrations --check --dry-run --settings zhibu.config.settings
	$(BIN)/python tools/fold_migrations.py --check

install:
	@test -n "$(VENV)" || { echo "say where: make install VENV=DIR"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet uv
	$(call UV_OF,$(VENV)/bin) pip install --python $(VENV)/bin/python --quiet --compile-bytecode --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	$(call UV_OF,$(VENV)/bin) pip install --python $(VENV)/bin/python --quiet --compile-bytecode --no-deps --no-build-isolation .

.venv/bin/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet uv

.venv/runtime: .venv/bin/uv requirements/build.txt requirements/runtime.txt pyproject.toml
	$(call UV_OF,$(BIN)) pip install --quiet --compile-bytecode --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	$(call UV_OF,$(BIN)) pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	touch $@

.venv/dev: .venv/runtime requirements/dev.txt
	$(call UV_OF,$(BIN)) pip install --quiet --compile-bytecode --require-hashes -r requirements/dev.txt
	$(call UV_OF,$(BIN)) pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

lock: .venv/bin/uv
	$(LOCK) requirements/build.in -o requirements/build.txt
	$(LOCK) $(EXTRAS) pyproject.toml -o requirements/runtime.txt
	$(LOCK) $(EXTRAS) --group dev -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt

messages: .venv/dev
	$(BIN)/python tools/messages.py

vendor:
	$(PYTHON) tools/vendor.py

clean:
	rm -rf .venv build
