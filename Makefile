SHELL := /bin/bash
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
UV := .tools/uv/bin/uv
UV_INSTALLED := .tools/uv/$(UV_VERSION)
# The machine's own certificates, so that a network with a proxy of its own works.
export UV_SYSTEM_CERTS := 1
# What Python has compiled is kept, also where the environment says not to: else each process compiles it all anew, which
# is half of what it takes to collect the unit tests.
unexport PYTHONDONTWRITEBYTECODE
PYTHON := .venv/bin/python
PACKAGES := $(wildcard libs/* services/*) infra/local
CODE := libs services infra tests
PEERS := tests/bench/peers

help: ## show what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .tools/installed ## install everything into .venv and .tools; quick when nothing changed
	@$(PYTHON) -m local_platform.tools

run: .tools/installed ## start the whole platform here; Ctrl-C stops it, data stay
	@exec $(PYTHON) -m local_platform.run

demo: .tools/installed ## play every journey on a throw-away platform, then end
	@exec $(PYTHON) -m local_platform.demo

test: setup browser ## units first, then integration and system tests, on real PostgreSQL and Kafka
	$(PYTHON) -m pytest -n 2 -m "not slow" tests/unit
	$(PYTHON) -m pytest -n 2 --dist loadgroup -m "not slow" tests/contracts tests/architecture tests/integration tests/system tests/browser

test-all: setup browser ## everything, also what takes long
	$(PYTHON) -m pytest -n 2 --dist loadgroup

# The browser tests' browser. Debian's package is installed where that is allowed; elsewhere a line says what is left out.
browser:
	@command -v chromium >/dev/null \
		|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "Installing Chromium …" \
			&& apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium >/dev/null; } \
		|| echo "Chromium is missing, so the browser tests are left out: install it (Debian: apt-get install chromium)"

bench: setup ## measure: ours beside the floor, in one run; the figures go to build/bench.json
	@$(PYTHON) -m tests.bench

bench-scale: setup ## measure a command where a million events are stored
	@$(PYTHON) -m tests.bench growth

bench-peers: setup .tools/peers/installed ## measure: ours beside other projects that do the same; prints the table of the README
	@$(PYTHON) -m tests.bench.peers

check: .tools/installed ## format, lint, types, import rules, generated files, catalogues of words
	.venv/bin/ruff format --check $(CODE)
	.venv/bin/ruff check $(CODE)
	.venv/bin/mypy $(CODE)
	.venv/bin/lint-imports
	$(PYTHON) -m contracts.schemas --check
	$(PYTHON) -m contracts.compatibility
	$(PYTHON) -m contracts.asyncapi --check
	$(PYTHON) -m statute.law --check
	$(PYTHON) -m chassis.languages --check
	$(PYTHON) -m local_platform.schemas --check
	@$(MAKE) --no-print-directory $(patsubst services/%,build/alone/%,$(wildcard services/*))

# Each service in an environment of its own, where it can import nothing but what it says it needs.
build/alone/%: services/%/pyproject.toml requirements.lock $(wildcard libs/*/pyproject.toml)
	@$(UV) venv --quiet --clear $@
	@$(UV) pip install --quiet --python $@/bin/python --constraint requirements.lock $(addprefix -e ./,$(wildcard libs/*) services/$*)
	$@/bin/python -c "import $(subst -,_,$*).main"
	@touch $@

generate: .tools/installed ## write anew what is generated: event and database schemas, docs/events.md, asyncapi.yaml, law.md
	$(PYTHON) -m contracts.schemas
	$(PYTHON) -m contracts.asyncapi
	$(PYTHON) -m statute.law
	$(PYTHON) -m local_platform.schemas

lock: $(UV_INSTALLED) ## pin the newest versions that fit, with their hashes
	$(UV) lock --upgrade
	$(UV) export -q --all-packages --all-groups --no-group peers --format requirements-txt --no-emit-workspace --no-header -o requirements.lock
	$(UV) export -q --only-group peers --format requirements-txt --no-header -o $(PEERS)/requirements.lock

clean: ## remove what was built or installed here; the data in .run stay
	rm -rf .venv .tools build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache libs/chassis/assets/node_modules infra/identity/node_modules $(PEERS)/node_modules

$(UV_INSTALLED):
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Stödväg needs Python 3.11 or later as python3: install it" >&2; exit 1; }
	@echo "Installing uv $(UV_VERSION) …"
	@python3 -m venv .tools/uv \
		|| { echo "Python lacks its venv module: install it (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@.tools/uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.tools/installed: $(UV_INSTALLED) requirements.lock pyproject.toml $(addsuffix /pyproject.toml,$(PACKAGES))
	@echo "Installing Python packages …"
	@test -x $(PYTHON) || $(UV) venv --quiet --python "$$(command -v python3)" .venv
	@$(UV) pip sync --quiet --python $(PYTHON) --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(PYTHON) --no-deps $(addprefix -e ./,$(PACKAGES))
	@touch $@

.tools/peers/installed: $(UV_INSTALLED) $(PEERS)/requirements.lock $(PEERS)/package-lock.json
	@command -v npm >/dev/null || { echo "Emmett and Message DB need Node and npm: install them" >&2; exit 1; }
	@echo "Installing the peers …"
	@$(UV) venv --quiet --clear --python "$$(command -v python3)" .tools/peers
	@$(UV) pip sync --quiet --python .tools/peers/bin/python --require-hashes $(PEERS)/requirements.lock
	@npm ci --silent --ignore-scripts --prefix $(PEERS)
	@touch $@

.PHONY: help setup browser run demo test test-all bench bench-scale bench-peers check generate lock clean
