# Every command of the project. CI and people call the same targets; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
PORT   ?= 8501
# make run                       the embedded demo territory
# make run DEPOSIT=DIR           the published files of a deposit
# make run SOURCE=live           the publishers themselves
SOURCE ?= $(if $(DEPOSIT),deposit,demo)
# One folder per source: fictitious and real figures never share a warehouse or a release.
DATA   ?= data/$(SOURCE)
# Tests run in two processes, a file at a time; JOBS=0 runs them in one.
JOBS   ?= 2
# Readers of files, sessions of the application (make load).
LOAD   ?= 200,30

VENV := .venv
BIN  := $(VENV)/bin
# Bytecode is compiled at install: without it every process recompiles everything.
export UV_PYTHON_DOWNLOADS := never
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1

.PHONY: help setup run refresh serve test lint format sql unit browser nginx r postgresql lock dagster validate docs screenshots sbom audit fuzz faults load bench bench-quick layers postgres spark clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(VENV)/.pret ## create the environment (.venv) from requirements.lock

$(VENV)/.pret: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11 to 3.13 is needed, found %s at %s: install one and run again with PYTHON=/path/to/python3.12" % (sys.version.split()[0], sys.executable))'
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: on Debian or Ubuntu, apt-get install python3-venv, then run again."; exit 1; }
	@echo "Installing the environment (about a minute the first time)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

run: refresh serve ## refresh (demo territory, DEPOSIT=DIR or SOURCE=live), then serve on http://127.0.0.1:8501

refresh: setup ## acquire, build, verify and publish a release
	@$(BIN)/observatoire refresh --source $(SOURCE) $(if $(DEPOSIT),--deposit $(DEPOSIT)) --data $(DATA) || { code=$$?; [ $$code -eq 3 ] || exit $$code; }

serve: setup ## serve the current release
	@$(BIN)/observatoire serve --port $(PORT) --data $(DATA)

test: setup lint browser nginx r postgresql unit ## everything CI runs: linters, then all the tests

lint: setup ## ruff, mypy and sqlfluff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(MAKE) --no-print-directory sql

sql: setup ## sqlfluff only
	@cd dbt_project && ../$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 models

format: setup ## rewrite the sources in the house style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@cd dbt_project && ../$(BIN)/sqlfluff fix --disable-progress-bar models

browser: ## install Chromium where it is missing (Debian, Ubuntu)
	@command -v chromium >/dev/null || { \
	  command -v apt-get >/dev/null || { echo "Chromium is needed by the browser tests: install it so that 'chromium' is on the PATH."; exit 1; }; \
	  echo "Installing Chromium…"; sudo=$$( [ $$(id -u) -eq 0 ] || echo sudo ); \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; }

nginx: ## install nginx where it is missing (Debian, Ubuntu); the service is not left running
	@PATH=$$PATH:/usr/sbin:/usr/local/sbin command -v nginx >/dev/null || { \
	  command -v apt-get >/dev/null || { echo "nginx is needed by the tests of deploy/nginx: install it so that 'nginx' is on the PATH or in /usr/sbin."; exit 1; }; \
	  echo "Installing nginx…"; sudo=$$( [ $$(id -u) -eq 0 ] || echo sudo ); \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends nginx >/dev/null; \
	  if [ -d /run/systemd/system ]; then $$sudo systemctl disable --quiet --now nginx; fi; }

r: ## install R where it is missing (Debian, Ubuntu): it runs its recipe of the page Données
	@command -v Rscript >/dev/null || { \
	  command -v apt-get >/dev/null || { echo "R is needed by the test of its recipe: install it so that 'Rscript' is on the PATH."; exit 1; }; \
	  echo "Installing R…"; sudo=$$( [ $$(id -u) -eq 0 ] || echo sudo ); \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends r-base-core >/dev/null; }

unit: setup browser nginx r postgresql
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

postgresql: setup ## install PostgreSQL's server where it is missing (Debian, Ubuntu) and dbt-postgres; no service is left running
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	  command -v apt-get >/dev/null || { echo "PostgreSQL's server is needed by the PostgreSQL lane: install it so that 'initdb' is on the PATH."; exit 1; }; \
	  echo "Installing PostgreSQL…"; sudo=$$( [ $$(id -u) -eq 0 ] || echo sudo ); \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends postgresql >/dev/null; \
	  if [ -d /run/systemd/system ]; then $$sudo systemctl disable --quiet --now postgresql; fi; }
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --require-hashes -r requirements-postgres.lock

