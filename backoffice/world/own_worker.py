"""The worker of a desk that is no demo: the same program beside the desk, with the desk's own settings."""

from collections.abc import Callable

from backoffice.settings import Settings
from backoffice.world.child import Child, Ready


def own_worker(settings: Settings, says: Callable[[str], None]) -> Child:
    """Return the worker of this data directory, not started yet; ``says`` is told when it died and is back."""

    def pin(ready: Ready) -> tuple[str, ...]:
        return "--inbound-port", str(ready["url"]).rpartition(":")[2]

    def is_back(_name: str, code: int) -> None:
        says(f"The worker ended by itself (exit code {code}) and was started again.")

    return Child(
        "worker",
        "worker",
        "--data-dir",
        str(settings.data_dir),
        log=settings.data_dir / "worker.log",
        environment={},
        pin=pin,
        on_return=is_back,
    )
