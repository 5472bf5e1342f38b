"""A server that gives log-probabilities of prompts, as vLLM does, by a real tiny model."""

from aiohttp import web

from hostile_server import Server


class Echoing(Server):
    """Answers `echo` with `logprobs` by a model whose tokens are bytes. `start`: a start token is shown first."""

    def __init__(self, folder, start=True):
        from transformers import AutoModelForCausalLM, AutoTokenizer

        super().__init__()
        self.tokenizer, self.start = AutoTokenizer.from_pretrained(folder), start
        self.network = AutoModelForCausalLM.from_pretrained(folder)

    async def _asked(self, request):
        payload = await request.json()
        self.asked[payload["prompt"]] += 1
        return web.json_response({"choices": [{"text": "", "logprobs": self.told(payload["prompt"])}]})

    def told(self, prompt):
        ids = [self.tokenizer.bos_token_id] * self.start + self.tokenizer.encode(prompt)
        import torch

        with torch.inference_mode():
            shares = torch.log_softmax(self.network(torch.tensor([ids])).logits[0].float(), dim=-1)
        ids.append(int(shares[-1].argmax()))
        texts = [self.tokenizer.decode([token]) for token in ids]
        values = [None, *(float(row[token]) for row, token in zip(shares, ids[1:], strict=True))]
        best = [None, *({self.tokenizer.decode([int(row.argmax())]): float(row.max())} for row in shares)]
        return {"tokens": texts, "token_logprobs": values, "top_logprobs": best}
