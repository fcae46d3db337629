"""The local Azure's own CA and server certificate, made at the first start."""

from __future__ import annotations

import datetime as dt
import ipaddress
import time
from pathlib import Path

from .settings import DOMAIN

_DAYS = 825  # the longest that common clients accept
_NAMES = (
    "localhost",
    DOMAIN,
    f"*.{DOMAIN}",
    f"*.vault.{DOMAIN}",
    *(f"*.{kind}.core.{DOMAIN}" for kind in ("blob", "dfs", "file")),
)


def certificates(home: Path) -> tuple[Path, Path, Path]:
    """(CA, server certificate chain, server key) below the home; made if absent, soon over, or of other names."""
    ca, chain, key, names = home / "ca.pem", home / "server.pem", home / "server.key", home / "server.names"
    there = ca.exists() and chain.exists() and key.exists() and names.exists()
    if not there or names.read_text() != "\n".join(_NAMES) or _expires_soon(chain):
        _make(ca, chain, key)
        _write(names, "\n".join(_NAMES).encode(), 0o644)
    return ca, chain, key


def _expires_soon(chain: Path) -> bool:
    """By the file's time, since reading a certificate takes longer than everything else at a start."""
    return time.time() > chain.stat().st_mtime + (_DAYS - 30) * 86400


def _make(ca: Path, chain: Path, key: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = dt.datetime.now(dt.UTC)
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Local Azure CA")])
    identifier = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())

    def builder(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=_DAYS))
        )

    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    root = (
        builder(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in _NAMES]
    names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    leaf = (
        builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), server_key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(key, private, 0o600)
    _write(chain, leaf.public_bytes(pem) + root.public_bytes(pem), 0o644)
    _write(ca, root.public_bytes(pem), 0o644)


def _write(path: Path, content: bytes, mode: int) -> None:
    """By rename, so that no reader ever sees half a file."""
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.write_bytes(content)
    fresh.chmod(mode)
    fresh.replace(path)
