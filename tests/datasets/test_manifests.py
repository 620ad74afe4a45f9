"""Manifests in CSV and Parquet."""

import os
import sys
from pathlib import Path

import pytest

from tenfold.datasets.manifests import list_manifest
from tenfold.errors import DatasetError, MissingExtra
from tenfold.server_files import ServerFiles


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name in ("a.jpg", "b.jpg", "c d.jpg", "e,f.jpg"):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(b"x")
    return tmp_path


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_is_read_as_any_program_writes_it(
    pictures: Path, encoding: str, delimiter: str, end: str
) -> None:
    rows = [["Label", "path"], ["кіт", "in/a.jpg"], ["dog", '"in/e,f.jpg"'], ["dog", " in/c d.jpg "]]
    text = end.join(delimiter.join(row) for row in rows) + end + end
    found = list_manifest(written(pictures, text, encoding), "list.csv")
    assert found.classes == ("dog", "кіт")
    assert [(entry.source, entry.label, entry.part) for entry in found.entries] == [
        ("in/a.jpg", "кіт", ""),
        ("in/c d.jpg", "dog", ""),
        ("in/e,f.jpg", "dog", ""),
    ]
    assert all(entry.path.is_file() for entry in found.entries)


def test_a_split_column_names_the_parts_and_an_empty_one_means_training(pictures: Path) -> None:
    text = "path,label,split\nin/a.jpg,cat,\nin/b.jpg,dog,Train\nin/c d.jpg,cat,val\n"
    found = list_manifest(written(pictures, text), "list.csv")
    assert [entry.part for entry in found.entries] == ["training", "training", "validation"]


def test_an_absolute_path_is_taken_as_it_is(pictures: Path) -> None:
    text = f"path,label\n{(pictures / 'in' / 'a.jpg').as_posix()},cat\nin/b.jpg,dog\n"
    assert list_manifest(written(pictures, text), "list.csv").classes == ("cat", "dog")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "where,label\nin/a.jpg,cat\n",
            "list.csv has no column 'path' (its columns are 'where', 'label'). A manifest has the columns "
            "path, label and optionally split.",
        ),
        (
            "where,class\nin/a.jpg,cat\n",
            "list.csv has no column 'path' (its columns are 'where', 'class'). A manifest has the columns "
            "path, label and optionally split.",
        ),
        (
            "filename,image,class\nin/a.jpg,1.jpg,cat\n",
            "list.csv has more than one column for path (its columns are 'filename', 'image', 'class'). A "
            "manifest has the columns path, label and optionally split.",
        ),
        (
            "path,label,label\nin/a.jpg,cat,dog\n",
            "list.csv has more than one column for label (its columns are 'path', 'label', 'label'). A "
            "manifest has the columns path, label and optionally split.",
        ),
        (
            "path,label,splt\nin/a.jpg,cat,test\n",
            "list.csv has a column that is not known: 'splt' (its columns are 'path', 'label', 'splt'). A "
            "manifest has the columns path, label and optionally split.",
        ),
        (
            "",
            "list.csv has no column 'path' (its columns are none). A manifest has the columns path, label "
            "and optionally split.",
        ),
        (
            "path,label,split\nin/a.jpg,cat,later\n",
            "Row 2 of list.csv has an unknown split ('later'). Use one of train, training, val, valid, "
            "validation, dev, test, testing, eval, evaluation, holdout.",
        ),
        (
            "path,label\nin/a.jpg,cat\nin/b.jpg, \n",
            "Row 3 of list.csv has no label that a class can have (path 'in/b.jpg', label ' '). Complete the "
            "row, or remove it.",
        ),
        (
            "path,label\n,cat\n",
            "Row 2 of list.csv has no path (path '', label 'cat'). Complete the row, or remove it.",
        ),
        (
            "path,label\nin/e,f.jpg,cat\n",
            "Row 2 of list.csv has 3 values where the header has 2 (in/e,f.jpg,cat). Put values that hold "
            "the delimiter into double quotes.",
        ),
    ],
)  # fmt: skip
def test_a_manifest_that_makes_no_sense_is_refused(pictures: Path, text: str, message: str) -> None:
    with pytest.raises(DatasetError) as caught:
        list_manifest(written(pictures, text), "list.csv")
    assert str(caught.value) == message


