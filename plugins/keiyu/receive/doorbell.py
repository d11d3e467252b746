"""The doorbell: telling Airflow over HTTP that the ledger has something new.

The bell is never needed for correctness. The receipt is durable before it is rung, and a DAG looks
at the ledger each minute anyway; ringing only makes that seconds earlier. So a bell that cannot be
rung is reported, not raised.
"""

import logging
from functools import lru_cache
from typing import Final

import httpx

from keiyu.settings import Settings

BELL: Final = "keiyu_arrivals"
_log = logging.getLogger(__name__)
_PATIENCE: Final = httpx.Timeout(5.0)


@lru_cache(maxsize=8)
def _token(url: str, user: str, password: str) -> str:
    answer = httpx.post(f"{url}/auth/token", json={"username": user, "password": password}, timeout=_PATIENCE)
    return str(answer.raise_for_status().json()["access_token"])


@lru_cache(maxsize=8)
def _bell(url: str, token: str) -> int:
    found = httpx.get(f"{url}/api/v2/assets", params={"name_pattern": BELL}, headers=_headers(token), timeout=_PATIENCE)
    assets = found.raise_for_status().json()["assets"]
    return next(int(asset["id"]) for asset in assets if asset["name"] == BELL)


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _ring(settings: Settings) -> None:
    token = _token(settings.doorbell_url, settings.doorbell_user, settings.doorbell_password)
    answer = httpx.post(
        f"{settings.doorbell_url}/api/v2/assets/events",
        json={"asset_id": _bell(settings.doorbell_url, token)},
        headers=_headers(token),
        timeout=_PATIENCE,
    )
    answer.raise_for_status()


def ring(settings: Settings) -> bool:
    """Ring the bell, if this installation has one.

    The token and the bell's number are kept for the life of the process and asked for again once
    when they are refused, e.g. after a day or after Airflow's database was made anew.

    Args:
        settings: address, user and password of the Airflow API.

    Returns:
        Whether it rang; false when no address is set or nobody answered.
    """
    if not settings.doorbell_url:
        return False
    for _ in range(2):
        try:
            _ring(settings)
        except (httpx.HTTPError, StopIteration) as refusal:
            _token.cache_clear()
            _bell.cache_clear()
            _log.info("the doorbell did not ring: %s", refusal)
        else:
            return True
    return False
