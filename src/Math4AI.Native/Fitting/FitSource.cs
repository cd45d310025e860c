using Math4AI.Data;
using Math4AI.Runtime;

namespace Math4AI.Fitting;

/// <summary>
/// The samples of a fit, read in blocks from a source such as a file larger than memory, and the channels of the source
/// that hold x, y and w.
/// </summary>
public sealed record FitSource
{
    /// <summary>Gets the source, one channel for each column.</summary>
    public required ISampleSource Samples { get; init; }

    /// <summary>Gets the channels of x, counted from 0, in the order of the model's inputs.</summary>
    public required IReadOnlyList<int> InputColumns { get; init; }

    /// <summary>Gets the channels of y, counted from 0.</summary>
    public required IReadOnlyList<int> TargetColumns { get; init; }

    /// <summary>Gets the channel of the weights w, counted from 0; null for weights of 1.</summary>
    public int? WeightColumn { get; init => field = Setting.AtLeast(value, 0); }

    /// <summary>
    /// Gets the number of samples in a block, which is a mini-batch for minimizers that use them; 1 or more.
    /// </summary>
    public int BlockLength { get; init => field = Setting.AtLeast(value, 1); } = 16_384;

    /// <summary>Throws where columns or block length are not possible.</summary>
    internal void Check()
    {
        int[] columns =
            [.. InputColumns, .. TargetColumns, .. WeightColumn is { } weight ? [weight] : Array.Empty<int>()];
        if (TargetColumns.Count == 0 || columns.Any(column => column < 0 || column >= Samples.Channels))
        {
            throw new ArgumentException(
                $"There has to be a column of y, and all columns are numbers from 0 to {Samples.Channels - 1}.");
        }
    }
}