def test_files_that_are_not_there_are_named(pictures: Path) -> None:
    lines = ["path,label", "in/a.jpg,cat", *(f"gone/{n}.jpg,dog" for n in range(5))]
    with pytest.raises(DatasetError) as caught:
        list_manifest(written(pictures, "\n".join(lines)), "list.csv")
    assert str(caught.value) == (
        "list.csv names 5 files that do not exist (row 3: gone/0.jpg; row 4: gone/1.jpg; row 5: gone/2.jpg). "
        f"Paths start where the manifest lies, in {pictures.as_posix()}."
    )


def test_a_server_reads_only_what_lies_beside_a_manifest(pictures: Path, tmp_path: Path) -> None:
    files = ServerFiles(tmp_path / "home")
    (tmp_path / "home").mkdir()
    (tmp_path / "sets" / "in").mkdir(parents=True)
    (tmp_path / "sets" / "in" / "link.jpg").symlink_to(pictures / "in" / "a.jpg")
    rows = ["in/link.jpg,cat", f"{pictures}/in/a.jpg,dog", "../in/b.jpg,dog"]
    manifest = written(tmp_path / "sets", "\n".join(["path,label", *rows]))
    assert len(list_manifest(manifest, "list.csv").entries) == 3
    with pytest.raises(DatasetError, match=r"list\.csv names 3 files that do not lie beside it"):
        list_manifest(manifest, "list.csv", files)
    assert (
        len(list_manifest(written(pictures, "path,label\nin/a.jpg,cat\nin/b.jpg,dog\n"), "l", files).entries)
        == 2
    )
    (tmp_path / "home" / "tenfold.db").write_bytes(b"path,label\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "home" / "tenfold.db")
    with pytest.raises(DatasetError, match=r"cannot be read \(it is one of tenfold's own files"):
        list_manifest(tmp_path / "link.csv", "link.csv", files)


def test_a_file_that_is_no_manifest_is_not_quoted(pictures: Path) -> None:
    for text in ("root:x:0:0:root\nbin:x:1\n", "secret, words\n", "s" * 100_000):
        with pytest.raises(DatasetError) as caught:
            list_manifest(written(pictures, text), "list.csv")
        assert str(caught.value).startswith("list.csv has no column 'path' (it has ")
        assert not {"root", "secret", "sss"} & set(str(caught.value).split())
        assert len(str(caught.value)) < 200


def test_what_is_no_utf8_is_refused(pictures: Path) -> None:
    with pytest.raises(
        DatasetError, match=r"The manifest list.csv cannot be read .*Save it as CSV in UTF-8."
    ):
        list_manifest(written(pictures, "path,label\nin/a.jpg,été\n", "latin-1"), "list.csv")


def test_a_parquet_manifest_says_the_same(pictures: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="needs the parquet extra: pip install 'tenfold[parquet]'")
    parquet = pytest.importorskip(
        "pyarrow.parquet", reason="needs the parquet extra: pip install 'tenfold[parquet]'"
    )
    table = {"path": ["in/a.jpg", "in/b.jpg"], "label": [7, 12], "split": ["train", None]}
    parquet.write_table(pyarrow.table(table), pictures / "list.parquet")
    found = list_manifest(pictures / "list.parquet", "list.parquet")
    assert [(e.source, e.label, e.part) for e in found.entries] == [
        ("in/a.jpg", "7", "training"),
        ("in/b.jpg", "12", "training"),
    ]


def test_what_pandas_writes_for_a_missing_label_is_refused_as_a_value_and_said_as_text(
    pictures: Path,
) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="needs the parquet extra: pip install 'tenfold[parquet]'")
    parquet = pytest.importorskip(
        "pyarrow.parquet", reason="needs the parquet extra: pip install 'tenfold[parquet]'"
    )
    for missing in (float("nan"), None):
        table = {"path": ["in/a.jpg", "in/b.jpg"], "label": pyarrow.array([1.0, missing], pyarrow.float64())}
        parquet.write_table(pyarrow.table(table), pictures / "list.parquet")
        with pytest.raises(DatasetError, match=r"Row 2 of list\.parquet has no label that a class can have"):
            list_manifest(pictures / "list.parquet", "list.parquet")
    text = "path,label\nin/a.jpg,cat\nin/b.jpg,nan\nin/c d.jpg,N/A\n"
    found = list_manifest(written(pictures, text), "list.csv")
    assert found.classes == ("N/A", "cat", "nan")
    assert found.layout == (
        "'N/A' and 'nan' are classes: remove the pictures in question if that means that the label is missing"
    )


