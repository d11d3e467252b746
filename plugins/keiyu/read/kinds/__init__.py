"""Kinds of values: how each is written in files, and its canonical form.

| kind | canonical form |
|---|---|
| text, address | as written, composed (NFC), without outer blanks and HTML |
| name | as written, code points untouched |
| kana | full width |
| integer, number | ``int``, ``float`` |
| latitude, longitude | decimal degrees, within Japan |
| phone | digits and hyphens as grouped by the writer |
| postal_code | ``102-0085`` |
| date | ``datetime.date``; moment: ``2024-01-09T18:00`` or ``2024-01-09`` |
| time, end_time | ``HH:MM``, past 24 where the file says the next day |
| age | ``57d``, ``8w``, ``6m``, ``3y``, else as written; ages: as written with both ends |
| flag, designated | ``bool`` |
| choice, listed, ownership | code of the field's code list |
| weekdays | as written, with codes Monday 1 … Sunday 7 |
| url, email, identifier | as written |
| corporate_number, area_code | 13 and 6 digits |

A value that is not certain is none and its status unknown; the raw text stays. A note names a rule of
``schemas/findings.yaml``.
"""

from keiyu.read.kinds.addresses import address_key, fold_address
from keiyu.read.kinds.column import (
    Normalised,
    Normaliser,
    normalise,
    normalise_column,
    of_field,
    reader_of,
)
from keiyu.read.kinds.joins import join
from keiyu.read.kinds.model import Value
from keiyu.read.kinds.names import fold_name
from keiyu.read.kinds.profiles import Profile, profile
from keiyu.read.kinds.registry import KINDS, Kind, kind_of
from keiyu.read.kinds.terms import Terms

__all__ = [
    "KINDS",
    "Kind",
    "Normalised",
    "Normaliser",
    "Profile",
    "Terms",
    "Value",
    "address_key",
    "fold_address",
    "fold_name",
    "join",
    "kind_of",
    "normalise",
    "normalise_column",
    "of_field",
    "profile",
    "reader_of",
]
