"""The command line: the rooms' verbs for people and scripts, in Japanese and English.

Commands are thin. They parse, call a room, and show what it returns — as tables for people, or with
``--json`` as one JSON document with documented keys. Rooms are imported inside the commands, so that
``keiyu --help`` answers at once.
"""

from keiyu.cli.app import main

__all__ = ["main"]
