"""The frames that rules judge, built from the rows of a micro-batch.

================  ==========================================  =====================================
frame             one row is                                  columns besides those of every frame
================  ==========================================  =====================================
a table's name    a row of that table                         its fields, without a cube's measures
``wide``          a key in one file, tables of one key joined every field; ``_row.<table>``; sums of
                                                              tables with a longer key
``tidy``          a figure of a cube table                    ``table, field``, dimensions, ``value``,
                                                              ``value_status``, ``previous``
``totals``        a figure of a file's own total row (計)     ``table, field``, dimensions, ``value``,
                                                              ``sum`` of the rows
``reporters``     a reporter in one file                      ``reporter, municipality``, their
                                                              ``sender, reporting_body, known``
================  ==========================================  =====================================

Every frame has ``_reading`` (index of the file), ``_reporter`` (whose data it is), ``_row`` (source
row) and ``_at.<table>`` or ``_at`` (position in the table's rows), from which a finding finds its cell.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from keiyu.check.batch import Batch, to_pandas
from keiyu.check.model import AT, MARKS, READING, REPORTER, ROW
from keiyu.check.rows import Rows
from keiyu.check.suites import REPORTERS, TIDY, TOTALS, WIDE
from keiyu.check.tidy import tidy, totals
from keiyu.check.wide import wide


def build(batch: Batch, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Build the frames that have rules; frames without rows are left out.

    Args:
        batch: the rows.
        names: frames wanted.

    Returns:
        Frame name → rows on a RangeIndex.
    """
    builders = {WIDE: wide, TIDY: tidy, TOTALS: totals, REPORTERS: reporters}
    frames = {
        name: builders[name](batch) if name in builders else table_frame(batch, batch.rows[name]) for name in names
    }
    return {name: frame for name, frame in frames.items() if len(frame)}


def table_frame(batch: Batch, rows: Rows) -> pd.DataFrame:
    """Return a table's rows, a cube's measures left out."""
    measures = {f.name for f in rows.table.measures}
    wanted = [name for name in rows.data.column_names if name not in measures and name != MARKS]
    frame = to_pandas(rows.data.select(wanted))
    frame[REPORTER] = batch.reporter(rows)
    frame[AT] = np.arange(len(frame))
    return frame


def reporters(batch: Batch) -> pd.DataFrame:
    """Return one row per reporter and file, with the sender and the body that should relay it."""
    found = [frame for rows in batch.rows.values() if len(frame := _present(batch, rows))]
    if not found:
        return pd.DataFrame()
    frame = pd.concat(found, ignore_index=True).drop_duplicates([READING, REPORTER], ignore_index=True)
    homes = {home: batch.areas.get(home, batch.as_of) for home in set(frame["municipality"].dropna())}
    whole = batch.contract.respondents.kind == "municipality"
    known = {home for home, area in homes.items() if area and (area.is_municipality or (area.parent and not whole))}
    direct = batch.contract.relay.direct
    bodies = {home: batch.areas.reporting_body(home, batch.as_of, direct) for home in known}
    frame["reporter"] = frame[REPORTER]
    frame["sender"] = pd.array([batch.senders[n] for n in frame[READING]], dtype="str")
    frame["reporting_body"] = frame["municipality"].map(bodies)
    frame["known"] = frame["municipality"].where(frame["municipality"].isin(known))
    return frame


def _present(batch: Batch, rows: Rows) -> pd.DataFrame:
    """Return the reporters of one table, each with the municipality it belongs to."""
    home = batch.contract.respondents.identity[0]
    frame = pd.DataFrame(
        {
            READING: rows.data[READING].to_numpy(),
            REPORTER: batch.reporter(rows),
            "municipality": rows.data[home].to_pandas(),
            ROW: rows.data[ROW].to_numpy(),
            AT: np.arange(rows.data.num_rows),
            "table": rows.table.name,
        }
    )
    return frame[frame[REPORTER].notna()].drop_duplicates([READING, REPORTER])
