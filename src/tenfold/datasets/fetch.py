"""Fetching CIFAR-10's official archive: resumed where it was cut off, verified, unpacked safely.

Knows nothing of what is in the pictures; `cifar10` checks that.
"""

import hashlib
import tarfile
from functools import partial
from pathlib import Path

from tenfold.datasets import cifar10
from tenfold.downloads import Progress, download
from tenfold.errors import DatasetError
from tenfold.files import write_whole
from tenfold.os_errors import refused

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
_CHUNK = 1 << 20


def fetch_cifar10(
    data_dir: Path, *, url: str = URL, md5: str = MD5, progress: Progress = lambda done, total: None
) -> Path:
    """Have CIFAR-10 in `data_dir`; what is there already is checked and used, what is missing is fetched.

    Args:
        data_dir: the folder that holds, or will hold, `cifar-10-batches-bin`.
        url: where the archive is published.
        md5: the archive's MD5 in hex, as published beside it.
        progress: called with the bytes received and the bytes in all, where known.

    Returns:
        the folder with the six files.

    Raises:
        DatasetError: it cannot be fetched, is not the official archive, or what is there is damaged.
    """
    if not cifar10.is_whole(data_dir):
        archive = data_dir / "cifar-10-binary.tar.gz"
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            if not archive.is_file():
                download(url, archive, error=DatasetError, progress=progress)
            _verify(archive, md5)
            _unpack(archive, data_dir)
        except OSError as reason:
            cure = "Free some space (it needs 400 MB), or name another folder with --data-dir."
            subject = f"The folder {data_dir}"
            raise refused(DatasetError, subject, reason, "cannot take the data", cure=cure) from reason
        archive.unlink()
    cifar10.load_train(data_dir)
    cifar10.load_test(data_dir)
    return cifar10.find(data_dir)


def _verify(archive: Path, md5: str) -> None:
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "md5").hexdigest()
    if found != md5:
        archive.unlink()
        raise DatasetError(
            archive.name,
            "is not the official archive and was deleted",
            received=f"MD5 {found}, expected {md5}",
            cure="Run the command again.",
            reason="download-damaged",
        )


def _unpack(archive: Path, data_dir: Path) -> None:
    """Take out what is missing of the six files, by name; nothing else in the archive can reach the disk."""
    folder = data_dir / cifar10.FOLDER
    missing = {name for name in cifar10.FILES if not (folder / name).exists()}
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                name = Path(member.name).name
                if not member.isfile() or name not in missing:
                    continue
                source = tar.extractfile(member)
                assert source is not None
                with source:
                    write_whole(folder / name, iter(partial(source.read, _CHUNK), b""))
    except (tarfile.TarError, EOFError) as reason:
        raise DatasetError(
            archive.name,
            "cannot be unpacked",
            received=str(reason),
            cure="Delete it and run the command again.",
            reason="download-damaged",
        ) from reason
    absent = [name for name in cifar10.FILES if not (folder / name).is_file()]
    if absent:
        raise DatasetError(
            archive.name,
            "does not hold CIFAR-10 in its binary layout",
            received=f"missing {', '.join(absent)}",
            cure="Delete it and run the command again.",
            reason="download-damaged",
        )
