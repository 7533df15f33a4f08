"""A learner asks in chat for a certificate, and says what stands on it and who may see it."""

from __future__ import annotations

from typing import assert_never
from zoneinfo import ZoneInfo

from bot.certificates.policy import certificate
from bot.certificates.policy.commands import (
    AskCertificate,
    AskCertificateName,
    CertificateCommand,
    RevokeCertificate,
    ShowOnCertificate,
    WriteCertificateName,
)
from bot.certificates.policy.subjects import NAMING
from bot.tutor.menu import in_order
from bot.tutor.outcome import ANSWERED, ASIDE, CommandOutcome
from bot.tutor.turn import TurnContext
from storage.conversations import certificates as kept
from storage.conversations.certificates import CertificateRow
from storage.engine.database import Connection


class CertificateChat:
    """`address` is that of the web page ("" where it has none): there the paper lies."""

    def __init__(self, zone: ZoneInfo, address: str = "") -> None:
        self.zone, self.address = zone, address.rstrip("/")

    def carry_out(self, connection: Connection, turn: TurnContext, command: CertificateCommand) -> CommandOutcome:
        """Only with consent, for it is kept; each of the learner's acts is about the newest certificate."""
        if not turn.agreed:
            turn.say(turn.phrase("certificate_consent"))
            return ASIDE
        match command:
            case AskCertificate(track):
                return self._ask(connection, turn, track)
            case AskCertificateName():
                return self._ask_name(connection, turn)
            case WriteCertificateName(text):
                return self._write_name(connection, turn, text)
            case ShowOnCertificate(how):
                return self._show(connection, turn, how)
            case RevokeCertificate():
                return self._revoke(connection, turn)
            case _:
                assert_never(command)

    def _ask(self, connection: Connection, turn: TurnContext, track: str) -> CommandOutcome:
        earned = certificate.finished(turn)
        if track not in earned and len(earned) > 1:
            titles = dict(turn.book.tracks)
            offer = tuple((f"ct:of:{each}", titles.get(each, each)) for each in earned)
            turn.offer(turn.phrase("certificate_which"), offer, turn.state.pending)
            return ANSWERED
        if not earned:
            self._not_yet(turn)
            return ASIDE
        wanted = track if track in earned else earned[0]
        row = next((each for each in kept.of_learner(connection, turn.person.learner_id) if each.track == wanted), None)
        if row is None:
            row = self._give(connection, turn, wanted)
        if not row.name:
            return self._ask_name(connection, turn)
        self._hand_over(turn, row)
        return ANSWERED

    def _not_yet(self, turn: TurnContext) -> None:
        near = certificate.nearest(turn)
        if near is None:
            turn.say(turn.phrase("certificate_none"))
        else:
            turn.say(turn.phrase("certificate_not_yet", nhom=near[0], so=str(near[1])))

    def _give(self, connection: Connection, turn: TurnContext, track: str) -> CertificateRow:
        """Frozen now: the lessons of the track with the versions and points of this day."""
        learner_id, done = turn.person.learner_id, turn.state.done
        lessons = [each.id for each in in_order(turn) if each.track == track and not each.emergency]
        versions = kept.versions_done(connection, learner_id, lessons)
        frozen = tuple((each, versions.get(each, 0), done.get(each, 0)) for each in lessons)
        row = CertificateRow(
            code=turn.universe.new_id(),
            learner_id=learner_id,
            secret=turn.universe.new_id(),
            name=certificate.written_name(turn.person.name),
            track=track,
            title=dict(turn.book.tracks).get(track, track),
            lessons=frozen,
            points=certificate.points_of(lessons, done),
            at=turn.universe.now,
            shown=certificate.SHOWN[0],
        )
        kept.add(connection, row)
        return row

    def _hand_over(self, turn: TurnContext, row: CertificateRow) -> None:
        """Where it lies, what stands on it, what else can be done with it."""
        paper = f"/giay/{row.code}/{row.secret}.pdf"
        place = f"{self.address}{paper}" if self.address else ""
        if place or turn.profile.keeps_log:  # on the page it is a link within it
            said = turn.phrase("certificate_here", nhom=row.title, ten_giay=row.name, noi=place or paper)
        else:
            said = turn.phrase("certificate_ask_union", nhom=row.title, ten_giay=row.name)
        seen = certificate.seen(row.name, row.shown) or "…"
        more = "initials" if row.shown == "name" else "name"
        offer = (
            ("ct:name:", turn.phrase("label_certificate_rename")),
            (f"ct:show:{more}", turn.phrase(f"label_certificate_{more}")),
            ("ct:revoke:", turn.phrase("label_certificate_revoke")),
        )
        turn.entrust(said, [(turn.phrase("label_copy", gi="PDF"), place)] if place else ())
        turn.offer(turn.phrase("certificate_seen", thay=seen), offer, turn.state.pending)

    def _newest(self, connection: Connection, turn: TurnContext) -> CertificateRow | None:
        return next(iter(kept.of_learner(connection, turn.person.learner_id)), None)

    def _ask_name(self, connection: Connection, turn: TurnContext) -> CommandOutcome:
        row = self._newest(connection, turn)
        if row is None:
            self._not_yet(turn)
            return ASIDE
        self._name(turn, "certificate_name", row)
        return ANSWERED

    def _name(self, turn: TurnContext, phrase: str, row: CertificateRow) -> None:
        keep = (f"ct:of:{row.track}", turn.phrase("label_certificate_keep"))
        turn.offer(turn.phrase(phrase), (keep if row.name else ("g:menu", turn.phrase("label_menu")),), NAMING)

    def _write_name(self, connection: Connection, turn: TurnContext, text: str) -> CommandOutcome:
        row, written = self._newest(connection, turn), certificate.written_name(text)
        if row is None:
            self._not_yet(turn)
            return ASIDE
        if not written:
            self._name(turn, "certificate_name_again", row)
            return ANSWERED
        kept.change(connection, row.code, name=written)
        turn.change(pending="")
        self._show_newest(connection, turn)
        return ANSWERED

    def _show(self, connection: Connection, turn: TurnContext, how: str) -> CommandOutcome:
        row = self._newest(connection, turn)
        if row is None or how not in certificate.SHOWN:
            self._not_yet(turn)
            return ASIDE
        kept.change(connection, row.code, shown=how)
        self._show_newest(connection, turn)
        return ANSWERED

    def _show_newest(self, connection: Connection, turn: TurnContext) -> None:
        if (row := self._newest(connection, turn)) is not None:
            self._hand_over(turn, row)

    def _revoke(self, connection: Connection, turn: TurnContext) -> CommandOutcome:
        row = self._newest(connection, turn)
        if row is None:
            self._not_yet(turn)
            return ASIDE
        kept.revoke(connection, row.code, turn.universe.now)
        turn.say(turn.phrase("certificate_revoked", nhom=row.title))
        return ASIDE
