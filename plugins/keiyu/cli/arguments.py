"""Arguments and options that several commands have, each with one meaning and one help."""

from keiyu.cli.types import COLLECTION, INSTANT
from keiyu.cli.verb import argument, option

collection = argument(
    "collection", metavar="COLLECTION", type=COLLECTION, ja="回（例: LINE/2025-04-01）", en="The collection, LINE/DATE"
)

as_known_at = option(
    "--as-known-at",
    type=INSTANT,
    ja="この時点で知られていた値（日本時間。日付だけならその日の終わり）",
    en="As it was known then (Japan's time; a date alone means the end of that day)",
)
