"""A large file is whole, or it is the one that stood there before."""

from __future__ import annotations

import pytest

from lib.drafts import whole


def test_what_breaks_off_leaves_the_file_before_and_no_draft(tmp_path):
    path = tmp_path / "acme.zip"
    with whole(path) as file:
        file.write(b"first")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(RuntimeError), whole(path) as file:
        file.write(b"sec")
        raise RuntimeError
    assert path.read_bytes() == b"first"
    with whole(path) as file:
        file.writelines([b"second, ", b"and shorter than none"])
    assert path.read_bytes() == b"second, and shorter than none"
    assert list(tmp_path.iterdir()) == [path]
