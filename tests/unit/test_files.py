"""Writing files whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from armlib.files import WriteError, write_file, write_files


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_missing_folders_are_made(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "b" / "c.json", b"1")
    assert (tmp_path / "a" / "b" / "c.json").read_bytes() == b"1"


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    write_file(tmp_path / "x", b"1")
    write_file(tmp_path / "x", b"2")
    assert names(tmp_path) == ["x"]
    assert (tmp_path / "x").read_bytes() == b"2"


def test_the_mode_of_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_file(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_mode_that_the_user_asked_for(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "x", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o640


def test_a_symbolic_link_stays_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "x"
    target.write_bytes(b"old")
    link = tmp_path / "link"
    link.symlink_to("real/x")
    write_file(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="it is a folder"):
        write_file(tmp_path, b"1")


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"1")
    with pytest.raises(WriteError, match=r"cannot write .*x/y: "):
        write_file(tmp_path / "x" / "y", b"1")


def test_none_is_written_when_one_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    with pytest.raises(WriteError):
        write_files({tmp_path / "a": b"new", tmp_path / "b": b"new", tmp_path / "folder": b"new"})
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a", "folder"]


def test_a_full_disk_leaves_the_old_file() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(WriteError, match="No space left"):
        write_file(full, b"x" * 100_000)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to anything")
def test_a_read_only_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(WriteError, match="it is read-only"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    read, write = os.pipe()
    write_file(Path(f"/dev/fd/{write}"), b"through")
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        assert stream.read() == b"through"


def test_dev_stdout_keeps_what_was_written_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("ab") as log:
        log.write(b"before ")
        log.flush()
        write_file(Path(f"/dev/fd/{log.fileno()}"), b"after")
    assert path.read_bytes() == b"before after"


def test_what_is_written_to_stdout_after_it_follows(tmp_path: Path) -> None:
    program = (
        "import os; from pathlib import Path; from armlib.files import write_file; os.write(1, b'before ')\n"
        "write_file(Path('/dev/stdout'), b'here'); os.write(1, b' after')"
    )
    with (tmp_path / "log").open("wb") as log:
        subprocess.run([sys.executable, "-c", program], stdout=log, check=True)
    assert (tmp_path / "log").read_bytes() == b"before here after"
