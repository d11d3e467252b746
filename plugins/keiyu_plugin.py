"""The one file that Airflow's plugin loader executes.

It registers Keiyu by name, so that ``airflow plugins`` and the web interface show which copy runs, and
refuses a second copy: Airflow appends this folder to the import path, so a package of the same name
installed elsewhere would win and run other code than the files beside it.
"""

from pathlib import Path
from typing import Any

from airflow.plugins_manager import AirflowPlugin

import keiyu
from keiyu.orchestration.errors import ForeignCopyError


class KeiyuPlugin(AirflowPlugin):  # type: ignore[misc] # Airflow's own imports are not followed
    """Keiyu as Airflow lists it."""

    name = "keiyu"

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:
        """Check that the package that runs is the one beside this file.

        Raises:
            ForeignCopyError: another copy was imported.
        """
        found, wanted = Path(keiyu.__file__).resolve().parent, Path(__file__).resolve().parent / "keiyu"
        if found != wanted:
            raise ForeignCopyError(str(found), str(wanted))
