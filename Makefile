# What a person types. Everything is brought by the first target that needs it: see `make help`.

PYTHON := .venv/bin/python
UV := .tools/.ready
CATALOGUES := $(wildcard src/facturier/locale/*/LC_MESSAGES/django.po)
ARGS ?=
PORT ?= 8000
export PORT

# What a developer's shell may carry along and this project must not follow: another virtual environment,
# another Python, another target folder. Indexes, mirrors, proxies and certificates stay as they are set.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONSAFEPATH PYTHONDONTWRITEBYTECODE DJANGO_SETTINGS_MODULE
unexport PIP_TARGET PIP_PREFIX PIP_USER PIP_REQUIRE_VIRTUALENV PIP_NO_BINARY PIP_NO_DEPS PIP_CONSTRAINT
unexport UV_SYSTEM_PYTHON UV_PYTHON UV_PROJECT UV_PROJECT_ENVIRONMENT UV_WORKING_DIRECTORY UV_NO_BINARY
unexport UV_CONSTRAINT UV_OVERRIDE UV_BUILD_CONSTRAINT UV_EXCLUDE UV_EXCLUDE_NEWER UV_RESOLUTION UV_PRERELEASE
unexport UV_BREAK_SYSTEM_PACKAGES UV_REQUIRE_HASHES UV_NO_VERIFY_HASHES UV_NO_BUILD UV_NO_BUILD_ISOLATION
unexport UV_VENV_CLEAR UV_VENV_SEED UV_OFFLINE UV_MANAGED_PYTHON UV_NO_MANAGED_PYTHON UV_PYTHON_PREFERENCE

.DEFAULT_GOAL := help
.PHONY: help demo test check lint bench shots messages lock clean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.runtime $(CATALOGUES:.po=.mo) ## load the demo and serve it on 127.0.0.1 (PORT=8000)
	@.venv/bin/facturier demo $(ARGS)

test: .venv/.develop $(CATALOGUES:.po=.mo) ## run all tests on both databases (ARGS="tests/rules -x")
	@$(PYTHON) -m pytest -n auto --maxprocesses=8 --dist=worksteal $(ARGS)

lint: .venv/.develop ## everything that CI asks but the tests
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@$(PYTHON) -m tools.messages check
	@.venv/bin/lint-imports
	@mkdir -p build
	@FACTURIER_DATA_DIR=build FACTURIER_DATABASE_URL= $(PYTHON) -m django check --fail-level=WARNING \
		--settings=facturier.config.settings

check: lint test ## what CI runs

bench: .venv/.develop ## time the main job beside its limits
	@$(PYTHON) -m benchmarks $(ARGS)

shots: .venv/.develop $(CATALOGUES:.po=.mo) ## take the pictures of README and docs
	@$(PYTHON) tools/shots.py $(ARGS)

messages: .venv/.develop ## bring the catalogues of translations up to date
	@$(PYTHON) -m tools.messages update

lock: $(UV) ## lock the packages again (ARGS=--upgrade for newer ones)
	@tools/setup lock $(ARGS)

clean: ## remove what was installed and built here; the data in var/ stays
	@rm -rf .venv .tools build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(UV): requirements-uv.lock tools/setup
	@tools/setup uv

.venv/.runtime: requirements.lock requirements-build.lock pyproject.toml | $(UV)
	@tools/setup runtime

.venv/.develop: .venv/.runtime requirements-dev.lock
	@tools/setup develop

%.mo: %.po | .venv/.runtime
	@$(PYTHON) -m tools.messages compile $<
