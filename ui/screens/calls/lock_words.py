"""Who holds a cart, since when, until when, as sentences."""

from datetime import datetime

from backoffice.domain.ids import StaffId
from backoffice.domain.lock import LockState
from backoffice.services.locks import OpenWork
from ui.text import Text
from ui.words import tr


def held_by_other(lock: LockState | None, me: StaffId, now: datetime) -> LockState | None:
    """Return the lock if it is a colleague's and still holds."""
    return lock if lock is not None and lock.holder != me and lock.is_live(now) else None


def held_words(lock: LockState, text: Text) -> tuple[str, str]:
    """Return who holds a cart, and what can be done about it."""
    since = text.time(lock.since)
    who = tr("{name} (at {desk})", name=lock.holder_name, desk=lock.desk)
    if lock.taken_from is not None:
        sentence = tr(
            "{who} took this cart over at {since}: “{why}”.",
            who=who,
            since=since,
            why=lock.reason.rstrip("."),
        )
        return sentence, tr("It is yours again once they let go of it.")
    sentence = tr("{who} holds this cart since {since}.", who=who, since=since)
    return sentence, tr("Left alone, it is free at {until}.", until=text.time(lock.until))


def taken_words(lock: LockState) -> str:
    """Return from whom a cart was taken over, and why."""
    return tr("Taken over from {name}: “{why}”.", name=lock.taken_from_name, why=lock.reason.rstrip("."))


def work_words(work: OpenWork, text: Text) -> tuple[str, str]:
    """Return whose call it is with whom, and who touches it."""
    who = work.name or tr("nobody found yet")
    title = tr("{customer}, a call of {agent}", customer=who, agent=work.agent)
    if work.lock is not None:
        until = text.time(work.lock.until)
        held = tr("held by {name} until {until}", name=work.lock.holder_name, until=until)
        return title, held
    if work.parked_since is not None:
        return title, tr("parked since {time}, touched by nobody now", time=text.time(work.parked_since))
    return title, tr("open since {time}, touched by nobody now", time=text.time(work.since))
