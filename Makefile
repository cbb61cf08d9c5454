# `make book` builds the book; `make test` runs the whole test suite. Both set themselves up.
# Only what is given on the command line counts: a machine may have variables of these names for other work (WSL has NAME, Ubuntu
# LANGUAGE, hosts have PORT).
$(foreach each,A AFTER AGAINST APPLY B BESIDE CHAPTER FROM HOST LANGUAGE MAPPING MEASURE MUTANTS NAME NOTEBOOK OPEN OUT PAGES QUESTION \
  QUICK ROWS SCHEDULER SET SPEC SUPERSEDES TEMPLATE TESTS TO CHANGES EDITS FOLDERS KILLS RUNS SEED,$(eval $(each) =))
PYTHON = python3
DATA = data
EDITION = latest
PORT = 8500
BIN := .venv/bin
ENGINE = warm
RUN := LIVINGBOOK_ENGINE="$(ENGINE)" PYTHONPATH=notebooks $(BIN)/python -m livingbook

.PHONY: book pdf epub gettext translation serve live run question filter lab sweep vintages explain import read changes verify check-data test test-fast fuzz faults stateful coverage mutants check-pages linkcheck audit release bench soak lint lock clean help anew

help:
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

book: $(BIN)/.book ## build the book into _build/html (DATA=folder, EDITION=name; OUT=folder: beside the published book; ENGINE=warm or nbclient)
	@$(RUN) --data "$(DATA)" book --edition "$(EDITION)" $(if $(OUT),--out "$(OUT)")

pdf: $(BIN)/.print ## the same as a printed book: _build/counting-the-500s.pdf (needs Pango; DATA=, EDITION=)
	@$(RUN) --data "$(DATA)" pdf --edition "$(EDITION)"

epub: $(BIN)/.book ## the same as an e-book: _build/counting-the-500s.epub (DATA=, EDITION=)
	@$(RUN) --data "$(DATA)" epub --edition "$(EDITION)"

gettext: $(BIN)/.book ## catalogues for translators: _build/gettext (EDITION=)
	@$(RUN) --data "$(DATA)" gettext --edition "$(EDITION)"

translation: $(BIN)/.book ## the book in another language, from book/locale: LANGUAGE=de (EDITION=)
	@$(RUN) --data "$(DATA)" translation --edition "$(EDITION)" "$(or $(LANGUAGE),$(error give LANGUAGE=, a folder of book/locale))"

serve: $(BIN)/.book ## serve the built book to this machine only (PORT=8500; HOST=0.0.0.0 for whoever can reach it)
	@$(RUN) serve $(if $(OUT),--out "$(OUT)") --port "$(PORT)" $(if $(HOST),--host "$(HOST)")

live: $(BIN)/.book ## the page while you work: serves the book, and builds what is concerned at every save (PORT=8600; DATA=, EDITION=; OPEN=0)
	@$(RUN) --data "$(DATA)" live --edition "$(EDITION)" $(if $(filter command,$(origin PORT)),--port "$(PORT)") $(if $(filter 0,$(OPEN)),--no-open)

run: $(BIN)/.book ## run one notebook: NOTEBOOK=rate SET="strength=700000 as_of=2025-06-09" (or A="…" B="…" side by side; OUT=folder)
	@$(RUN) --data "$(DATA)" run $(if $(OUT),--out "$(OUT)") "$(or $(NOTEBOOK),$(error give NOTEBOOK=, a notebook of notebooks/))" $(SET) $(A) $(if $(B),--and $(B))

question: $(BIN)/.book ## begin a question, which builds at once: NAME=price (QUESTION="What …?" MEASURE=signon_bonus AFTER=exits)
	@$(RUN) --data "$(DATA)" question "$(or $(NAME),$(error give NAME=, of the new notebook and chapter))" $(if $(QUESTION),--question "$(QUESTION)") $(if $(MEASURE),--measure "$(MEASURE)") $(if $(AFTER),--after "$(AFTER)")

# What JupyterLab adds to a notebook when it saves it, git takes out again: `.gitattributes` names the filter, this says what it is.
STRIP := $(BIN)/python -m nbstripout --keep-id --extra-keys "$(addprefix metadata.language_info.,codemirror_mode file_extension mimetype nbconvert_exporter pygments_lexer version)"
filter:
	@test ! -e .git || git config filter.nbstripout.clean '$(STRIP)'

