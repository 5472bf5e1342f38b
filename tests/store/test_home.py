"""Where Outweigh keeps things."""

from pathlib import Path

import pytest

from outweigh.records import UserError
from outweigh.store.home import home


def test_home_is_made_on_first_use(own_home: Path) -> None:
    assert not own_home.exists()
    assert home() == own_home
    assert own_home.is_dir()
    assert list(own_home.iterdir()) == []


def test_without_a_name_it_is_the_users_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTWEIGH_HOME", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert home().name == "outweigh"
    assert home().is_relative_to(tmp_path)


def test_a_tilde_and_a_relative_name_become_whole_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OUTWEIGH_HOME", "~/mine")
    assert home() == tmp_path / "mine"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTWEIGH_HOME", "here")
    assert home() == tmp_path / "here"


@pytest.mark.parametrize(
    "kind", ["a file", "under a file", "nothing may be made there", "nothing may be written there"]
)
def test_a_home_that_cannot_be_used_is_explained_in_one_line(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    path = {
        "a file": file,
        "under a file": file / "home",
        "nothing may be made there": Path("/proc/outweigh"),
        "nothing may be written there": Path("/proc"),
    }[kind]
    if not Path("/proc/self").exists() and path.is_relative_to("/proc"):
        pytest.skip("this system has no /proc")
    monkeypatch.setenv("OUTWEIGH_HOME", str(path))
    with pytest.raises(UserError) as caught:
        home()
    message = str(caught.value)
    assert str(path) in message
    assert "set OUTWEIGH_HOME" in message
    assert "\n" not in message
    if kind == "a file":
        assert "not a directory" in message