# The Parquet layers that a lane reads: a refresh without the sheets, which no model needs.
layers: setup
	@$(BIN)/observatoire refresh --source $(SOURCE) $(if $(DEPOSIT),--deposit $(DEPOSIT)) --data $(DATA) --sans-fiches || { code=$$?; [ $$code -eq 3 ] || exit $$code; }

postgres: postgresql layers ## the models on a private PostgreSQL server, its marts compared with DuckDB's (DEPOSIT=DIR)
	@$(BIN)/python -m benchmarks.voies postgres $(DATA) --origine $(SOURCE) $(OPTIONS)

spark: layers ## the models on Spark, its marts compared with DuckDB's (DEPOSIT=DIR, OPTIONS=--tuer kills an executor); needs Java 17
	@command -v java >/dev/null || { echo "Java 17 is needed by the Spark lane: install it (Debian: apt-get install openjdk-17-jre-headless)."; exit 1; }
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --no-deps --require-hashes -r requirements-spark.lock
	@$(BIN)/python -m benchmarks.voies spark $(DATA) --origine $(SOURCE) $(OPTIONS)

dagster: setup ## Dagster's interface on http://127.0.0.1:3000 (assets, runs, checks, schedule)
	@mkdir -p .dagster && cp deploy/dagster.yaml .dagster/dagster.yaml
	@DAGSTER_HOME=$(CURDIR)/.dagster OBSERVATOIRE_DATA=$(abspath $(DATA)) OBSERVATOIRE_SOURCE=$(SOURCE) OBSERVATOIRE_DEPOT=$(if $(DEPOSIT),$(abspath $(DEPOSIT))) \
	  $(BIN)/dagster dev -h 127.0.0.1 -p 3000 -w workspace.yaml

validate: setup ## load the Dagster definitions and the dbt project
	@$(BIN)/dagster definitions validate -w workspace.yaml

docs: setup ## regenerate what is generated from the cards (dbt sources, register, method page)
	@$(BIN)/python -m ingestion.tables
	@$(BIN)/python -m publication.method_page

screenshots: setup browser ## pictures of the README and of docs/, on the demo territory
	@$(BIN)/observatoire refresh --source demo --data data/demo >/dev/null || { code=$$?; [ $$code -eq 3 ] || exit $$code; }
	@$(BIN)/python docs/captures.py data/demo

sbom: setup ## inventory of the locked packages (build/sbom.cdx.json) and their licences (docs/licences.md)
	@$(BIN)/python -m deploy.supply_chain sbom build/sbom.cdx.json

audit: setup ## known vulnerabilities of the locked packages (AUDIT_OSV=address of another service); fails when one was not audited
	@$(BIN)/python -m deploy.supply_chain audit $(if $(AUDIT_OSV),--osv $(AUDIT_OSV))

fuzz: setup ## 1,000 mutated published files (FUZZ_N, FUZZ_SEED, DEPOSIT=DIR adds its small files); writes docs/fuzz.md
	@$(if $(DEPOSIT),OBSERVATOIRE_DEPOT=$(abspath $(DEPOSIT))) PYTHONPATH=$(CURDIR) $(BIN)/python tests/campagne_fuzz.py -n $(or $(FUZZ_N),1000) --graine $(or $(FUZZ_SEED),6)
	@mkdir -p build/fuzz && PYTHONPATH=$(CURDIR) $(BIN)/python tests/fuzz_atheris.py -runs=$(or $(FUZZ_RUNS),200000) -seed=$(or $(FUZZ_SEED),6) -timeout=30 -max_len=600 -artifact_prefix=build/fuzz/

faults: setup browser nginx ## every fault injected, docs/fiabilite.md; N=50 DEPOSIT=DIR adds a campaign of kills on a deposit
	@$(if $(DEPOSIT),OBSERVATOIRE_DEPOT=$(abspath $(DEPOSIT))) $(BIN)/python -m pytest -m panne -n $(JOBS) --dist loadfile --rapport-pannes tests/resultats/pannes.json || echo "A fault did not end as expected: the page says which."
	@$(if $(N),$(BIN)/python tests/campagne_arrets.py -n $(N) $(if $(DEPOSIT),--source deposit --depot $(abspath $(DEPOSIT))))
	@$(BIN)/python tests/rapport_fiabilite.py