lab: $(BIN)/.lab filter ## JupyterLab with the notebooks, for this machine only (PORT=8888)
	@JUPYTER_PATH=$(CURDIR)/lab/jupyter JUPYTER_CONFIG_PATH=$(CURDIR)/lab/jupyter PYTHONPATH=$(CURDIR)/notebooks \
	  $(BIN)/python -m jupyterlab --ServerApp.root_dir=$(CURDIR) --LabApp.default_url=/lab/tree/notebooks $(if $(filter command,$(origin PORT)),--port "$(PORT)")

import: $(BIN)/.book ## check new rows and show what they would change: ROWS=new.csv (APPLY=1 adds them; SUPERSEDES=id of a figure that they replace; MAPPING=file; TEMPLATE=measure writes one)
	@$(RUN) --data "$(DATA)" import $(if $(filter 1,$(APPLY)),--apply) $(foreach each,$(SUPERSEDES),--supersedes "$(each)") $(if $(MAPPING),--mapping "$(MAPPING)") $(if $(TEMPLATE),--template "$(TEMPLATE)","$(or $(ROWS),$(error give ROWS=file, or a folder of tables with new rows; or TEMPLATE=, a table or measure))")

sweep: $(BIN)/.book ## run notebooks over many settings: SPEC=file.yml, or NOTEBOOK=rate SET="strength=100000..400000:50000" (NAME=, SCHEDULER=)
	@$(RUN) --data "$(DATA)" sweep $(if $(SCHEDULER),--scheduler "$(SCHEDULER)") $(if $(NOTEBOOK),--notebook "$(NOTEBOOK)" $(if $(NAME),--only "$(NAME)") --set $(or $(SET),$(error give SET="parameter=first..last:step")),"$(or $(SPEC),$(error give SPEC=file.yml, written like notebooks/sweeps.yml, or NOTEBOOK= and SET=))")

vintages: $(BIN)/.book ## rebuild the headline numbers as of every month (SCHEDULER=tcp://host:port for a Dask cluster)
	@$(RUN) --data "$(DATA)" sweep $(if $(SCHEDULER),--scheduler "$(SCHEDULER)") --only vintages

explain: $(BIN)/.book ## say for every notebook whether the next `make book` runs it, and because of what (DATA=, EDITION=)
	@$(RUN) --data "$(DATA)" explain --edition "$(EDITION)"

# Ends well whatever differs; a script that wants to know calls the command below, which exits with 0 (nothing), 3, 4 or 5.
changes: $(BIN)/.book ## what differs between editions, published books or data folders: FROM=article TO=latest
	@$(RUN) --data "$(DATA)" changes $(if $(FROM),--from "$(FROM)") $(if $(TO),--to "$(TO)") || test $$? -ge 3

read: $(BIN)/.book ## list the words written for other figures; CHAPTER=growth (or all) notes that they were read again
	@$(RUN) --data "$(DATA)" read --edition "$(EDITION)" $(CHAPTER)

verify: $(BIN)/.book ## build the book twice under different circumstances and compare byte for byte (AGAINST=url or folder: with a published book)
	@$(RUN) --data "$(DATA)" verify --edition "$(EDITION)" $(if $(AGAINST),--against "$(AGAINST)")

check-data: $(BIN)/.book ## check the tables against their contract (DATA=folder)
	@PYTHONPATH=notebooks $(BIN)/python -m livingbook.contract "$(DATA)"

test: $(BIN)/.test ## run the whole test suite
	@$(BIN)/python -m pytest

test-fast: $(BIN)/.test ## run the tests that build no book and start no kernel and no browser (under two minutes)
	@$(BIN)/python -m pytest -m "not slow"

fuzz: $(BIN)/.test ## spoil tables, settings and notebooks in a thousand ways: each is refused in words or read rightly (FOLDERS=1000 SEED=500)
	@$(BIN)/python -m pytest tests/livingbook/contract/test_fuzz.py --folders "$(or $(FOLDERS),1000)" --fuzz-seed "$(or $(SEED),500)" -s

faults: $(BIN)/.test ## kill builds at sixty moments, fill the disk, damage files: the book stays whole (KILLS=60)
	@$(BIN)/python -m pytest tests/livingbook/site/test_faults.py --kills "$(or $(KILLS),60)" -s

stateful: $(BIN)/.test ## edit a small book at random and compare each build with a clean one: the same bytes, as explained (EDITS=300; SEED=500)
	@$(BIN)/python -m pytest tests/livingbook/site/test_pages_follow.py --together 1
	@PYTHONPATH=notebooks $(BIN)/python tests/support/stateful.py --edits "$(or $(EDITS),300)" --seed "$(or $(SEED),500)"

