"""The numbers of config.yaml as the pairing policies want them."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from bot.announcements.service import AnnouncementRules as NewsRules
from bot.pairing.policy.deadlines import Clock
from bot.pairing.policy.model import DAY, HOUR, MINUTE, PairingRules
from bot.people.retention import RetentionRules as KeepRules
from bot.settings import Settings
from bot.tutor.quiet_hours import QuietHours


def pairing_rules(settings: Settings) -> PairingRules:
    """Section `pairing` of config.yaml: hours, minutes and days become milliseconds."""
    given = settings.pairing
    digest = time.fromisoformat(given.digest_at)
    return PairingRules(
        capacity=given.capacity,
        offer=given.offer_h * HOUR,
        later=given.later_h * HOUR,
        request=given.request_h * HOUR,
        officer=given.officer_h * HOUR,
        help=given.help_h * HOUR,
        follow_up=given.follow_up_h * HOUR,
        safety=given.safety_min * MINUTE,
        silences=given.silences,
        rest=given.rest_days * DAY,
        digest_minute=digest.hour * 60 + digest.minute,
        groups=frozenset(given.priority.split()),
        prefer_previous=given.prefer_previous == "yes",
    )


def pairing_clock(settings: Settings) -> Clock:
    """The clock of the pairing, which stands still in the quiet hours of the settings."""
    quiet = QuietHours(
        time.fromisoformat(settings.time.quiet_from),
        time.fromisoformat(settings.time.quiet_to),
        ZoneInfo(settings.time.zone),
    )
    return Clock(quiet)


def news_rules(settings: Settings) -> NewsRules:
    """A quarter of what the slowest messenger takes at most: of what nobody asked for, half is always left to
    reminders."""
    given = settings.announce
    served = (each.messages_per_second for each in settings.channels.values() if each.is_on)
    per_second = min(filter(None, served), default=0.0)
    most = round(per_second * 60 / 4) if per_second else given.per_minute
    return NewsRules(tuple(given.hosts.split()), given.a_day, max(1, min(given.per_minute, most)))


def keep_rules(settings: Settings) -> KeepRules:
    """Section `keep` of config.yaml as spans; 0 days of copies mean: never removed."""
    given = settings.keep
    aside = timedelta(days=given.aside_days) if given.aside_days else None
    idle, answer, history = (timedelta(days=days) for days in (given.idle_days, given.answer_days, given.history_days))
    return KeepRules(idle, answer, aside, history)