load: setup browser nginx ## 200 readers of the files and 30 sessions while a release is published (LOAD=200,30)
	@rm -f tests/resultats/charge.json
	@$(BIN)/python -m pytest tests/browser/test_charge.py --charge $(LOAD) --rapport-pannes tests/resultats/charge.json
	@$(BIN)/python tests/rapport_fiabilite.py

bench: setup nginx ## performance goals on the release of DATA, with its sheets, and on DEPOSIT (hours); writes benchmarks/resultats
	@$(if $(DEPOSIT),,echo "bench needs the published files: make bench DEPOSIT=DIR" >&2; exit 2)
	@test -d $(DATA)/releases/current/quartiers || { echo "bench needs a release with its sheets: make refresh DEPOSIT=$(DEPOSIT)" >&2; exit 2; }
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet -e '.[bench]'
	@$(BIN)/python -m benchmarks.p2_dbt $(DATA) --cellules 10000000
	@$(BIN)/python -m benchmarks.p3_orchestration $(DATA) $(DEPOSIT)
	@$(BIN)/python -m benchmarks.p4_ingestion
	@$(BIN)/python -m benchmarks.p4_ingestion --facteurs 1 10 100
	@$(BIN)/python -m benchmarks.p4_ingestion --forme valeurs --facteurs 1 10 100
	@$(BIN)/python -m benchmarks.p6_modeles $(DATA)
	@$(BIN)/python -m benchmarks.p7_jointure --donnees $(DATA)
	@$(BIN)/python -m benchmarks.p8_taille $(DATA)/releases/current
	@$(BIN)/python -m benchmarks.p9_fiche_ecran $(DATA) $(DATA)/releases/current/quartiers --sessions 20
	@$(BIN)/python -m benchmarks.p10_fiches $(DATA)/releases/current
	@$(BIN)/python -m benchmarks.p10_fiches $(DATA)/releases/current --pdf
	@$(BIN)/python -m benchmarks.p1_rien_de_change
	@$(BIN)/python -m benchmarks.p1_rien_de_change --deposit $(DEPOSIT) --sans-fiches
	@$(BIN)/python -m benchmarks.p11_tests
	@$(MAKE) --no-print-directory postgres DEPOSIT= SOURCE=demo DATA=data/demo OPTIONS='--tours 5 --rapport'

bench-quick: export BENCH_MESURES = build/mesures
bench-quick: setup nginx ## the same programs at small sizes on DATA, one round, in minutes; writes build/mesures
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet -e '.[bench]'
	@$(BIN)/python -m benchmarks.p1_rien_de_change --sans-fiches --tours 1
	@$(BIN)/python -m benchmarks.p2_dbt $(DATA) --tours 1 --source $(SOURCE)
	@$(BIN)/python -m benchmarks.p3_orchestration $(DATA) $(or $(DEPOSIT),$(DATA)/territoire_demo) --source $(SOURCE) --tours 1
	@$(BIN)/python -m benchmarks.p4_ingestion --lignes 500000 --tours 1
	@$(BIN)/python -m benchmarks.p4_ingestion --facteurs 1 4 --tours 1
	@$(BIN)/python -m benchmarks.p4_ingestion --forme valeurs --facteurs 1 4 --tours 1
	@$(BIN)/python -m benchmarks.p6_modeles $(DATA) --facteurs 1 2 --tours 1
	@$(BIN)/python -m benchmarks.p7_jointure --donnees $(DATA) --lignes 250000 --tours 1
	@$(BIN)/python -m benchmarks.p8_taille $(DATA)/releases/current --source $(SOURCE)
	@$(BIN)/python -m benchmarks.p9_fiche_ecran $(DATA) $(DATA)/releases/current/quartiers --sessions 5 --tours 1 --source $(SOURCE)
	@$(BIN)/python -m benchmarks.p10_fiches $(DATA)/releases/current --tours 1 --source $(SOURCE)

lock: setup ## resolve requirements.lock again, and the lock of the catalogue from the last run
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --generate-hashes --extra dev pyproject.toml -o requirements.lock
	@$(BIN)/python -m ingestion.tables --verrou $(DATA)

clean: ## remove the environment and everything a run wrote
	@rm -rf $(VENV) data .dagster build *.egg-info dbt_project/target dbt_project/logs
