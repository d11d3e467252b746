"""Identity of facilities: recognising one across editions, spellings, renames, moves and new licences.

The core is pure (``resolve``, ``periods``); ``identify`` records who is who in the ledger, ``identified`` and
``history`` read it as known at any sequence, ``review_list``, ``decide`` and ``split`` are for a person's doubts.

A facility keeps its identity through a rename, a move, a new licence (幼稚園 → 認定こども園) and a transfer
(公立 → 私立) where name and place together leave no doubt. One that is renamed altogether at its address and phone, as
after many a transfer, is put before a person. The nursery part and the kindergarten part of a centre are two where a
list has a row for each.
"""

from typing import TYPE_CHECKING

from keiyu.ondemand import on_demand

if TYPE_CHECKING:
    from keiyu.register.identity.model import Resolution
    from keiyu.register.identity.periods import Edition
    from keiyu.register.identity.policy import Policy, load
    from keiyu.register.identity.recording import Identified, identify
    from keiyu.register.identity.review import Decision, Doubt, decide, review_list, split
    from keiyu.register.identity.rounds import recognise
    from keiyu.register.identity.rows import history, identified
else:
    __getattr__ = on_demand(
        __name__,
        {
            "model": ["Resolution"],
            "periods": ["Edition"],
            "policy": ["Policy", "load"],
            "recording": ["Identified", "identify"],
            "review": ["Decision", "Doubt", "decide", "review_list", "split"],
            "rounds": ["recognise"],
            "rows": ["history", "identified"],
        },
    )

__all__ = [
    "Decision",
    "Doubt",
    "Edition",
    "Identified",
    "Policy",
    "Resolution",
    "decide",
    "history",
    "identified",
    "identify",
    "load",
    "recognise",
    "review_list",
    "split",
]
