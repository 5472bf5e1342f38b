from random import Random
import re, os
from outweigh.benchmarks import answers
from outweigh.benchmarks.benchmark import Benchmark, Draw, Metric
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.starter_samples import Draft, Series, pick
from outweigh.records import Area, Protocol, Decoding, Score
NOUNS=("lantern","river","blanket","violin","garden","candle","letter","window","ladder","kettle","pigeon","turtle","ribbon","wagon","mirror","pebble","feather","compass","teapot","scarf")
PLACES=("harbour","kitchen","meadow","bridge","library","station","orchard","island","valley","cellar","market","tower")
PATTERNS=("Nobody forgot the {n}","Bring your {n} tomorrow","Her {n} smells of rain","We painted that {n} together","My sister keeps one {n} for luck","Every morning a {n} made him smile","Such a lovely {n} cannot be bought",
"That {n} remembers our {p}","A {n} fell into the {p}","They carried his {n} to the {p}","Is there still some {n} in your {p}","My uncle left an old {n} near the {p}","On Friday somebody lost a {n} inside this {p}","Between a {n} and the {p}","Grandmother hid her {n} behind a {p}","I drew one {n} and one {p}","Who brought this {n} from the {p}","Rain covers the {n} beside our {p}","His {n} was born in a {p}","Two children chased a {n} around the {p}")
RHYMES=(("night","light"),("rain","train"),("sea","tree"),("moon","spoon"),("day","bay"),("star","car"),("stone","phone"),("cold","gold"),("fire","choir"),("snow","window"),("sky","pie"),("wall","ball"),("ring","spring"),("cake","lake"),("boat","coat"),("hill","mill"),("ground","sound"),("clock","rock"),("house","mouse"),("bed","thread"))
def line(r,n,p,low=4,high=9,need="{n}",end="",without=""):
    c=[x.format(n=n,p=p) for x in PATTERNS if need in x and x.endswith(end)]
    c=[x for x in c if low<=len(x.split())<=high and not set(without)&set(x.lower())]
    return pick(r,c)
def draft(kind,ask,wit,cons):
    return Draft(kind,ask,wit,(),{"constraints":[*cons,{"kind":"own","least":2},{"kind":"varied"},{"kind":"known"}]})
W49={"kind":"words","low":4,"high":9}
FORM=os.environ.get("FORM","A")
def ask(low,*more):
    size="4 to 9" if low==0 else f"exactly {low}"
    if FORM=="A": return f"Write a line of {size} words "+" ".join(more)+"."
    return f"{size.capitalize()} words, "+", ".join(more)+":"
def make(r,rung,lot):
    n,p=pick(r,NOUNS),pick(r,PLACES); U={"kind":"use","word":n}
    if rung==1: return draft("use",ask(0,f"with the word {n}"),line(r,n,p),[W49,U])
    if rung==2: return draft("use2",ask(0,f"with the words {n} and {p}"),line(r,n,p,need="{p}"),[W49,U,{"kind":"use","word":p}])
    if rung==4:
        a,b=pick(r,RHYMES)
        if lot: return draft("rhyme",ask(0,f"that ends in a rhyme for {a}"),line(r,n,b,end="{p}"),[W49,{"kind":"rhyme","word":a}])
        return draft("rhyme2",ask(0,f"with the word {n}",f"that ends in a rhyme for {a}"),line(r,n,b,end="{p}"),[W49,U,{"kind":"rhyme","word":a}])
    if lot==0:
        k=r.randrange(5,9); return draft("exact",ask(k,f"with the word {n}"),line(r,n,p,k,k),[{"kind":"words","low":k,"high":k},U])
    if lot==1:
        l=pick(r,[x for x in "bcgkmpuyow" if x not in n])
        while l in p: p=pick(r,PLACES)
        return draft("without",ask(0,f"with the word {n}",f"without the letter {l}"),line(r,n,p,without=l),[W49,U,{"kind":"without","letter":l}])
    l=pick(r,"BHIMORTW"); c=[x.format(n=n,p=p) for x in PATTERNS if x[0]==l]
    return draft("start",ask(0,f"with the word {n}",f"that begins with the letter {l}"),pick(r,c),[W49,U,{"kind":"start","letter":l}])
SERIES=Series("starter_creativity",make,3)
WORDING=Wording(question=lambda s:f"{s.question}\nLine:" if FORM=="A" else s.question)
import builtins
def worn():
    return {w for x in SERIES.loaded(20261,1).pool[:int(os.environ.get("SHOTS","4"))] for w in words(x.target)} if os.environ.get("WORN") else set()
def words(t): return re.findall(r"[a-z]+(?:'[a-z]+)*",t.lower())
def met(c,ws,sample):
    import pronouncing
    k=c["kind"]
    if k=="words": return c["low"]<=len(ws)<=c["high"]
    if k=="use": return c["word"] in ws
    if k=="without": return bool(ws) and c["letter"] not in "".join(ws)
    if k=="own": return len(set(ws)-set(words(sample.question))-WORN)>=c["least"]
    if k=="start": return bool(ws) and ws[0][0]==c["letter"].lower()
    if k=="varied": return bool(ws) and len(set(ws))>=0.7*len(ws)
    if k=="known": return bool(ws) and all(pronouncing.phones_for_word(w) for w in ws)
    if k=="rhyme": return bool(ws) and ws[-1]!=c["word"] and ws[-1] in pronouncing.rhymes(c["word"])
def mark(sample,response):
    ws=words(response.text); res=[(c["kind"],met(c,ws,sample)) for c in sample.details["constraints"]]
    bad=[k for k,v in res if not v]
    return (Score(sample_id=sample.id,metric="acc",value=float(not bad),answer=response.text.strip() or None,reason=", ".join(bad) or None),Score(sample_id=sample.id,metric="constraints",value=1-len(bad)/len(res),answer=response.text.strip() or None))
BENCHMARK=Benchmark(id="starter_creativity",version="1.0",title="c",area=Area.CREATIVITY,protocol=Protocol.GENERATE,metrics=(Metric("acc",headline=True),Metric("constraints",binary=False)),load=SERIES.load,ask=answers.asks(WORDING,stop=("\n",),decoding=Decoding(max_tokens=24)),mark=mark,draw=Draw.FIRST,shots=4,chance=0.0)

WORN=worn()
