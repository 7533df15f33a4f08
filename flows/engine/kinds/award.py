"""Award: a badge, a certificate, or both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows import events as ev
from flows.engine.kinds.facets import Edge, KindLook, OwnCondition, StepText, WayOn
from flows.engine.kinds.form import CommonFields
from flows.engine.kinds.kind import Next, StepKind
from flows.engine.kinds.words import KindWords
from flows.engine.stage import Stage
from flows.model import Award, Certificate
from flows.saying import say
from flows.yaml.fields import Fields


class AwardKind(StepKind[Award]):
    step = Award
    look = KindLook("khen", "M12 2l3 6 7 1-5 5 1 7-6-3-6 3 1-7-5-5 7-1z", '(("')
    words = KindWords(
        about="Trao huy hiệu hoặc giấy chứng nhận.",
        snippet={"badge": '"${2:Tên huy hiệu}"'},
        keys={
            "badge": "Huy hiệu — tên huy hiệu.",
            "certificate": "Giấy chứng nhận — mẫu nào, và cần gì để được.",
            "certificate.template": "Mẫu giấy — mã của mẫu.",
            "certificate.requires": "Cần có — điều kiện, ví dụ: score >= 2.",
        },
    )

    def read(self, fields: Fields, common: CommonFields) -> Award:
        """An `award` needs a badge or a certificate; with neither it is told as a fault."""
        inner = fields.mapping("certificate")
        certificate = None
        if inner is not None:
            certificate = Certificate(inner.lesson_id("template", required=True) or "", inner.text("requires"))
            inner.done()
        badge = fields.text("badge")
        if not badge and certificate is None:
            fields.tell(
                "E003", fields.node.place, say("award cần badge hoặc certificate"), say("ví dụ: badge: “Giữ chắc OTP”")
            )
        return Award(**common, badge=badge, certificate=certificate)

    # --- what it holds ---

    def waits(self, step: Award) -> bool:
        """Never: what is given is said in passing."""
        return False

    def edges(self, step: Award, on: WayOn) -> Iterable[Edge]:
        """One way on, without an answer, whether or not the certificate was earned."""
        return (on.edge(waits=False),)

    def texts(self, step: Award) -> Iterator[StepText]:
        """The name of the badge; a certificate is named by its lesson's title."""
        yield StepText(step, ("badge",), step.badge, "item")

    def conditions(self, step: Award) -> Iterator[OwnCondition]:
        """What the certificate `requires`; a badge is given in any case."""
        if step.certificate is not None and step.certificate.requires:
            yield OwnCondition(("certificate", "requires"), step.certificate.requires)

    def summary(self, step: Award) -> str:
        """The badge's name; nothing for a certificate alone."""
        return f"badge: {step.badge}" if step.badge else ""

    # --- what it does ---

    def enter(self, stage: Stage, step: Award) -> Next:
        """Give the badge, and the certificate where `requires` holds; nothing without consent to keep it."""
        certificate = step.certificate
        if not stage.run.keeps:
            return step.next  # without her consent nothing is kept, so nothing is given
        given = [("badge", step.badge)] if step.badge else []
        if certificate and (not certificate.requires or stage.holds(certificate.requires)):
            given.append(("certificate", certificate.template))
        for kind, name in given:
            run = stage.run
            stage.emit(ev.Awarded(kind, name, run.lesson, run.version, run.score))
        if given:
            stage.tell(step)
        if step.badge:
            stage.say(step.id, stage.phrase("badge", huy_hieu=stage.words(step.badge)))
        if len(given) > bool(step.badge):
            stage.say(step.id, stage.phrase("certificate", bai=stage.lesson.title))
        return step.next
