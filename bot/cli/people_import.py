"""`./camtay people import`: a list as it is, every fault with its place, every doubt asked first."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from bot import workbooks
from bot.cli.language import shown, told
from bot.cli.terminal import Print
from bot.errors import SettingsInvalid, in_words
from bot.people import importing
from bot.people.importing import ImportPlan
from bot.people.policy.people_file import ListFault, PeopleList
from bot.people.policy.permissions import Actor
from bot.people.service import People

SHOWN_FAULTS = 1_000  # lines of faults on the screen; the rest is counted
FAULTY, UNANSWERED = 1, 3  # exit codes
AskYesNo = Callable[[str], bool]


async def import_list(
    service: People, actor: Actor, given: argparse.Namespace, write: Print, ask: AskYesNo | None = None
) -> int:
    """`ask` puts a question to whoever sits at the terminal, if anybody does.

    Exit 0 when all of it is in, 1 with a fault, 3 with a question that nobody has answered; then nothing is in."""
    sheet = read_list(given.file, placed=bool(given.into))
    found = await importing.plan(service, actor, sheet, given.into)
    tell = ImportOutput(given.file.name, write, as_json=given.format == "json")
    if found.faults:
        return tell.faults(found)
    tell.notes(found)
    if given.dry_run:
        return tell.tried(found)
    if not given.yes:
        if found.questions and ask is None:
            return tell.unanswered(found)
        if ask and not all(importing.answered(found, each, ask(shown(each.text))) for each in found.questions):
            return tell.refused(found)
    await importing.carry_out(service, actor, found)
    return tell.done(found, asked=not given.yes)


def read_list(file: Path, *, placed: bool) -> PeopleList:
    """The rows of a CSV file or a workbook, by what is in it. Raises SettingsInvalid where it cannot be opened."""
    try:
        source = file.read_bytes()
    except OSError as refused:
        raise SettingsInvalid(told("{file}: không mở được ({reason}).", file=file, reason=in_words(refused))) from None
    return workbooks.read_list(source, placed=placed)


class ImportOutput:
    """What the command says: sentences, or one line of JSON."""

    def __init__(self, file: str, write: Print, *, as_json: bool) -> None:
        self.file, self._write, self.as_json = file, write, as_json

    def faults(self, found: ImportPlan) -> int:
        """Tell the first `SHOWN_FAULTS` faults and how many more; exit code 1, nothing is written."""
        for fault in found.faults[:SHOWN_FAULTS]:
            self.say(shown(fault.at(self.file)))
        if len(found.faults) > SHOWN_FAULTS:
            self.say(told("… và {count} chỗ nữa.", count=len(found.faults) - SHOWN_FAULTS))
        self.notes(found)
        self.say(told("{count} chỗ cần sửa; chưa nhập gì cả.", count=len(found.faults)))
        return self.end(FAULTY, found.faults, _texts(found))

    def notes(self, found: ImportPlan) -> None:
        """Tell what was understood otherwise than it is written, as old fonts."""
        for note in found.notes:
            self.say(told("Lưu ý: {note}", note=note))

    def tried(self, found: ImportPlan) -> int:
        """Tell what would be asked and written; exit code 0, nothing is."""
        for question in _texts(found):
            self.say(told("Sẽ hỏi: {question}", question=question))
        self.say(told("Soát xong, chưa ghi gì: {counts}", counts=_counted(found)))
        return self.end(0, (), _texts(found), importing.summary(found))

    def unanswered(self, found: ImportPlan) -> int:
        """Tell the questions that nobody is there to answer; exit code 3, nothing is written."""
        for question in _texts(found):
            self.say(told("Cần hỏi: {question}", question=question))
        self.say(told("Chưa nhập gì. Xem kỹ các điều trên; nếu đều đúng, chạy lại với --yes."))
        return self.end(UNANSWERED, (), _texts(found))

    def refused(self, found: ImportPlan) -> int:
        """Tell that a question was answered with no; exit code 3, nothing is written."""
        self.say(told("Chưa nhập gì. Sửa lại tệp rồi nhập lần nữa."))
        return self.end(UNANSWERED, (), _texts(found))

    def done(self, found: ImportPlan, *, asked: bool) -> int:
        """Tell what was written, and what `--yes` has agreed to where nobody was asked; exit code 0."""
        for question in () if asked else _texts(found):
            self.say(told("Đã đồng ý: {question}", question=question))
        self.say(told("Đã nhập: {counts}", counts=_counted(found)))
        return self.end(0, (), _texts(found), importing.summary(found))

    def say(self, line: str) -> None:
        """Write a line for people; nothing where a machine reads."""
        if not self.as_json:
            self._write(line)

    def end(
        self, code: int, faults: Sequence[ListFault], questions: Sequence[str], counts: dict[str, int] | None = None
    ) -> int:
        """For a machine write the one line of JSON that the import ends with; hand on the exit code."""
        if self.as_json:
            counts = counts or {"people": 0, "known": 0, "areas": 0}
            line = {
                "new": counts["people"],
                "known": counts["known"],
                "areas": counts["areas"],
                "questions": list(questions),
                "faults": [
                    {"line": each.line, "column": each.column, "message": shown(each.message)} for each in faults
                ],
            }
            self._write(json.dumps(line, ensure_ascii=False))
        return code


def _texts(found: ImportPlan) -> list[str]:
    return [shown(question.text) for question in found.questions]


def _counted(found: ImportPlan) -> str:
    counts = importing.summary(found)
    return told("{people} người mới, {areas} chi hội hay tổ mới, {known} người đã có.", **counts)
