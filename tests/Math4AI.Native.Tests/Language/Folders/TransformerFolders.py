"""Makes the folders of small transformers with random weights, and their logits by torch from the published equations.

Usage: TransformerFolders.py FOLDER, with torch. Below FOLDER it writes a folder of GPT-2's layout and three of Llama's (grouped heads in
bfloat16 in two pieces; float16 with one table for both ends; rotations slowed down as Llama 3.1 has them), each with tokens and logits in expected.json.
"""

import json
import math
import os
import struct
import sys

import torch
import torch.nn.functional as F

NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}
TOKENS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]


def save(path, arrays):
    header, data = {}, b""
    for name, array in arrays.items():
        raw = array.contiguous().view(torch.int16 if array.element_size() == 2 else torch.int32).numpy().tobytes()
        header[name] = {"dtype": NAMES[array.dtype], "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def write(folder, config, arrays, logits, pieces=1):
    os.makedirs(folder, exist_ok=True)
    json.dump(config, open(f"{folder}/config.json", "w"))
    json.dump({"tokens": TOKENS, "logits": logits.double().flatten().tolist()}, open(f"{folder}/expected.json", "w"))
    if pieces == 1:
        return save(f"{folder}/model.safetensors", arrays)
    names, where = list(arrays), {}
    for piece in range(pieces):
        file = f"model-{piece + 1:05}-of-{pieces:05}.safetensors"
        mine = {name: arrays[name] for name in names[piece::pieces]}
        save(f"{folder}/{file}", mine)
        where.update(dict.fromkeys(mine, file))
    json.dump({"metadata": {}, "weight_map": where}, open(f"{folder}/model.safetensors.index.json", "w"))


def attention(q, k, v, heads, key_heads):
    length, size = q.shape[0], q.shape[1] // heads
    q = q.view(length, heads, size).transpose(0, 1)
    k, v = (x.view(length, key_heads, size).transpose(0, 1).repeat_interleave(heads // key_heads, 0) for x in (k, v))
    scores = q @ k.transpose(1, 2) / math.sqrt(size)
    hidden = torch.full((length, length), float("-inf")).triu(1)
    return (F.softmax(scores + hidden, -1) @ v).transpose(0, 1).reshape(length, -1)


def gpt2(folder):
    width, heads, layers, context, symbols = 20, 4, 2, 16, 11
    shapes = {"wte.weight": (symbols, width), "wpe.weight": (context, width), "ln_f.weight": (width,),
              "ln_f.bias": (width,)}
    for i in range(layers):
        for name, inputs, outputs in (("attn.c_attn", width, 3 * width), ("attn.c_proj", width, width),
                                      ("mlp.c_fc", width, 4 * width), ("mlp.c_proj", 4 * width, width)):
            shapes[f"h.{i}.{name}.weight"], shapes[f"h.{i}.{name}.bias"] = (inputs, outputs), (outputs,)
        for name in ("ln_1", "ln_2"):
            shapes[f"h.{i}.{name}.weight"] = shapes[f"h.{i}.{name}.bias"] = (width,)
    w = {name: torch.randn(shape) * 0.4 for name, shape in shapes.items()}
    tokens = torch.tensor(TOKENS)
    x = w["wte.weight"][tokens] + w["wpe.weight"][: len(tokens)]
    norm = lambda x, name: F.layer_norm(x, (width,), w[name + ".weight"], w[name + ".bias"], 1e-5)
    product = lambda x, name: x @ w[name + ".weight"] + w[name + ".bias"]
    for i in range(layers):
        q, k, v = product(norm(x, f"h.{i}.ln_1"), f"h.{i}.attn.c_attn").split(width, -1)
        x = x + product(attention(q, k, v, heads, heads), f"h.{i}.attn.c_proj")
        u = product(norm(x, f"h.{i}.ln_2"), f"h.{i}.mlp.c_fc")
        u = 0.5 * u * (1 + torch.tanh(math.sqrt(2 / math.pi) * (u + 0.044715 * u**3)))
        x = x + product(u, f"h.{i}.mlp.c_proj")
    write(folder, {"model_type": "gpt2", "n_embd": width, "n_head": heads, "n_layer": layers, "n_positions": context,
                   "vocab_size": symbols, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new"},
          {"transformer." + name: array for name, array in w.items()}, norm(x, "ln_f") @ w["wte.weight"].T)


def slowed(speed, scaling):
    """Llama 3.1's rule: few turns within the context learned from are slowed down, many not, and evenly between."""
    if scaling is None:
        return speed
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    turns = scaling["original_max_position_embeddings"] * speed / (2 * math.pi)
    smooth = (turns - low) / (high - low)
    between = (1 - smooth) * speed / scaling["factor"] + smooth * speed
    return speed if turns > high else speed / scaling["factor"] if turns < low else between


def llama(folder, kind, key_heads, tied, pieces, scaling=None):
    width, heads, size, inner, layers, context, symbols, base = 20, 4, 6, 28, 2, 16, 11, 500.0
    shapes = {"model.embed_tokens.weight": (symbols, width), "model.norm.weight": (width,)}
    if not tied:
        shapes["lm_head.weight"] = (symbols, width)
    for i in range(layers):
        at = f"model.layers.{i}."
        shapes[at + "input_layernorm.weight"] = shapes[at + "post_attention_layernorm.weight"] = (width,)
        for name, inputs, outputs in (
                ("self_attn.q_proj", width, heads * size), ("self_attn.k_proj", width, key_heads * size),
                ("self_attn.v_proj", width, key_heads * size), ("self_attn.o_proj", heads * size, width),
                ("mlp.gate_proj", width, inner), ("mlp.up_proj", width, inner), ("mlp.down_proj", inner, width)):
            shapes[at + name + ".weight"] = (outputs, inputs)
    stored = {name: (torch.randn(shape) * 0.4).to(kind) for name, shape in shapes.items()}
    w = {name: array.float() for name, array in stored.items()}
    tokens = torch.tensor(TOKENS)
    norm = lambda x, name: w[name + ".weight"] * x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6)
    product = lambda x, name: x @ w[name + ".weight"].T
    speeds = torch.tensor([slowed(base ** (-i / size), scaling) for i in range(0, size, 2)], dtype=torch.float64)
    angles = torch.arange(len(tokens)).double()[:, None] * speeds
    turn = torch.polar(torch.ones_like(angles), angles)[:, None]

    def rotated(x, count):
        x = x.view(len(tokens), count, 2, size // 2)
        z = torch.complex(x[:, :, 0].double(), x[:, :, 1].double()) * turn
        return torch.stack((z.real, z.imag), 2).float().reshape(len(tokens), -1)

    x = w["model.embed_tokens.weight"][tokens]
    for i in range(layers):
        at = f"model.layers.{i}."
        n = norm(x, at + "input_layernorm")
        q, k, v = (product(n, at + f"self_attn.{one}_proj") for one in "qkv")
        x = x + product(attention(rotated(q, heads), rotated(k, key_heads), v, heads, key_heads),
                        at + "self_attn.o_proj")
        n = norm(x, at + "post_attention_layernorm")
        x = x + product(F.silu(product(n, at + "mlp.gate_proj")) * product(n, at + "mlp.up_proj"), at + "mlp.down_proj")
    head = w["model.embed_tokens.weight" if tied else "lm_head.weight"]
    write(folder, {"model_type": "llama", "hidden_size": width, "num_attention_heads": heads,
                   "num_key_value_heads": key_heads, "head_dim": size, "intermediate_size": inner,
                   "num_hidden_layers": layers, "max_position_embeddings": context, "vocab_size": symbols,
                   "rms_norm_eps": 1e-6, "rope_theta": base, "hidden_act": "silu", "tie_word_embeddings": tied,
                   "rope_scaling": scaling}, stored, norm(x, "model.norm") @ head.T, pieces)


if __name__ == "__main__":
    torch.manual_seed(1)
    with torch.no_grad():
        gpt2(sys.argv[1] + "/gpt2")
        llama(sys.argv[1] + "/llama-grouped", torch.bfloat16, 2, False, 2)
        llama(sys.argv[1] + "/llama-tied", torch.float16, 4, True, 1)
        llama(sys.argv[1] + "/llama-scaled", torch.float32, 1, False, 1,
              {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 0.5, "high_freq_factor": 4.0,
               "original_max_position_embeddings": 32})
