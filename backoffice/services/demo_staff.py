"""Who can sign in to the demo: passwords anybody may know, offered on its sign-in screen and nowhere else."""

from dataclasses import dataclass

from backoffice.domain.staff import Role


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoLogin:
    """A login the demo offers."""

    login: str
    password: str
    name: str
    role: Role


DEMO_LOGINS = (
    DemoLogin(login="ann", password="red-helmet", name="Ann", role=Role.AGENT),  # noqa: S106 - known to anybody
    DemoLogin(login="sam", password="blue-jersey", name="Sam", role=Role.SUPPORT),  # noqa: S106 - as above
    DemoLogin(login="susan", password="gold-pedal", name="Susan", role=Role.SUPERVISOR),  # noqa: S106 - as above
)
