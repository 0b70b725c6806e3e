"""The wheel holds the whole product and nothing else."""

import subprocess
import sys
import zipfile

import pytest

from tests.house.source import PACKAGE, ROOT


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_everything_in_the_package_is_in_the_wheel(names: set[str]) -> None:
    files = {str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*") if path.is_file()}
    wanted = {name for name in files if "__pycache__" not in name}
    assert wanted - names == set()


def test_nothing_else_is_in_the_wheel(names: set[str]) -> None:
    strangers = [name for name in names if not name.startswith(("promptassay/", "promptassay-"))]
    assert strangers == []
    assert not [name for name in names if name.endswith((".pth", ".pyc")) or "/tests/" in name]


def test_the_licence_comes_along(names: set[str]) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in names)
