"""Why a form is not accepted, said to the person who confirms it."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from keiyu.errors import UserError
from keiyu.findings import Place, finding


@dataclass(eq=False)
class FileRefusedError(UserError):
    """A file in which there is no table."""

    file: str
    reason_ja: str
    reason_en: str

    code: ClassVar[str] = "KEIYU-132"
    ja: ClassVar[str] = "{file}: {reason_ja}"
    en: ClassVar[str] = "{file}: {reason_en}"

    @classmethod
    def of(
        cls, schemas: Path, file: str, rule: str, value: str | None = None, expected: str | None = None
    ) -> "FileRefusedError":
        """Say of a file what the reader says of it.

        Args:
            schemas: the ``schemas/`` folder, for the texts.
            file: its name.
            rule: the finding's rule.
            value: what stands there.
            expected: what would be right.
        """
        said = finding(schemas, rule, Place(file=file), value=value, expected=expected)
        return cls(file, f"{said.message_ja}{said.hint_ja}", f"{said.message_en} {said.hint_en}")


@dataclass(eq=False)
class SheetUnknownError(UserError):
    """A sheet that the file does not have."""

    file: str
    sheet: str
    known: str

    code: ClassVar[str] = "KEIYU-133"
    ja: ClassVar[str] = "{file} にシート「{sheet}」はありません。あるシート: {known}"
    en: ClassVar[str] = "{file} has no sheet {sheet}; it has {known}."


@dataclass(eq=False)
class HeaderUnknownError(UserError):
    """A confirmation of a column that the table does not have, or has several times."""

    header: str
    known: str

    code: ClassVar[str] = "KEIYU-134"
    ja: ClassVar[str] = "「{header}」という列は一つに決まりません。列の記号か見出しで指定してください。ある列: {known}"
    en: ClassVar[str] = "{header} does not name one column; give its letter or its header. The columns are {known}."


@dataclass(eq=False)
class FieldUnknownError(UserError):
    """A field that the line does not have."""

    field: str
    line: str
    known: str

    code: ClassVar[str] = "KEIYU-135"
    ja: ClassVar[str] = "報告ライン {line} に項目「{field}」はありません。使えるもの: {known}"
    en: ClassVar[str] = "The line {line} has no field {field}; it has {known}."


@dataclass(eq=False)
class FieldTwiceError(UserError):
    """A field that two columns would hold."""

    field: str
    columns: str

    code: ClassVar[str] = "KEIYU-136"
    ja: ClassVar[str] = (
        "項目 {field} を二つの列（{columns}）に当てています。一方を --map で別の項目にするか --ignore してください。"
    )
    en: ClassVar[str] = "Two columns ({columns}) would hold {field}; give one of them another field, or --ignore it."


@dataclass(eq=False)
class ColumnsInDoubtError(UserError):
    """Columns that nobody has said anything about and the reader is not sure of."""

    columns: str

    code: ClassVar[str] = "KEIYU-137"
    ja: ClassVar[str] = "確認が必要な列が残っています: {columns}。--map 列=項目 か --ignore 列 で答えてください。"
    en: ClassVar[str] = "Columns are still in doubt: {columns}. Answer with --map COLUMN=FIELD or --ignore COLUMN."


@dataclass(eq=False)
class NothingOfLineError(UserError):
    """A table that has no field of the line."""

    file: str
    line: str

    code: ClassVar[str] = "KEIYU-138"
    ja: ClassVar[str] = "{file} には報告ライン {line} の項目が一つもありません。--line を確かめてください。"
    en: ClassVar[str] = "{file} has no field of the line {line}; check --line."


@dataclass(eq=False)
class NameTakenError(UserError):
    """A name that another form has."""

    name: str
    path: str

    code: ClassVar[str] = "KEIYU-139"
    ja: ClassVar[str] = "様式「{name}」はすでに登録されています（{path}）。--name で別の名前を付けてください。"
    en: ClassVar[str] = "There is a layout {name} already ({path}); choose another --name."


@dataclass(eq=False)
class LayoutNameError(UserError):
    """A name that no form can have."""

    name: str

    code: ClassVar[str] = "KEIYU-140"
    ja: ClassVar[str] = "「{name}」は様式の名前にできません。英小文字で始め、英小文字・数字・_ だけを使ってください。"
    en: ClassVar[str] = "{name} cannot be a layout's name; use small letters, digits and _, a letter first."


@dataclass(eq=False)
class KnownAlreadyError(UserError):
    """A form that was accepted before."""

    file: str
    name: str

    code: ClassVar[str] = "KEIYU-141"
    ja: ClassVar[str] = "{file} の見出しは、様式「{name}」として登録済みです。直すときはその YAML を編集してください。"
    en: ClassVar[str] = "The header of {file} is known as the layout {name}; edit its YAML to change it."


@dataclass(eq=False)
class LayoutUnknownError(UserError):
    """A form that was never accepted."""

    name: str
    known: str

    code: ClassVar[str] = "KEIYU-142"
    ja: ClassVar[str] = "様式「{name}」は登録されていません。登録済みのもの: {known}"
    en: ClassVar[str] = "There is no layout {name}; the known ones are {known}."


@dataclass(eq=False)
class NothingNearError(UserError):
    """A file with whose form no known one has much in common."""

    file: str
    known: str

    code: ClassVar[str] = "KEIYU-143"
    ja: ClassVar[str] = "{file} に近い登録済みの様式はありません。登録済みのもの: {known}"
    en: ClassVar[str] = "No known layout is near to {file}; the known ones are {known}."


@dataclass(eq=False)
class LayoutUnwritableError(UserError):
    """A folder of forms that cannot be written to."""

    path: str
    reason: str

    code: ClassVar[str] = "KEIYU-144"
    ja: ClassVar[str] = "{path} に書き込めません（{reason}）。--dry-run で内容を確かめ、書ける所に保存してください。"
    en: ClassVar[str] = "{path} cannot be written ({reason}); see its text with --dry-run and save it where you can."


@dataclass(eq=False)
class MonthsBesideError(UserError):
    """A form with columns for several months, whose headers say another month next time."""

    file: str

    code: ClassVar[str] = "KEIYU-146"
    ja: ClassVar[str] = "{file} は月ごとの列がある表で、見出しの月により読みます。様式として登録する必要はありません。"
    en: ClassVar[str] = (
        "{file} has columns for several months and is read by the months in its header; no layout is needed."
    )


@dataclass(eq=False)
class RowsOfOneError(UserError):
    """A form whose records have several rows; what a column holds differs from row to row."""

    file: str
    by: str

    code: ClassVar[str] = "KEIYU-145"
    ja: ClassVar[str] = (
        "{file} は１件が複数の行にわたる表で、列「{by}」の語により読みます。様式として登録する必要はありません。"
    )
    en: ClassVar[str] = "{file} has several rows per record and is read by the words of {by}; no layout is needed."
