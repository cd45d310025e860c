using Math4AI.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Training.Networks;

/// <summary>
/// A small decoder-only transformer: norms before each part, causal attention, and layers for each symbol; the rest is
/// its <see cref="TransformerStyle"/>. Sources: A. Vaswani et al., NIPS (2017); the initialisation after A.
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
    private readonly Embedding? head;

    private double dropout;

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
        Style = style ?? TransformerStyle.Gpt2;
        RequireHeads(heads, width, Style);
        (Context, Layers, Heads, Width, SymbolCount) = (context, layers, heads, width, symbolCount);
        symbols = nn.Embedding(symbolCount, width);
        places = Style.IsRotary ? null : nn.Embedding(context, width);
        blocks = nn.ModuleList([.. Enumerable.Range(0, layers).Select(_ => new Block(width, heads, Style))]);
        norm = NewNorm(width, Style);
        head = Style.HasOwnHead ? nn.Embedding(symbolCount, width) : null;
        RegisterComponents();
        using IDisposable mode = no_grad();
        foreach (Embedding table in new[] { symbols, places, head }.OfType<Embedding>())
        {
            nn.init.normal_(table.weight!, 0.0, Deviation);
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

    /// <summary>
    /// The share of numbers that are left out at random in training, from 0 to below 1: of the symbols' rows, and of
    /// what attention and the layers add.
    /// </summary>
    public double Dropout
    {
        get => dropout;
        set => dropout = value is >= 0.0 and < 1.0 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Dropout is a share, from 0 to below 1.");
    }

    /// <summary>
    /// The symbol that begins a document: no symbol sees what was before the beginning of its own. Null for one
    /// document in each text.
    /// </summary>
    public int? Boundary { get; init; }

    /// <summary>The blocks.</summary>
    internal int Layers { get; }

    /// <summary>The heads of attention.</summary>
    internal int Heads { get; }

    /// <summary>The heads of keys and values.</summary>
    internal int KeyHeads => Style.KeyHeads ?? Heads;

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
        var view = DocumentView.Of(input, Boundary);
        (Tensor Cosines, Tensor Sines)? turns = null;
        if (places is not null)
        {
            x += view is null ? places.weight!.narrow(0, 0, input.shape[1]) : places.forward(view.Places());
        }
        else
        {
            (float[] cosines, float[] sines) = Rotations.Table((int)input.shape[1], Width / Heads);
            long[] shape = [input.shape[1], Width / Heads / 2];
            turns = (tensor(cosines, shape), tensor(sines, shape));
        }

        LeftOut left = NewLeftOut();
        x = left.From(x, 0);
        for (int i = 0; i < Layers; i++)
        {
            x = blocks[i].forward(x, (turns, view), left, i);
        }

        return nn.functional.linear(norm.forward(x), (head ?? symbols).weight!);
    }

    /// <summary>Draws what is left out on a way through the network: in training alone.</summary>
    internal LeftOut NewLeftOut() => training && dropout > 0.0 ? new LeftOut(dropout, TorchRandom.Key()) : default;

    /// <summary>Where attention and the layers of a block leave out, counted through.</summary>
    internal static (int Attended, int Fed) Sites(int block) => (2 * block + 1, 2 * block + 2);

    private static void RequireHeads(int heads, int width, TransformerStyle style)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        if (width < heads || width % heads != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(width), width, $"The width must be a multiple of the {heads} heads.");
        }

        if (style.IsRotary && width / heads % 2 != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(width), width,
                "Rotations need heads of an even width: choose another width or number of heads.");
        }

        if (style.KeyHeads is { } keys && (keys < 1 || heads % keys != 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(style), keys, $"The {heads} heads must be a multiple of the heads of keys and values.");
        }
    }

    private static nn.Module<Tensor, Tensor> NewNorm(int width, TransformerStyle style) =>
        style.IsRootNorm
            ? new RootNorm(width)
            : ModuleFinalizers.Suppress(nn.LayerNorm(width, Epsilon, bias: style.HasBias));

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

    /// <summary>The numbers by which earlier rows are added.</summary>
    private sealed class Neighbors : nn.Module
    {
        private readonly Parameter weight;

        public Neighbors(int count, int width)
            : base(nameof(Neighbors))
        {
            weight = new Parameter(zeros(count * width));
            RegisterComponents();
        }

        public Tensor Add(Tensor rows, DocumentView? view) => NearRows.Add(rows, weight, view);
    }

    /// <summary>Attention, and the layers for each symbol.</summary>
    private sealed class Block : nn.Module
    {
        private readonly int heads;
        private readonly int keyHeads;
        private readonly Neighbors? attentionNear;
        private readonly Neighbors? layerNear;
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
            (this.heads, keyHeads) = (heads, style.KeyHeads ?? heads);
            int inner = style.Inner(width), keys = keyHeads * width / heads;
            Linear Product(int inputs, int outputs) => nn.Linear(inputs, outputs, hasBias: style.HasBias);
            attentionNorm = NewNorm(width, style);
            queriesKeysValues = Product(width, width + 2 * keys);
            attended = Product(width, width);
            layerNorm = NewNorm(width, style);
            attentionNear = style.Neighbors > 0 ? new Neighbors(style.Neighbors, width) : null;
            layerNear = style.Neighbors > 0 ? new Neighbors(style.Neighbors, width) : null;
            gate = style.IsGated ? Product(width, inner) : null;
            up = Product(width, inner);
            down = Product(inner, width);
            RegisterComponents();
        }

        public void Begin(double deviation, double residualDeviation)
        {
            foreach (Linear product in new[] { queriesKeysValues, up, attended, down, gate }.OfType<Linear>())
            {
                bool isResidual = product == attended || product == down;
                nn.init.normal_(product.weight, 0.0, isResidual ? residualDeviation : deviation);
                if (product.bias is { } bias)
                {
                    nn.init.zeros_(bias);
                }
            }
        }

        public Tensor forward(
            Tensor input, ((Tensor Cosines, Tensor Sines)? Turns, DocumentView? View) rows, LeftOut left, int place)
        {
            (long texts, long length, long width) = (input.shape[0], input.shape[1], input.shape[2]);
            (int ofAttended, int ofFed) = Sites(place);
            Tensor Near(Neighbors? neighbors, Tensor normed) => neighbors?.Add(normed, rows.View) ?? normed;
            Tensor three = queriesKeysValues.forward(Near(attentionNear, attentionNorm.forward(input)));
            Tensor Part(long first, long count) => three.narrow(2, first * (width / heads), count * (width / heads))
                .view(texts, length, count, width / heads).transpose(1, 2);
            Tensor Turned(Tensor part) => rows.Turns is { } by ? Rotations.Rotate(part, by.Cosines, by.Sines) : part;
            Tensor Shared(Tensor part) => keyHeads == heads ? part : part.repeat_interleave(heads / keyHeads, 1);
            Tensor seen = DocumentView.Attend(
                rows.View, Turned(Part(0, heads)), Shared(Turned(Part(heads, keyHeads))),
                Shared(Part(heads + keyHeads, keyHeads)));
            Tensor x = input + left.From(
                attended.forward(seen.transpose(1, 2).reshape(texts, length, width)), ofAttended);
            Tensor read = Near(layerNear, layerNorm.forward(x)), raised = up.forward(read);
            return x + left.From(
                down.forward(gate is null
                    ? nn.functional.gelu(raised)
                    : nn.functional.silu(gate.forward(read)) * raised), ofFed);
        }
    }
}
