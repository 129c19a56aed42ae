"""A desk that starts the demo's world, says which processes it has, and waits to be killed."""

import asyncio
import json
import sys
from pathlib import Path

from backoffice.settings import Settings
from backoffice.world import World


async def live(data_dir: Path) -> None:
    world = World(Settings.load(data_dir, demo=True))
    await world.start()
    sys.stdout.write(json.dumps(sorted(world.pids().values())) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1])))
