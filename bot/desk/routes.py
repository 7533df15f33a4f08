"""HTTP of the desk: who comes, whether the form is ours, which page; then the page itself decides nothing of that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from aiohttp import web
from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.desk import frame
from bot.desk.entrance import LinkIsOver, NotLetIn, NotTheCode
from bot.desk.language import COOKIE as LANGUAGE_COOKIE
from bot.desk.language import LANGUAGES, language_of, teller
from bot.desk.pages.table import PAGES
from bot.desk.policy.entering import LASTS, is_form_key
from bot.desk.sealing import seal, unseal
from bot.desk.services import DeskServices
from bot.desk.visit import (
    DeskPage,
    DeskVisitor,
    FileSent,
    Fragment,
    PageAnswer,
    PageShown,
    Redirect,
    Upload,
    Visit,
    is_named,
)
from bot.errors import CamtayError, NotAllowed
from bot.people.service import NobodyThere
from bot.web.forms import form_of, written
from bot.web.media import FOR_EVER
from flows.saying import said_by, say

COOKIE, SAID_COOKIE, ONCE_COOKIE = "camtay_desk", "camtay_desk_said", "camtay_desk_once"
ONCE_S = 600  # so long a code that was made can be looked at again
BY_ITSELF = "X-Camtay-Renewed"
"""The header of what a page that lies open asks by itself."""
SAID_S = 120  # a sentence about what was done is shown with the next page, or not at all
MOST_FIELDS = 2_000
FORM_BYTES = 1_000_000

_FOREIGN = say("Trang này mở lâu quá rồi hoặc được gửi từ nơi khác. Tải lại trang rồi làm lại; chưa có gì thay đổi.")
_OUT = say("Chị đã ra khỏi bàn làm việc nên chưa có gì thay đổi. Vào lại rồi gửi lần nữa.")
_NOT_YOURS = say("Trang này không có, hoặc không thuộc việc của chị.")

_PATH = web.RequestKey("desk.path", Mapping[str, str])
"""What the address of a page carries."""


class OpenedBefore(CamtayError):
    """Trang này mở từ trước lần vào này nên chưa có gì thay đổi. Đọc lại rồi gửi lần nữa."""


class TooHeavy(CamtayError):
    """What was brought is more than the page takes; nothing of it was read."""


class DeskSite:
    """Answers all that lies below /desk. `key` seals the sentence that is carried to the next page, `asker` gives the
    address that a request comes from."""

    def __init__(self, desk: DeskServices, key: str, asker: Callable[[web.Request], str]) -> None:
        self._desk, self._asker = desk, asker
        self._seal = URLSafeTimedSerializer(key, salt="camtay.desk.said")
        self.routes: Sequence[web.AbstractRouteDef] = (
            web.get("/desk", self.to_desk), web.get("/desk/enter", self.enter),
            web.post("/desk/enter", self.entered), web.post("/desk/enter/code", self.by_code),
            web.get("/desk/vao/{token:[0-9a-f]{32,64}}", self.shown_link),
            web.post("/desk/vao", self.by_link), web.post("/desk/out", self.out),
            web.post("/desk/language", self.language),
            *(web.get(f"/desk/{name}", partial(_file, name)) for name in frame.FILES),
            *(web.get(f"/desk/{page.path}", partial(self.look, page)) for page in PAGES if page.show),
            *(web.post(f"/desk/{page.path}", partial(self.deed, page)) for page in PAGES if page.do),
        )  # fmt: skip
        self._router = web.UrlDispatcher()
        self._router.add_routes(self.routes)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The page of an address. Raises HTTPNotFound and HTTPMethodNotAllowed as a server does."""
        found = await self._router.resolve(request)
        if found.http_exception is not None:
            raise found.http_exception
        request[_PATH] = {name: written(said) for name, said in found.items()}
        return await found.handler(request)

    # --- before somebody is in ---

    async def to_desk(self, _: web.Request) -> web.Response:
        raise web.HTTPFound("desk/")

    async def enter(
        self, request: web.Request, fault: str = "", status: int = 200, typed: Sequence[str] = ()
    ) -> web.Response:
        """The page where a name and a password are asked for, and told how to come in by chat; with what was `typed`
        into a page by somebody who was out."""
        lang, at = _language(request), _at(request)
        tell = teller(lang)
        shown = {"fault": tell(fault), "desk": self._desk, "typed": typed}
        return frame.bare("enter.html", lang, at, tell, tell(say("Vào bàn làm việc")), status, **shown)

    async def entered(self, request: web.Request) -> web.Response:
        """A name and a password were sent."""
        form = await self._foreign_or_form(request)
        if form is None:
            return await self.enter(request, _FOREIGN, 403)
        agent = request.headers.get("User-Agent", "")
        try:
            right = await self._desk.entrance.by_password(
                form.get("login", "")[:80], form.get("password", ""), self._asker(request), agent
            )
        except NotLetIn as refusal:
            return await self.enter(request, said_by(refusal), 403)
        return self._let_in(request, right.token) if right.token else self._asks_code(request, right.ticket)

    def _asks_code(self, request: web.Request, ticket: str, fault: str = "", status: int = 200) -> web.Response:
        """The password was right: now the code, for who wants it so."""
        lang, at = _language(request), _at(request)
        tell = teller(lang)
        shown = {"ticket": ticket, "fault": tell(fault), "desk": self._desk}
        return frame.bare("enter_code.html", lang, at, tell, tell(say("Mã một lần")), status, **shown)

    async def by_code(self, request: web.Request) -> web.Response:
        """A code was sent after a password."""
        form = await self._foreign_or_form(request)
        if form is None:
            return await self.enter(request, _FOREIGN, 403)
        ticket, agent = form.get("ticket", "")[:600], request.headers.get("User-Agent", "")
        try:
            token = await self._desk.entrance.by_code(ticket, form.get("code", "")[:80], self._asker(request), agent)
        except NotTheCode as refusal:
            return self._asks_code(request, ticket, said_by(refusal), 403)
        except NotLetIn as refusal:
            return await self.enter(request, said_by(refusal), 403)
        return self._let_in(request, token)

    async def shown_link(self, request: web.Request, fault: str = "", status: int = 200) -> web.Response:
        """A link was opened: by its owner, or by a machine that looks at links first. Only a tap spends it."""
        lang, at = _language(request), _at(request)
        tell, token = teller(lang), request[_PATH].get("token", "")
        shown = {"token": token, "fault": tell(fault), "desk": self._desk}
        return frame.bare("link.html", lang, at, tell, tell(say("Vào bàn làm việc")), status, **shown)

    async def by_link(self, request: web.Request) -> web.Response:
        """A link was tapped."""
        form = await self._foreign_or_form(request)
        if form is None:
            return await self.shown_link(request, _FOREIGN, 403)
        try:
            token = await self._desk.entrance.by_link(form.get("token", "")[:80], request.headers.get("User-Agent", ""))
        except LinkIsOver as refusal:
            return await self.shown_link(request, said_by(refusal), 403)
        return self._let_in(request, token)

    def _let_in(self, request: web.Request, token: str) -> web.Response:
        response = _moved(_at(request))
        _keep(response, COOKIE, token, int(LASTS.total_seconds()), self._is_secure(request))
        return response

    async def _foreign_or_form(self, request: web.Request) -> dict[str, str] | None:
        """The form, of whoever is not in; None where another site has sent it."""
        return await _form(request) if self._is_ours(request) else None

    # --- who is in ---

    async def look(self, page: DeskPage, request: web.Request) -> web.StreamResponse:
        """Show a page."""
        assert page.show is not None
        return await self._answered(page, request, page.show)

    async def deed(self, page: DeskPage, request: web.Request) -> web.StreamResponse:
        """Carry out what a form of a page asks, where it is one of ours."""
        assert page.do is not None
        try:
            form, files = await _sent(request, page.file_bytes)
        except web.HTTPRequestEntityTooLarge:
            if not page.file_bytes:
                raise
            return await self._answered(page, request, partial(_too_heavy, page.file_bytes), {})
        is_keyed = is_form_key(form.pop("form_key", ""), request.cookies.get(COOKIE, ""))
        if not self._is_ours(request):
            return await self._refused(request, _FOREIGN, 403)
        taken = {name: value for name, value in form.items() if is_named(name, page.fields)}
        return await self._answered(page, request, page.do if is_keyed else _opened_before, taken, files)

    async def out(self, request: web.Request) -> web.Response:
        """Put this browser out."""
        form, token = await _form(request), request.cookies.get(COOKIE, "")
        who = await self._desk.entrance.visitor(token)
        if who is not None and is_form_key(form.get("form_key", ""), token):
            await self._desk.entrance.leave(who.learner_id, who.session)
        response = _moved(f"{_at(request)}enter")
        response.del_cookie(COOKIE, path="/")
        return response

    async def language(self, request: web.Request) -> web.Response:
        """Remember which language this browser reads."""
        form = await _form(request)
        response = _moved(_at(request))
        if form.get("lang") in LANGUAGES:
            _keep(response, LANGUAGE_COOKIE, form["lang"], 400 * 86_400, self._is_secure(request))
        return response

    async def _answered(
        self, page: DeskPage, request: web.Request, handler: Callable[[DeskServices, Visit], Awaitable[PageAnswer]],
        form: Mapping[str, str] | None = None, files: Mapping[str, Upload] = MappingProxyType({}),
    ) -> web.StreamResponse:  # fmt: skip
        sees, is_look = BY_ITSELF not in request.headers, form is None
        who = await self._desk.entrance.visitor(request.cookies.get(COOKIE, ""), sees=sees)
        if who is None:
            return (
                _moved(f"{_at(request)}enter") if form is None else await self.enter(request, _OUT, 401, _told_by(form))
            )
        asked = tuple((name, written(said)) for name, said in request.query.items() if is_named(name, page.asks))
        query = dict(reversed(asked))  # of what comes several times the first
        once = unseal(who.box, request.cookies.get(ONCE_COOKIE, ""), who.session) or ""
        here = _here(request)
        visit = Visit(
            who, _language(request), _at(request), request[_PATH], query, form or {}, files, asked, here, once
        )
        if not page.lets_in(who.actor):
            if not page.path and is_look:  # the desk's own address leads everybody to a page of theirs
                return _moved(visit.at + next(each.path for each in PAGES if each.nav and each.lets_in(who.actor)))
            return self._told(page, visit, _NOT_YOURS, 404)
        try:
            answer = await handler(self._desk, visit)
        except (NotAllowed, NobodyThere):  # in one sentence: else it would tell that there is something
            return self._told(page, visit, _NOT_YOURS, 404)
        except CamtayError as fault:
            status = {OpenedBefore: 403, TooHeavy: 413}.get(type(fault), 400)
            if is_look or page.show is None:
                return self._told(page, visit, said_by(fault), status)
            return await self._again(page, visit, said_by(fault), status)
        return self._shown(page, visit, answer, self._read_said(request))

    def _shown(self, page: DeskPage, visit: Visit, answer: PageAnswer, said: str = "", fault: str = "") -> web.Response:
        tell = teller(visit.lang)
        match answer:
            case Redirect(to, sentence, once):
                response = _moved(visit.at + to)
                if once:
                    sealed = seal(visit.who.box, once, visit.who.session)
                    _keep(response, ONCE_COOKIE, sealed, ONCE_S, secure=self._desk.address.startswith("https://"))
                if sentence:
                    _keep(response, SAID_COOKIE, self._seal.dumps(tell(sentence)), SAID_S, secure=False)
                return response
            case FileSent(body, kind, name):
                headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", **frame.HEADERS}
                return web.Response(body=body, content_type=kind, headers=headers)
            case Fragment(body, kind, policy):
                headers = {**frame.HEADERS, **({"Content-Security-Policy": policy} if policy else {})}
                return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)
            case PageShown(template, values):
                title = str(values.get("title", "")) or tell(page.title)
                rest = {name: value for name, value in values.items() if name != "title"}
                response = frame.page(
                    visit, page, PAGES, template, tell, title, said, tell(fault), desk=self._desk, **rest
                )
                if said:
                    response.del_cookie(SAID_COOKIE, path="/")
                return response

    async def _again(self, page: DeskPage, visit: Visit, fault: str, status: int) -> web.Response:
        """The page once more, with what was typed and what is wrong with it."""
        assert page.show is not None
        try:
            again = await page.show(self._desk, visit)
        except CamtayError:
            return self._told(page, visit, fault, status)
        if not isinstance(again, PageShown):  # what it is about is gone, or it has no place for a sentence
            return self._told(page, visit, fault, status)
        response = self._shown(page, visit, again, fault=fault)
        response.set_status(status)
        return response

    def _told(self, page: DeskPage, visit: Visit, sentence: str, status: int) -> web.Response:
        response = self._shown(page, visit, PageShown("told.html", {"sentence": teller(visit.lang)(sentence)}))
        response.set_status(status)
        return response

    async def _refused(self, request: web.Request, sentence: str, status: int) -> web.Response:
        who: DeskVisitor | None = await self._desk.entrance.visitor(request.cookies.get(COOKIE, ""))
        if who is None:
            return await self.enter(request, sentence, status)
        return self._told(PAGES[0], Visit(who, _language(request), _at(request)), sentence, status)

    def _read_said(self, request: web.Request) -> str:
        try:
            return str(self._seal.loads(request.cookies.get(SAID_COOKIE, ""), max_age=SAID_S))
        except BadSignature:
            return ""

    # --- where a request comes from ---

    def _is_ours(self, request: web.Request) -> bool:
        """Whether a form comes from a page of ours: browsers say so, each in its way, and none lets a page lie."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return False
        try:
            asked = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", "")).netloc.lower()
        except ValueError:
            return False
        known = {request.headers.get("Host", "").lower(), urlsplit(self._desk.address).netloc.lower()}
        return bool(asked) and asked in known

    def _is_secure(self, request: web.Request) -> bool:
        return self._desk.address.startswith("https://") or request.secure


async def _opened_before(_: DeskServices, __: Visit) -> PageAnswer:
    raise OpenedBefore


async def _too_heavy(most: int, _: DeskServices, __: Visit) -> PageAnswer:
    raise TooHeavy(say("Tệp nặng quá {most} MB nên chưa nhận. Chọn tệp nhẹ hơn.", most=most // 1_000_000))


def _told_by(form: Mapping[str, str]) -> list[str]:
    """What somebody wrote in sentences, to be copied; no password, and no text that the page had brought itself."""
    return [said for name, said in form.items() if name not in ("password", "began") and " " in said.strip()]


async def _file(name: str, request: web.Request) -> web.Response:
    """A style or script: kept for ever under the name that a page of this program gives it, and under no other."""
    is_this = request.query_string == frame.version(name)
    headers = {"Cache-Control": FOR_EVER if is_this else "no-cache"}
    return web.Response(text=frame.file(name), content_type=frame.FILES[name], charset="utf-8", headers=headers)


async def _form(request: web.Request) -> dict[str, str]:
    return (await _sent(request))[0]


async def _sent(request: web.Request, file_bytes: int = 0) -> tuple[dict[str, str], dict[str, Upload]]:
    """Texts of a form (of a field that comes more than once all, a line each), and its files where any are read."""
    most = FORM_BYTES + file_bytes
    if request.content_length is None or request.content_length > most:
        raise web.HTTPRequestEntityTooLarge(most, request.content_length or 0)
    found: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for at, (name, value) in enumerate(await form_of(request, most if file_bytes else 0)):
        if isinstance(value, web.FileField):
            with value.file as file:
                if file_bytes:
                    files[name] = Upload(value.filename, file.read())
        elif at < MOST_FIELDS and isinstance(value, str):
            said = written(value)
            found[name] = f"{found[name]}\n{said}" if name in found else said
    return found, files


def _at(request: web.Request) -> str:
    """The way from the address of a request to that of the desk, wherever that lies."""
    deep = request.path.count("/") - 2
    return "../" * deep or "./"


def _here(request: web.Request) -> str:
    """The address at which this browser finds the tutor: it says so itself, the scheme too; "" for one of the machine
    alone, which no phone beside it can open."""
    said = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    if said.netloc.lower() != request.host.lower() or said.scheme not in ("http", "https"):
        said = urlsplit(f"{request.scheme}://{request.host}")
    name = (said.hostname or "").lower()
    is_alone = name in ("", "localhost", "::1") or name.startswith("127.") or not {".", ":"} & set(name)
    return "" if is_alone else f"{said.scheme}://{said.netloc}/"


def _language(request: web.Request) -> str:
    return language_of(request.cookies.get(LANGUAGE_COOKIE, ""))


def _moved(to: str) -> web.Response:
    return web.Response(status=303, headers={"Location": to, "Cache-Control": "no-store"})


def _keep(response: web.Response, name: str, value: str, age_s: int, secure: bool) -> None:
    response.set_cookie(name, value, max_age=age_s, path="/", httponly=True, samesite="Lax", secure=secure)
