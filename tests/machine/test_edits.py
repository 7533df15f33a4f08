"""Lessons are edited while people wait at every step of them: nobody fails, is lost, loses a point or is left untold.

700 edits; 10,000 and more under `--long` (`-s` prints what was done).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
import yaml

import flows
from bot.publishing.policy.routes import routes
from flows import Book, Lesson, Run
from flows import events as ev
from flows.engine.kinds.table import kind_of
from flows.engine.moving import place_for
from flows.engine.sprint import move
from flows.reading.loader import load_files
from flows.rules.lint import lint
from flows.run import Route
from storage.publications.records import PublicationRow
from tests.support.builders import LESSONS, book, facts, phrases
from tests.support.edits import Tree, edit, to_yaml
from tests.support.scene import Scene
from tests.support.world import START

TOLD = tuple(re.split(r"[,{.]", phrases()[each])[0] for each in ("lesson_moved", "lesson_moved_back"))
ANSWERS = ("1", "2", "42", "xong", "đồng ý", "nói lại", "quay lại", "xã Phú Lý", "20/11/1962", "50k")

EVERYTHING = """\
lesson: tat-ca
title: Tất cả
track: m
order: 1
langs: [vi]
mastery: {pass: 1, review_after: [1d]}
guards: [{words: [máy nóng], go: s13}]
steps:
  - {say: s1, text: Chào, wait_tap: Tiếp, checkpoint: true}
  - {choose: s2, text: Chọn, save: v2, options: [{id: a, text: Cam}, {id: b, text: Quýt, next: s4}]}
  - {quiz: s3, text: Hỏi, options: [{id: a, text: Mận, right: true, say: Phải}, {id: b, text: Xoài, say: Chưa}]}
  - {quiz: s4, type: number, text: Mấy, accept: ["42"], say: Phải, checkpoint: true}
  - {quiz: s5, type: many, text: Những gì, say: Phải, options: [{id: a, text: Vải, right: true}, {id: b, text: Me}]}
  - {ask: s6, text: Viết, save: v6}
  - {task: s7, text: Làm, stuck: {hints: [Nhìn], go: s8}, later: {remind: 1d}, checkin: 1d}
  - {help: s8, text: Nhờ, sla: 1h, fallback: s9}
  - {wait: s9, for: 2d, checkpoint: true}
  - {branch: s10, cases: [{when: score >= 1, go: s11}], else: s12}
  - {set: s11, values: {v11: x}}
  - {award: s12, badge: Giỏi}
  - {say: s13, text: Gần hết, wait_tap: Tiếp}
  - {end: s14, text: Hết}
