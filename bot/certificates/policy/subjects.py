"""What certificates answer to: buttons, typed words, the open question about the name. Pure."""

from __future__ import annotations

from bot.certificates.policy import commands as asked
from bot.tutor.subject import OpenQuestion, Subject, plain

NAMING = "certificate.name"

SUBJECTS = (
    Subject(
        "ct",
        {
            "of": asked.AskCertificate,
            "name": plain(asked.AskCertificateName),
            "show": asked.ShowOnCertificate,
            "revoke": plain(asked.RevokeCertificate),
        },
        {"certificate.ask": plain(asked.AskCertificate)},
        {NAMING: OpenQuestion(asked.AskCertificateName, asked.WriteCertificateName)},
        tones={"revoke": "danger"},
    ),
)
