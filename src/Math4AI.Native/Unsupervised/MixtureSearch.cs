using Math4AI.Processes;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Unsupervised;

/// <summary>Mixtures of several numbers of components and two shapes, with the support of each by the data.</summary>
internal static class MixtureSearch
{
    private const int StartsOfSearch = 3;

    private const double Regularization = 1e-6;

    private const string TooFew = "a component has too few rows";

    // A component whose least variance is that of the regularization has shrunk onto a plane of equal values, where the
    // likelihood has no bound. All of the data may lie in a plane without any harm: that is its own width.
    private const double MinVariance = 10.0 * Regularization;
    private const double MinWidth = 1e-2;
    private static readonly CovarianceShape[] Shapes = [CovarianceShape.Full, CovarianceShape.Diagonal];
    private static readonly string?[] Problems = [null, ClusterSupport.Shrunk, TooFew];

    /// <summary>Returns a mixture to fit to standardized columns.</summary>
    public static GaussianMixture Mixture(int clusters, CovarianceShape shape, int seed) => new(clusters)
    {
        Shape = shape,
        Seed = seed,
        Starts = StartsOfSearch,
        Regularization = Regularization,
    };

    /// <summary>Fits every number and shape.</summary>
    /// <param name="standard">Rows × columns of a spread near 1.</param>
    /// <param name="counts">The numbers of components.</param>
    /// <param name="seed">The seed of the starts.</param>
    /// <param name="processes">The processes that share the fits.</param>
    /// <param name="cancellation">Stops between fits.</param>
    public static ClusterSupport[] Support(
        Matrix<double> standard, IEnumerable<int> counts, int seed, ProcessGroup processes,
        CancellationToken cancellation)
    {
        double width = SmallestVariance(standard);
        (int Count, CovarianceShape Shape)[] jobs =
        [
            .. counts.SelectMany(count => Shapes.Take(standard.ColumnCount == 1 ? 1 : Shapes.Length)
                .Select(shape => (count, shape))),
        ];
        double[][] found = processes.Distribute(jobs.Length, job =>
        {
            cancellation.ThrowIfCancellationRequested();
            GaussianMixtureFit fit = Mixture(jobs[job].Count, jobs[job].Shape, seed).Fit(standard, cancellation);
            return [fit.Bic, fit.Icl, Array.IndexOf(Problems, ProblemOf(fit, width))];
        });
        return
        [
            .. jobs.Zip(found, (job, of) => new ClusterSupport(
                job.Count, job.Shape, of[0], of[1], Problems[(int)of[2]])),
        ];
    }

    /// <summary>Returns all rows, or some drawn ones where there are more than wanted.</summary>
    public static Matrix<double> Some(Matrix<double> samples, int most, int seed)
    {
        if (samples.RowCount <= most)
        {
            return samples;
        }

        int[] places = Places(samples.RowCount, most, seed);
        return Matrix<double>.Build.Dense(most, samples.ColumnCount, (i, j) => samples[places[i], j]);
    }

    /// <summary>Returns the places of all rows, or of some drawn ones where there are more than wanted.</summary>
    public static int[] Places(int rows, int most, int seed) => rows <= most
        ? [.. Enumerable.Range(0, rows)]
        : [.. Combinatorics.GeneratePermutation(rows, new MersenneTwister(seed, threadSafe: false)).Take(most)];

    private static string? ProblemOf(GaussianMixtureFit fit, double width) =>
        fit.Covariances.Min(SmallestEigenvalue) < Math.Min(MinVariance, MinWidth * width)
            ? ClusterSupport.Shrunk
            : fit.Warning is null ? null : TooFew;

    private static double SmallestVariance(Matrix<double> standard)
    {
        Matrix<double> covariance = standard.TransposeThisAndMultiply(standard) / standard.RowCount;
        return Math.Max(Regularization, SmallestEigenvalue(covariance));
    }

    private static double SmallestEigenvalue(Matrix<double> covariance) =>
        covariance.Evd(Symmetricity.Symmetric).EigenValues[0].Real;
}
