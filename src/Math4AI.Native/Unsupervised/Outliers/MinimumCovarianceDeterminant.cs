using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Probability.Sampling;
using Math4AI.Runtime;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Unsupervised.Outliers;

/// <summary>
/// Estimates the center and the covariance of the larger part of samples, whatever the others are: of the h samples
/// whose covariance has the least determinant, then of all that are near them. Distances in units of this covariance
/// show outliers that enlarge an ordinary covariance until they hide in it. Compare
/// <c>sklearn.covariance.MinCovDet</c>. Sources: P. Rousseeuw, K. Van Driessen, "A fast algorithm for the minimum
/// covariance determinant estimator", Technometrics 41 (1999); the factor of the last step: C. Croux, G. Haesbroeck,
/// Journal of Multivariate Analysis 71 (1999).
/// </summary>
public sealed record MinimumCovarianceDeterminant
{
    // As in the paper: from so many samples on, starts are tried on parts of at most 300 of 1,500.
    private const int ManySamples = 600;
    private const int PartSize = 300;
    private const int MaxParts = 5;
    private const int StepsOfStarts = 2;
    private const int Kept = 10;
    private const int MaxSteps = 200;
    private const double Inside = 0.975;

    /// <summary>
    /// Gets the share of the samples that are taken to be sound, h / n; null for the smallest, (n + p + 1) / 2 samples,
    /// which resists the most outliers.
    /// </summary>
    public double? Share { get; init => field = Setting.Within(value, 0.5, 1.0); }

    /// <summary>Gets the number of starts.</summary>
    public int Starts { get; init => field = Setting.AtLeast(value, 1); } = 500;

    /// <summary>Gets the seed of the starts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Estimates center and covariance.</summary>
    /// <param name="samples">Samples × channels, in any units.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// There are too few samples, half of them lie in a plane, or one is not finite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public RobustCovarianceFit Fit(Matrix<double> samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        int count = samples.RowCount, channels = samples.ColumnCount, least = (count + channels + 1) / 2;
        if (count <= 2 * channels)
        {
            throw new ArgumentException(
                $"{count} samples are too few for a robust covariance of {channels} channels: give more than twice as "
                + "many samples as channels.", nameof(samples));
        }

