# SPDX-License-Identifier: AGPL-3.0-or-later
# Twin Metro: `make` alone lists every command.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
TWINMETRO_DATA ?= data
# A development start shows how the site works; production refuses this switch.
ifneq ($(TWINMETRO_ENVIRONMENT),production)
run: export TWINMETRO_DEMONSTRATION ?= true
endif
export PORT HOST TWINMETRO_DATA
# What is imported is compiled then (assets/install.py), and kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/python -m flask --app wsgi
DIST := app/web/static/dist/manifest.json
MO := app/translations/en/LC_MESSAGES/messages.mo

.PHONY: help run test test-fast test-long lint bench faults soak assets lock translations screenshots clean ready

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ready ## set up what is missing, migrate, import content/, index, serve at http://127.0.0.1:8000
	@echo "== Database"
	@$(FLASK) db upgrade
	@echo "== Contenuti"
	@$(FLASK) content import || echo "== ATTENZIONE: i contenuti non sono stati importati tutti. Correggere quanto segnato qui sopra, poi: flask content check"
	@echo "== Indice di ricerca"
	@$(FLASK) search ensure
	@if [ "$$TWINMETRO_DEMONSTRATION" = true ]; then echo "== Utenze dimostrative"; $(FLASK) demo; fi
	@echo "== Server"
	@exec $(FLASK) serve

ready: $(VENV)/.runtime $(DIST) $(MO)

test: $(VENV)/.runtime ## run every test (installs Chromium where it is missing)
	@$(MAKE) --no-print-directory -j 2 $(VENV)/.dev $(DIST) $(MO) node_modules/.installed
	@$(BIN)/python -m tests.prepare
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --durations 20

test-fast: $(VENV)/.dev $(DIST) $(MO) ## the tests without browser, PostgreSQL and what takes long
	@$(BIN)/python -m pytest -n 2 -m "not browser and not postgres and not slow" -q

test-long: export EVERY_LINE = 1
test-long: $(VENV)/.dev $(DIST) $(MO) ## every strange line in every field, parameter and address (an hour)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -q tests/web/test_strange_input.py tests/pages/test_strange_queries.py tests/journeys/test_strange_forms.py

lint: $(VENV)/.dev ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/.dev $(DIST) $(MO) ## measure speed and search quality, each beside its reference
	@$(BIN)/python -m bench

faults: $(VENV)/.dev $(DIST) $(MO) ## kill the site 200 times while people write, and count what is lost (half an hour)
	@$(BIN)/python -m bench.faults --kills 200

soak: $(VENV)/.dev $(DIST) $(MO) ## ten minutes of use without a break: memory, descriptors, waiting times
	@$(BIN)/python -m bench.soak

assets: node_modules/.installed ## build the front end
	@PATH="$$(sh assets/node-path.sh $(BIN))" npm run --silent build -- $(BIN)/python

translations: $(VENV)/.dev ## bring the catalogue of messages up to date
	@mkdir -p build
	@$(BIN)/pybabel -q extract -F babel.cfg -k _l -k ngettext:1,2 --no-location --sort-output --omit-header -o build/messages.pot .
	@$(BIN)/pybabel -q update -i build/messages.pot -d app/translations -l en --no-fuzzy-matching --ignore-obsolete --omit-header
	@$(MAKE) --no-print-directory $(MO)

screenshots: $(VENV)/.dev $(DIST) $(MO) ## pictures of the pages, and the one of the README
	@$(BIN)/python -m tests.screenshots

lock: ## pin the requirements again (needs uv)
	@for name in requirements requirements-rounds requirements-dev requirements-semantic requirements-build; do \
	  uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-strip-extras --no-header --no-emit-index-url $$name.in -o $$name.txt; \
	done

clean: ## remove what can be made again (never the data)
	rm -rf $(VENV) node_modules build app/web/static/dist app/translations/*/LC_MESSAGES/*.mo .pytest_cache .mypy_cache .ruff_cache

# --- what is made once, and again when its manifest changes ---

$(VENV)/bin/python:
	@echo "== Ambiente Python"
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Serve Python 3.11 o successivo: indicarlo con PYTHON=/percorso/python3.11")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@echo "== Librerie Python (qualche minuto la prima volta)"
	@$(BIN)/python assets/install.py requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "== Librerie per le verifiche"
	@$(BIN)/python assets/install.py requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json | $(VENV)/.runtime
	@echo "== Pacchetti del front end"
	@PATH="$$(sh assets/node-path.sh $(BIN))" npm ci --silent --no-fund --no-audit
	@touch $@

# What is drawn holds sentences in both languages, by libraries of the site.
$(DIST): node_modules/.installed $(wildcard assets/*) $(wildcard assets/*/*) app/translations/en/LC_MESSAGES/messages.po | $(VENV)/.runtime
	@echo "== Front end"
	@PATH="$$(sh assets/node-path.sh $(BIN))" npm run --silent build -- $(BIN)/python

$(MO): app/translations/en/LC_MESSAGES/messages.po | $(VENV)/.runtime
	@$(BIN)/pybabel -q compile --use-fuzzy -d app/translations
