"""Commands about certificates."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tutor.command import ServiceCommand


@dataclass(frozen=True, slots=True)
class AskCertificate(ServiceCommand):
    """A learner wants a certificate, of the track with this id, or of whichever is finished ("")."""

    track: str = ""


@dataclass(frozen=True, slots=True)
class AskCertificateName(ServiceCommand):
    """The name on the newest certificate is to be another."""


@dataclass(frozen=True, slots=True)
class WriteCertificateName(ServiceCommand):
    """The name as it is to stand on the newest certificate."""

    name: str


@dataclass(frozen=True, slots=True)
class ShowOnCertificate(ServiceCommand):
    """What whoever reads the code of the newest certificate may see of the name: a word of `SHOWN`."""

    how: str


@dataclass(frozen=True, slots=True)
class RevokeCertificate(ServiceCommand):
    """The newest certificate is to be worth nothing any more."""


CertificateCommand = (
    AskCertificate | AskCertificateName | WriteCertificateName | ShowOnCertificate | RevokeCertificate
)  # fmt: skip