"""


def trees() -> list[Tree]:
    """Lessons as plain trees: every fifth real one that stands alone, and one with every kind.

    In Vietnamese and without pictures: a changed text without its translation would not be published.
    """
    sources = [EVERYTHING, *(path.read_text("utf-8") for path in sorted(LESSONS.glob("[a-z]/*/lesson.yaml")))]
    read = (bare(yaml.load(source, Loader=yaml.BaseLoader)) | {"langs": ["vi"]} for source in sources)
    first, *alone = [tree for tree in read if published(tree) is not None]
    assert len(alone) > 0.8 * len(sources), "most lessons call no other"
    return [first, *alone[::5]]


def bare(value: Any) -> Any:
    """A tree without pictures, and without places on them."""
    if isinstance(value, dict):
        return {key: bare(each) for key, each in value.items() if key not in ("image", "spot")}
    return [bare(each) for each in value] if isinstance(value, list) else value


def published(tree: Tree) -> Lesson | None:
    """The lesson, where lint lets it through."""
    library = load_files({"m/x/lesson.yaml": to_yaml(tree).encode()}, facts())
    if any(problem.severity == "error" for problem in (*library.problems, *lint(library))):
        return None
    return next(iter(library.lessons.values()), None)


class World:
    """One lesson, its versions and publications, and somebody at every step of it."""

    def __init__(self, tree: Tree, chance: Random) -> None:
        self.tree = tree
        self.chance = chance
        self.counts: Counter[str] = Counter()
        lesson = published(tree)
        assert lesson is not None
        self.versions: dict[int, Lesson] = {1: lesson}
        self.log: list[tuple[int, str]] = [(1, "first")]
        self.scenes: list[Scene] = []
        self.fill()

    @property
    def current(self) -> int:
        return self.log[-1][0]

    def book(self) -> Book:
        inside = {scene.run.version for scene in self.scenes} | {self.current}
        routes = {(self.versions[1].id, v): route for v in inside if (route := self.route(v))}
        inside |= {route.to for route in routes.values()}
        lesson_id = self.versions[1].id
        base = book(self.versions[self.current])
        versions: Mapping[Any, Lesson] = {(lesson_id, v): self.versions[v] for v in inside}
        return replace(base, versions=versions, current={lesson_id: self.current}, routes=routes)

    def route(self, version: int) -> Route | None:
        lesson_id = self.versions[1].id
        log = [PublicationRow(lesson_id, number, how, "", START, urgent=how == "urgent") for number, how in self.log]
        graphs = {(lesson_id, number): lesson.graph_hash for number, lesson in self.versions.items()}
        return routes(log, graphs).get((lesson_id, version))

    def fill(self) -> None:
        """Somebody at every step where one can wait, found by walking in at random."""
        shelf = self.book()
        lesson = self.versions[self.current]
        wanted = {step.id for step in lesson.steps if kind_of(step).waits(step)}
        wanted -= {each.run.step for each in self.scenes if each.run.version == self.current}
        for _ in range(4):
            one = Scene(shelf, lesson.id)
            for _ in range(40):
                if not one.run.waiting or not wanted:
                    break
                if one.run.step in wanted:
                    wanted.discard(one.run.step)
                    self.scenes.append(stays(one))
                self.act(one)

    def act(self, one: Scene) -> None:
        choices = next((e.choices for e in reversed(one.all_events) if isinstance(e, ev.Asked)), ())
        dice = self.chance.random()
        if dice < 0.6 and choices:
            one.tap(self.chance.choice(choices).id)
        elif dice < 0.9:
            one.say(self.chance.choice(ANSWERS))
        else:
            one.passes(days=self.chance.randrange(4))

    # --- an edit ---

    def edit(self) -> None:
        tree, what = edit(self.tree, self.chance)
        lesson = published(tree)
        if lesson is None or lesson.source == self.versions[self.current].source:
            self.counts["refused by lint, or nothing changed"] += 1
            return
        self.tree = tree
        number = len(self.versions) + 1
        self.versions[number] = lesson
        same_graph = lesson.graph_hash == self.versions[self.current].graph_hash
        how = "text" if same_graph else self.chance.choice(("urgent", "urgent", "checkpoint", "graph"))
        self.log.append((number, how))
        self.counts["edits"] += 1
        self.counts[f"edits: {how}"] += 1
        shelf = self.book()
        for one in self.scenes:
            one.book = shelf
            self.meets(one, what)
        self.scenes = [one for one in self.scenes if one.run.waiting][-30:]
        self.fill()

    def meets(self, one: Scene, what: str) -> None:
        """She meets the edit: by the call that takes her along, or by whatever she does next."""
        before = stays(one).run
        route = one.book.routes.get((before.lesson, before.version))
        one.events = ()
        if route is not None and route.how == "urgent" and self.chance.random() < 0.5:
            one._take(move(one.book, before, one.universe()))
        else:
            self.act(one)
        self.counts["learners met an edit"] += 1
        self.check(one, before, route, what)

    def check(self, one: Scene, before: Run, route: Route | None, what: str) -> None:
        now, told = one.run, any(start in one.said for start in TOLD)
        assert not one.happened(ev.RunFailed), (what, one.events)
        assert now.score >= before.score, (what, before, now)
        assert set(before.vars) <= set(now.vars), (what, before, now)
        lesson = one.book.lesson(now.lesson, now.version)
        assert lesson is not None
        if now.waiting:
            step = lesson.step(now.step)
            assert step is not None and kind_of(step).waits(step), (what, now)
        else:
            assert one.happened(ev.RunEnded), what
        moved = one.happened(ev.Moved)
        assert bool(moved) == told, (what, one.said)
        if now.version != before.version:
            assert moved or (route is not None and route.how == "text"), (what, before, now)
        if route is None:
            assert now.version == before.version and not moved, "whoever is pinned stays pinned"
        if route is not None and route.how == "urgent" and one.events:
            self.landed(before, route, moved, what)
        assert flows.load(flows.dump(now)) == now

    def landed(self, before: Run, route: Route, moved: list[ev.Moved], what: str) -> None:
        """Not further back than the rule says: her own step, its heir, or a checkpoint she has passed."""
        (event,) = moved
        old, new = self.versions[before.version], self.versions[route.to]
        own, heir = new.step(before.step), next((step for step in new.steps if step.was == before.step), None)
        if own is not None and type(own) is type(old.step(before.step)):
            assert event.to_step == before.step, what
        elif heir is not None:
            assert event.to_step == heir.id, what
        elif event.how == "start":
            passed = [step for each in (*before.path, before.checkpoint) if (step := new.step(each))]
            assert not any(step.checkpoint for step in passed), what
        assert event.to_step == place_for(old, new, before.step, before.path, before.checkpoint, {}).step
        self.counts[f"moved: {event.how}"] += 1


def stays(one: Scene) -> Scene:
    """A copy that is left standing where it is."""
    copied = Scene.__new__(Scene)
    copied.__dict__.update(one.__dict__)
    copied.all_events = list(one.all_events)
    return copied


@pytest.mark.timeout(3000)
def test_edits_under_learners(long_run: bool):
    wanted, counts = (10_000 if long_run else 400), Counter[str]()
    for at, tree in enumerate(trees() * 1_000):
        world = World(tree, Random(at))
        for _ in range(60):
            world.edit()
        counts.update(world.counts)
        if counts["edits"] >= wanted:
            break
    print("\n" + "\n".join(f"{count:>8}  {what}" for what, count in sorted(counts.items())))
    assert counts["edits"] >= wanted
