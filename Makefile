# The one command surface. `make` prints it; every target works from a fresh clone.
# Only relative paths, so that a checkout may lie in a folder with spaces.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
FAST := tests/unit tests/spec tests/property tests/contract tests/dags tests/docs tests/real tests/faults
export GX_ANALYTICS_ENABLED := false
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo up down test check fix slow bench latency real-report lock clean
.DEFAULT_GOAL := help

help: ## この一覧 / this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*##/\t/' | expand -t 12

demo: .venv/.runtime ## 見本の全国集計を一通り動かす / a sample national collection, end to end
	@$(BIN)/python -m keiyu.orchestration.stack demo

up: .venv/.runtime ## 起動したままにする / start and leave running
	@$(BIN)/python -m keiyu.orchestration.stack up

down: ## 停止する / stop what `up` started
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m keiyu.orchestration.stack down; fi

test: .venv/.dev ## サーバー不要の試験すべて / every test that needs no server and no browser
	$(PYTEST) $(FAST) -m "not postgres and not airflow and not browser and not slow" -n 2 --dist worksteal

slow: .venv/.dev ## PostgreSQL・ブラウザー・Airflow・故障注入 / the tiers that need servers, a browser or time
	$(PYTEST) tests --ignore tests/bench -m "(postgres or slow or browser) and not airflow" -n 2 --dist worksteal --timeout 900
	$(PYTEST) tests/functional -m airflow --timeout 900

bench: .venv/.dev ## 速さを比で測る / performance as ratios to a floor of the same run
	$(PYTEST) tests/bench -m "not airflow" -s

latency: .venv/.dev ## 受領から全国表までの秒数（実際の Airflow） / from receipt to national table, in a real Airflow
	KEIYU_BENCH_SINGLES=200 $(PYTEST) tests/bench/test_latency.py -s

real-report: .venv/.dev ## 実在のファイルの読み取り精度 / how well the real files are read
	@PYTHONPATH=tests $(BIN)/python -m real.report
	@PYTHONPATH=tests $(BIN)/python -m real.linkage

check: .venv/.dev ## 読むだけの検査 / read-only: style, types, sizes, layers, schemas, licences, lock
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(PYTEST) tests/habits

fix: .venv/.dev ## 書式を直す / format and mend what a tool can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## 依存を固定し直す / resolve the lock files anew (needs uv)
	uv pip compile pyproject.toml --all-extras --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -c requirements.lock -o requirements-dev.lock

clean: down ## 作られたものを消す / remove what was made
	rm -rf .venv .run .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.python:
	@test -n "$(PYTHON)" || { echo "Python 3.11–3.13 が必要です / Python 3.11 to 3.13 is needed" >&2; exit 1; }
	@if command -v uv >/dev/null 2>&1; then uv venv -q --allow-existing -p $(PYTHON) .venv; else $(PYTHON) -m venv .venv; fi
	@touch $@

.venv/.runtime: requirements.lock pyproject.toml | .venv/.python
	@echo "依存を入れています / installing dependencies (requirements.lock)"
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install -q -p $(BIN)/python --require-hashes -r requirements.lock && uv pip install -q -p $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
	  { $(BIN)/python -m pip --version || $(BIN)/python -m ensurepip; } >/dev/null 2>&1 && $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@if command -v uv >/dev/null 2>&1; then uv pip install -q -p $(BIN)/python --require-hashes -r requirements-dev.lock; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock; fi
	@touch $@
