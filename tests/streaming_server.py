"""An OpenAI-compatible server of ours with known times, in a process of its own.

    python streaming_server.py '{"first": 0.01, "gap": 0.001, "stall": [0.5, 1.0]}'

It prints its port, and serves until its standard input is closed. A word counts as one token and the template as
`template`. `first` seconds to the first token, `gap` between two; in a `stall` of [from, to] seconds after the first
request nothing is written. `refuses` are fields that it answers with 400, `fails` how often 1 in so many requests ends
in a 500, `most` how many it answers at a time (the others wait). `/counts` says what it has seen.
"""

import asyncio
import json
import sys
import time

from aiohttp import web


class Server:
    def __init__(self, told):
        self.told = {"first": 0.0, "gap": 0.0, "template": 0, "usage": True, "refuses": [], "fails": 0, **told}
        self.begun, self.streams, self.ended, self.under_way, self.highest = None, 0, 0, 0, 0
        self.prompts = []
        self.free = asyncio.Semaphore(self.told.get("most", 10_000))

    async def wait(self, seconds):
        if seconds:
            await asyncio.sleep(seconds)
        if stall := self.told.get("stall"):
            now = time.perf_counter() - self.begun
            if stall[0] <= now < stall[1]:
                await asyncio.sleep(stall[1] - now)

    async def asked(self, request):
        body = await request.json()
        if refused := [name for name in self.told["refuses"] if name in body]:
            return web.json_response({"error": {"message": f"unknown field {refused[0]}"}}, status=400)
        text = body["messages"][0]["content"] if "messages" in body else body["prompt"]
        tokens = {"prompt_tokens": len(text.split()) + self.told["template"], "completion_tokens": body["max_tokens"]}
        usage = tokens if self.told["usage"] else None
        if not body.get("stream"):
            return web.json_response({"choices": [{"text": "word"}], "usage": usage})
        self.begun = self.begun or time.perf_counter()
        self.streams += 1
        self.prompts.append(text)
        if self.told["fails"] and self.streams % self.told["fails"] == 0:
            return web.json_response({"error": {"message": "out of luck"}}, status=500)
        self.under_way += 1
        self.highest = max(self.highest, self.under_way)
        try:
            async with self.free:
                return await self.streamed(request, body, usage)
        finally:
            self.under_way -= 1

    async def streamed(self, request, body, usage):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await self.wait(self.told["first"])
        await response.prepare(request)
        said = {"delta": {"content": " word"}} if "messages" in body else {"text": " word"}
        for number in range(body["max_tokens"]):
            if number:
                await self.wait(self.told["gap"])
            finish = "length" if number + 1 == body["max_tokens"] else None
            await self.event(response, {"choices": [{"index": 0, **said, "finish_reason": finish}]})
        if usage:
            await self.event(response, {"choices": [], "usage": usage})
        await response.write(b"data: [DONE]\n\n")
        self.ended += 1
        return response

    async def event(self, response, value):
        await response.write(b"data: " + json.dumps({"id": "cmpl-0", "created": 0, **value}).encode() + b"\n\n")

    async def counts(self, request):
        seen = {"streams": self.streams, "ended": self.ended, "highest": self.highest, "prompts": self.prompts}
        return web.json_response(seen)


async def main(told):
    server, app = Server(told), web.Application(client_max_size=2**24)
    app.router.add_post("/v1/chat/completions", server.asked)
    app.router.add_post("/v1/completions", server.asked)
    app.router.add_get("/counts", server.counts)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
