"""e^x for x <= 0 to 60 digits with mpmath 1.3.0. Writes portable_exp.json beside this file:  python portable_exp.py

A row is [x, the double nearest to e^x, how far e^x is from that double in its ulps]: so an error below one ulp can be told from one of half an ulp.
"""
import json, math, pathlib, random
import mpmath

mpmath.mp.dps = 60
random.seed(7)
xs = [0.0, -5e-324, -2.0**-60, -2.0**-54, -2.0**-53, -2.0**-30, -1e-9, -0.5, -1.0, -2.0, -10.0, -100.0, -708.0, -708.3964185322641, -709.0, -720.0, -740.0,
      -744.4400719213812, -745.0, -745.13, -745.1332191019411]
ln2 = math.log(2)
xs += [-(k - 0.5) * ln2 * (1 + s * 2.0**-52) for k in range(1, 1075, 23) for s in (-1, 0, 1)]   # where the power of two changes
xs += [-k * ln2 for k in range(1, 1075, 37)]
xs += [-random.random() * 745.13 for _ in range(500)]
xs += [-random.random() for _ in range(300)]
xs += [-(2.0 ** random.uniform(-50, 9)) for _ in range(300)]
rows = []
for x in xs:
    true = mpmath.exp(mpmath.mpf(x))
    near = float(true)
    rows.append([x, near, float((true - mpmath.mpf(near)) / mpmath.mpf(math.ulp(near)))])
text = ",\n".join(json.dumps([x, near, round(off, 6)]) for x, near, off in rows)
pathlib.Path(__file__).with_name("portable_exp.json").write_text("[\n" + text + "\n]\n")
