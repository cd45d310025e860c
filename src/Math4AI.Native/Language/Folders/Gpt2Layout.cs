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
        folder.RequireDivides(heads, width);
        Scales Norm(string name) => new(folder.Take(name + ".weight", width), folder.Take(name + ".bias", width));
        Matrix Product(string name, int inputs, int outputs) => new(
            LanguageFolder.Transposed(folder.Take(name + ".weight", inputs, outputs), inputs, outputs),
            folder.Take(name + ".bias", outputs));
        float[] table = folder.Take("wte.weight", symbols, width);
        return new DecoderWeights
        {
            Width = width,
            Heads = heads,
            KeyHeads = heads,
            HeadWidth = width / heads,
            Inner = inner,
            Context = context,
            SymbolCount = symbols,
            Epsilon = folder.Number("layer_norm_epsilon", 1e-5),
            Activation = folder.Text("activation_function") == "gelu"
                ? DecoderActivation.Gelu : DecoderActivation.TanhGelu,
            Symbols = table,
            Head = folder.HasArray("lm_head.weight") ? folder.Take("lm_head.weight", symbols, width) : table,
            Places = folder.Take("wpe.weight", context, width),
            Norm = Norm("ln_f"),
            Layers = [.. Enumerable.Range(0, layers).Select(i => new Layer(
                Norm($"h.{i}.ln_1"), Product($"h.{i}.attn.c_attn", width, checked(3 * width)),
                Product($"h.{i}.attn.c_proj", width, width), Norm($"h.{i}.ln_2"), Gate: null,
                Product($"h.{i}.mlp.c_fc", width, inner), Product($"h.{i}.mlp.c_proj", inner, width)))],
        };
    }
}
