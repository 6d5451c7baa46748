"""Certificates for tests, made by openssl when they are needed and good for a day."""

import pathlib
import subprocess


def _openssl(*arguments, text=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr[-500:]}")


class Authority:
    """A certificate authority of its own in a folder."""

    def __init__(self, folder, name="sluice-tests"):
        self._folder = pathlib.Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self.certificate = self._folder / "ca.pem"
        self._key = self._folder / "ca.key"
        _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 1, "-subj", f"/CN={name}",
                 "-keyout", self._key, "-out", self.certificate)

    def issue(self, name, address="127.0.0.1"):
        """(key, certificate) in PEM files of their own, for a server at the address or a client of that name."""
        key, request, certificate = (self._folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
        _openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        extensions = self._folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName=IP:{address}\n", encoding="ascii")
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                 "-days", 1, "-extfile", extensions, "-out", certificate)
        return key, certificate
