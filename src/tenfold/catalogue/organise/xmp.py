"""An entry's class in an XMP sidecar, the small file beside a picture for photo programs. Opens no file.

The sidecar of cat.jpg is cat.jpg.xmp: darktable and digiKam call it so, and cat.jpg and cat.png each have
their own. (Lightroom reads sidecars of raw files only, as cat.xmp; of a JPEG it reads the file itself.)

The class is a keyword: dc:subject, which all programs read, and lr:hierarchicalSubject, which darktable goes
by where it is there. What the model said is in a namespace of tenfold's own. Nothing else is touched: no
rating, no label, no edit; what another program wrote stays (XMP specification, ISO 16684-1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.dom import minidom
from xml.parsers.expat import ExpatError

from tenfold.errors import CatalogueError

ENDING = ".xmp"
OURS = "urn:tenfold:xmp:1/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_LIGHTROOM = "http://ns.adobe.com/lightroom/1.0/"
_DIGIKAM = "http://www.digikam.org/ns/1.0/"
_XMLNS = "http://www.w3.org/2000/xmlns/"
_EMPTY = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="tenfold">
 <rdf:RDF xmlns:rdf="{_RDF}">
  <rdf:Description rdf:about=""/>
 </rdf:RDF>
</x:xmpmeta>"""
_LARGEST = 10_000_000


@dataclass(frozen=True)
class SidecarFacts:
    """What a sidecar says.

    Attributes:
        label: the class, "" for none of them.
        corrected: whether a person said so.
        confidence, novelty, model: the model's, where there was one; model is the file's SHA-256.
    """

    label: str
    corrected: bool
    confidence: float | None
    novelty: float | None
    model: str | None


def sidecar(existing: bytes | None, facts: SidecarFacts, name: str) -> bytes:
    """A sidecar that says `facts`, and all that `existing` said besides.

    Args:
        existing: what is there already.
        name: what to call it in messages.

    Raises:
        CatalogueError: what is there is no XMP, so it is not touched.
    """
    document = _parsed(_EMPTY.encode() if existing is None else existing, name)
    described = [node for node in _elements(document, _RDF, "Description") if _is(node.parentNode, "RDF")]
    if not described:
        raise _foreign(name, "it describes nothing")
    ours = _value(described, "keyword")
    subject = _property(described, _DC, "subject")
    words = [_text(item) for item in _elements(subject, _RDF, "li")] if subject else []
    theirs = facts.label in words and facts.label != ours
    for namespace, prefix, field, separator in (
        (_DC, "dc", "subject", ""),
        (_LIGHTROOM, "lr", "hierarchicalSubject", "|"),
        (_DIGIKAM, "digiKam", "TagsList", "/"),
    ):
        there = _property(described, namespace, field)
        if there is None and namespace == _DIGIKAM:
            continue
        if separator and separator in facts.label:
            continue  # it would be read as a keyword below another
        _keyword(document, described, (namespace, prefix, field), ours, facts.label, name)
    values = {
        "keyword": "" if theirs else facts.label,
        "class": facts.label,
        "corrected": "True" if facts.corrected else "False",
        "confidence": "" if facts.confidence is None else f"{facts.confidence:.6g}",
        "novelty": "" if facts.novelty is None else f"{facts.novelty:.6g}",
        "model": facts.model or "",
    }
    for field, value in values.items():
        _set(described, field, value)
    # Read once more: so names are declared in the order in which the next reading will find them.
    return bytes(minidom.parseString(document.toxml(encoding="utf-8")).toxml(encoding="utf-8")) + b"\n"


def _parsed(content: bytes, name: str) -> minidom.Document:
    if len(content) > _LARGEST:
        raise _foreign(name, f"it has {len(content):,} bytes")
    # Entities could make a small file endless, and no XMP has any.
    if b"<!DOCTYPE" in content.replace(b"\0", b""):
        raise _foreign(name, "it declares a document type")
    try:
        document = minidom.parseString(content)
    except (ExpatError, ValueError, LookupError) as reason:
        raise _foreign(name, str(reason)) from reason
    if not any(True for _ in _elements(document, _RDF, "RDF")):
        root = document.documentElement
        raise _foreign(name, f"it is <{root.tagName:.40}>" if root else "it is empty")
    return document


def _keyword(
    document: minidom.Document,
    described: list[minidom.Element],
    field: tuple[str, str, str],
    old: str,
    new: str,
    name: str,
) -> None:
    """Put a keyword among those that are there; `old` is one that tenfold put there."""
    namespace, prefix, called = field
    found = _property(described, namespace, called)
    if found is None:
        if not new:
            return
        found = _child(document, described[0], namespace, f"{prefix}:{called}")
        _child(document, found, _RDF, f"{_prefix(described[0])}:Bag")
    inside = [node for node in found.childNodes if isinstance(node, minidom.Element)]
    lists = [node for node in inside if _is(node, "Bag") or _is(node, "Seq")]
    if len(lists) != 1:
        raise _foreign(name, f"its {prefix}:{called} is no list of keywords")
    words = lists[0]
    for item in list(_elements(words, _RDF, "li")):
        if _text(item) == new:
            new = ""
        elif old and _text(item) == old:
            words.removeChild(item)
    if new:
        item = _child(document, words, _RDF, f"{_prefix(described[0])}:li")
        item.appendChild(document.createTextNode(new))


def _child(document: minidom.Document, parent: minidom.Element, namespace: str, name: str) -> minidom.Element:
    made = document.createElementNS(namespace, name)
    if namespace != _RDF:
        made.setAttributeNS(_XMLNS, f"xmlns:{name.partition(':')[0]}", namespace)
    parent.appendChild(made)
    return made


def _property(described: list[minidom.Element], namespace: str, name: str) -> minidom.Element | None:
    return next((one for d in described for one in _elements(d, namespace, name)), None)


def _value(described: list[minidom.Element], field: str) -> str:
    return next((d.getAttributeNS(OURS, field) for d in described if d.hasAttributeNS(OURS, field)), "")


def _set(described: list[minidom.Element], field: str, value: str) -> None:
    """Set a property of ours; an empty value removes it."""
    for one in described:
        if one.hasAttributeNS(OURS, field):
            if one.getAttributeNS(OURS, field) == value != "":
                return
            one.removeAttributeNS(OURS, field)
    if value or field == "class":
        described[0].setAttributeNS(_XMLNS, "xmlns:tenfold", OURS)
        described[0].setAttributeNS(OURS, f"tenfold:{field}", value)


def _elements(
    parent: minidom.Document | minidom.Element, namespace: str, name: str
) -> Iterator[minidom.Element]:
    yield from parent.getElementsByTagNameNS(namespace, name)


def _is(node: minidom.Node | None, name: str) -> bool:
    return node is not None and node.namespaceURI == _RDF and node.localName == name


def _text(item: minidom.Element) -> str:
    return "".join(node.data for node in item.childNodes if isinstance(node, minidom.Text))


def _prefix(described: minidom.Element) -> str:
    return described.tagName.rpartition(":")[0] or "rdf"


def _foreign(name: str, received: str) -> CatalogueError:
    return CatalogueError(
        f"The sidecar {name}",
        "is no XMP that can be extended, so it was left as it is",
        received=received,
        cure="Move it away to have a new one written.",
    )
