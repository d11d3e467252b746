"""Registering releases where other engines look for them: an Apache Iceberg catalogue."""

from keiyu.cli.relay import workspace
from keiyu.cli.screen import Screen
from keiyu.cli.verb import argument, verb


@verb(
    "iceberg",
    ja="公表した表を Apache Iceberg カタログに登録する（データは複製しない）",
    en="Register the released tables in an Apache Iceberg catalogue; nothing is copied",
    keys={"": "catalogue registered[]", "registered[]": "collection tag tables[]"},
    more=(
        "まだ登録されていない公表だけを、公表の順に登録する。一つの公表が一つのスナップショットとタグになる。",
        "Registers, in their order, the releases that are not there yet: each is one snapshot with a tag.",
    ),
)
@argument("line", metavar="[LINE]", required=False, ja="報告ライン（省略時はすべて）", en="The line; all by default")
def iceberg_command(screen: Screen, line: str | None) -> None:
    """Register the released tables in an Iceberg catalogue."""
    from sqlalchemy.engine import make_url

    from keiyu.publish.iceberg import register

    with workspace() as space, screen.progress("登録しています / registering"):
        if line is not None:
            space.contract(line)
        made = register(space, line)
        catalogue = make_url(space.settings.iceberg_catalog).render_as_string(hide_password=True)
    told = [{"collection": one.collection, "tag": one.tag, "tables": list(one.tables)} for one in made]

    def human() -> None:
        for one in made:
            screen.say(f"{one.collection}: {one.tag}（{len(one.tables)} 表 / tables）")
        if not made:
            screen.say("新しく登録するものはありません / nothing new to register")
        screen.say(f"カタログ / catalogue: {catalogue}")

    screen.show({"catalogue": catalogue, "registered": told}, human)
