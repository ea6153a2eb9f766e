"""TLS on the program's own listener, and the names that browsers then keep."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from program import Program, eventually


def write_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return key


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate of localhost, and its key."""
    certificate, key_path = tmp_path / "certificate.pem", tmp_path / "key.pem"
    key = write_key(key_path)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return certificate, key_path


def test_the_program_speaks_tls_below_a_path(start, certificate):
    program: Program = start(TLS_CERT_FILE=str(certificate[0]), TLS_KEY_FILE=str(certificate[1]))
    host = f"https://localhost:{program.port}"
    program.environment["BASE_URL"] = f"{host}/auth"
    program.start()

    def get(path: str) -> requests.Response:
        return requests.get(host + path, verify=str(certificate[0]), timeout=30, allow_redirects=False)

    def ready() -> bool:
        try:
            return get("/auth/health/ready").ok
        except requests.ConnectionError:
            return False

    eventually(ready, "ready")
    login = get("/auth/login")
    assert login.headers["strict-transport-security"].startswith("max-age=")
    assert login.headers["set-cookie"].startswith("__Host-authgate_session=")
    assert "Secure" in login.headers["set-cookie"]
    document = get("/.well-known/oauth-authorization-server/auth").json()
    assert document["issuer"] == f"{host}/auth"
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://localhost:{program.port}/auth/health", timeout=30)


def test_a_key_that_does_not_fit_is_named(start, certificate, tmp_path):
    other = tmp_path / "other.pem"
    write_key(other)
    program: Program = start(TLS_CERT_FILE=str(certificate[0]), TLS_KEY_FILE=str(other))
    program.start()
    assert program.ended() == 1
    assert "TLS_KEY_FILE" in program.log()
