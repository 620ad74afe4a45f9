"""tenfold.datasets.recordings: folders and names say which pictures are frames of one recording."""

from tenfold.datasets.recordings import in_order, recordings


def test_a_folder_within_a_class_is_a_recording() -> None:
    sources = ["cat/monday/1.jpg", "cat/monday/2.jpg", "cat/tuesday/1.jpg", "cat/3.jpg", "dog/monday/1.jpg"]
    assert recordings(sources, ["cat", "cat", "cat", "cat", "dog"]).tolist() == [0, 0, 1, -1, 2]


def test_frames_whose_names_begin_alike_are_a_recording() -> None:
    sources = ["cat/a_frame0001.jpg", "cat/a_frame0002.jpg", "cat/b-Frame-1.png", "cat/IMG_1.jpg"]
    assert recordings(sources, ["cat"] * 4).tolist() == [0, 0, 1, -1]


def test_parts_and_a_manifest_s_folders_are_no_recordings() -> None:
    assert recordings(["train/cat/1.jpg", "test/cat/1.jpg"], ["cat", "cat"]).tolist() == [-1, -1]
    assert recordings(["pictures/1.jpg", "pictures/2.jpg"], ["cat", "dog"]).tolist() == [-1, -1]


def test_frames_are_in_the_order_of_their_numbers() -> None:
    sources = ["a/frame10.jpg", "a/frame9.jpg", "a/frame1.jpg"]
    assert [sources[i] for i in in_order(sources)] == ["a/frame1.jpg", "a/frame9.jpg", "a/frame10.jpg"]
