"""The sign-in page: name and password, or the Hub. It stands outside of Gradio, which cannot set safe cookies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, quote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from errors import BadInputError, PlaygroundError
from feedback.identity import SESSION_COOKIE, SESSION_S, HubUser, Identity
from feedback.visitor import NotAllowedError, Permission, Visitor
from pages._components import PAGES, TITLE
from pages._cookies import cookie_options, delete_cookie
from pages._same_site import from_another_site
from pages._templates import render
from pages._throttle import Throttle
from pages._visitor import needed_for
from pages.look import plain_head
from settings import Settings

PATH = "/sign-in"
HUB_LOGIN = "/login/huggingface"
"""Gradio's own, which `gradio.oauth.attach_oauth` adds."""

MAY: dict[Permission, str] = {
    "label": "label prompts",
    "learn": "let routers learn and judges rate",
    "usage": "see how the app is used",
}
MAX_FORM_BYTES = 8_192
PARALLEL_CHECKS = 2
"""Passwords that are checked at the same time: each takes a third of a second of a processor, and 32 MiB."""

GetHubUser = Callable[[Request], Awaitable[HubUser]]


class WrongPasswordError(PlaygroundError):
    """A name and a password that do not belong together; which of the two is wrong is not said."""

    status = 401


class SignIn:
    """The page and its forms.

    Args:
        identity: Tells visitors apart.
        settings: Say how cookies are set.
        hub_user: Gives the user of the Hub behind a request, after the Hub has sent them back.
    """

    def __init__(self, identity: Identity, settings: Settings, hub_user: GetHubUser | None = None) -> None:
        self._identity = identity
        self._settings = settings
        self._hub_user = hub_user
        self._throttle = Throttle()
        self._checks = asyncio.Semaphore(PARALLEL_CHECKS)

    def routes(self) -> list[Route]:
        """What the app serves."""
        return [
            Route(PATH, self._show, methods=["GET"]),
            Route(PATH, self._sign_in, methods=["POST"]),
            Route(f"{PATH}/hub", self._from_hub, methods=["GET"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
        ]

    def refusal(self, path: str, visitor: Visitor, error: NotAllowedError) -> Response:
        """The page that stands in place of one that the visitor may not see."""
        return self._page(visitor, asked=f"{error.what} {error.mend}", wanted=path, status=403 if visitor.name else 401)

    async def _show(self, request: Request) -> Response:
        visitor = self._identity.visitor(request.cookies)
        return self._page(visitor, wanted=local_path(request.query_params.get("next", "")))

    async def _sign_in(self, request: Request) -> Response:
        name, wanted = "", "/"
        try:
            form = await _form(request)
            name, wanted = form.get("name", "").strip(), local_path(form.get("next", ""))
            _check_origin(request)
            address = request.client.host if request.client else ""
            self._throttle.count(address, name)
            async with self._checks:
                session = await asyncio.to_thread(self._identity.password_session, name, form.get("password", ""))
            if session is None:
                raise WrongPasswordError("That name and password do not belong together.", "Try again.")
            self._throttle.forget(address, name)
        except PlaygroundError as error:
            return self._page(Visitor(""), error=error, wanted=wanted, status=error.status, name=name[:40])
        return self._enter(request, session, wanted)

    async def _from_hub(self, request: Request) -> Response:
        wanted = local_path(request.query_params.get("next", ""))
        try:
            if self._hub_user is None:
                raise NotAllowedError("Nobody signs in with the Hub here.", "Use another way to sign in.")
            user = await self._hub_user(request)
            session = self._identity.hub_session(user)
            if session is None:
                raise NotAllowedError(
                    f"{user.name} of the Hub has no role here.",
                    "Ask whoever runs this app to name you in ALLOWED_USERS, or your organisation in "
                    "ALLOWED_ORGANISATIONS.",
                )
        except PlaygroundError as error:
            return self._page(Visitor(""), error=error, wanted=wanted, status=error.status)
        return self._enter(request, session, wanted)

    async def _sign_out(self, request: Request) -> Response:
        try:
            _check_origin(request)
        except PlaygroundError as error:
            return self._page(self._identity.visitor(request.cookies), error=error, status=error.status)
        response = RedirectResponse("/", status_code=303)
        delete_cookie(response, request, self._settings, SESSION_COOKIE)
        return response

    def _enter(self, request: Request, session: str, wanted: str) -> Response:
        response = RedirectResponse(wanted, status_code=303)
        response.set_cookie(SESSION_COOKIE, session, max_age=SESSION_S, **cookie_options(request, self._settings))
        return response

    def _page(
        self,
        visitor: Visitor,
        *,
        wanted: str = "/",
        asked: str = "",
        error: PlaygroundError | None = None,
        status: int = 200,
        name: str = "",
    ) -> Response:
        may = [words for permission, words in MAY.items() if visitor.may(permission)]
        html = render(
            "sign_in.html",
            title=TITLE,
            pages=PAGES,
            current=PATH,
            head=plain_head(),
            visitor=visitor,
            may=", ".join(may) or "use what is public",
            public=_public_pages(),
            asked=asked,
            error=error,
            next=wanted,
            name=name,
            back=wanted if wanted != "/" and not asked else "",
            needed=self._identity.needed,
            account=self._identity.needed,
            notice="",
            password=self._identity.accounts is not None,
            hub=_hub_address(wanted) if self._identity.hub else "",
            days=SESSION_S // 86_400,
        )
        return HTMLResponse(html, status, {"cache-control": "no-store"})


def local_path(wanted: str) -> str:
    """A path on this site; '/' where an address would lead elsewhere."""
    try:
        parts = urlsplit(wanted.replace("\\", "/"))
    except ValueError:  # such as a bracket that is not closed
        return "/"
    path = f"/{parts.path.lstrip('/')}"
    if parts.scheme or parts.netloc or not path.isprintable():
        return "/"
    return f"{path}?{parts.query}" if parts.query else path


def _hub_address(wanted: str) -> str:
    back = f"{PATH}/hub?next={quote(wanted, safe='')}"
    return f"{HUB_LOGIN}?_target_url={quote(back, safe='')}"


def _check_origin(request: Request) -> None:
    """Browsers say where a form was sent from: another site must not sign anybody in or out."""
    if from_another_site(request.headers):
        raise NotAllowedError("This form was sent by another site.", "Open the sign-in page and try again.")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a short form.

    Raises:
        BadInputError: It is too long.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise BadInputError("This form is too long.", "Sign in with a name and a password.")
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
    return {name: values[-1] for name, values in fields.items()}


def _public_pages() -> str:
    """The pages that nobody has to sign in for, in words."""
    *first, last = [page.title for page in PAGES if not needed_for(page.path.strip("/"))]
    return f"{', '.join(first)} and {last}"
