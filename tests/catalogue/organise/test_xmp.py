from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tenfold.catalogue.organise.xmp import OURS, SidecarFacts, sidecar
from tenfold.errors import CatalogueError

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
SUBJECT = "{http://purl.org/dc/elements/1.1/}subject"
HIERARCHY = "{http://ns.adobe.com/lightroom/1.0/}hierarchicalSubject"
TAGS = "{http://www.digikam.org/ns/1.0/}TagsList"
RATING = "{http://ns.adobe.com/xap/1.0/}Rating"
CAT = SidecarFacts("cat", False, 0.91, 0.25, "ab" * 32)
# As darktable and digiKam write them, shortened.
FOREIGN = b"""<?xml version="1.0" encoding="UTF-8"?>
<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:darktable="http://darktable.sf.net/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmp:Rating="3" darktable:history_end="7">
   <!-- mine -->
   <dc:subject><rdf:Bag><rdf:li>holiday</rdf:li><rdf:li>dog</rdf:li></rdf:Bag></dc:subject>
   <digiKam:TagsList><rdf:Seq><rdf:li>places/sea</rdf:li></rdf:Seq></digiKam:TagsList>
   <darktable:history><rdf:Seq><rdf:li darktable:num="0"/></rdf:Seq></darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def words(content: bytes, name: str = SUBJECT) -> list[str | None]:
    return [item.text for item in ElementTree.fromstring(content).findall(f".//{name}/*/{RDF}li")]


def ours(content: bytes, name: str) -> str | None:
    described = ElementTree.fromstring(content).find(f".//{RDF}Description")
    assert described is not None
    return described.get(f"{{{OURS}}}{name}")


def test_a_class_is_a_keyword_and_the_model_s_answer_is_beside_it() -> None:
    made = sidecar(None, CAT, "a.jpg.xmp")
    assert words(made) == words(made, HIERARCHY) == ["cat"]
    assert [ours(made, name) for name in ("class", "confidence", "novelty", "model", "corrected")] == [
        "cat",
        "0.91",
        "0.25",
        "ab" * 32,
        "False",
    ]
    assert b"Rating" not in made


def test_none_of_these_is_no_keyword() -> None:
    made = sidecar(None, replace(CAT, label=""), "a.jpg.xmp")
    assert words(made) == []
    assert ours(made, "class") == ""


def test_another_program_s_sidecar_keeps_all_it_said() -> None:
    made = sidecar(FOREIGN, CAT, "a.jpg.xmp")
    assert words(made) == ["holiday", "dog", "cat"]
    assert words(made, TAGS) == ["places/sea", "cat"]
    described = ElementTree.fromstring(made).find(f".//{RDF}Description")
    assert described is not None
    assert described.get(RATING) == "3"
    for kept in (
        b'darktable:num="0"',
        b'darktable:history_end="7"',
        b"<!-- mine -->",
        b'<?xpacket end="w"?>',
    ):
        assert kept in made


def test_another_class_takes_the_place_of_the_keyword_that_was_tenfold_s() -> None:
    once = sidecar(FOREIGN, CAT, "a.jpg.xmp")
    assert sidecar(once, CAT, "a.jpg.xmp") == once
    assert words(sidecar(once, replace(CAT, label="fox"), "a.jpg.xmp")) == ["holiday", "dog", "fox"]
    theirs = sidecar(FOREIGN, replace(CAT, label="dog"), "a.jpg.xmp")
    assert words(sidecar(theirs, CAT, "a.jpg.xmp")) == ["holiday", "dog", "cat"], "dog was there before"


def test_letters_that_mean_something_in_xml_and_in_hierarchies_are_safe() -> None:
    made = sidecar(FOREIGN, replace(CAT, label='<b a="1">&|/'), "a.jpg.xmp")
    assert words(made)[-1] == '<b a="1">&|/'
    assert words(made, HIERARCHY) == []
    assert words(made, TAGS) == ["places/sea"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<html/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a/>',
        '<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16"),
        b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        FOREIGN.replace(b"<rdf:Bag>", b"").replace(b"</rdf:Bag>", b""),
        FOREIGN[:-200],
    ],
)
def test_what_is_no_xmp_is_left_alone_and_said(content: bytes) -> None:
    with pytest.raises(CatalogueError, match=r"The sidecar a.jpg.xmp is no XMP that can be extended"):
        sidecar(content, CAT, "a.jpg.xmp")
