using System.Text.Json.Nodes;
using Math4AI.Language.Generation;
using static Math4AI.Language.Generation.DecoderWeights;

namespace Math4AI.Language.Folders;

/// <summary>
/// Names and shapes of Llama: H. Touvron et al., arXiv:2302.13971, and with grouped heads, arXiv:2307.09288.
/// </summary>
internal static class LlamaLayout
{
    /// <summary>Reads the weights.</summary>
    public static DecoderWeights Read(LanguageFolder folder)
    {
        int width = folder.Count("hidden_size"), heads = folder.Count("num_attention_heads"),
            keyHeads = folder.Count("num_key_value_heads", heads), symbols = folder.Count("vocab_size"),
            inner = folder.Count("intermediate_size"), layers = folder.Count("num_hidden_layers");
        folder.Require("hidden_act", null, "silu");
        (double rotaryBase, RotaryScaling? scaling) = RotarySettings.Read(folder);
        if (!folder.Has("head_dim"))
        {
            folder.RequireDivides(heads, width);
        }

        folder.RequireDivides(keyHeads, heads);
        int headWidth = folder.Count("head_dim", width / heads);
        folder.RequireDivides(2, headWidth);
        (int queries, int keys) = (checked(heads * headWidth), checked(keyHeads * headWidth));
        bool isShifted = folder.Is("attention_bias", false), isInnerShifted = folder.Is("mlp_bias", false);
        Matrix Product(string name, int inputs, int outputs, bool shifted) => new(
            folder.Take(name + ".weight", outputs, inputs), shifted ? folder.Take(name + ".bias", outputs) : null);
        Scales Norm(string name) => new(folder.Take(name + ".weight", width));
        Layer Layer(int i)
        {
            string at = $"model.layers.{i}.";
            return new Layer(
                Norm(at + "input_layernorm"),
                LanguageFolder.Below(
                    Product(at + "self_attn.q_proj", width, queries, isShifted),
                    Product(at + "self_attn.k_proj", width, keys, isShifted),
                    Product(at + "self_attn.v_proj", width, keys, isShifted)),
                Product(at + "self_attn.o_proj", queries, width, isShifted),
                Norm(at + "post_attention_layernorm"), Product(at + "mlp.gate_proj", width, inner, isInnerShifted),
                Product(at + "mlp.up_proj", width, inner, isInnerShifted),
                Product(at + "mlp.down_proj", inner, width, isInnerShifted));
        }

        var table = new Matrix(folder.Take("model.embed_tokens.weight", symbols, width));
        return new DecoderWeights
        {
            Width = width,
            Heads = heads,
            KeyHeads = keyHeads,
            HeadWidth = headWidth,
            Inner = inner,
            Context = folder.Positions("max_position_embeddings"),
            SymbolCount = symbols,
            Start = folder.Symbols("bos_token_id", symbols) is [var start, ..] ? start : null,
            Ends = folder.Symbols("eos_token_id", symbols),
            Epsilon = folder.Number("rms_norm_eps", 1e-6),
            Activation = DecoderActivation.GatedSilu,
            IsRootNorm = true,
            RotaryBase = rotaryBase,
            Scaling = scaling,
            Symbols = table,
            Head = folder.Is("tie_word_embeddings", false)
                ? table : new Matrix(folder.Take("lm_head.weight", symbols, width)),
            Norm = Norm("model.norm"),
            Layers = [.. Enumerable.Range(0, layers).Select(Layer)],
        };
    }

    /// <summary>Describes weights as config.json does.</summary>
    public static JsonObject Config(DecoderWeights weights) => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["vocab_size"] = weights.SymbolCount,
        ["max_position_embeddings"] = weights.Context,
        ["hidden_size"] = weights.Width,
        ["intermediate_size"] = weights.Inner,
        ["num_hidden_layers"] = weights.Layers.Count,
        ["num_attention_heads"] = weights.Heads,
        ["num_key_value_heads"] = weights.KeyHeads,
        ["head_dim"] = weights.HeadWidth,
        ["hidden_act"] = "silu",
        ["rms_norm_eps"] = weights.Epsilon,
        ["rope_theta"] = weights.RotaryBase,
        ["rope_scaling"] = RotarySettings.Write(weights.Scaling),
        ["attention_bias"] = weights.Layers[0].Attended.Bias is not null,
        ["mlp_bias"] = weights.Layers[0].Up.Bias is not null,
        ["tie_word_embeddings"] = ReferenceEquals(weights.Head, weights.Symbols),
    };

    /// <summary>Returns the arrays of weights.</summary>
    public static IEnumerable<SavedArray> Arrays(DecoderWeights weights)
    {
        int width = weights.Width, inner = weights.Inner, queries = weights.Heads * weights.HeadWidth,
            keys = weights.KeyHeads * weights.HeadWidth;
        static IEnumerable<SavedArray> Product(string name, Matrix matrix, int first, int outputs, int inputs) =>
        [
            SavedArray.Rows(name + ".weight", matrix, first, outputs, inputs),
            .. matrix.Bias is { } bias
                ? [SavedArray.Vector(name + ".bias", bias, first, outputs)] : Array.Empty<SavedArray>(),
        ];
        SavedArray Norm(string name, Scales scales) => SavedArray.Vector(name + ".weight", scales.Weight, 0, width);
        IEnumerable<SavedArray> Layer(Layer layer, int i)
        {
            string at = $"model.layers.{i}.", attention = at + "self_attn.";
            Matrix three = layer.QueriesKeysValues;
            return
            [
                Norm(at + "input_layernorm", layer.AttentionNorm),
                .. Product(attention + "q_proj", three, 0, queries, width),
                .. Product(attention + "k_proj", three, queries, keys, width),
                .. Product(attention + "v_proj", three, queries + keys, keys, width),
                .. Product(attention + "o_proj", layer.Attended, 0, width, queries),
                Norm(at + "post_attention_layernorm", layer.LayerNorm),
                .. Product(at + "mlp.gate_proj", layer.Gate!, 0, inner, width),
                .. Product(at + "mlp.up_proj", layer.Up, 0, inner, width),
                .. Product(at + "mlp.down_proj", layer.Down, 0, width, inner),
            ];
        }

        return
        [
            SavedArray.Rows("model.embed_tokens.weight", weights.Symbols, 0, weights.SymbolCount, width),
            .. weights.Layers.SelectMany(Layer), Norm("model.norm", weights.Norm),
            .. ReferenceEquals(weights.Head, weights.Symbols) ? Array.Empty<SavedArray>()
                : [SavedArray.Rows("lm_head.weight", weights.Head, 0, weights.SymbolCount, width)],
        ];
    }
}
