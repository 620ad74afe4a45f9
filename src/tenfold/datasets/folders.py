"""A folder of `class-name/picture.jpg`, with or without `train`, `val` and `test` above. Opens no picture.

Folders in a class folder may be nested. What is never a picture is passed over (`tenfold.folder_walk`);
everything else is taken for one, because a picture is known by its content and not by its name.
"""

from pathlib import Path

from tenfold.class_folders import class_of
from tenfold.datasets.layout import Layout, layout_of
from tenfold.datasets.listing import ListedPicture, Listing, Remark, class_name, listing, printable_path
from tenfold.datasets.manifests import SUFFIXES
from tenfold.datasets.tree import Tree
from tenfold.errors import DatasetError, counted
from tenfold.server_files import ServerFiles


def list_folder(root: Path, name: str, files: ServerFiles | None = None) -> Listing:
    """The pictures under a folder.

    Args:
        root: the folder.
        name: what to call it in messages.
        files: says which links are not followed; without it, all are.

    Raises:
        DatasetError: it cannot be listed, or has no folders that are classes.
    """
    tree = Tree(root, files)
    layout = layout_of(tree, name)
    entries: list[ListedPicture] = []
    for part, place in layout.places:
        for folder in tree.inside(place)[0]:
            entries += _class(tree, folder, part, name)
    if not entries:
        loose = len(tree.inside(root)[1])
        raise DatasetError(
            name,
            "has no folders with pictures",
            received=f"{counted(loose, 'file')} directly in it" if loose else "it is empty",
            cure="Put the pictures of each class into a folder named after the class: cat/1.jpg, dog/2.jpg.",
            reason="no-class-folders",
        )
    remarks = (*layout.remarks, *_tables(root, entries, layout))
    return listing(name, root, entries, tree.skipped.values(), remarks)


def _tables(root: Path, entries: list[ListedPicture], layout: Layout) -> list[Remark]:
    """A remark on tables directly in a folder whose own folders hardly are classes."""
    doubtful = any(one.kind == "class-like-part" for one in layout.remarks)
    if not doubtful and len({entry.label for entry in entries}) > 1:
        return []
    tables = sorted(one for one in root.iterdir() if one.suffix.lower() in SUFFIXES and one.is_file())
    names = ", ".join(printable_path(one.relative_to(root)) for one in tables)
    cure = "name a table in place of the folder if the labels are in it"
    return [Remark("manifest-beside", f"not read: {names}; {cure}", (names,))] if tables else []


def _class(tree: Tree, folder: Path, part: str, name: str) -> list[ListedPicture]:
    label = class_name(class_of(folder.name))
    if not label:
        raise DatasetError(
            f"The folder {tree.shown(folder)!r} in {name}",
            "has a name that no class can have",
            received="it is over 100 characters long, or holds some that cannot be shown",
            cure="Rename it.",
            reason="class-name",
        )
    entries = [ListedPicture(path, tree.shown(path), label, part) for path in tree.files(folder)]
    if not entries:
        tree.skip(folder, "no-pictures")
    return entries
