using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// Fits a mixture of k normal distributions, p(x) = Σ wⱼ N(x; μⱼ, Σⱼ), by expectation and maximization from the
/// clusters of <see cref="KMeans"/>. Every pass reads the samples in blocks, so that a file may be larger than memory.
/// Equals <c>sklearn.mixture.GaussianMixture</c> at the maximum that both reach. Source: A. Dempster, N. Laird, D.
/// Rubin, "Maximum likelihood from incomplete data via the EM algorithm", Journal of the Royal Statistical Society B 39
/// (1977).
/// </summary>
/// <param name="Components">k, the number of components, at least 1.</param>
public sealed record GaussianMixture(int Components)
{
    /// <summary>Gets the number of components.</summary>
    public int Components { get; init => field = Setting.AtLeast(value, 1); } = Setting.AtLeast(Components, 1);

    /// <summary>Gets which covariance matrices the components may have.</summary>
    public CovarianceShape Shape { get; init; } = CovarianceShape.Full;

    /// <summary>Gets the means to start from, components × channels; null for the centers of k-means.</summary>
    public Matrix<double>? Start { get; init; }

    /// <summary>Gets the number of starts, of which the one with the highest likelihood is kept.</summary>
    public int Starts { get; init => field = Setting.AtLeast(value, 1); } = 1;

    /// <summary>Gets the seed of the starts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets the limit on iterations.</summary>
    public int MaxIterations { get; init => field = Setting.AtLeast(value, 1); } = 200;

    /// <summary>
    /// Gets the gain of the logarithm of the likelihood, a sample, below which the iteration has converged.
    /// </summary>
    public double Tolerance { get; init => field = Setting.AtLeast(value, 0.0); } = 1e-5;

    /// <summary>
    /// Gets what is added to each variance, in units of the mean variance of the channels: it keeps a component from
    /// shrinking onto a single sample.
    /// </summary>
    public double Regularization { get; init => field = Setting.Above(value, 0.0); } = 1e-6;

    /// <summary>Fits a mixture to the rows of a matrix.</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">As for a source.</exception>
    public GaussianMixtureFit Fit(Matrix<double> samples, CancellationToken cancellation = default) =>
        Fit(new MatrixSampleSource(samples), cancellation);

    /// <summary>Fits a mixture to samples that are read in blocks.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer samples than components, one of them is not finite, or the start has another shape.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public GaussianMixtureFit Fit(ISampleSource samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        GaussianMixtureFit? best = null;
        for (int i = 0; i < (Start is null ? Starts : 1); i++)
        {
            KMeansFit clusters = new KMeans(Components)
            {
                Start = Start,
                Seed = Seed + i,
                Starts = 1,
                MaxIterations = Start is null ? 300 : 1,
            }.Fit(samples, cancellation);
            GaussianMixtureFit fit = FitFrom(samples, Start ?? clusters.Centers, cancellation);
            best = best is null || fit.LogLikelihood > best.LogLikelihood ? fit : best;
        }

        return best!;
    }

    private GaussianMixtureFit FitFrom(ISampleSource samples, Matrix<double> start, CancellationToken cancellation)
    {
        var centered = CenteredSource.Of(samples, cancellation);
        var pass = new MixturePass(centered, Components, Shape, Regularization);
        MixtureComponents mixture = pass.FromCenters(centered.FromData([.. start.ToRowMajorArray()]), cancellation);
        double before = double.NegativeInfinity;
        bool isConverged = false;
        int iteration = 0;
        while (!isConverged && iteration < MaxIterations)
        {
            iteration++;
            MixtureComponents next = pass.Next(mixture, cancellation);
            isConverged = pass.LogLikelihood - before <= Tolerance * samples.Length;
            before = pass.LogLikelihood;

            // The likelihood of the last pass is that of the mixture before it: the two are kept together.
            mixture = isConverged ? mixture : next;
        }

        if (!isConverged)
        {
            _ = pass.Next(mixture, cancellation);
        }

        double[] means = centered.ToData([.. mixture.Means.ToRowMajorArray()]);
        return new GaussianMixtureFit(
            Shape,
            mixture.Weights,
            Matrix<double>.Build.DenseOfRowMajor(Components, centered.Channels, means),
            [.. mixture.Covariances.Select(covariance => covariance * (centered.Unit * centered.Unit))],
            new MixtureReport(
                samples.Length,
                pass.LogLikelihood - samples.Length * (double)centered.Channels * Math.Log(centered.Unit),
                pass.Entropy,
                iteration,
                isConverged));
    }
}
