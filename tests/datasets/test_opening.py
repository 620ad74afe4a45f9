"""Any labelled pictures become three parts of one size."""

import os
import shutil
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tenfold import images
from tenfold.datasets import cifar10, opening
from tenfold.datasets.dataset import Dataset
from tenfold.datasets.labelled import split
from tenfold.datasets.opening import open_dataset
from tenfold.errors import DatasetError
from tenfold.inference import Classifier
from tests import tiny
from tests.datasets.making import folder, noisy, picture


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the pictures that were decoded."""
    names: list[str] = []
    real = images.read

    def read(source: bytes, *, name: str, limits: images.Limits, needed: int) -> NDArray[np.uint8]:
        names.append(name)
        return real(source, name=name, limits=limits, needed=needed)

    monkeypatch.setattr(images, "read", read)
    return names


def opened(
    source: Path,
    side: int = 32,
    *,
    validation_share: float = opening.SHARE,
    test_share: float = opening.SHARE,
    skipped_share: float = opening.SKIPPED_SHARE,
    to_train: bool = True,
    limits: images.Limits | None = None,
) -> Dataset:
    """With its cache beside it."""
    return open_dataset(
        str(source),
        side=side,
        data_dir=source / "none",
        cache=source.parent / "cache",
        validation_share=validation_share,
        test_share=test_share,
        skipped_share=skipped_share,
        to_train=to_train,
        limits=limits,
    )


def parts(data: Dataset) -> list[tuple[str, ...]]:
    return [part.sources for part in (data.training, data.validation, data.test)]


def test_a_folder_becomes_three_parts(tmp_path: Path) -> None:
    data = opened(folder(tmp_path / "pets", each=20))
    assert [len(part) for part in (data.training, data.validation, data.test)] == [28, 6, 6]
    for part in (data.training, data.validation, data.test):
        assert part.classes == ("cat", "dog")
        assert (np.bincount(part.labels) == len(part) // 2).all()
        assert part.pictures.shape == (len(part), 32, 32, 3)
        assert part.pictures.dtype == np.uint8
        assert isinstance(part.pictures, np.memmap)
        for pixels, label, source in zip(part.pictures, part.labels, part.sources, strict=True):
            number = int(source[4:7])
            assert source.startswith(part.classes[label])
            assert (pixels == images.resize(noisy(10_000 * label + number), 32, "bilinear")).all()
    assert len({source for part in parts(data) for source in part}) == 40
    assert (data.name, data.skipped) == (str(tmp_path / "pets"), ())


def test_the_fingerprint_is_of_what_is_learned_from_and_chosen_by(tmp_path: Path) -> None:
    root = folder(tmp_path / "pets")
    data = opened(root)
    learned = [
        (sha256((root / source).read_bytes()).digest(), label)
        for part in (data.training, data.validation)
        for source, label in zip(part.sources, part.labels, strict=True)
    ]
    rows = sorted(digest + bytes([label]) for digest, label in learned)
    assert data.fingerprint == sha256(b"".join(rows)).hexdigest()
    assert opened(root, side=48).fingerprint == data.fingerprint


def test_pictures_are_the_same_as_where_they_are_classified(tmp_path: Path) -> None:
    root = folder(tmp_path / "pets", each=3)
    rotated = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noisy(5, side=700)[:400]).save(rotated, "JPEG", exif=exif)
    (root / "cat" / "large.jpg").write_bytes(rotated.getvalue())
    data = opened(root)
    tiny_model = Classifier(tiny.MODEL)
    for part in (data.training, data.validation, data.test):
        for pixels, source in zip(part.pictures, part.sources, strict=True):
            # The first view of every rule that shows the whole picture.
            assert (tiny_model.prepare(root / source).pixels[0] == pixels).all()


def test_the_second_opening_decodes_nothing_and_a_changed_file_is_decoded_again(
    tmp_path: Path, decoded: list[str]
) -> None:
    root = folder(tmp_path / "pets")
    first = opened(root)
    assert len(decoded) == 20
    second = opened(root)
    assert len(decoded) == 20
    assert parts(first) == parts(second)
    assert first.fingerprint == second.fingerprint
    picture(root / "cat" / "003.png", seed=77)
    third = opened(root)
    assert decoded[20:] == ["cat/003.png"]
    assert third.fingerprint != first.fingerprint
    opened(root, side=48)
    assert len(decoded) == 41


def test_other_shares_decode_nothing_either(tmp_path: Path, decoded: list[str]) -> None:
    root = folder(tmp_path / "pets", each=20)
    opened(root)
    data = opened(root, validation_share=0.3, test_share=0.1)
    assert [len(part) for part in parts(data)] == [24, 12, 4]
    assert len(decoded) == 40


def test_the_parts_do_not_depend_on_names_or_size(tmp_path: Path) -> None:
    root = folder(tmp_path / "pets")
    shutil.copytree(root, tmp_path / "renamed")
    for path in sorted((tmp_path / "renamed").rglob("*.png")):
        path.rename(path.with_name(f"{99 - int(path.stem)}.png"))
    one, other, larger = opened(root), opened(tmp_path / "renamed"), opened(root, side=48)
    assert one.fingerprint == other.fingerprint
    assert set(one.test.digests()) == set(other.test.digests())
    assert parts(one) == parts(larger)


def test_the_same_picture_is_never_in_two_parts(tmp_path: Path) -> None:
    root = folder(tmp_path / "pets", each=12)
    for path in sorted(root.rglob("*.png")):
        # The same pixels in another file of other bytes, and the very same file.
        Image.open(path).save(path.with_suffix(".again.png"), compress_level=0)
        shutil.copy(path, path.with_suffix(".copy.png"))
    data = opened(root)
    digests = [set(part.digests()) for part in (data.training, data.validation, data.test)]
    assert sum(map(len, digests)) == 24
    assert [len(part) for part in parts(data)] == [48, 12, 12]


def test_parts_that_are_there_are_used_as_they_are(tmp_path: Path) -> None:
    for number, part in enumerate(("train", "valid", "test")):
        folder(tmp_path / "pets" / part, each=4, seed=100 * number)
    data = opened(tmp_path / "pets")
    for sources, part in zip(parts(data), ("train", "valid", "test"), strict=True):
        assert len(sources) == 8
        assert all(source.startswith(part + "/") for source in sources)


@pytest.mark.parametrize(("given", "missing"), [("test", "validation"), ("val", "test")])
def test_a_part_that_is_missing_is_split_off_from_training(tmp_path: Path, given: str, missing: str) -> None:
    folder(tmp_path / "pets" / "train", each=10)
    folder(tmp_path / "pets" / given, each=3, seed=100)
    data = opened(tmp_path / "pets")
    assert len(data.training) == 16
    assert len(getattr(data, missing)) == 4
    assert all(source.startswith("train/") for source in getattr(data, missing).sources)


def test_a_manifest_opens_as_the_folder_does(tmp_path: Path) -> None:
    root = folder(tmp_path / "pets")
    rows = [f"pets/{path.relative_to(root).as_posix()},{path.parent.name}" for path in root.rglob("*.png")]
    (tmp_path / "list.csv").write_text("\n".join(["path,label", *rows]))
    one, other = opened(root), opened(tmp_path / "list.csv")
    assert one.fingerprint == other.fingerprint
    assert other.test.sources == tuple(f"pets/{source}" for source in one.test.sources)


def test_unreadable_pictures_are_listed_and_skipped(tmp_path: Path) -> None:
    root = folder(tmp_path / "pets", each=20)
    (root / "cat" / "broken.jpg").write_bytes((root / "cat" / "000.png").read_bytes()[:200])
    (root / "dog" / "text.jpg").write_text("<html>not found</html>")
    (root / "stray.png").write_bytes(b"")
    for _ in range(2):
        data = opened(root)
        assert sum(map(len, parts(data))) == 40
        assert [one.source for one in data.skipped] == ["stray.png", "cat/broken.jpg", "dog/text.jpg"]
        assert "is a damaged PNG picture" in data.skipped[1].reason
        assert "text.jpg is not a picture" in data.skipped[2].reason


def test_too_many_unreadable_pictures_are_refused(tmp_path: Path, decoded: list[str]) -> None:
    root = folder(tmp_path / "pets", each=10)
    for number in range(4):
        (root / "dog" / f"a{number}.jpg").write_text("hello")
    with pytest.raises(DatasetError) as caught:
        opened(root)
    message = str(caught.value)
    assert message.startswith(
        f"{root} has too many files that give no picture: 4 of 24 (at most 5% may; dog/a0.jpg is not a "
    )
    assert "dog/a2.jpg" in message
    assert "dog/a3.jpg" not in message
    assert message.endswith("Repair or remove them, and open it again: what could be read is kept.")
    assert len(decoded) == 24
    assert len(opened(root, skipped_share=0.2).skipped) == 4
    assert len(decoded) == 24


@pytest.mark.parametrize(("good", "bad"), [(6, 1), (8, 1), (18, 1), (18, 2), (22, 3)])
def test_a_few_unreadable_pictures_do_not_refuse_a_small_set(tmp_path: Path, good: int, bad: int) -> None:
    root = folder(tmp_path / "pets", each=max(good // 2, 3))
    for number in range(bad):
        (root / "dog" / f"a{number}.jpg").write_text("hello")
    assert len(opened(root).skipped) == bad


def test_without_the_rules_of_training_all_that_can_be_read_is_given(tmp_path: Path) -> None:
    root = folder(tmp_path / "pets", classes=("ship",), each=20)
    picture(root / "cat" / "1.png", 901)
    for number in range(12):
        (root / "ship" / f"a{number}.jpg").write_text("hello")
    data = opened(root, to_train=False)
    assert [len(part) for part in parts(data)] == [15, 3, 3]
    assert ("cat/1.png" in data.training.sources, len(data.skipped)) == (True, 12)
    assert parts(opened(folder(tmp_path / "one", classes=("cat",), each=2), to_train=False))[0] == (
        "cat/000.png", "cat/001.png",
    )  # fmt: skip
    folder(tmp_path / "tested" / "test")
    assert [len(part) for part in parts(opened(tmp_path / "tested", to_train=False))] == [0, 0, 20]


def test_files_of_a_manifest_that_are_not_there_refuse_a_training_and_nothing_else(tmp_path: Path) -> None:
    root = folder(tmp_path / "pets", each=10)
    rows = [f"{file.relative_to(tmp_path).as_posix()},{file.parent.name}" for file in root.glob("*/*")]
    manifest = tmp_path / "list.csv"
    manifest.write_text("\n".join(["path,label", *rows, "pets/cat/gone.png,cat"]))
    with pytest.raises(
        DatasetError, match=r"names 1 file that does not exist \(row 22: pets/cat/gone\.png\)"
    ):
        opened(manifest)
    data = opened(manifest, to_train=False)
    assert (sum(map(len, parts(data))), [one.source for one in data.skipped]) == (20, ["pets/cat/gone.png"])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("pets.zip", "The data 'pets.zip' is an archive (looked for {}/pets.zip). Unpack it"),
        ("https://example.org/pets", "The data 'https://example.org/pets' is an address. Download it"),
        ("", "A dataset has no name. Name cifar10, a folder"),
        (" ", "A dataset has no name. Name cifar10, a folder"),
    ],
)
def test_what_is_no_folder_is_called_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    folder(tmp_path / "pets")
    shutil.make_archive(str(tmp_path / "pets"), "zip", tmp_path, "pets")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatasetError) as caught:
        open_dataset(source, side=32, data_dir=tmp_path, cache=tmp_path / "cache")
    assert str(caught.value).startswith(message.format(tmp_path))


def test_data_without_any_picture_are_refused_by_everybody(tmp_path: Path) -> None:
    (tmp_path / "pets" / "cat").mkdir(parents=True)
    (tmp_path / "pets" / "cat" / "a.jpg").write_text("hello")
    for to_train in (True, False):
        with pytest.raises(DatasetError, match=r"has one class|has no picture that can be read"):
            opened(tmp_path / "pets", to_train=to_train)


def test_a_picture_past_the_limits_is_skipped_until_they_are_raised(tmp_path: Path) -> None:
    root = folder(tmp_path / "pets", each=20)
    Image.new("RGB", (200, 100)).save(root / "cat" / "large.png")
    data = opened(root, limits=images.Limits(pixels=9_000))
    assert [one.source for one in data.skipped] == ["cat/large.png"]
    assert "has too many pixels" in data.skipped[0].reason
    assert opened(root).skipped == ()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a file that may not be read")
def test_a_file_that_may_not_be_read_is_skipped(tmp_path: Path) -> None:
    root = folder(tmp_path / "pets", each=20)
    (root / "cat" / "000.png").chmod(0)
    assert "Permission denied" in opened(root).skipped[0].reason


def test_a_class_that_is_too_small_is_refused_before_anything_is_decoded(
    tmp_path: Path, decoded: list[str]
) -> None:
    root = folder(tmp_path / "pets")
    picture(root / "cow" / "1.png", 1)
    with pytest.raises(DatasetError) as caught:
        opened(root)
    assert str(caught.value) == (
        "The class 'cow' has too few pictures to be split (1 different, where training and each part split "
        "off from it need one). Give it 3 or more, or remove the class."
    )
    assert decoded == []


@pytest.mark.parametrize("side", [31, 225, 0])
def test_a_side_out_of_range_is_refused(tmp_path: Path, side: int) -> None:
    with pytest.raises(DatasetError) as caught:
        opened(tmp_path, side=side)
    assert str(caught.value) == (f"The side of the pictures is out of range ({side} pixels). Take 32 to 224.")


@pytest.mark.parametrize(("validation", "test"), [(0.0, 0.2), (0.2, -0.1), (0.5, 0.5), (float("nan"), 0.1)])
def test_shares_that_leave_nothing_are_refused(tmp_path: Path, validation: float, test: float) -> None:
    with pytest.raises(DatasetError) as caught:
        opened(tmp_path, validation_share=validation, test_share=test)
    assert str(caught.value) == (
        f"The shares of validation and test leave nothing for one of the parts ({validation} and {test}). "
        "Take two numbers above 0 that together are less than 1."
    )


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        opened(tmp_path / "gone")
    assert str(caught.value) == (
        f"The data {str(tmp_path / 'gone')!r} does not exist (looked for {tmp_path / 'gone'}). Name cifar10, "
        "a folder of class-name/picture files, or a manifest that ends in .csv, .parquet or .tsv."
    )
    (tmp_path / "list.xlsx").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"list.xlsx' is neither a folder nor a manifest"):
        opened(tmp_path / "list.xlsx")


def test_cifar10_is_split_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.write(tiny.small_cifar10(tmp_path, monkeypatch), tmp_path / "data")
    everything = cifar10.load_train(tmp_path / "data")
    training, validation = split(everything, tiny.VALIDATION)
    for side in (32, 48):
        data = open_dataset("cifar10", side=side, data_dir=tmp_path / "data", cache=tmp_path / "cache")
        assert data.fingerprint == everything.fingerprint()
        for part, expected in (
            (data.training, training),
            (data.validation, validation),
            (data.test, cifar10.load_test(tmp_path / "data")),
        ):
            assert (part.labels == expected.labels).all()
            assert part.sources == expected.sources
            assert part.pictures.shape == (len(expected), side, side, 3)
            for pixels, small in zip(part.pictures, expected.pictures, strict=True):
                assert (pixels == images.resize(small, side, "bilinear")).all()
    assert data.training.sources[0].startswith("data_batch_1.bin record ")
