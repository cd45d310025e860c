using MathNet.Numerics.Random;
using static TorchSharp.torch;

namespace Math4AI.Training.Samples;

/// <summary>The windows of a text: inputs are symbols, targets the symbols one place further.</summary>
internal sealed class TextWindows : TrainingData
{
    /// <summary>What <c>cross_entropy</c> leaves out.</summary>
    private const long Ignored = -100;

    private readonly long[] symbols;
    private readonly int context;
    private readonly int stride;
    private readonly bool isShifted;
    private int offset;

    private TextWindows(long[] symbols, int context, int stride, bool isShifted) =>
        (this.symbols, this.context, this.stride, this.isShifted) = (symbols, context, stride, isShifted);

    /// <summary>Gets fewer samples than of a table: each symbol needs the memory that a sample needs there.</summary>
    internal override int EvaluatedAtOnce => Math.Max(1, (1 << 12) / context);

    /// <inheritdoc/>
    public override int Count => symbols.Length - 1 - context - (isShifted ? stride - 1 : 0) is >= 0 and var last
        ? last / stride + 1 : 0;

    /// <summary>
    /// Returns windows one behind the other, which are cut anew from a place at random in each pass: every symbol is
    /// trained on once in a pass, and windows differ from pass to pass.
    /// </summary>
    /// <param name="symbols">Numbers of symbols.</param>
    /// <param name="context">The symbols of a window.</param>
    public static TextWindows ToTrain(long[] symbols, int context)
    {
        // A short text is not long enough for a window at every place.
        bool isShifted = symbols.Length >= 3 * context;
        return new TextWindows(symbols, context, isShifted ? context : 1, isShifted);
    }

    /// <summary>
    /// Returns windows that move on by half, of which the second half is predicted: every symbol from half a window
    /// before it or more.
    /// </summary>
    /// <param name="symbols">Numbers of symbols.</param>
    /// <param name="context">The symbols of a window.</param>
    public static TextWindows ToScore(long[] symbols, int context) =>
        new(symbols, context, (context + 1) / 2, isShifted: false);

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch, int seed) =>
        offset = isShifted ? new MersenneTwister(unchecked(seed * 1_000_033 + epoch), false).Next(stride) : 0;

    /// <inheritdoc/>
    public override Batch Take(ReadOnlySpan<long> rows)
    {
        long[] inputs = new long[rows.Length * context], targets = new long[rows.Length * context];
        for (int row = 0; row < rows.Length; row++)
        {
            int at = offset + (int)rows[row] * stride;
            Span<long> wanted = targets.AsSpan(row * context, context);
            symbols.AsSpan(at, context).CopyTo(inputs.AsSpan(row * context));
            symbols.AsSpan(at + 1, context).CopyTo(wanted);
            if (stride < context && stride > 1)
            {
                wanted[..(context - stride)].Fill(Ignored);
            }
        }

        return (tensor(inputs, [rows.Length, context]), tensor(targets, [rows.Length, context]));
    }
}
