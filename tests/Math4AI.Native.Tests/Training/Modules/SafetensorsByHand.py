"""Reads a safetensors file by its specification alone, with NumPy, and writes one back.

python3 SafetensorsByHand.py IN OUT

Prints a line for each array: name, type, shape and the bits of the numbers. OUT has every array with its elements in the
reverse order, the arrays in another order, and a complex one in the type C64 where its name says so.
"""
import json
import struct
import sys

import numpy as np

TYPES = {"BOOL": "?", "U8": "u1", "I8": "i1", "I16": "<i2", "I32": "<i4", "I64": "<i8", "F16": "<f2", "BF16": "<u2",
         "F32": "<f4", "F64": "<f8"}


def value_of(kind, array):
    """Returns the numbers as float64; bfloat16 is the upper half of a float32."""
    if kind == "BF16":
        array = (array.astype("<u4") << 16).view("<f4")
    return array.astype("<f8")


with open(sys.argv[1], "rb") as file:
    length = struct.unpack("<Q", file.read(8))[0]
    header = json.loads(file.read(length))
    data = file.read()
assert length % 8 == 0, length
assert all(isinstance(text, str) for text in header.pop("__metadata__").values())
places = sorted(entry["data_offsets"] for entry in header.values())
assert places[0][0] == 0 and places[-1][1] == len(data), "the arrays do not fill the file"
assert all(one[1] == other[0] for one, other in zip(places, places[1:])), "there are gaps"

back = {}
for name, entry in header.items():
    begin, end = entry["data_offsets"]
    array = np.frombuffer(data[begin:end], TYPES[entry["dtype"]])
    assert array.size == int(np.prod(entry["shape"], dtype=np.int64)), name
    bits = ",".join(format(bits, "x") for bits in value_of(entry["dtype"], array).view("<u8"))
    print(name, entry["dtype"], "x".join(map(str, entry["shape"])), bits, sep="|")
    kind, shape = entry["dtype"], entry["shape"]
    if name.startswith("complex64"):
        kind, shape, array = "C64", shape[:-1], array.view("<c8")
    back[name] = (kind, shape, np.ascontiguousarray(array[::-1]).tobytes())

at, out, body = 0, {"__metadata__": {"format": "np"}}, b""
for name, (kind, shape, bits) in sorted(back.items(), reverse=True):
    out[name] = {"shape": shape, "data_offsets": [at, at + len(bits)], "dtype": kind}
    at, body = at + len(bits), body + bits
text = json.dumps(out).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[2], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + body)
