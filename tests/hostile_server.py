"""An OpenAI-compatible server that answers every question with its own words, and misbehaves as it is told."""

import asyncio
import json
import threading
from collections import Counter

from aiohttp import web

WORDS = ["The ", "answer ", "is ", "that ", "\u00e9t\u00e9 ", "\u2192 "]


def told(prompt):
    """What a whole answer to the prompt says."""
    return "".join(WORDS) + prompt


class Server:
    """`behave(prompt, nth)` says what happens the nth time a prompt is asked: a mode's name, or a status.

    `asked` and `answered` count prompts; `payloads` and `headers` are what came; `most` is how many were under way
    at once.
    """

    def __init__(self, behave=lambda prompt, nth: "fine", models=("small",), pause=0.0):
        self.behave, self.models, self.pause = behave, models, pause
        self.asked, self.answered = Counter(), Counter()
        self.payloads, self.headers = [], []
        self.now = self.most = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        self.url = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self):
        app = web.Application()
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/completions", self._asked)
        app.router.add_post("/v1/chat/completions", self._asked)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/v1"

    async def _models(self, request):
        if self.models is None:
            raise web.HTTPNotFound
        return web.json_response({"object": "list", "data": [{"id": name} for name in self.models]})

    async def _asked(self, request):
        payload = await request.json()
        chat = request.path.endswith("chat/completions")
        prompt = payload["messages"][-1]["content"] if chat else payload["prompt"]
        self.payloads.append(payload)
        self.headers.append(dict(request.headers))
        self.asked[prompt] += 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            mode = self.behave(prompt, self.asked[prompt])
            if mode == "fine" and not payload.get("stream"):
                return web.json_response({"choices": [{"text": told(prompt), "finish_reason": "stop"}]})
            return await self._behaved(request, prompt, chat, mode)
        finally:
            self.now -= 1

    async def _behaved(self, request, prompt, chat, mode):
        if isinstance(mode, tuple):
            status, headers = mode
            return web.json_response({"error": {"message": f"no {status} for you"}}, status=status, headers=headers)
        if mode == "close":
            request.transport.close()
            return web.Response()
        if mode == "html":
            return web.Response(text="<html>hello</html>", content_type="text/html")
        if mode == "hang":
            await asyncio.sleep(60)
        return await self._streamed(request, prompt, chat, mode)

    async def _streamed(self, request, prompt, chat, mode):
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        for event in self._events(prompt, chat, mode):
            await asyncio.sleep(self.pause)
            if event is None:
                request.transport.close()
                return answer
            if mode == "split":
                for byte in event:
                    await answer.write(bytes([byte]))
            else:
                await answer.write(event)
        await answer.write_eof()
        self.answered[prompt] += 1
        return answer

    def _events(self, prompt, chat, mode):
        pieces = [*WORDS, prompt]
        if chat:
            yield _event({"delta": {"role": "assistant", "content": None}})
        for place, piece in enumerate(pieces):
            if mode == "cut" and place == 3:
                yield None
            if mode == "unfinished" and place == 3:
                return
            if mode == "malformed" and place == 3:
                yield b'data: {"choices": [{"text": \n\n'
            if mode == "error" and place == 3:
                yield b'data: {"error": {"code": 500, "message": "out of slots"}}\n\n'
                return
            yield b": ping\n\n" + _event({"delta": {"content": piece}} if chat else {"text": piece})
        last = {"finish_reason": "filtered" if mode == "filtered" else "stop"}
        yield _event(last | ({"delta": {}} if chat else {"text": ""}))
        if mode != "uncounted":
            usage = {"prompt_tokens": len(prompt), "completion_tokens": len(pieces)}
            yield b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\r\n\r\n"
        yield b"data: [DONE]\n\n"


def _event(choice):
    choice = {"index": 0, "finish_reason": None} | choice
    return b"data: " + json.dumps({"choices": [choice], "usage": None}, ensure_ascii=False).encode() + b"\n\n"
