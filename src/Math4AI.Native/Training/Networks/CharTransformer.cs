using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Training.Networks;

/// <summary>
/// A small decoder-only transformer: norms before each part, causal attention, and one table for symbols at both ends;
/// the rest is its <see cref="TransformerStyle"/>. Sources: A. Vaswani et al., NIPS (2017); the initialisation after A.
/// Radford et al., "Language models are unsupervised multitask learners" (2019).
/// </summary>
public sealed class CharTransformer : nn.Module<Tensor, Tensor>
{
    /// <summary>ε of the norms.</summary>
    internal const double Epsilon = 1e-5;

    private const double Deviation = 0.02;

    private readonly Embedding symbols;
    private readonly Embedding? places;
    private readonly ModuleList<Block> blocks;
    private readonly nn.Module<Tensor, Tensor> norm;

    /// <summary>Makes the layers.</summary>
    /// <param name="symbolCount">The number of symbols.</param>
    /// <param name="context">The longest text that is looked at.</param>
    /// <param name="layers">The blocks.</param>
    /// <param name="heads">The heads of attention; they divide the width.</param>
    /// <param name="width">The numbers of a symbol.</param>
    /// <param name="style">What it is made of; null for <see cref="TransformerStyle.Gpt2"/>.</param>
    public CharTransformer(
        int symbolCount, int context = 64, int layers = 4, int heads = 4, int width = 128,
        TransformerStyle? style = null)
        : base(nameof(CharTransformer))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(symbolCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        if (width < heads || width % heads != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(width), width, $"The width must be a multiple of the {heads} heads.");
        }

        Style = style ?? TransformerStyle.Gpt2;
        if (Style.IsRotary && width / heads % 2 != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(width), width,
                "Rotations need heads of an even width: choose another width or number of heads.");
        }

        (Context, Layers, Heads, Width, SymbolCount) = (context, layers, heads, width, symbolCount);
        symbols = nn.Embedding(symbolCount, width);
        places = Style.IsRotary ? null : nn.Embedding(context, width);
        blocks = nn.ModuleList([.. Enumerable.Range(0, layers).Select(_ => new Block(width, heads, Style))]);
        norm = NewNorm(width, Style);
        RegisterComponents();
        using IDisposable mode = no_grad();
        nn.init.normal_(symbols.weight!, 0.0, Deviation);
        if (places is not null)
        {
            nn.init.normal_(places.weight!, 0.0, Deviation);
        }

        foreach (Block block in blocks)
        {
            block.Begin(Deviation, Deviation / Math.Sqrt(2.0 * layers));
        }
    }

    /// <summary>The longest text that is looked at.</summary>
    public int Context { get; }

    /// <summary>What it is made of.</summary>
    public TransformerStyle Style { get; }

    /// <summary>The blocks.</summary>
    internal int Layers { get; }

    /// <summary>The heads of attention.</summary>
    internal int Heads { get; }

    /// <summary>The numbers of a symbol.</summary>
    internal int Width { get; }

    /// <summary>The number of symbols.</summary>
    internal int SymbolCount { get; }

    /// <summary>
    /// Symbols, texts × length, to the logarithms of what comes next, texts × length × symbols, but for a constant.
    /// </summary>
    /// <param name="input">int64.</param>
    /// <exception cref="ArgumentException">The texts are longer than the context, or not in rows.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        InputShape.Require(input, input.dim() == 2 && input.shape[1] <= Context, $"texts, {Context} symbols at most");
        Tensor x = symbols.forward(input);
        (Tensor Cosines, Tensor Sines)? turns = null;
        if (places is not null)
        {
            x += places.weight!.narrow(0, 0, input.shape[1]);
        }
        else
        {
            (float[] cosines, float[] sines) = Rotations.Table((int)input.shape[1], Width / Heads);
            long[] shape = [input.shape[1], Width / Heads / 2];
            turns = (tensor(cosines, shape), tensor(sines, shape));
        }

        foreach (Block block in blocks)
        {
            x = block.forward(x, turns);
        }

        return nn.functional.linear(norm.forward(x), symbols.weight!);
    }

    private static nn.Module<Tensor, Tensor> NewNorm(int width, TransformerStyle style) =>
        style.IsRootNorm ? new RootNorm(width) : nn.LayerNorm(width, Epsilon, bias: false);

    /// <summary>y = g ∘ x / √(mean(x²) + ε).</summary>
    private sealed class RootNorm : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter weight;

        public RootNorm(int width)
            : base(nameof(RootNorm))
        {
            weight = new Parameter(ones(width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) =>
            input * rsqrt(input.square().mean([-1L], keepdim: true) + Epsilon) * weight;
    }

    /// <summary>Attention, and the layers for each symbol.</summary>
    private sealed class Block : nn.Module<Tensor, (Tensor Cosines, Tensor Sines)?, Tensor>
    {
        private readonly int heads;
        private readonly nn.Module<Tensor, Tensor> attentionNorm;
        private readonly nn.Module<Tensor, Tensor> layerNorm;
        private readonly Linear queriesKeysValues;
        private readonly Linear attended;
        private readonly Linear? gate;
        private readonly Linear up;
        private readonly Linear down;

        public Block(int width, int heads, TransformerStyle style)
            : base(nameof(Block))
        {
            this.heads = heads;
            int inner = style.Inner(width);
            attentionNorm = NewNorm(width, style);
            queriesKeysValues = nn.Linear(width, 3L * width, hasBias: false);
            attended = nn.Linear(width, width, hasBias: false);
            layerNorm = NewNorm(width, style);
            gate = style.IsGated ? nn.Linear(width, inner, hasBias: false) : null;
            up = nn.Linear(width, inner, hasBias: false);
            down = nn.Linear(inner, width, hasBias: false);
            RegisterComponents();
        }

        public void Begin(double deviation, double residualDeviation)
        {
            nn.init.normal_(queriesKeysValues.weight, 0.0, deviation);
            nn.init.normal_(up.weight, 0.0, deviation);
            nn.init.normal_(attended.weight, 0.0, residualDeviation);
            nn.init.normal_(down.weight, 0.0, residualDeviation);
            if (gate is not null)
            {
                nn.init.normal_(gate.weight, 0.0, deviation);
            }
        }

        public override Tensor forward(Tensor input, (Tensor Cosines, Tensor Sines)? turns)
        {
            (long texts, long length, long width) = (input.shape[0], input.shape[1], input.shape[2]);
            Tensor[] parts = queriesKeysValues.forward(attentionNorm.forward(input))
                .view(texts, length, 3, heads, width / heads).permute(2, 0, 3, 1, 4).unbind(0);
            Tensor Turned(Tensor part) => turns is { } by ? Rotations.Rotate(part, by.Cosines, by.Sines) : part;
            Tensor seen = nn.functional.scaled_dot_product_attention(
                Turned(parts[0]), Turned(parts[1]), parts[2], is_casual: true);
            Tensor x = input + attended.forward(seen.transpose(1, 2).reshape(texts, length, width));
            Tensor normed = layerNorm.forward(x), raised = up.forward(normed);
            return x + down.forward(gate is null
                ? nn.functional.gelu(raised)
                : nn.functional.silu(gate.forward(normed)) * raised);
        }
    }
}
