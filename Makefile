# Two commands: make run, make test. Each does all its own set-up; nothing is asked.
# Needs Python 3.11 or newer (with venv) and make. HOST and PORT choose the address.

PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(if $(shell $(name) -c 'import sys; print(sys.version_info >= (3, 11))' 2>/dev/null | grep True),$(name))))
VENV := .venv
PY := $(VENV)/bin/python
export HOST PORT

.PHONY: run dev test lint check-content bench lighthouse messages lock clean help

help:            ## list these
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## / — /'

run: $(VENV)/.run        ## start the site with its content
	@$(PY) manage.py serve

dev: $(VENV)/.run        ## serve with live preview: save a file, see it in the open page
	@DEBUG=1 $(PY) manage.py dev

test: $(VENV)/.dev       ## prove it, on SQLite and PostgreSQL and in Chromium
	@$(PY) -m tests.run

lint: $(VENV)/.dev       ## style, types, templates
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy config lessons progress comments feedback
	$(VENV)/bin/djlint --lint templates --quiet

check-content: $(VENV)/.run   ## check the content tree, change nothing
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py load_content --check

bench: $(VENV)/.dev      ## measure: loading, pages, bytes; side by side in one run
	@$(PY) -m tests.benchmarks.run

lighthouse: $(VENV)/.run  ## grade home and lesson with Lighthouse (needs node and Chromium)
	@$(PY) tests/benchmarks/lighthouse.py

messages: $(VENV)/.dev   ## collect the strings to translate (needs gettext)
	$(PY) manage.py makemessages -l ko --no-location --ignore .venv --ignore .data
	$(PY) manage.py makemessages -l ko --no-location -d djangojs --ignore .venv --ignore .data

lock: $(VENV)/.dev       ## resolve the dependencies anew
	$(PY) -m pip install --quiet uv
	$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate pyproject.toml -o requirements.lock
	$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --extra dev pyproject.toml -o requirements-dev.lock

clean:           ## remove what was made (not your database)
	rm -rf $(VENV) .data/static

$(PY):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. On Debian: apt install python3 python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "The module venv is missing. On Debian: apt install python3-venv"; exit 1; }

$(VENV)/.run: requirements.lock | $(PY)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(PY)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $(VENV)/.run $@
