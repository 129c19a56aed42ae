"""The README's few lines for an action of one's own are run as they stand there."""

import re
from pathlib import Path

import pytest

from tests.external.processes import ROOT
from tests.plugins.test_installed_package import beside, python, submit


@pytest.fixture
def gift_wrap(tmp_path: Path) -> Path:
    """A place with the README's package in it."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## A checkout action of your own")[1]
    section = section.split("\n## ")[0]
    [(module, code)] = re.findall(r"`(\w+)\.py`:\n\n```python\n(.*?)```", section, re.DOTALL)
    [points] = re.findall(r'```toml\n\[project\.entry-points\."([\w.]+)"\]\n(.*?)```', section, re.DOTALL)
    site = tmp_path / "site"
    site.mkdir()
    group, lines = points
    (site / f"{module}.py").write_text(code, encoding="utf-8")
    beside(site, module, f"[{group}]\n{lines.replace(chr(34), '')}")
    assert len([line for line in code.splitlines() if line.strip()]) <= 10, "the README's ten lines"
    return site


def test_the_readmes_action_is_in_force_and_does_what_it_says(
    gift_wrap: Path, tmp_path: Path, demo_database: Path
) -> None:
    plain, wrapped = tmp_path / "plain", tmp_path / "wrapped"
    plain.mkdir()
    wrapped.mkdir()

    told = submit(gift_wrap, plain, demo_database)
    assert told["state"] == "completed"
    assert told["packages"] == {"giftWrap": "gift_wrap"}

    told = submit(gift_wrap, wrapped, demo_database, said="wrap both", pay="two lines")
    assert told["sentence"] == "Only one item can be wrapped."
    assert told["orders"] == ["FAILED"]
    assert told["undone"][0] == "giftWrap"

    printed = python(gift_wrap, "backoffice.cli", "checkout-actions", "--data-dir", str(plain)).stdout
    assert "giftWrap" in printed
