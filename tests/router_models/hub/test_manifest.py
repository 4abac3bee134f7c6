"""What a repository says that it holds, and what is made of a repository that lies."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from errors import BadInputError, DataError
from router_models.card import load_card
from router_models.hub.manifest import (
    MANIFEST_FILE,
    Manifest,
    check_files,
    file_of,
    manifest_of,
    read_manifest,
    sha256_of,
)
from router_models.registry import WEIGHTS

NAMES = (
    "knn/card.json",
    "outcomes/references.npz",
    "keras-cnn/card.json",
    "keras-cnn/model.onnx",
    "keras-cnn/model.keras",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small repository with two routers."""
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(WEIGHTS / name, tmp_path / name)
    manifest = manifest_of(["keras-cnn", "knn"], {name: tmp_path / name for name in NAMES})
    (tmp_path / MANIFEST_FILE).write_text(manifest.as_json(), encoding="utf-8")
    return tmp_path


def changed(folder: Path, **entries: object) -> None:
    document = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    (folder / MANIFEST_FILE).write_text(json.dumps(document | entries), encoding="utf-8")


def test_what_was_written_is_read_and_holds(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert manifest.routers == ("keras-cnn", "knn")
    assert set(manifest.files) == set(NAMES)
    check_files(folder, manifest)


def test_the_app_reads_neither_native_artefacts_nor_misses_them(folder: Path) -> None:
    (folder / "keras-cnn/model.keras").unlink()
    manifest = read_manifest(folder)
    assert set(manifest.served) == set(NAMES) - {"keras-cnn/model.keras"}
    check_files(folder, manifest)


@pytest.mark.parametrize("name", ["outcomes/references.npz", "keras-cnn/card.json"])
def test_a_file_that_is_gone_or_another_is_named(folder: Path, name: str) -> None:
    manifest = read_manifest(folder)
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))  # of the same size
    with pytest.raises(DataError, match=name):
        check_files(folder, manifest)
    (folder / name).unlink()
    with pytest.raises(DataError, match=name):
        check_files(folder, manifest)


def test_a_manifest_that_fits_the_files_does_not_help_where_the_card_says_otherwise(folder: Path) -> None:
    model = folder / "keras-cnn/model.onnx"
    model.write_bytes(model.read_bytes() + b" ")
    manifest = manifest_of(["keras-cnn", "knn"], {name: folder / name for name in NAMES})
    with pytest.raises(DataError, match=r"keras-cnn/model\.onnx is not the file that the card of keras-cnn"):
        check_files(folder, manifest)


def test_a_shared_file_is_held_against_the_cards_that_name_it(folder: Path) -> None:
    references = folder / "outcomes/references.npz"
    references.write_bytes(references.read_bytes() + b" ")
    manifest = manifest_of(["knn"], {name: folder / name for name in NAMES[:2]})
    with pytest.raises(DataError, match=r"outcomes/references\.npz is not the file that the card of knn"):
        check_files(folder, manifest)


@pytest.mark.parametrize(
    "name",
    [
        "../secret/a.npz",
        "/etc/passwd",
        "knn/../../a.npz",
        "knn/sub/a.npz",
        "a.npz",
        "knn/.hidden",
        "knn\\a.npz",
        "KNN/a.npz",
        "knn/a.npz\n",
        "",
    ],
)
def test_a_name_that_leads_elsewhere_is_no_name(folder: Path, name: str) -> None:
    changed(folder, files={name: {"sha256": "0" * 64, "size_bytes": 1}})
    with pytest.raises(DataError, match="not valid at 'files"):
        read_manifest(folder)


@pytest.mark.parametrize(
    "entries",
    [
        {"format": 2},
        {"routers": []},
        {"files": {"knn/a.npz": {"sha256": "0" * 63, "size_bytes": 1}}},
        {"files": {"knn/a.npz": {"sha256": "0" * 64, "size_bytes": -1}}},
        {"more": 1},
    ],
)
def test_what_this_version_does_not_know_is_refused(folder: Path, entries: dict[str, object]) -> None:
    changed(folder, **entries)
    with pytest.raises(DataError, match="not valid at") as caught:
        read_manifest(folder)
    assert "publish" in caught.value.mend


@pytest.mark.parametrize("content", [b"", b"[", b"\xff\xfe", b"[]"])
def test_a_manifest_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / MANIFEST_FILE).write_bytes(content)
    with pytest.raises(DataError, match=MANIFEST_FILE):
        read_manifest(folder)
    (folder / MANIFEST_FILE).unlink()
    with pytest.raises(DataError, match="no readable"):
        read_manifest(folder)


def test_cards_name_files_of_their_own_folder_bare_and_shared_ones_in_full(folder: Path) -> None:
    manifest: Manifest = read_manifest(folder)
    cnn, knn = load_card(folder / "keras-cnn"), load_card(folder / "knn")
    assert file_of(cnn, "model.onnx", manifest.files) == "keras-cnn/model.onnx"
    assert file_of(knn, "outcomes/references.npz", manifest.files) == "outcomes/references.npz"
    assert file_of(cnn, "llm.gguf", manifest.files) == ""


def test_the_hash_is_the_one_on_the_cards() -> None:
    assert load_card(WEIGHTS / "keras-cnn").files["model.onnx"] == sha256_of(WEIGHTS / "keras-cnn/model.onnx")


def test_onnx_that_reads_files_elsewhere_is_refused_although_its_hash_is_right(tmp_path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper

    tensor = helper.make_tensor("w", TensorProto.FLOAT, [1], [1.0])
    tensor.ClearField("float_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../etc/passwd")
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Identity", ["w"], ["y"])], "g", [], [output], [tensor])
    (tmp_path / "encoder").mkdir()
    model = tmp_path / "encoder" / "lower.onnx"
    model.write_bytes(helper.make_model(graph).SerializeToString())
    assert onnx.load(model, load_external_data=False).graph.name == "g"
    shutil.copytree(WEIGHTS / "random", tmp_path / "random")
    manifest = manifest_of(["random"], {"encoder/lower.onnx": model})
    with pytest.raises(BadInputError, match=r"lower\.onnx"):
        check_files(tmp_path, manifest)


def test_a_card_of_another_router_is_refused(folder: Path) -> None:
    shutil.copyfile(WEIGHTS / "kmeans" / "card.json", folder / "knn" / "card.json")
    manifest = manifest_of(["keras-cnn", "knn"], {name: folder / name for name in NAMES})
    with pytest.raises(DataError, match=r"knn/card\.json is the card of another"):
        check_files(folder, manifest)