def test_a_file_that_is_no_parquet_is_refused(pictures: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs the parquet extra: pip install 'tenfold[parquet]'")
    (pictures / "list.parquet").write_bytes(b"path,label\n")
    with pytest.raises(DatasetError, match=r"The manifest list.parquet cannot be read .* Write it again"):
        list_manifest(pictures / "list.parquet", "list.parquet")


def test_without_pyarrow_the_extra_is_named(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra) as caught:
        list_manifest(pictures / "list.parquet", "list.parquet")
    assert str(caught.value) == (
        "A Parquet manifest such as list.parquet needs the parquet extra, which is not installed (there is "
        'no pyarrow). Install it with: pip install "tenfold[parquet]", or save the manifest as CSV.'
    )


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\npath;label\nin/a.jpg;cat\nin/b.jpg;dog\n",
        '"sep=;"\r\npath;label\r\nin/a.jpg;cat\r\nin/b.jpg;dog\r\n',
        "sep=\t\npath\tlabel\nin/a.jpg\tcat\nin/b.jpg\tdog\n",
        ",path,label\n0,in/a.jpg,cat\n1,in/b.jpg,dog\n",
        "Unnamed: 0,path,label\n0,in/a.jpg,cat\n1,in/b.jpg,dog\n",
        '"",path,label\n"1",in/a.jpg,cat\n"2",in/b.jpg,dog\n',
        "index;label;path\n0;cat;in/a.jpg\n1;dog;in/b.jpg\n",
        "path,label\nin\\a.jpg,cat\n.\\in\\b.jpg,dog\n",
        "path|label\nin/a.jpg|cat\nin/b.jpg|dog\n",
        "PATH , Label\nin/a.jpg,cat\nin/b.jpg,dog\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_of_excel_pandas_or_windows_is_read(pictures: Path, text: str, encoding: str) -> None:
    found = list_manifest(written(pictures, text, encoding), "list.csv")
    assert [(entry.source, entry.label) for entry in found.entries] == [
        ("in/a.jpg", "cat"),
        ("in/b.jpg", "dog"),
    ]


def test_a_backslash_may_be_part_of_a_name(pictures: Path) -> None:
    (pictures / "in\\a.jpg").write_bytes(b"x")
    found = list_manifest(written(pictures, "path,label\nin\\a.jpg,cat\nin/b.jpg,dog\n"), "list.csv")
    assert found.entries[1].path == pictures / "in\\a.jpg"


def test_a_row_is_counted_with_the_line_that_names_the_delimiter(pictures: Path) -> None:
    with pytest.raises(DatasetError, match=r"Row 4 of list\.csv has 3 values"):
        list_manifest(written(pictures, "sep=;\npath;label\nin/a.jpg;cat\nin/b.jpg;dog;x\n"), "list.csv")


@pytest.mark.parametrize("path", ["x" * 5000, "in/" + "y" * 300 + ".jpg", "a\0b.jpg", "in/a.jpg/b.jpg"])
def test_a_path_that_no_file_can_have_is_one_that_is_not_there(pictures: Path, path: str) -> None:
    with pytest.raises(DatasetError, match=r"names 1 file that does not exist") as caught:
        list_manifest(written(pictures, f"path,label\nin/a.jpg,cat\n{path},dog\n"), "list.csv")
    assert len(str(caught.value)) < 1000


def test_labels_that_differ_in_case_only_are_one_class_and_this_is_said(pictures: Path) -> None:
    text = "path,label\nin/a.jpg,Cat\nin/b.jpg,cat\nin/c d.jpg,dog\n"
    found = list_manifest(written(pictures, text), "list.csv")
    assert (found.classes, found.layout) == (("cat", "dog"), "'Cat' and 'cat' are one class, 'cat'")


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        ("filename,class,x", "columns: path (filename), label (class); not read: x"),
        ("Image Path;Class Name;Subset", "columns: path (image path), label (class name), split (subset)"),
        ("file_name\tcategory\tsplit", "columns: path (file_name), label (category)"),
        # Our own name goes before another tool's.
        ("path,label,class", "not read: class"),
        ("path,class,file", "columns: label (class); not read: file"),
    ],
)
def test_columns_may_be_called_as_other_tools_call_them_and_this_is_said(
    pictures: Path, header: str, layout: str
) -> None:
    rows = [["in/a.jpg", "cat", "train"], ["in/b.jpg", "dog", "test"]]
    between = next(one for one in ";\t," if one in header)
    found = list_manifest(written(pictures, "\n".join([header, *map(between.join, rows)])), "list.csv")
    assert [(entry.source, entry.label) for entry in found.entries] == [
        ("in/a.jpg", "cat"),
        ("in/b.jpg", "dog"),
    ]
    assert found.layout == layout
    parts = ["training", "test"] if "split" in layout or "split" in header else ["", ""]
    assert [entry.part for entry in found.entries] == parts


