"""What Pillow makes of a small picture: python3 test/golden/resize.py > test/golden/resize.json (Pillow 13.0.0, mode F, so that nothing is rounded)."""

import json

from PIL import Image
import PIL

WIDTH, HEIGHT = 7, 5
pixels = [(i * 37 + (i * i) % 101) % 256 for i in range(3 * WIDTH * HEIGHT)]


def resized(width, height):
    planes = []
    for c in range(3):
        image = Image.new("F", (WIDTH, HEIGHT))
        image.putdata([float(v) for v in pixels[c::3]])
        out = image.resize((width, height), Image.Resampling.BILINEAR)
        planes.append([out.getpixel((x, y)) for y in range(height) for x in range(width)])
    return [planes[c][i] for i in range(width * height) for c in range(3)]


sizes = [(4, 3), (11, 9), (7, 5), (1, 1), (2, 10)]
print(json.dumps({"pillow": PIL.__version__, "width": WIDTH, "height": HEIGHT, "pixels": pixels,
                  "sizes": [{"width": w, "height": h, "values": resized(w, h)} for w, h in sizes]}))
