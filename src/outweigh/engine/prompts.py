"""Prompts of a wanted length in tokens, for a server whose tokenizer is not known."""

from dataclasses import dataclass
from hashlib import shake_256
from typing import Any

from outweigh.models.endpoint_client import Client, Reply
from outweigh.models.endpoint_trouble import Failure, Trouble
from outweigh.records import UserError

_EXACT = ("ignore_eos", "min_tokens")  # vLLM and SGLang know both, llama.cpp's server the first
_SHORT = 16  # words of the first question that calibrates
# 256 everyday words, one for each byte; most tokenizers keep each as one token.
_WORDS = tuple(
    """
    able above actually again allow already among another apple arrive attack away balance base beautiful before
    believe beside between black board book bottle break bring build business call capital care catch central chance
    chapter cheap choice circle claim clean clock coast collect come company concern control copy cost country
    course create culture dance daughter decide deliver desert detail difficult direct distance door down dress
    during each east education either energy enjoy entire evening exact expect explain face fall farm fear fight
    fill finish fish flower force forest forward free front future garden gentle glass government grass green group
    guess hand hard hear heat high hold horse hour human idea include industry interest join judge keep kitchen lake
    large late learn less library line listen local lose main manner mark master matter meet method mile mind modern
    month most mouth much nation need night nothing object offer open order over pair parent party path people
    person piece plan please poor possible prepare press print process proper prove pull quality question quite rain
    reach real record remember report return ride rise rock room round safe same scale science second section sell
    serious seven shape ship shop should side silver since sister sleep smile snow soft soldier song sound speak
    spend square stand state steel stone storm strange strong subject sugar sure surprise system talk teach test
    thick thing though three together touch town train tree true turn twenty until valley vast village wait wall
    wash wave weather welcome west white wild winter wish without wood world wrong yellow
    """.split()
)


def words(count: int, *key: int | str) -> str:
    """`count` random words. Equal keys give equal words; others begin differently, so no cache answers for free."""
    return " ".join([_WORDS[byte] for byte in shake_256(repr(key).encode()).digest(count)])


@dataclass(frozen=True)
class Asking:
    """How a server is asked for an answer of a given size.

    A prompt of n words is `overhead + per_word * n` tokens long for this server (its template and first token are the
    overhead); `counted` is False where it says no counts, and a word is taken for a token. `extra` is what the server
    takes to write as many tokens as it is told to, whatever comes.
    """

    chat: bool
    overhead: float = 0.0
    per_word: float = 1.0
    counted: bool = False
    extra: tuple[str, ...] = _EXACT

    def words(self, tokens: int) -> int:
        """How many words make a prompt of about so many tokens; one, where the overhead alone is longer."""
        return max(1, round((tokens - self.overhead) / self.per_word))

    def payload(self, text: str, output_tokens: int) -> dict[str, Any]:
        """The body of a request, without the model."""
        asked = {"messages": [{"role": "user", "content": text}]} if self.chat else {"prompt": text}
        known = {"ignore_eos": True, "min_tokens": output_tokens}
        return {**asked, "max_tokens": output_tokens, **{name: known[name] for name in self.extra}}


def calibrated(client: Client, prompt_tokens: int, *, chat: bool, salt: int) -> Asking:
    """Ask twice for one token, to learn how many tokens a word is there and what the server takes.

    UserError where the server cannot be asked at all, or where no prompt of `prompt_tokens` is so short.
    """
    asking = Asking(chat)
    short = _probe(client, asking, _SHORT, salt)
    if short.failure and short.failure.status in (400, 422):
        plain = Asking(chat, extra=())
        again = _probe(client, plain, _SHORT, salt)
        if not again.failure:
            asking, short = plain, again
    few = _counted(client, short)
    count = max(2 * _SHORT, prompt_tokens)
    many = _counted(client, _probe(client, asking, count, salt))
    if few is None or many is None or many <= few:
        return asking
    per_word = (many - few) / (count - _SHORT)
    found = Asking(chat, max(0.0, few - per_word * _SHORT), per_word, True, asking.extra)
    least = round(found.overhead + per_word)
    if prompt_tokens < least:
        url = client.endpoint.url
        raise UserError(f"the shortest prompt at {url} has {least} tokens with its template: ask for that or more")
    return found


def _probe(client: Client, asking: Asking, count: int, salt: int) -> Reply:
    path = "/chat/completions" if asking.chat else "/completions"
    return client.reply(client.awaited(client.posting(path, asking.payload(words(count, salt, "probe", count), 1))))


def _counted(client: Client, reply: Reply) -> int | None:
    """The tokens of the prompt by the server's own count; None where it does not say."""
    failure = reply.failure
    if failure is None and not isinstance(reply.body, dict):
        failure = Failure(Trouble.MALFORMED, "the server's answer is not an object", retryable=True)
    if failure is not None:
        raise UserError(f"{client.endpoint.model} at {client.endpoint.url} cannot be measured: {failure.reason}")
    usage = reply.body.get("usage")
    tokens = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return tokens if isinstance(tokens, int) and tokens > 0 else None