def test_empty_columns_behind_the_others_are_no_matter(pictures: Path) -> None:
    found = list_manifest(written(pictures, "path,label,,\nin/a.jpg,cat,,\nin/b.jpg,dog,,\n"), "list.csv")
    assert (len(found.entries), found.layout) == (2, "")


def bare(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


@pytest.mark.parametrize(
    ("files", "header", "rows", "said"),
    [
        (["images/a.jpg", "images/b.jpg"], "filename,label", ["a.jpg,cat", "b.jpg,dog"], "images/*"),
        (["images/a.jpg", "images/b.jpg"], "id,label", ["a,cat", "b,dog"], "images/*.jpg"),
        (["a.PNG", "b.PNG"], "image_id,target", ["a,cat", "b,dog"], "*.PNG"),
        # Kaggle's: the other folder has files of the same names.
        (["test/1.png", "train/1.png", "train/2.png"], "id,label", ["1,cat", "2,dog"], "train/*.png"),
        (["list/1.png", "a/1.png"], "id,label", ["1,cat", "1,cat"], "list/*.png"),
        (["in/x.v1.jpg", "in/y.v2.jpg"], "id,label", ["x.v1,cat", "y.v2,dog"], "in/*.jpg"),
    ],
)
def test_names_that_lack_a_folder_or_an_ending_are_completed_and_this_is_said(
    tmp_path: Path, files: list[str], header: str, rows: list[str], said: str
) -> None:
    bare(tmp_path, *files)
    found = list_manifest(written(tmp_path, "\n".join([header, *rows])), "list.csv")
    assert all(entry.path.is_file() and str(entry.source) in files for entry in found.entries)
    assert f"files are looked for as {said}" in found.layout


def test_names_that_are_files_are_left_as_they_are(pictures: Path) -> None:
    bare(pictures / "other", "in/a.jpg", "in/b.jpg", "in/c.jpg")
    with pytest.raises(DatasetError, match=r"names 1 file that does not exist \(row 3: in/c\.jpg\)"):
        list_manifest(written(pictures, "path,label\nin/a.jpg,cat\nin/c.jpg,dog\n"), "list.csv")


def test_to_complete_names_that_are_nowhere_a_bounded_number_of_files_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(60):
        (tmp_path / f"f{n:02}").mkdir()
    asked: list[str] = []
    real = os.path.isfile

    def isfile(path: str | os.PathLike[str]) -> bool:
        asked.append(os.fspath(path))
        return real(path)

    monkeypatch.setattr(os.path, "isfile", isfile)
    rows = [f"{n},cat" for n in range(1500)]
    manifest = written(tmp_path, "\n".join(["id,label", *rows]))
    with pytest.raises(DatasetError, match="names 1,500 files that do not exist"):
        list_manifest(manifest, "list.csv")
    assert len(asked) < 25_000
    bare(tmp_path, *(f"f31/{n}.jpg" for n in range(700, 1500)))
    found, said = list_manifest(manifest, "list.csv", some=True), "files are looked for as f31/*.jpg"
    assert (len(found.entries), found.layout) == (800, f"columns: path (id); {said}")


def test_files_that_are_not_there_are_skipped_where_only_the_others_are_asked_for(pictures: Path) -> None:
    rows = ["in/a.jpg,cat", "gone/1.jpg,dog", "in/b.jpg,dog", "gone/1.jpg,cat"]
    manifest = written(pictures, "\n".join(["path,label", *rows]))
    found = list_manifest(manifest, "list.csv", some=True)
    assert [entry.source for entry in found.entries] == ["in/a.jpg", "in/b.jpg"]
    assert [(one.source, one.code, one.reason) for one in found.skipped] == [
        ("gone/1.jpg", "missing", "row 3: does not exist")
    ]
    manifest = written(pictures, "path,label\ngone/1.jpg,cat\n")
    with pytest.raises(DatasetError, match=r"names 1 file that does not exist \(row 2: gone/1\.jpg\)"):
        list_manifest(manifest, "list.csv", some=True)


def test_addresses_in_place_of_files_are_called_so(pictures: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        list_manifest(written(pictures, "path,label\nhttps://example.org/a.jpg,cat\n"), "list.csv")
    assert str(caught.value) == (
        "list.csv names 1 file that does not exist (row 2: https://example.org/a.jpg). "
        "Download them, and name them by their paths."
    )


def test_a_server_completes_no_name_with_what_it_may_not_read(tmp_path: Path) -> None:
    bare(tmp_path / "home", "secret.jpg")
    folder = bare(tmp_path / "data", "x")
    (folder / "images").symlink_to(tmp_path / "home")
    with pytest.raises(DatasetError, match="does not lie beside it"):
        list_manifest(written(folder, "id,label\nsecret,cat\n"), "list.csv", ServerFiles(tmp_path / "home"))


def test_of_several_columns_for_the_files_the_plainest_is_read(pictures: Path) -> None:
    text = "id,filename,label\n1,in/a.jpg,cat\n2,in/b.jpg,dog\n"
    found = list_manifest(written(pictures, text), "list.csv")
    assert found.layout == "columns: path (filename); not read: id"


def test_a_row_that_stands_twice_counts_once_and_this_is_said(pictures: Path) -> None:
    row = "in/a.jpg,cat\n"
    found = list_manifest(written(pictures, f"path,label\n{row}in/b.jpg,dog\n{row}{row}"), "list.csv")
    assert (len(found.entries), found.layout) == (2, "2 rows that stand twice count once")
    again = list_manifest(written(pictures, f"path,label\n{row}in/a.jpg,dog\n"), "list.csv")
    assert (len(again.entries), again.layout) == (2, "")
