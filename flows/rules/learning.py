"""Rules about learning: a question has its answer, a wrong answer its kind word, the way to mastery is open."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from flows.engine.kinds.table import kind_of
from flows.model import Help, Quiz, Task
from flows.rules.rule import LintFinding, Rulebook, Script
from flows.saying import say
from flows.words.values.reading import read_sum

rules = Rulebook()

ENOUGH = 2  # quizzes in a lesson from which a habit shows


@rules.add("E201", "câu hỏi không có đáp án đúng")
def no_right_answer(script: Script) -> Iterator[LintFinding]:
    """Quizzes without a right option or an accepted answer, and accepted numbers that are not numbers."""
    for quiz in script.quizzes:
        if quiz.type in ("number", "text"):
            if not quiz.accept:
                yield LintFinding(
                    quiz.place, say("câu hỏi “{id}” chưa có đáp án", id=quiz.id), say("hãy thêm accept: […]")
                )
            for at, accepted in enumerate(quiz.accept):
                if quiz.type == "number" and read_sum(accepted) is None:
                    yield LintFinding(
                        script.at(quiz, "accept", at),
                        say("đáp án “{accepted}” không phải là số", accepted=accepted),
                        say("hãy viết một số"),
                    )
        elif quiz.type != "order" and not any(option.right for option in quiz.options):
            yield LintFinding(
                quiz.place,
                say("câu hỏi “{id}” chưa có đáp án đúng", id=quiz.id),
                say("hãy thêm right: true vào lựa chọn đúng"),
            )


@rules.add("E202", "câu hỏi một đáp án mà có hai lựa chọn đúng")
def two_right_answers(script: Script) -> Iterator[LintFinding]:
    """Quizzes with one answer (`one`, `true_false`) that mark several options as right."""
    for quiz in script.quizzes:
        right = [option for option in quiz.options if option.right]
        if quiz.type in ("one", "true_false") and len(right) > 1:
            yield LintFinding(
                right[1].place,
                say("câu hỏi “{id}” có {count} đáp án đúng", id=quiz.id, count=len(right)),
                say("bỏ bớt right, hoặc type: many"),
            )


@rules.add("W203", "lựa chọn sai mà không có lời đáp")
def wrong_without_feedback(script: Script) -> Iterator[LintFinding]:
    """Wrong options that say nothing: the learner would not hear why."""
    for quiz in script.quizzes:
        for option in quiz.options if quiz.type in ("one", "true_false") else ():
            if not option.right and not option.say:
                yield LintFinding(
                    option.place,
                    say("“{text}” chưa có lời đáp khi chọn sai", text=option.text),
                    say("hãy thêm say: “…” giải thích nhẹ"),
                )


@rules.add("W204", "câu hỏi không nói hết lượt thì đi đâu")
def no_way_out(script: Script) -> Iterator[LintFinding]:
    """Quizzes with a limit of tries that do not say where the learner goes when they are used up."""
    for quiz in script.quizzes:
        if quiz.tries and not quiz.out_of_tries:
            hint = say("hãy thêm out_of_tries: bước giải thích")
            yield LintFinding(quiz.place, say("câu hỏi “{id}” chưa có out_of_tries", id=quiz.id), hint)


def _single_choice(script: Script) -> list[Quiz]:
    return [quiz for quiz in script.quizzes if quiz.type == "one" and any(option.right for option in quiz.options)]


@rules.add("W205", "đáp án đúng lúc nào cũng đứng đầu, hay đứng cuối")
def right_always_in_one_place(script: Script) -> Iterator[LintFinding]:
    """Lessons of at least `ENOUGH` quizzes in all of which the first option is the right one, or the last."""
    quizzes = _single_choice(script)
    for end, message in (
        (0, say("câu nào đáp án đúng cũng đứng đầu")),
        (-1, say("câu nào đáp án đúng cũng đứng cuối")),
    ):
        if len(quizzes) >= ENOUGH and all(quiz.options[end].right for quiz in quizzes):
            yield LintFinding(quizzes[0].options[end].place, message, say("hãy đổi chỗ ở vài câu"))


@rules.add("W206", "đáp án đúng lúc nào cũng dài nhất")
def right_always_longest(script: Script) -> Iterator[LintFinding]:
    """Lessons of at least `ENOUGH` quizzes in all of which the right option has the longest text."""
    quizzes = _single_choice(script)
    if len(quizzes) >= ENOUGH and all(_right_is_longest(quiz) for quiz in quizzes):
        yield LintFinding(
            quizzes[0].place, say("câu nào đáp án đúng cũng dài nhất"), say("hãy viết các lựa chọn dài gần bằng nhau")
        )


def _right_is_longest(quiz: Quiz) -> bool:
    wrong = max((len(option.text) for option in quiz.options if not option.right), default=0)
    return min(len(option.text) for option in quiz.options if option.right) > wrong


@rules.add("E207", "cần nhiều điểm hơn số điểm có được trên một đường", paths=True)
def mastery_out_of_reach(script: Script) -> Iterator[LintFinding]:
    """Lessons that can be completed on a way with fewer points than `mastery.pass` asks for."""
    needed = script.lesson.pass_points
    least = _fewest_points(script)
    if needed and least is not None and least < needed:
        message = say(
            "cần {needed} điểm để đạt, mà có đường học xong chỉ được nhiều nhất {least} điểm",
            needed=needed,
            least=least,
        )
        yield LintFinding(
            script.header("mastery", "pass"),
            message,
            say("hãy hạ pass, thêm câu hỏi, hoặc để đường ấy outcome: stopped"),
        )


def _fewest_points(script: Script) -> int | None:
    """The points to be had on the poorest way to a completed end (Dijkstra); None: there is no such way."""
    lesson = script.lesson
    done = {step.id for step in lesson.steps if kind_of(step).outcome(step) == "completed"}
    handed_over = {step.id for step in lesson.of(Help)}  # a person has taken over: nobody counts points there
    todo: list[tuple[int, str]] = [(0, lesson.steps[0].id)]
    seen: set[str] = set()
    while todo:
        points, step_id = heapq.heappop(todo)
        if step_id in done:
            return points
        if step_id in seen:
            continue
        seen.add(step_id)
        if step_id in handed_over:
            continue
        step = lesson.steps[lesson.index[step_id]]
        for edge in script.edges[step_id]:
            if edge.to is not None and edge.to in lesson.index:
                worth = kind_of(step).points(step) if edge.waits else 0
                heapq.heappush(todo, (points + worth, edge.to))
    return None


@rules.add("W208", "gợi ý không bao giờ hiện")
def hint_never_shown(script: Script) -> Iterator[LintFinding]:
    """Hints beyond the last try: after each miss but the last one hint is shown, so `tries` - 1 in all."""
    for quiz in script.quizzes:
        shown = quiz.tries - 1
        if quiz.tries and len(quiz.hints) > shown:
            message = say("trả lời {tries} lần thì chỉ hiện {shown} gợi ý", tries=quiz.tries, shown=shown)
            yield LintFinding(script.at(quiz, "hints", shown), message, say("hãy tăng tries hoặc bỏ bớt gợi ý"))


@rules.add("W209", "một bước làm thật có nhiều việc")
def several_actions(script: Script) -> Iterator[LintFinding]:
    """Tasks with more than one thing to do: whoever looks from one app to the other keeps one in mind."""
    for task in script.lesson.of(Task):
        if len(task.steps) > 1:
            message = say("bước “{id}” có {count} việc", id=task.id, count=len(task.steps))
            hint = say("mỗi việc một bước task riêng, việc nào cũng có hình")
            yield LintFinding(script.at(task, "steps"), message, hint)
