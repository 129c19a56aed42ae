from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from backoffice.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refusal
from backoffice.domain.staff import Role
from backoffice.services.audit import Audit
from backoffice.services.staff import StaffService
from backoffice.store.store import Store
from backoffice.store.tables.people import staff as staff_table
from tests.services.people import ANN, SUSAN


@dataclass
class Watch:
    now: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def service(store: Store, watch: Watch) -> StaffService:
    service = StaffService(store, watch, demo=False)
    await service.add(SUSAN, login="Ben", name="Ben Miller", role=Role.AGENT, password="correct horse")
    return service


async def test_somebody_signs_in_whatever_the_case_of_the_login(service: StaffService) -> None:
    ben = await service.sign_in(" BEN ", "correct horse", desk="desk 4")
    assert (ben.name, ben.role, ben.desk) == ("Ben Miller", Role.AGENT, "desk 4")


@pytest.mark.parametrize(
    "login, password", [("ben", "wrong"), ("ben", ""), ("nobody", "correct horse"), ("", "")]
)
async def test_a_wrong_name_and_a_wrong_password_are_told_alike(
    service: StaffService, login: str, password: str
) -> None:
    with pytest.raises(Refusal) as refused:
        await service.sign_in(login, password, desk="desk 4")
    assert refused.value.sentence == "Name or password is wrong."


async def test_five_wrong_passwords_lock_the_login_for_a_while(service: StaffService, watch: Watch) -> None:
    for _ in range(5):
        with pytest.raises(Refusal, match="Name or password"):
            await service.sign_in("ben", "wrong", desk="desk 4")
        watch.now += timedelta(seconds=30)
    with pytest.raises(Refusal, match="Try again in 3 minutes") as refused:
        await service.sign_in("ben", "correct horse", desk="desk 4")
    assert refused.value.code == "locked"
    watch.now += timedelta(minutes=3)
    assert (await service.sign_in("ben", "correct horse", desk="desk 4")).name == "Ben Miller"


async def test_success_forgets_the_failures(service: StaffService) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(Refusal, match="Name or password"):
                await service.sign_in("ben", "wrong", desk="desk 4")
        await service.sign_in("ben", "correct horse", desk="desk 4")


async def test_a_name_nobody_has_is_locked_too(service: StaffService) -> None:
    for _ in range(5):
        with pytest.raises(Refusal, match="Name or password"):
            await service.sign_in("nobody", "wrong", desk="desk 4")
    with pytest.raises(Refusal, match="Too many"):
        await service.sign_in("nobody", "wrong", desk="desk 4")


async def test_whoever_was_taken_out_can_not_sign_in_until_let_in_again(service: StaffService) -> None:
    (ben,) = await service.list(SUSAN)
    assert not (await service.deactivate(SUSAN, ben.staff_id)).active
    with pytest.raises(Refusal, match="Name or password"):
        await service.sign_in("ben", "correct horse", desk="desk 4")
    await service.reactivate(SUSAN, ben.staff_id)
    assert (await service.sign_in("ben", "correct horse", desk="desk 4")).staff_id == ben.staff_id


async def test_nobody_takes_out_themselves_or_somebody_unknown(service: StaffService) -> None:
    member = await service.add(SUSAN, login="eve", name="Eve", role=Role.SUPERVISOR, password="long enough")
    eve = await service.sign_in("eve", "long enough", desk="desk 1")
    with pytest.raises(Refusal, match="yourself"):
        await service.deactivate(eve, member.staff_id)
    with pytest.raises(NotFound):
        await service.deactivate(eve, "nobody")


async def test_only_supervisors_manage_staff(service: StaffService) -> None:
    with pytest.raises(NotAllowed):
        await service.list(ANN)
    with pytest.raises(NotAllowed):
        await service.add(ANN, login="eve", name="Eve", role=Role.AGENT, password="long enough")
    with pytest.raises(NotAllowed):
        await service.deactivate(ANN, "susan")


@pytest.mark.parametrize(
    "field, value",
    [("login", ""), ("name", " "), ("name", "x" * 101), ("role", Role.SYSTEM), ("password", "short")],
)
async def test_what_a_new_member_lacks_is_said_at_its_field(
    service: StaffService, field: str, value: str | Role
) -> None:
    given: dict[str, Any] = {"login": "eve", "name": "Eve", "role": Role.AGENT, "password": "long enough"}
    with pytest.raises(InvalidInput) as refused:
        await service.add(SUSAN, **(given | {field: value}))
    assert refused.value.field == field


async def test_a_login_is_given_once(service: StaffService) -> None:
    with pytest.raises(Conflict, match="taken"):
        await service.add(SUSAN, login="BEN", name="Ben", role=Role.AGENT, password="long enough")


async def test_passwords_are_kept_as_argon2_hashes_and_appear_nowhere_else(
    service: StaffService, store: Store, tmp_path: Path
) -> None:
    await service.sign_in("ben", "correct horse", desk="desk 4")
    kept: str = await store.read(
        lambda connection: connection.execute(select(staff_table.c.password_hash)).scalar_one()
    )
    assert kept.startswith("$argon2id$")
    assert not any(b"correct horse" in file.read_bytes() for file in tmp_path.iterdir())


async def test_a_password_typed_as_a_name_is_written_down_nowhere(
    service: StaffService, tmp_path: Path
) -> None:
    with pytest.raises(Refusal):
        await service.sign_in("my secret words", "", desk="desk 4")
    assert not any(b"my secret words" in file.read_bytes() for file in tmp_path.iterdir())


async def test_signing_in_and_failing_to_leaves_a_trail(service: StaffService, store: Store) -> None:
    with pytest.raises(Refusal):
        await service.sign_in("ben", "wrong", desk="desk 4")
    await service.sign_in("ben", "correct horse", desk="desk 4")
    trail = await Audit(store).find(SUSAN)
    assert [row.action for row in trail] == ["staff.signed_in", "staff.sign_in_failed", "staff.added"]


def test_only_the_demo_offers_logins(store: Store, watch: Watch) -> None:
    assert StaffService(store, watch, demo=False).demo_logins() == ()
    offered = StaffService(store, watch, demo=True).demo_logins()
    assert [(login.name, login.role) for login in offered] == [
        ("Ann", Role.AGENT),
        ("Sam", Role.SUPPORT),
        ("Susan", Role.SUPERVISOR),
    ]
