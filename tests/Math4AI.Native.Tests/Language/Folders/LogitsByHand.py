"""Reads a folder of GPT-2's or Llama's layout by the published equations alone, with NumPy, and prints the logits.

python3 LogitsByHand.py FOLDER TOKEN...

A line for each token: the logits of what comes after it, in float64.
"""
import glob
import json
import math
import struct
import sys

import numpy as np


def arrays_of(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        raw = data[slice(*entry["data_offsets"])]
        if entry["dtype"] == "BF16":
            values = (np.frombuffer(raw, "<u2").astype("<u4") << 16).view("<f4")
        else:
            values = np.frombuffer(raw, {"F32": "<f4", "F16": "<f2"}[entry["dtype"]])
        yield name, values.reshape(entry["shape"]).astype(float)


def attention(q, k, v, heads, key_heads):
    length, size = len(q), q.shape[1] // heads
    split = lambda x, count: x.reshape(length, count, size).transpose(1, 0, 2)
    q, k, v = split(q, heads), *(np.repeat(split(x, key_heads), heads // key_heads, 0) for x in (k, v))
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(size)
    scores[:, np.triu(np.ones((length, length), bool), 1)] = -np.inf
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return (weights / weights.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(length, -1)


def gpt2(w, config, tokens):
    w = {name.removeprefix("transformer."): array for name, array in w.items()}

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((x * x).mean(-1, keepdims=True) + config["layer_norm_epsilon"])
        return x / scale * w[name + ".weight"] + w[name + ".bias"]

    def gelu(u):
        if config["activation_function"] == "gelu":
            return u * (1 + np.vectorize(math.erf)(u / math.sqrt(2))) / 2
        return 0.5 * u * (1 + np.tanh(math.sqrt(2 / math.pi) * (u + 0.044715 * u**3)))

    product = lambda x, name: x @ w[name + ".weight"] + w[name + ".bias"]
    x = w["wte.weight"][tokens] + w["wpe.weight"][: len(tokens)]
    for i in range(config["n_layer"]):
        q, k, v = np.split(product(norm(x, f"h.{i}.ln_1"), f"h.{i}.attn.c_attn"), 3, -1)
        x = x + product(attention(q, k, v, config["n_head"], config["n_head"]), f"h.{i}.attn.c_proj")
        x = x + product(gelu(product(norm(x, f"h.{i}.ln_2"), f"h.{i}.mlp.c_fc")), f"h.{i}.mlp.c_proj")
    return norm(x, "ln_f") @ w["wte.weight"].T


def llama(w, config, tokens):
    heads, size = config["num_attention_heads"], config["head_dim"]
    key_heads = config["num_key_value_heads"]
    speeds = config["rope_theta"] ** (-np.arange(0, size, 2) / size)
    turn = np.exp(1j * np.arange(len(tokens))[:, None] * speeds)[:, None]

    def norm(x, name):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + config["rms_norm_eps"]) * w[name + ".weight"]

    def rotated(x, count):
        x = x.reshape(len(tokens), count, 2, size // 2)
        z = (x[:, :, 0] + 1j * x[:, :, 1]) * turn
        return np.stack((z.real, z.imag), 2).reshape(len(tokens), -1)

    product = lambda x, name: x @ w[name + ".weight"].T
    x = w["model.embed_tokens.weight"][tokens]
    for i in range(config["num_hidden_layers"]):
        at = f"model.layers.{i}."
        n = norm(x, at + "input_layernorm")
        q, k, v = (product(n, at + f"self_attn.{one}_proj") for one in "qkv")
        x = x + product(attention(rotated(q, heads), rotated(k, key_heads), v, heads, key_heads),
                        at + "self_attn.o_proj")
        n = norm(x, at + "post_attention_layernorm")
        gate = product(n, at + "mlp.gate_proj")
        x = x + product(gate / (1 + np.exp(-gate)) * product(n, at + "mlp.up_proj"), at + "mlp.down_proj")
    return product(norm(x, "model.norm"), "model.embed_tokens" if config["tie_word_embeddings"] else "lm_head")


if __name__ == "__main__":
    about = json.load(open(sys.argv[1] + "/config.json"))
    weights = {name: array for path in glob.glob(sys.argv[1] + "/*.safetensors") for name, array in arrays_of(path)}
    text = np.array([int(token) for token in sys.argv[2:]])
    for row in (gpt2 if about["model_type"] == "gpt2" else llama)(weights, about, text):
        print(*(repr(float(logit)) for logit in row))
