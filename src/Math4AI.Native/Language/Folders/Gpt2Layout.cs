using System.Text.Json.Nodes;
using Math4AI.Language.Generation;
using static Math4AI.Language.Generation.DecoderWeights;

namespace Math4AI.Language.Folders;

/// <summary>
/// Names and shapes of GPT-2: A. Radford et al., "Language Models are Unsupervised Multitask Learners" (2019). Its
/// matrices are inputs × outputs.
/// </summary>
internal static class Gpt2Layout
{
    /// <summary>Reads the weights.</summary>
    public static DecoderWeights Read(LanguageFolder folder)
    {
        int width = folder.Count("n_embd"), heads = folder.Count("n_head"), layers = folder.Count("n_layer"),
            context = folder.Positions("n_positions"), symbols = folder.Count("vocab_size"),
            inner = folder.Count("n_inner", checked(4 * width));
        folder.Require("activation_function", null, "gelu_new", "gelu_pytorch_tanh", "gelu");
        folder.Require("scale_attn_weights", null, "true");
        folder.Require("scale_attn_by_inverse_layer_idx", null, "false");
        folder.Require("add_cross_attention", null, "false");
        folder.RequireDivides(heads, width);
        Scales Norm(string name) => new(folder.Take(name + ".weight", width), folder.Take(name + ".bias", width));
        Matrix Product(string name, int inputs, int outputs) => new(
            LanguageFolder.Transposed(folder.Take(name + ".weight", inputs, outputs), inputs, outputs),
            folder.Take(name + ".bias", outputs));
        var table = new Matrix(folder.Take("wte.weight", symbols, width));
        return new DecoderWeights
        {
            Width = width,
            Heads = heads,
            KeyHeads = heads,
            HeadWidth = width / heads,
            Inner = inner,
            Context = context,
            SymbolCount = symbols,
            Start = folder.Symbols("bos_token_id", symbols) is [var start, ..] ? start : null,
            Ends = folder.Symbols("eos_token_id", symbols),
            Epsilon = folder.Number("layer_norm_epsilon", 1e-5),
            Activation = folder.Text("activation_function") == "gelu"
                ? DecoderActivation.Gelu : DecoderActivation.TanhGelu,
            Symbols = table,
            Head = folder.HasArray("lm_head.weight")
                ? new Matrix(folder.Take("lm_head.weight", symbols, width)) : table,
            Places = folder.Take("wpe.weight", context, width),
            Norm = Norm("ln_f"),
            Layers = [.. Enumerable.Range(0, layers).Select(i => new Layer(
                Norm($"h.{i}.ln_1"), Product($"h.{i}.attn.c_attn", width, checked(3 * width)),
                Product($"h.{i}.attn.c_proj", width, width), Norm($"h.{i}.ln_2"), Gate: null,
                Product($"h.{i}.mlp.c_fc", width, inner), Product($"h.{i}.mlp.c_proj", inner, width)))],
        };
    }

    /// <summary>Describes weights as config.json does.</summary>
    public static JsonObject Config(DecoderWeights weights) => new()
    {
        ["architectures"] = new JsonArray("GPT2LMHeadModel"),
        ["model_type"] = "gpt2",
        ["vocab_size"] = weights.SymbolCount,
        ["n_positions"] = weights.Context,
        ["n_embd"] = weights.Width,
        ["n_layer"] = weights.Layers.Count,
        ["n_head"] = weights.Heads,
        ["n_inner"] = weights.Inner,
        ["activation_function"] = weights.Activation == DecoderActivation.Gelu ? "gelu" : "gelu_new",
        ["layer_norm_epsilon"] = weights.Epsilon,
        ["tie_word_embeddings"] = ReferenceEquals(weights.Head, weights.Symbols),
    };

    /// <summary>Returns the arrays of weights, with zeros for shifts that they do not have.</summary>
    public static IEnumerable<SavedArray> Arrays(DecoderWeights weights)
    {
        const string Body = "transformer.";
        int width = weights.Width, inner = weights.Inner;
        IEnumerable<SavedArray> Norm(string name, Scales scales) =>
        [
            SavedArray.Vector(Body + name + ".weight", scales.Weight, 0, width),
            SavedArray.Vector(Body + name + ".bias", scales.Bias, 0, width),
        ];
        IEnumerable<SavedArray> Product(string name, Matrix matrix, int inputs, int outputs) =>
        [
            new(Body + name + ".weight", [inputs, outputs],
                () => LanguageFolder.Transposed(matrix.Weight, outputs, inputs)),
            SavedArray.Vector(Body + name + ".bias", matrix.Bias, 0, outputs),
        ];
        IEnumerable<SavedArray> Layer(Layer layer, int i) =>
        [
            .. Norm($"h.{i}.ln_1", layer.AttentionNorm),
            .. Product($"h.{i}.attn.c_attn", layer.QueriesKeysValues, width, 3 * width),
            .. Product($"h.{i}.attn.c_proj", layer.Attended, width, width), .. Norm($"h.{i}.ln_2", layer.LayerNorm),
            .. Product($"h.{i}.mlp.c_fc", layer.Up, width, inner),
            .. Product($"h.{i}.mlp.c_proj", layer.Down, inner, width),
        ];
        return
        [
            SavedArray.Rows(Body + "wte.weight", weights.Symbols, 0, weights.SymbolCount, width),
            new(Body + "wpe.weight", [weights.Context, width], () => weights.Places!),
            .. weights.Layers.SelectMany(Layer), .. Norm("ln_f", weights.Norm),
            .. ReferenceEquals(weights.Head, weights.Symbols) ? Array.Empty<SavedArray>()
                : [SavedArray.Rows("lm_head.weight", weights.Head, 0, weights.SymbolCount, width)],
        ];
    }
}
