"""Values of mpmath (50 digits) for rows of logits. Versions: mpmath 1.3, numpy 2.4.6. Writes logit_numbers.json beside this file:  python logit_numbers.py"""
import json, pathlib
import numpy as np
import mpmath as mp

mp.mp.dps = 50
rng = np.random.default_rng(3)
rows = [[8.2, 1.5], [3.1, 2.9, -1.0], [1000.0, 999.0, -1000.0], [-745.0, -746.5, -800.0], [0.0] * 7, [1e-9, 0.0], [40.0, 0.0, 0.0], [5.0]]
rows += [rng.normal(0, 14, n).tolist() for n in (3, 10, 100, 1000)]
out = []
for row in rows:
    for t in (1.0, 1.7):
        z = [mp.mpf(x) / mp.mpf(t) for x in row]
        e = [mp.exp(x) for x in z]
        s = mp.fsum(e)
        p = [x / s for x in e]
        h = -mp.fsum(x * mp.log(x) for x in p)
        v = mp.fsum(x * (mp.log(x) + h) ** 2 for x in p)
        top = sorted(p, reverse=True)
        best = max(range(len(z)), key=lambda i: z[i])
        rest = mp.fsum(x for i, x in enumerate(e) if i != best)
        out.append({
            "logits": row, "temperature": t,
            "softmax": [float(x) for x in p][:20], "logSoftmax": [float(mp.log(x)) for x in p][:20],
            "logSumExp": float(mp.log(s)), "entropy": float(h), "varentropy": float(v), "perplexity": float(mp.exp(h)),
            "energy": float(-mp.mpf(t) * mp.log(s)), "margin": float(top[0] - (top[1] if len(top) > 1 else 0)),
            "logOddsAgainstRest": float(z[best] - mp.log(rest)) if rest else "Infinity",
        })
text = json.dumps(out)
pathlib.Path(__file__).with_name("logit_numbers.json").write_text(text + "\n")