coverage: $(BIN)/.test ## say which lines and branches of the library the tests do not reach (TESTS="tests/livingbook/values/test_bounds.py …": with these alone)
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m pytest $(TESTS) --cov --cov-report=; status=$$?; \
	  $(BIN)/python -m coverage report --skip-covered --show-missing && exit $$status

mutants: $(BIN)/.test ## change the library in small ways, one at a time: does a test notice each? (about an hour; MUTANTS="desertion.counts.rates.*": some)
	@$(BIN)/python tests/support/mutants.py $(MUTANTS)

check-pages: $(BIN)/.test ## ask a browser, axe-core and the Nu checker about every page of the built book (PAGES=some)
	@$(BIN)/python tests/support/check_pages.py _build/html $(PAGES) --table _build/pages.txt

linkcheck: $(BIN)/.book ## ask every address that the book names whether it still answers, over the network: _build/links.txt (EDITION=)
	@$(RUN) --data "$(DATA)" linkcheck --edition "$(EDITION)"

audit: $(BIN)/.test ## known vulnerabilities of the locked packages (asks PyPI), their licences, a CycloneDX SBOM: into _build/audit
	@$(RUN) audit

release: pdf epub $(BIN)/.test ## the archive to deposit: pages, PDF, EPUB, data, notebooks, crate, manifest, SBOM: into _build/release
	@$(RUN) --data "$(DATA)" release --edition "$(EDITION)"

bench: $(BIN)/.test ## measure speed beside the plain tools (an hour, on a quiet machine; QUICK=1: minutes; BESIDE=commit: beside an earlier one)
	@PYTHONPATH=notebooks $(BIN)/python -m tests.bench$(if $(BESIDE),.beside "$(BESIDE)") $(if $(filter 1,$(QUICK)),--quick)

soak: $(BIN)/.test ## the warm engine and `make live`, again and again: is anything left behind, or slower? (RUNS=500; CHANGES=100)
	@PYTHONPATH=notebooks $(BIN)/python -m tests.bench.soak "$(or $(RUNS),500)" "$(or $(CHANGES),100)"

lint: $(BIN)/.test ## style and layout (ruff), which room imports which (import-linter), types (mypy)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && PYTHONPATH=notebooks $(BIN)/lint-imports && $(BIN)/mypy

lock: $(BIN)/.test ## write the locks anew from requirements.in
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate book/print/requirements.in -o book/print/requirements.txt
	cd lab && ../$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --override ../tests/overrides.in requirements.in -o requirements.txt
	cd tests && ../$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --override overrides.in requirements.in -o requirements.txt

clean: ## remove what was built
	rm -rf _build

# The environment: made once, and again when the lock changes. The locks are full: pip installs what they list and resolves nothing.
# It counts as made when its pip answers: where `venv` could not be finished, or the Python that made it is gone or has become another
# version, `make` begins anew.
VERSION := $(notdir $(realpath $(BIN)/python))
$(BIN)/.made: $(if $(wildcard .venv/lib/$(or $(VERSION),none)),,anew)
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, not " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { echo "Making .venv …" && $(PYTHON) -m venv .venv --clear; }
	@touch -r .venv/pyvenv.cfg $@

anew:

# How pip installs, whatever its settings say that somebody has made for other work; where it finds packages stays theirs to say.
INSTALL := PIP_USER=0 PIP_DRY_RUN=0 $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target= --root=/ \
  --prefix="$(CURDIR)/.venv"

# The library itself is installed in place, so that papermill knows its engine by name.
$(BIN)/.book: requirements.txt pyproject.toml $(BIN)/.made
	@echo "Installing the locked packages (about a minute) …"
	@$(INSTALL) --require-hashes -r requirements.txt
	@$(INSTALL) --no-index --no-build-isolation -e .
	@touch $@

$(BIN)/.print: book/print/requirements.txt $(BIN)/.book
	@echo "Installing what the PDF needs …"
	@$(INSTALL) --require-hashes -r book/print/requirements.txt
	@touch $@

$(BIN)/.lab: lab/requirements.txt $(BIN)/.book
	@echo "Installing JupyterLab …"
	@$(INSTALL) --require-hashes -r lab/requirements.txt
	@touch $@

$(BIN)/.test: tests/requirements.txt $(BIN)/.book
	@echo "Installing what the tests need …"
	@$(INSTALL) --require-hashes -r tests/requirements.txt
	@touch $@
