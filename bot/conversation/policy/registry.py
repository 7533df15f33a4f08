"""What each subject answers to: buttons, typed words, open questions, and whether before consent. Pure.

A button's token is "prefix:what:value"; tokens stay on people's telephones for years, so a `what` never gets another
meaning. Typed words are the keys of `lessons/words.yaml`; questions are what `ConversationState.pending` says.
"""

from __future__ import annotations

from bot.announcements.policy.subjects import SUBJECTS as ANNOUNCEMENTS
from bot.certificates.policy.subjects import SUBJECTS as CERTIFICATES
from bot.channels.base import Tone
from bot.knocks.policy.subjects import SUBJECTS as KNOCKS
from bot.meetings.policy.subjects import SUBJECTS as MEETINGS
from bot.pairing.policy.subjects import SUBJECTS as PAIRING
from bot.people.policy.subjects import SUBJECTS as PEOPLE
from bot.progress.policy.subjects import SUBJECTS as PROGRESS
from bot.recorders.policy.subjects import SUBJECTS as RECORDERS
from bot.reports.policy.subjects import SUBJECTS as REPORTS
from bot.scams.policy.subjects import SUBJECTS as SCAMS
from bot.tutor.command import ServiceCommand
from bot.unheard.policy.subjects import SUBJECTS as UNHEARD

SUBJECTS = (
    *PAIRING,
    *MEETINGS,
    *ANNOUNCEMENTS,
    *REPORTS,
    *KNOCKS,
    *CERTIFICATES,
    *PROGRESS,
    *RECORDERS,
    *SCAMS,
    *UNHEARD,
    *PEOPLE,
)
_BY_PREFIX = {subject.prefix: subject for subject in SUBJECTS if subject.prefix}
BY_WORD = {word: subject for subject in SUBJECTS for word in subject.words}
QUESTIONS = {pending: question for subject in SUBJECTS for pending, question in subject.questions.items()}
WRITTEN = {pending: question.written for pending, question in QUESTIONS.items() if question.written}
"""Questions that are answered in her own words: whatever she types is for the subject."""


def tapped(kind: str, rest: str, *, agreed: bool) -> ServiceCommand | None:
    """What the button `kind:rest` asks for; None where it is of no subject, or means nothing for this person now."""
    subject = _BY_PREFIX.get(kind)
    what, _, value = rest.replace("\x00", "").partition(":")
    if subject is None or not (agreed or subject.before_consent):
        return None
    return subject.taps[what](value) if what in subject.taps else None


def tone(kind: str, rest: str) -> Tone:
    """What the button `kind:rest` means to the eye."""
    subject = _BY_PREFIX.get(kind)
    return subject.tones.get(rest.partition(":")[0], "") if subject and subject.tones else ""


def said(word: str, line_id: str, *, agreed: bool) -> ServiceCommand | None:
    """What a typed word asks for; None as for a button. It was said by whoever was writing by `line_id`."""
    subject = BY_WORD.get(word)
    if subject is None or not (agreed or subject.before_consent):
        return None
    return subject.words[word](line_id)
