using Math4AI.Data;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Separation.Quality;

/// <summary>
/// How reliably each source is found: the method runs on resampled data, and the sources of all runs form one cluster
/// for each source of the result. The index of a cluster is the mean |correlation| within it minus that to all other
/// sources: 1 where every run finds the same source, near 0 if the data do not determine it. Source: J. Himberg, A.
/// Hyvärinen, F. Esposito, "Validating the independent components of neuroimaging time series via clustering and
/// visualization", NeuroImage 22 (2004).
/// </summary>
/// <param name="Index">The index of each source, in the order of the result.</param>
/// <param name="Runs">The number of runs.</param>
public sealed record Stability(IReadOnlyList<double> Index, int Runs)
{
    private const int Samples = 10_000;

    /// <summary>Runs the method of a result, with other seeds, on samples drawn with replacement.</summary>
    /// <param name="mixture">The mixture.</param>
    /// <param name="result">What the method found in all of it.</param>
    /// <param name="options">The settings that the result was found with.</param>
    /// <param name="runs">The number of runs, 2 or more.</param>
    /// <param name="cancellation">Stops between runs.</param>
    /// <exception cref="NotSupportedException">The method depends on the order of the samples.</exception>
    public static Stability Of(
        ISampleSource mixture,
        SeparationResult result,
        SeparationOptions options,
        int runs,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(options);
        return Of(
            mixture,
            result,
            run => result.Method.Create(
                options with { Sources = result.Unmixing.Sources, Seed = options.Seed + run }),
            runs,
            options.Seed,
            cancellation);
    }

    /// <summary>Runs a method on samples drawn with replacement, at most ten thousand.</summary>
    /// <param name="mixture">The mixture.</param>
    /// <param name="result">What the method found in all of it.</param>
    /// <param name="method">Makes the method of a run from its number, from 0.</param>
    /// <param name="runs">The number of runs, 2 or more.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="cancellation">Stops between runs.</param>
    /// <exception cref="NotSupportedException">The method depends on the order of the samples.</exception>
    public static Stability Of(
        ISampleSource mixture,
        SeparationResult result,
        Func<int, Separator> method,
        int runs,
        int seed = 1,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(method);
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 2);
        if (result.Method.UsesSampleOrder)
        {
            throw new NotSupportedException(
                $"{result.Method} depends on the order of the samples, which resampling destroys: its stability cannot "
                + "be estimated.");
        }

        (double[] planar, int count) = EvenSample.Of(mixture, Samples);
        var random = new MersenneTwister(seed, threadSafe: false);
        Matrix<double> root = Root(result.Mixture.Matrix);
        Matrix<double> reference = Directions(result.Unmixing, root);
        var estimates = new List<(Vector<double> Direction, int Cluster)>();
        for (int run = 0; run < runs; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] rows = [.. Enumerable.Range(0, count).Select(_ => random.Next(count))];
            Matrix<double> drawn =
                Matrix<double>.Build.Dense(count, mixture.Channels, (t, channel) => planar[channel * count + rows[t]]);
            Matrix<double> found = Directions(method(run).Separate(drawn, null, cancellation).Unmixing, root);
            int[] clusters = Assign(found, reference);
            estimates.AddRange(Enumerable.Range(0, found.RowCount).Select(i => (found.Row(i), clusters[i])));
        }

        return new Stability([.. Enumerable.Range(0, reference.RowCount).Select(k => IndexOf(estimates, k))], runs);
    }

    /// <summary>
    /// Gets the rows of W C^½ at unit length, whose inner products are the correlations of the sources.
    /// </summary>
    private static Matrix<double> Directions(Unmixing unmixing, Matrix<double> root) =>
        (unmixing.Matrix * root).NormalizeRows(2.0);

    private static Matrix<double> Root(Matrix<double> covariance)
    {
        var eigen = covariance.Evd(Symmetricity.Symmetric);
        return eigen.EigenVectors
            * Matrix<double>.Build.DenseDiagonal(
                covariance.RowCount, covariance.RowCount, i => Math.Sqrt(Math.Max(0.0, eigen.EigenValues[i].Real)))
            * eigen.EigenVectors.Transpose();
    }

    /// <summary>Pairs each found source with a reference, the most similar pairs first.</summary>
    private static int[] Assign(Matrix<double> found, Matrix<double> reference)
    {
        Matrix<double> similarity = (found * reference.Transpose()).PointwiseAbs();
        int[] clusters = [.. Enumerable.Repeat(-1, found.RowCount)];
        bool[] taken = new bool[reference.RowCount];
        foreach ((int i, int k, _)
            in similarity.EnumerateIndexed(Zeros.Include).OrderByDescending(entry => entry.Item3))
        {
            if (clusters[i] < 0 && !taken[k])
            {
                clusters[i] = k;
                taken[k] = true;
            }
        }

        return clusters;
    }

    private static double IndexOf(List<(Vector<double> Direction, int Cluster)> estimates, int cluster)
    {
        Vector<double>[] inside = [.. estimates.Where(each => each.Cluster == cluster).Select(each => each.Direction)];
        Vector<double>[] outside = [.. estimates.Where(each => each.Cluster != cluster).Select(each => each.Direction)];
        double within = 0.0;
        for (int i = 0; i < inside.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                within += 2.0 * Math.Abs(inside[i] * inside[j]);
            }
        }

        within = inside.Length > 1 ? within / (inside.Length * (inside.Length - 1.0)) : 0.0;
        double across = outside.Length > 0
            ? inside.Average(one => outside.Average(other => Math.Abs(one * other)))
            : 0.0;
        return within - across;
    }
}
