"""Variants of a signed file, each changed in one way: bytes, nodes, namespaces, and what canonical XML makes equal."""

import copy
import re

from lxml import etree

from .signing_world import DS, LOT, XADES, signer

XML_SPACE = "http://www.w3.org/XML/1998/namespace"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def turned_bytes(data, step=1):
    """Yield the file with one byte changed: its lowest bit, its case bit, to a space, doubled, or left out."""
    for place in range(0, len(data), step):
        before, byte, after = data[:place], data[place], data[place + 1 :]
        yield f"bit@{place}", before + bytes((byte ^ 1,)) + after
        yield f"case@{place}", before + bytes((byte ^ 0x20,)) + after
        yield f"space@{place}", before + b" " + after
        yield f"double@{place}", before + bytes((byte, byte)) + after
        yield f"out@{place}", before + after


PIECES = {
    "comment": b"<!-- x -->", "instruction": b"<?x y?>", "cdata": b"<![CDATA[]]>", "cdata-text": b"<![CDATA[x]]>",
    "space": b" ", "line": b"\n", "return": b"\r", "return-reference": b"&#13;", "text": b"x", "element": b"<x/>",
    "foreign": b'<x xmlns="urn:x"/>', "entity": b"&x;", "reference": b"&#120;", "zero": b"&#0;",
    "mark": b"\xef\xbb\xbf",
    "nul": b"\0", "signature": f'<s:Signature xmlns:s="{DS}"/>'.encode(),
    "properties": f'<s:SignedProperties xmlns:s="{XADES}"/>'.encode(),
}  # fmt: skip


def inserted_pieces(data, step=1):
    """Yield the file with a piece put between two tags, or into a text, at every such place."""
    places = [found.start() for found in re.finditer(rb"<", data)] + [len(data)]
    places += [found.start() + 1 for found in re.finditer(rb"(?<=>)[^<\s]", data)]
    for place in places[::step]:
        for name, piece in PIECES.items():
            yield f"{name}@{place}", data[:place] + piece + data[place:]


ATTRIBUTES = (
    ("Id", "x"), ("id", "x"), ("ID", "chu-ky"), (f"{{{XML_SPACE}}}id", "chu-ky"), (f"{{{XML_SPACE}}}base", "urn:x"),
    (f"{{{XML_SPACE}}}lang", "vi"), (f"{{{XML_SPACE}}}space", "preserve"), (f"{{{XSI}}}type", "x"),
    (f"{{{XSI}}}schemaLocation", "urn:x http://127.0.0.1:9/"), ("Algorithm", "x"), ("Encoding", "x"), ("URI", "#x"),
)  # fmt: skip


def written(root):
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def changed_nodes(data):
    """Yield the file with each element moved, doubled, removed, emptied, renamed, or given an attribute more."""
    count = sum(1 for _ in etree.fromstring(data).iter())
    for number in range(1, count):
        for name, change in NODE_CHANGES.items():
            root = etree.fromstring(data)
            change(root, list(root.iter())[number])
            yield f"{name}#{number}", written(root)
        for key, value in ATTRIBUTES:
            root = etree.fromstring(data)
            list(root.iter())[number].set(key, value)
            yield f"{key}#{number}", written(root)


def _doubled(_, element):
    element.addnext(copy.deepcopy(element))


def _removed(_, element):
    element.getparent().remove(element)


def _first(_, element):
    element.getparent().insert(0, element)


def _last(_, element):
    element.getparent().append(element)


def _to_root(root, element):
    if element.getparent() is not root:
        root.append(element)


def _to_front(root, element):
    root.insert(0, element)


def _unwrapped(_, element):
    for child in list(element):
        element.addprevious(child)


def _wrapped(_, element):
    outer = etree.Element("boc")
    element.addprevious(outer)
    outer.append(element)


def _emptied(_, element):
    for child in list(element):
        element.remove(child)
    element.text = None


def _bare(_, element):
    element.attrib.clear()


def _renamed(_, element):
    element.tag = element.tag + "x"


def _without_namespace(_, element):
    element.tag = etree.QName(element).localname


def _in_the_other_namespace(_, element):
    space = XADES if etree.QName(element).namespace == DS else DS
    element.tag = f"{{{space}}}{etree.QName(element).localname}"


NODE_CHANGES = {
    "doubled": _doubled, "removed": _removed, "first": _first, "last": _last, "to-root": _to_root,
    "to-front": _to_front, "unwrapped": _unwrapped, "wrapped": _wrapped, "emptied": _emptied, "bare": _bare,
    "renamed": _renamed, "without-namespace": _without_namespace, "other-namespace": _in_the_other_namespace,
}  # fmt: skip


def wrappings(data):
    """Yield files in which the signed root, or a part of the signature, stands within something forged."""
    for host in ("root", "Object", "KeyInfo", "SignedInfo", "QualifyingProperties", "SignedProperties", "Reference"):
        for ids in ("kept", "taken"):
            for keep in ("copy", "moved"):
                yield f"wrapped in {host}, ids {ids}, signature {keep}", _wrapped_in(data, host, ids, keep)


def _wrapped_in(data, host, ids, keep):
    original = etree.fromstring(data)
    signature = original.find(f"{{{DS}}}Signature")
    forged = etree.Element(original.tag, nsmap=original.nsmap)
    etree.SubElement(forged, f"{{{etree.QName(original).namespace}}}hocSinh").text = "Kẻ Khác"
    outer = copy.deepcopy(signature) if keep == "copy" else signature
    forged.append(outer)
    if ids == "taken":
        for element in original.iter():
            for key in [key for key in element.attrib if etree.QName(key).localname.lower() == "id"]:
                del element.attrib[key]
    if host == "root":
        forged.insert(0, original)
    else:
        next(element for element in outer.iter() if etree.QName(element).localname == host).append(original)
    return written(forged)


def same_canonical_forms(data):
    """Yield files that canonical XML makes equal to this one, where they are still of the one shape."""
    text = data.decode()
    yield "quotes", re.sub(r'mon="(\w+)"', r"mon='\1'", text).encode()
    yield "unused prefix", text.replace("<lo ", '<lo xmlns:la="urn:la" ', 1).encode()
    yield "character reference", text.replace(">9<", ">&#57;<", 1).encode()
    yield "CDATA", text.replace(">9<", "><![CDATA[9]]><", 1).encode()
    yield "lines of another system", text.replace("\n", "\r\n").encode()
    yield "spaces in tags", text.replace("</hoTen>", "</hoTen  >").encode()
    yield "no declaration", text.partition("?>")[2].strip().encode()
    yield "space after the root", data + b"\n\n"


def other_files():
    """Yield other files of the same signer, whose parts could be mixed with this one's."""
    for name, old, new in (("mark", b">9<", b">1<"), ("name", b"Anh", b"Em")):
        yield name, signer().sign(LOT.replace(old, new))


def mixed(data):
    """Yield this file with one part of the signature taken from another file that the same signer signed."""
    parts = ("SignedInfo", "SignatureValue", "KeyInfo", "Object", "SigningTime", "CertDigest", "Signature", "Reference")
    for name, other in other_files():
        for part in parts:
            root, theirs = etree.fromstring(data), etree.fromstring(other)
            ours = next(root.iter("{*}" + part))
            ours.getparent().replace(ours, next(theirs.iter("{*}" + part)))
            yield f"{part} of {name}", written(root)
