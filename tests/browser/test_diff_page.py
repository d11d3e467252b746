"""The page of a release's difference as a browser draws it, on a desk and on a telephone."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from browser.conftest import Browser
from keiyu import publish
from ministry import APRIL, CHIYODA, SEVEN, YOKOHAMA, Ministry, small_home

pytestmark = pytest.mark.browser

_RULER = """<!DOCTYPE html><meta charset="utf-8"><style>body {{ margin: 0 }} iframe {{ border: 0 }}</style>
<iframe id="page" src="{page}" width="{width}" height="900"></iframe><pre id="told"></pre><script>
onload = () => {{
  const page = document.getElementById("page").contentDocument, root = page.documentElement;
  const inside = (inner, outer) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1;
  const tiles = [...page.querySelectorAll(".map g[class]:not(.legend)")];
  const spilling = tiles.filter(tile => [...tile.querySelectorAll("text")].some(
    text => !inside(text.getBoundingClientRect(), tile.querySelector("rect").getBoundingClientRect())));
  const clipped = [...page.querySelectorAll("svg")].flatMap(svg => [...svg.querySelectorAll("text")].filter(
    text => !inside(text.getBoundingClientRect(), svg.getBoundingClientRect())));
  document.getElementById("told").textContent = JSON.stringify({{
    wider: root.scrollWidth - root.clientWidth, tiles: tiles.length,
    spilling: spilling.map(one => one.textContent), clipped: clipped.map(one => one.textContent),
    fills: Object.fromEntries(tiles.map(tile =>
      [tile.querySelector("title").textContent, getComputedStyle(tile.querySelector("rect")).fill])),
    sections: [...page.querySelectorAll("section")].map(one => one.getBoundingClientRect().height > 40),
  }});
}};
</script>"""


@pytest.fixture(scope="module")
def pages(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """The pages of a first release and of a correction, with figures as long as a nation's."""
    folder = tmp_path_factory.mktemp("ministry")
    small = small_home(home, folder / "home")
    ministry = Ministry.open(small, str(folder / "data"), f"sqlite:///{folder / 'ledger.db'}")
    figures = {code: {"applicants_total": 123_456, "waiting_total": 9} for code in SEVEN}
    made = []
    for change in (figures, {CHIYODA: {"waiting_total": 12}, YOKOHAMA: {"applicants_total": 123_456}}):
        ministry.submit(change)
        release = publish.publish(ministry.workspace, APRIL)
        assert release is not None
        page = ministry.workspace.storage.local_path(f"{release.path}/diff.html")
        assert page is not None
        made.append(page)
    yield made
    ministry.workspace.close()


def measured(page: Path, width: int, browse: Browser, tmp_path: Path) -> dict[str, Any]:
    ruler = tmp_path / "ruler.html"
    ruler.write_text(_RULER.format(page=page.as_uri(), width=width), encoding="utf-8")
    options = ("--allow-file-access-from-files", "--virtual-time-budget=5000", "--window-size=1400,1000", "--dump-dom")
    found = re.search(r'<pre id="told">(.*?)</pre>', browse(*options, page=ruler), re.DOTALL)
    assert found is not None
    told: dict[str, Any] = json.loads(unescape(found[1]))
    return told


@pytest.mark.parametrize("width", [1180, 390])
@pytest.mark.parametrize("which", [0, 1], ids=["first", "correction"])
def test_nothing_runs_out_of_its_tile_its_drawing_or_the_window(
    which: int, width: int, pages: list[Path], browse: Browser, tmp_path: Path
) -> None:
    told = measured(pages[which], width, browse, tmp_path)
    assert (told["wider"], told["spilling"], told["clipped"]) == (0, [], [])
    assert told["tiles"] % 47 == 0
    assert told["sections"] and all(told["sections"])


def test_the_directions_of_change_have_their_own_colours(pages: list[Path], browse: Browser, tmp_path: Path) -> None:
    fills = measured(pages[1], 1180, browse, tmp_path)["fills"]
    assert fills["東京 / Tokyo: −123,456"] == fills["神奈川 / Kanagawa: −9"] == "rgb(21, 74, 128)"
    assert fills["北海道 / Hokkaido: ±0"] == "rgb(238, 238, 234)"


def test_a_picture_can_be_taken_without_any_network(pages: list[Path], browse: Browser, tmp_path: Path) -> None:
    picture = tmp_path / "page.png"
    browse("--window-size=1180,1400", f"--screenshot={picture}", page=pages[1])
    assert picture.stat().st_size > 20_000
