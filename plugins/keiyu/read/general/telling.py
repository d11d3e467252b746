"""Evidence in words: why a column was taken for a field, or was not."""

from typing import Final

from keiyu.read.general.mapping import Candidate, Mapped
from keiyu.read.grid import letters

_HOW: Final = {
    "label": ("見出しが「{label}」と一致", "the header is the label {label}"),
    "composed": ("見出しが項目と年齢等の組合せ", "the header is put together of an item and codes"),
    "weak": ("見出しがゆるい同義語「{label}」", "the header is a weak synonym, {label}"),
    "either": ("見出し「{label}」だけでは決まらない", "the header {label} decides nothing by itself"),
    "beside": ("見出しに「{label}」と補足の語", "the header is {label} with words beside it"),
    "part": ("見出しが上の段「{label}」の一部", "the header stands under a group ({label})"),
    "tail": ("見出しの終わりが「{label}」", "the header ends in {label}"),
    "crossed": ("見出しは「{label}」だが値は別の項目", "the header is {label}, the values are of another field"),
    "like": ("見出しが「{label}」に似る", "the header is like {label}"),
}
_WHY: Final = {
    "blank": ("値がない", "no values"),
    "unasked": ("求めていない列と知られている", "known as a column that is not asked for"),
    "unlike": ("似た項目がない", "like no field"),
    "same": ("{other}列と同じ内容", "says the same as column {other}"),
    "better": ("{other}列のほうが合う", "column {other} fits better"),
    "twins": ("{other}列と区別できない", "cannot be told from column {other}"),
    "between": ("二つの項目のどちらとも言える", "may be either of two fields"),
    "contradiction": ("見出しと値が合わない", "header and values disagree"),
    "doubt": ("確かでない", "not sure enough"),
    "rows": (
        "１件が何行にもなり、どの行が何の数か分からない",
        "records have several rows, and none says what it counts",
    ),
    "labels": ("行ごとに何の数かを示す列", "says of each row what it counts"),
    "spread": ("行ごとに別の項目", "each row is of another field"),
    "month": ("別の月の列で、その月の回として読む", "a column of another month, read for that month"),
    "day": ("表の時点と違う日の数", "figures of another day than the table's"),
    "shifted": ("見出しが値と一列ずれている", "headers seem to stand one column beside their values"),
    "months": ("同じ見出しの列が月ごとにある", "the same column stands there for several months"),
}


def told(mapped: Mapped) -> dict[str, str]:
    """Return what speaks for a column's meaning, in Japanese and English.

    Args:
        mapped: the column.
    """
    ja, en = ([mapped.known[0]], [mapped.known[1]]) if mapped.known is not None else ([], [])
    if mapped.why is not None:
        other = letters(mapped.other) if mapped.other is not None else ""
        ja.append(_WHY[mapped.why][0].format(other=other))
        en.append(_WHY[mapped.why][1].format(other=other))
    if mapped.part is not None:
        ja.append(f"{mapped.part}番目の部分")
        en.append(f"part {mapped.part}")
    best = next((c for c in mapped.candidates if mapped.field in (None, c.field)), None)
    if best is not None:
        for words, parts in ((ja, _spoken(best, 0)), (en, _spoken(best, 1))):
            words.extend(parts)
    if mapped.ditto:
        ja.append(f"空欄や「〃」{mapped.ditto}件は上の記載の続き")
        en.append(f"{mapped.ditto} blank cells or ditto marks go on with the text above")
    return {"ja": "；".join(ja), "en": "; ".join(en)}


def _spoken(candidate: Candidate, language: int) -> list[str]:
    said = []
    if candidate.hit is not None:
        said.append(_HOW.get(candidate.hit.how, ("", ""))[language].format(label=candidate.hit.label))
    if candidate.fit.share is not None:
        share = f"{candidate.fit.share:.0%}"
        said.append((f"値の{share}が項目の形", f"{share} of the values have the field's form")[language])
    return [words for words in said if words]
