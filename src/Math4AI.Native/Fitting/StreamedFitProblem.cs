using Math4AI.Data;
using Math4AI.Fitting.Samples;
using Math4AI.Fitting.Solving;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>
/// A fit to samples that are read in blocks, from a file larger than memory or from anywhere: the same problem as
/// <see cref="FitProblem"/>, with the columns of x, y and w among the channels of a source.
/// </summary>
public sealed record StreamedFitProblem : FitSettings
{
    /// <summary>The samples; one channel a column.</summary>
    public required ISampleSource Samples { get; init; }

    /// <summary>The channels of x, from 0, in the model's order.</summary>
    public required IReadOnlyList<int> InputColumns { get; init; }

    /// <summary>The channels of y, from 0.</summary>
    public required IReadOnlyList<int> TargetColumns { get; init; }

    /// <summary>The channel of w, from 0; null for weights of 1.</summary>
    public int? WeightColumn { get; init; }

    /// <summary>The samples in a block, which are a mini-batch for those minimisers that know of such; 1 or more.</summary>
    public int BlockLength { get; init; } = 16_384;

    /// <summary>Fits from a start.</summary>
    /// <param name="start">A value for each parameter, by name; of a fixed parameter none is needed.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Data, names or start do not belong together; the message says where.</exception>
    public StreamedFitResult Fit(IReadOnlyDictionary<string, double> start, CancellationToken cancellation = default) =>
        Fit(StartFrom(start), cancellation);

    /// <summary>Fits from a start.</summary>
    /// <param name="start">θ, in the model's order; null for the model's own start, such as the parameters of a module.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Data and start do not belong together; the message says where.</exception>
    public StreamedFitResult Fit(Vector<double>? start = null, CancellationToken cancellation = default) =>
        Fit(StartFrom(start), cancellation);

    private StreamedFitResult Fit(double[] start, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BlockLength, 1);
        int[] columns = [.. InputColumns, .. TargetColumns, .. WeightColumn is { } weight ? [weight] : Array.Empty<int>()];
        if (TargetColumns.Count == 0 || columns.Any(column => column < 0 || column >= Samples.Channels))
        {
            throw new ArgumentException(
                $"There has to be a column of y, and all columns are numbers from 0 to {Samples.Channels - 1}.");
        }

        CheckSettings(InputColumns.Count, TargetColumns.Count);
        if (Linear.Count > 0)
        {
            throw new ArgumentException("Linear parameters are told apart for data in memory alone; here, give all of them a start.");
        }

        var blocks = new StreamedSamples(this);
        IFitCost cost = IsSquares ? new BlockFitCost(this, blocks) : new ModelCost(this, blocks);
        return new StreamedFitResult(this, cost, cost.Minimize(start, cancellation));
    }
}
