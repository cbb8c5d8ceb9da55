# Needs make and Python 3.11 or later, nothing else; everything more goes into .venv by itself.
#
##  make demo       the bridge at work between two workspaces, until Ctrl-C (ONCE=1: tell the story and end)
##  make test       the test suite (ARGS="-k name" for a part of it)
##  make check      formatting, lint, types, room contracts, generated documents
##  make example    write kakehashi.example.toml anew from the settings
##  make format     put the formatting right
##  make bench      acknowledgement, relay and the delivery engine, measured (ARGS="--only growth")
##  make crash      of the tests, the real process killed, stopped and starved
##  make soak       the same and the life of an advisory with the numbers of a release (hours)
##  make picture    the picture in the README, from the running demo
##  make sbom       the bill of materials of what runs (CycloneDX), into build/
##  make lock       pin the requirements again (UPGRADE=--upgrade for newer versions)
##  make clean      remove what the other targets made
##  make help       this list

SUPPORTED = import sys; sys.exit(sys.version_info < (3, 11))

# The first Python of this machine that is recent enough, unless one is named: make PYTHON=...
ifndef PYTHON
PYTHON := $(shell for one in python3 python3.13 python3.12 python3.11 python3.14; do \
	if $$one -c '$(SUPPORTED)' 2>/dev/null; then echo $$one; exit; fi; done; echo python3)
endif

PY = .venv/bin/python
PIP = $(PY) -m pip --disable-pip-version-check --no-input
# How the tests are spread; the reference machine has two cores, and two hands mostly wait for crashed bots.
WORKERS = -n 5 --dist loadgroup
ARGS =
SBOM = build/kakehashi.cdx.json
PRODUCT = bot commands integrations migrations
ROOMS = bot commands integrations migrations tests
ENVIRONMENT = .venv/.ready

PIP_TOOLS = 7.6.2
# No options in a lock: they would name where the packages came from.
LOCK = .venv-lock/bin/pip-compile --quiet --generate-hashes --no-emit-options --no-header \
	--strip-extras $(UPGRADE)
UPGRADE =

.PHONY: help demo test crash check check-docs example format bench soak picture sbom lock clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^##//p' Makefile

demo: $(ENVIRONMENT)
	@$(PY) -m bot demo $(if $(ONCE),--once)

test: $(ENVIRONMENT)
	$(PY) -m pytest $(WORKERS) $(ARGS)

check: $(ENVIRONMENT)
	$(PY) -m ruff format --check $(ROOMS)
	$(PY) -m ruff check $(ROOMS)
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m bandit --quiet --configfile pyproject.toml --recursive $(PRODUCT)
	$(MAKE) check-docs

check-docs: $(ENVIRONMENT)
	$(PY) -m bot docs --check

format: $(ENVIRONMENT)
	$(PY) -m ruff format $(ROOMS)
	$(PY) -m ruff check --fix $(ROOMS)

example: $(ENVIRONMENT)
	$(PY) -c "from pathlib import Path; from bot.setup import example_settings; \
	from bot.texts.catalog import load; \
	Path('kakehashi.example.toml').write_text(example_settings(load()), encoding='utf-8')"

bench: $(ENVIRONMENT)
	@$(PY) -m tests.bench $(ARGS)

crash: $(ENVIRONMENT)
	$(PY) -m pytest $(WORKERS) tests/crash tests/journeys/test_full_disk.py $(ARGS)

# Not spread over the cores: what it says as it goes is to be seen. KILLS=, DELIVERIES= and LIVES= for fewer.
soak: $(ENVIRONMENT)
	SOAK=1 $(PY) -m pytest -s tests/crash tests/journeys/test_full_disk.py tests/services/test_life_machine.py \
	  tests/storage/test_dying_upgrade.py tests/workers/test_clock.py $(ARGS)

picture: $(ENVIRONMENT)
	@$(PY) -m bot demo --picture docs/picture.png

# Of the lock alone, so that two people make the same one.
sbom: $(ENVIRONMENT)
	@mkdir -p build
	$(PY) -m cyclonedx_py requirements requirements/run.txt --pyproject pyproject.toml \
	  --mc-type application --output-reproducible --of JSON -o $(SBOM)

# Made again when a lock or the project's own description changes, otherwise left alone.
$(ENVIRONMENT): requirements/build.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c '$(SUPPORTED)' || { \
	  echo 'Kakehashi needs Python 3.11 or later, as python3 or named by make PYTHON=...' >&2; \
	  echo 'Python 3.11 以降が必要です。python3 として導入するか、make PYTHON=... で指定してください。' >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || { \
	  echo 'Python has no venv module here. On Debian and Ubuntu: apt install python3-venv' >&2; \
	  echo 'Python の venv モジュールがありません。Debian、Ubuntu では apt install python3-venv で導入してください。' >&2; \
	  exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(PIP) install --quiet --require-hashes -r requirements/build.txt -r requirements/dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# Locks are compiled with the oldest supported Python, 3.11.
lock:
	@test -x .venv-lock/bin/pip-compile || { $(PYTHON) -m venv --clear .venv-lock && \
	  .venv-lock/bin/python -m pip --disable-pip-version-check install --quiet pip-tools==$(PIP_TOOLS); }
	$(LOCK) --allow-unsafe --only-build-deps --build-deps-for=editable -o requirements/build.txt pyproject.toml
	$(LOCK) --extra dev -o requirements/dev.txt pyproject.toml
	$(LOCK) --constraint requirements/dev.txt -o requirements/run.txt pyproject.toml

clean:
	rm -rf .venv .venv-lock .demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache \
	  .hypothesis .import_linter_cache
	find $(ROOMS) -name __pycache__ -type d -prune -exec rm -rf {} +
