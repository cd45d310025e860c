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
        folder.Require("rope_scaling", null, "null");
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

        float[] table = folder.Take("model.embed_tokens.weight", symbols, width);
        return new DecoderWeights
        {
            Width = width,
            Heads = heads,
            KeyHeads = keyHeads,
            HeadWidth = headWidth,
            Inner = inner,
            Context = folder.Positions("max_position_embeddings"),
            SymbolCount = symbols,
            Epsilon = folder.Number("rms_norm_eps", 1e-6),
            Activation = DecoderActivation.GatedSilu,
            IsRootNorm = true,
            RotaryBase = folder.Number("rope_theta", 10_000.0),
            Symbols = table,
            Head = folder.Is("tie_word_embeddings", false) ? table : folder.Take("lm_head.weight", symbols, width),
            Norm = Norm("model.norm"),
            Layers = [.. Enumerable.Range(0, layers).Select(Layer)],
        };
    }
}
