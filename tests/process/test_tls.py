"""The listener with a certificate of its own."""

import datetime
import ipaddress
from pathlib import Path

import pytest
import requests
import seeds
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flows import code
from program import Program


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate_file, key_file


@pytest.fixture
def program(start, tmp_path, monkeypatch) -> Program:
    certificate, key = self_signed(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    program = start(TLS_CERT_FILE=str(certificate), TLS_KEY_FILE=str(key))
    program.issuer = program.environment["BASE_URL"] = f"https://127.0.0.1:{program.port}"
    return program.started()


def test_a_person_signs_in_over_https(program: Program):
    browser = seeds.visitor(program.issuer)
    assert code(program, browser).redeem(program).status_code == 200
    [session] = [each for each in browser.cookies if each.name.endswith("authgate_session")]
    assert session.name.startswith("__Host-")
    assert session.secure
    assert "max-age" in program.get("/login").headers["strict-transport-security"]


def test_plain_http_gets_nothing(program: Program):
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{program.port}/login", timeout=30)


def test_a_certificate_without_its_key_is_refused_at_start(start, tmp_path):
    certificate, _ = self_signed(tmp_path)
    refused = start(TLS_CERT_FILE=str(certificate)).run("serve")
    assert refused.returncode == 1
    assert "TLS_KEY_FILE" in refused.stderr
