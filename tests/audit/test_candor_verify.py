"""The single file: its arithmetic is the published one, it needs nothing but Python, and nonsense does not upset it."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import candor_verify, keys
from audit.candor_verify import Anchor, Check, Key, Note, Tree, is_signed, leaf, levels, node, path_of, root_by_path

FILE = Path(candor_verify.__file__)

# RFC 8032, section 7.1: secret key, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC_8032)
def test_signatures_of_the_standard_are_accepted_and_nothing_beside_them(secret, public, message, signature):
    public, message, signature = (bytes.fromhex(text) for text in (public, message, signature))
    assert Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).sign(message) == signature
    assert is_signed(public, message, signature)
    assert not is_signed(public, message + b"\0", signature)
    for at in (0, 31, 32, 63):
        forged = bytearray(signature)
        forged[at] ^= 1
        assert not is_signed(public, message, bytes(forged))
    beyond = (int.from_bytes(signature[32:], "little") + candor_verify.ORDER).to_bytes(32, "little")
    assert not is_signed(public, message, signature[:32] + beyond)
    assert not is_signed(b"\xff" * 32, message, signature)
    assert not is_signed(public, message, b"")


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_it_agrees_with_the_library(seed, message, bit):
    key = keys.SigningKey.make(seed, "here")
    note = Note.read(f"{message.hex()}\n\n{key.signature(message.hex() + chr(10))}")
    body, signature = note.body.encode(), note.signatures["here", key.public.id]
    assert is_signed(key.public.public, body, signature)
    forged = bytearray(signature)
    forged[bit // 8] ^= 1 << bit % 8
    assert is_signed(key.public.public, body, bytes(forged)) == keys.is_signed(key.public.public, body, bytes(forged))


def root_of(leaves):
    """The definition of RFC 6962, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node(root_of(leaves[:split]), root_of(leaves[split:]))


def test_trees_are_those_of_rfc_6962():
    assert Tree().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    leaves, tree = [], Tree()
    for size in range(1, 40):
        leaves.append(leaf([size]))
        tree.append(leaves[-1])
        rows = levels(leaves)
        assert tree.root() == rows[-1][0] == root_of(leaves)
        for position, each in enumerate(leaves):
            path = path_of(rows, position)
            assert root_by_path(each, position, size, path) == tree.root()
            assert root_by_path(each, position, size, [*path, each]) is None
            assert size == 1 or root_by_path(each, position, size, path[:-1]) != tree.root()
            assert root_by_path(each, size, size, path) is None
            assert root_by_path(leaf(["other"]), position, size, path) != tree.root()


def test_a_key_is_one_line_that_names_itself():
    public = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"  # a key that others publish
    assert str(Key.read(public)) == public
    with pytest.raises(ValueError, match="no Ed25519 key"):
        Key.read(public.replace("033de0ae", "033de0af"))
    key = keys.SigningKey.make()
    assert keys.SigningKey.read(str(key)) == key
    assert str(key.seed) not in repr(key)


def test_it_is_written_for_python_3_9_and_for_its_library_alone():
    tree = ast.parse(FILE.read_text(), feature_version=(3, 9))
    imports = {name.name for each in ast.walk(tree) if isinstance(each, ast.Import) for name in each.names}
    imports |= {each.module for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
    assert imports <= {
        "__future__", "argparse", "base64", "bisect", "collections.abc", "datetime", "hashlib", "json", "re", "sys",
        "typing",
    }  # fmt: skip


def run(*words):
    """The file in a Python of its own, without our packages."""
    command = [sys.executable, "-I", "-S", str(FILE), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd="/")


def test_what_cannot_be_read_is_neither_right_nor_wrong(tmp_path):
    assert run(tmp_path / "missing.jsonl").returncode == 2
    (tmp_path / "half.jsonl").write_text('{"type": "log", "lo')
    said = run(tmp_path / "half.jsonl")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("This cannot be verified: ")
    (tmp_path / "empty.jsonl").write_text("")
    assert run(tmp_path / "empty.jsonl", "--anchor", tmp_path / "empty.jsonl").returncode == 2
    assert run(tmp_path / "empty.jsonl").returncode == 1


@pytest.mark.parametrize("kept", ['{"type": 7}', '{"log": 1}', "{}", "[" * 100_000, "{" + '"a":{' * 100_000])
def test_an_anchor_that_cannot_be_read_says_so(kept, tmp_path):
    (tmp_path / "log.jsonl").write_text("")
    (tmp_path / "kept").write_text(kept)
    said = run(tmp_path / "log.jsonl", "--anchor", tmp_path / "kept")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("This cannot be verified: ")
    (tmp_path / "log.jsonl").write_text("[" * 100_000)
    assert run(tmp_path / "log.jsonl").returncode == 2


SCALARS = st.none() | st.integers() | st.text(max_size=5)
NONSENSE = SCALARS | st.lists(SCALARS, max_size=3)
LINES = st.dictionaries(
    st.sampled_from(["type", "number", "log", "link", "path", "note", "key", "payload", "id", "kind", "made_at"]),
    NONSENSE | st.sampled_from(["log", "key", "checkpoint", "proof", "event", "end", "read"]),
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(st.lists(LINES, max_size=6))
def test_nonsense_is_a_finding_and_no_accident(lines):
    assert Check().read(json.loads(json.dumps(lines))).findings


def test_an_anchor_may_be_a_line_of_a_letter():
    log, last = "1c9d6f06-9d3c-4d5e-8f4e-0d6f7a8b9c0d", "ab" * 32
    assert Anchor(f"Your log:\ncandor {log} 12 {last}\nKind regards").heads == [(log, 12, last)]
    with pytest.raises(ValueError, match="neither a head nor a signed checkpoint"):
        Anchor("Kind regards")
