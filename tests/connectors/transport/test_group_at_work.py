"""What of a group a system has already, over kills, cut notes and a disk that takes none."""

from pathlib import Path

from hub.connectors.transport import GroupAtWork

A, B, C = "a" * 64, "b" * 64, "c" * 64


def test_group_goes_on_behind_what_was_noted(tmp_path: Path) -> None:
    """In the same process and in the next one, in the order of the group."""
    folder = tmp_path / "connector"
    first = GroupAtWork(folder)
    assert first.left([C, A, B]) == [C, A, B]
    first.note(A)
    assert first.left([C, A, B]) == [C, B]
    assert GroupAtWork(folder).left([C, A, B]) == [C, B]
    assert folder.stat().st_mode & 0o077 == 0


def test_group_that_is_done_is_written_again_when_it_is_wanted_again(tmp_path: Path) -> None:
    """A person who has answers written again means all of them."""
    group = GroupAtWork(tmp_path)
    for answer_id in group.left([A, B]):
        group.note(answer_id)
    group.done()
    assert list(tmp_path.iterdir()) == []
    assert group.left([A, B]) == GroupAtWork(tmp_path).left([A, B]) == [A, B]


def test_notes_of_another_group_are_forgotten(tmp_path: Path) -> None:
    """So that the file stays as small as a group."""
    group = GroupAtWork(tmp_path)
    group.note(A)
    assert group.left([B]) == [B]
    assert GroupAtWork(tmp_path).left([A, B]) == [A, B]


def test_note_that_was_cut_is_none(tmp_path: Path) -> None:
    """The answer is written once more, which changes nothing; what follows is noted on a line of its own."""
    GroupAtWork(tmp_path).note(A)
    (path,) = tmp_path.iterdir()
    with path.open("a") as file:
        file.write(B[:20])
    group = GroupAtWork(tmp_path)
    assert group.left([A, B]) == [B]
    group.note(B)
    assert GroupAtWork(tmp_path).left([A, B]) == []


def test_disk_that_takes_no_note_stops_no_answer(tmp_path: Path) -> None:
    """The process remembers; the next one writes the group again."""
    (tmp_path / "group-at-work").mkdir()
    group = GroupAtWork(tmp_path)
    group.note(A)
    assert group.left([A, B]) == [B]
    group.done()
    assert GroupAtWork(tmp_path).left([A, B]) == [A, B]
