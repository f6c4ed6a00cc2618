"""veraPDF on the project's own Java, and the EU's DSS library in this process; their jars are locked like Kafka's."""

import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from hub.local.jars import fetch
from hub.local.java import JAVA
from hub.local.servers import CACHE

__all__ = ["DSS_LOCK", "VERAPDF_LOCK", "dss_says", "verapdf_says"]

DSS_LOCK = Path(__file__).with_name("jars.lock.toml")
VERAPDF_LOCK = Path(__file__).with_name("verapdf.lock.toml")
_TIMEOUT_S = 120


def verapdf_says(files: Sequence[Path]) -> list[str]:
    """Return a line a file: PASS or FAIL, its path, the standard that it claims."""
    (jar,) = fetch(CACHE.absolute(), VERAPDF_LOCK)
    command = [str(JAVA), "-Xmx512m", "-jar", str(jar), "--format", "text", "-f", "0", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    return [line for line in done.stdout.splitlines() if line.startswith(("PASS", "FAIL"))]


def dss_says(pdf: Path, roots: Sequence[bytes]) -> tuple[str, str, str]:
    """Return (format, indication, sub-indication) of the one signature, trusting these roots (DER) alone."""
    java = _dss()
    source = java("eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource")()
    for root in roots:
        source.addCertificate(java("eu.europa.esig.dss.spi.DSSUtils").loadCertificate(root))
    verifier = java("eu.europa.esig.dss.spi.validation.CommonCertificateVerifier")()
    verifier.setTrustedCertSources(source)
    document = java("eu.europa.esig.dss.model.FileDocument")(str(pdf))
    validator = java("eu.europa.esig.dss.validation.SignedDocumentValidator").fromDocument(document)
    validator.setCertificateVerifier(verifier)
    report = validator.validateDocument().getSimpleReport()
    (signature,) = list(report.getSignatureIdList())
    told = (report.getSignatureFormat(signature), report.getIndication(signature), report.getSubIndication(signature))
    return tuple(str(one) for one in told)  # type: ignore[return-value]


@cache
def _dss() -> Any:
    """Start the one virtual machine of this process with the library on its class path."""
    import jpype  # noqa: PLC0415  # only where the judge sits

    jars = fetch(CACHE.absolute(), DSS_LOCK)
    library = JAVA.parents[1] / "lib" / "server" / "libjvm.so"
    jpype.startJVM(str(library), "-Xmx512m", classpath=[str(jar) for jar in jars], convertStrings=True)
    return jpype.JClass