        int inside = Math.Clamp((int)Math.Round((Share ?? 0.0) * count), least, count);
        var units = ColumnUnits.Of(samples, inside);
        var steps = new ConcentrationSteps(units.Rows, channels);
        int[] all = [.. Enumerable.Range(0, count)];
        Subset best = Search(steps, all, inside, cancellation)
            .Select(start => steps.Concentrate(all, start, inside, MaxSteps)).OfType<Subset>()
            .MinBy(found => found.LogDeterminant) ?? throw ColumnUnits.Planar(inside);
        return Reweighted(steps, units, best);
    }

    /// <summary>The best starts, each of which belongs to all samples or to a part of them.</summary>
    private Subset[] Search(ConcentrationSteps steps, int[] all, int inside, CancellationToken cancellation)
    {
        if (all.Length <= ManySamples)
        {
            return Try(steps, all, inside, 0, Starts, cancellation);
        }

        var random = new ChainRandom(Seed, -1);
        int merged = Math.Min(all.Length, PartSize * MaxParts), parts = merged / PartSize;
        int[] drawn = [.. all];
        for (int i = 0; i < merged; i++)
        {
            int other = i + (int)(random.NextDouble() * (drawn.Length - i));
            (drawn[i], drawn[other]) = (drawn[other], drawn[i]);
        }

        drawn = drawn[..merged];
        int Inside(int size) => (int)Math.Ceiling((double)size * inside / all.Length);
        int each = (Starts + parts - 1) / parts;
        Subset[] ofParts =
        [
            .. drawn.Chunk((merged + parts - 1) / parts).SelectMany((part, place) =>
                Try(steps, part, Inside(part.Length), place * each, each, cancellation)),
        ];
        return Best(ofParts.Select(start => steps.Concentrate(drawn, start, Inside(merged), StepsOfStarts)));
    }

    private Subset[] Try(
        ConcentrationSteps steps, int[] members, int inside, int first, int starts, CancellationToken cancellation)
    {
        var found = new Subset?[starts];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Compute.Threads,
            CancellationToken = cancellation,
        };
        Parallel.For(0, starts, options, i =>
        {
            Subset? start = steps.Draw(members, new ChainRandom(Seed, first + i));
            found[i] = start is null ? null : steps.Concentrate(members, start, inside, StepsOfStarts);
        });
        return Best(found);
    }

    private static Subset[] Best(IEnumerable<Subset?> found) =>
        [.. found.OfType<Subset>().OrderBy(subset => subset.LogDeterminant).Take(Kept)];

    /// <summary>
    /// Makes the covariance that of normal samples, takes all samples within its ellipsoid, and does so again.
    /// </summary>
    private static RobustCovarianceFit Reweighted(ConcentrationSteps steps, ColumnUnits units, Subset raw)
    {
        int channels = units.Scales.Length;
        double[] squares = steps.Squares(raw);
        double factor = squares.Median() / ChiSquared.InvCDF(channels, 0.5);
        double limit = ChiSquared.InvCDF(channels, Inside);
        int[] near = [.. Enumerable.Range(0, squares.Length).Where(i => squares[i] <= limit * factor)];
        Subset all = steps.Of(near) ?? throw ColumnUnits.Planar(near.Length);
        double consistency = Inside / ChiSquared.CDF(channels + 2.0, limit);
        return new RobustCovarianceFit(
            units.ToLocation(all.Mean), units.ToCovariance(all.Covariance, consistency), units.ToLocation(raw.Mean),
            units.ToCovariance(raw.Covariance, factor), near.Length, raw.Members);
    }
}

/// <summary>Samples in units of the spread of each column about its median.</summary>
internal sealed class ColumnUnits
{
    private readonly double[] medians;

    private ColumnUnits(double[] rows, double[] medians, double[] scales) =>
        (Rows, this.medians, Scales) = (rows, medians, scales);

    public double[] Rows { get; }

    public double[] Scales { get; }

    public static ArgumentException Planar(int samples) => new(
        $"{samples} of the samples lie in a plane, where their covariance has no inverse: leave out columns that "
        + "follow from others or have few distinct values.");

    public static ColumnUnits Of(Matrix<double> samples, int inside)
    {
        double[] rows = SampleRows.Finite(samples);
        int channels = samples.ColumnCount;
        double[] medians = new double[channels], scales = new double[channels];
        for (int j = 0; j < channels; j++)
        {
            double[] column = samples.Column(j).ToArray();
            double median = medians[j] = column.Median();
            double[] apart = [.. column.Select(value => Math.Abs(value - median))];
            if (apart.Count(distance => distance == 0.0) >= inside)
            {
                throw new ArgumentException(
                    $"Column {j + 1} has the value {median} in {apart.Count(distance => distance == 0.0)} of "
                    + $"{apart.Length} samples, so that no covariance of the others can be told: leave it out.");
            }

            double spread = apart.Median();
            scales[j] = spread > 0.0 ? spread : apart.Where(distance => distance > 0.0).Min();
        }

        for (int at = 0; at < rows.Length; at++)
        {
            rows[at] = (rows[at] - medians[at % channels]) / scales[at % channels];
        }

        return new ColumnUnits(rows, medians, scales);
    }

    public Vector<double> ToLocation(double[] mean) =>
        Vector<double>.Build.Dense(mean.Length, j => medians[j] + Scales[j] * mean[j]);

    public Matrix<double> ToCovariance(double[] covariance, double factor) => Matrix<double>.Build.Dense(
        Scales.Length, Scales.Length,
        (i, j) => factor * covariance[j * Scales.Length + i] * Scales[i] * Scales[j]);
}
