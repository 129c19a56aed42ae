"""Throw requests at the simulator that the document describes, and ones it does not.

``python -m tests.external.dom.fuzz 10000`` does as many examples per operation; the gate does none but the bounds.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.external.processes import ROOT, Child

# What is described may still be refused: an unknown SKU, figures that do not add up, a time that is over.
NOT_CHECKED = "positive_data_acceptance"


def fuzz(url: str, examples: int = 0, *, seed: int = 1) -> subprocess.CompletedProcess[str]:
    """Run schemathesis against a simulator; its exit code says whether everything was as described.

    Every way a value can be at or over its bounds is always tried (1,457 requests); ``examples`` more per
    operation are made up.
    """
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("run", str(ROOT / "resources" / "openapi" / "dom.yaml"), "--url", url, "--seed", str(seed)),
        *("--phases", "coverage,fuzzing" if examples else "coverage", "--max-examples", str(examples or 1)),
        *(
            "--exclude-checks",
            NOT_CHECKED,
            "--no-color",
            "--generation-database",
            "none",
            "--warnings",
            "off",
        ),
    ]
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def main() -> None:
    """Start a simulator, fuzz it, and print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--ledger", f"{folder}/ledger.db", "--seed", str(ROOT / "resources/demo/adventure-works"))
        with Child.start("backoffice.external.dom.simulator", *options) as child:
            done = fuzz(child.url, int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
            sys.stdout.write(f"{done.stdout}{done.stderr}{child.errors()}")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
