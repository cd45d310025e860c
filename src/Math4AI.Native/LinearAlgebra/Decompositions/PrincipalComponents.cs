using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.LinearAlgebra.Decompositions;

/// <summary>
/// Finds the orthogonal directions in which samples vary most, y ≈ μ + Σ tᵢ vᵢ: principal component analysis. The
/// samples are read in blocks, so that a file may be larger than memory. Equals <c>sklearn.decomposition.PCA</c> up to
/// signs; here the element of each direction that is largest in size is positive. Source: I. Jolliffe, "Principal
/// Component Analysis", 2nd ed. (2002).
/// </summary>
/// <param name="Components">
/// k, the number of components; null for all directions in which the samples vary.
/// </param>
public sealed record PrincipalComponents(int? Components = null)
{
    // Below this share of the largest variance, half of the digits of an eigenvalue of the covariance are gone.
    private const double MinShare = 1e-8;
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>Gets the number of components; null for all.</summary>
    public int? Components { get; init => field = Setting.AtLeast(value, 1); } = Setting.AtLeast(Components, 1);

    /// <summary>Gets how the components are computed.</summary>
    public PrincipalMethod Method { get; init; }

    /// <summary>
    /// Gets whether each channel is divided by its standard deviation first, as channels of different units ask for:
    /// the components are then those of the correlation matrix. A constant channel stays as it is.
    /// </summary>
    public bool Standardize { get; init; }

    /// <summary>Gets the seed of the random subspace.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets the number of passes that improve the random subspace.</summary>
    public int Passes { get; init => field = Setting.AtLeast(value, 0); } = 4;

    /// <summary>Finds the components of the rows of a matrix.</summary>
    /// <param name="samples">Samples × channels.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">As for a source.</exception>
    public PrincipalComponentsFit Fit(Matrix<double> samples, CancellationToken cancellation = default) =>
        Fit(new MatrixSampleSource(samples), cancellation);

    /// <summary>Finds the components of samples that are read in blocks.</summary>
    /// <param name="samples">The samples, two or more.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer than two samples, one is not finite, all are the same, or they vary in fewer directions than
    /// were asked for.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of components is less than 1.</exception>
    public PrincipalComponentsFit Fit(ISampleSource samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Length < 2)
        {
            throw new ArgumentException("Principal components need 2 samples or more.", nameof(samples));
        }

        if (Components > samples.Channels)
        {
            throw new ArgumentException(
                $"{Components} components of {samples.Channels} channels were asked for: ask for {samples.Channels} or "
                + "fewer.", nameof(samples));
        }

        bool isWide = samples.Channels >= samples.Length;
        return Method switch
        {
            PrincipalMethod.Randomized => ByRandomSubspace(samples, cancellation),
            PrincipalMethod.SingularValues => BySingularValues(samples, cancellation),
            PrincipalMethod.Automatic when isWide => BySingularValues(samples, cancellation),
            _ => ByCovariance(samples, cancellation),
        };
    }

    private PrincipalComponentsFit ByCovariance(ISampleSource samples, CancellationToken cancellation)
    {
        var moments = Covariance.Of(samples, cancellation);
        int channels = samples.Channels;
        double correction = moments.Count / (moments.Count - 1.0);
        double[] scales = ScalesOf(moments.Matrix.Diagonal() * correction);
        Matrix<double> scaled = moments.Matrix.MapIndexed((i, j, value) => value * correction / scales[i] / scales[j]);
        var eigen = scaled.Evd(Symmetricity.Symmetric);
        double[] variances = [.. eigen.EigenValues.Reverse().Select(value => Math.Max(0.0, value.Real))];
        if (Method == PrincipalMethod.Automatic && variances[(Components ?? channels) - 1] < MinShare * variances[0])
        {
            return BySingularValues(samples, cancellation);
        }

        return Create(
            samples.Length,
            [.. moments.Mean],
            scales,
            scaled.Diagonal(),
            variances,
            variances.Count(value => value > channels * Epsilon * variances[0]),
            Matrix<double>.Build.Dense(channels, channels, (i, j) => eigen.EigenVectors[i, channels - 1 - j]));
    }

    private PrincipalComponentsFit BySingularValues(ISampleSource samples, CancellationToken cancellation)
    {
        (double[] mean, double[] scales, Vector<double> ofChannels) = Moments(samples, cancellation);
        ThinSvd<double> svd = ThinSvd.Of(
            TriangularFactor.OfOrSamples(new ScaledSource(samples, mean, scales), cancellation));
        double least = Math.Max(samples.Length, samples.Channels) * Epsilon * svd.S[0];
        return Create(
            samples.Length,
            mean,
            scales,
            ofChannels,
            [.. svd.S.Select(value => value * value / (samples.Length - 1.0))],
            Math.Min(svd.S.Count(value => value > least), (int)Math.Min(samples.Length - 1, int.MaxValue)),
            svd.VT.Transpose());
    }

    private PrincipalComponentsFit ByRandomSubspace(ISampleSource samples, CancellationToken cancellation)
    {
        (double[] mean, double[] scales, Vector<double> ofChannels) = Moments(samples, cancellation);
        int count = Components ?? throw new ArgumentException(
            "A random subspace needs the number of components: name it, or use another method.", nameof(samples));
        var svd = RandomizedSvd.Of(
            new ScaledSource(samples, mean, scales), count, Passes, Seed, cancellation);
        return Create(
            samples.Length,
            mean,
            scales,
            ofChannels,
            [.. svd.SingularValues.Select(value => value * value / (samples.Length - 1.0))],
            svd.SingularValues.Count(value => value > Math.Sqrt(MinShare * Epsilon) * svd.SingularValues[0]),
            svd.RightVectors);
    }

    private (double[] Mean, double[] Scales, Vector<double> Variances) Moments(
        ISampleSource samples, CancellationToken cancellation)
    {
        var moments = ChannelMoments.Of(samples, cancellation);
        double correction = samples.Length / (samples.Length - 1.0);
        Vector<double> variances = Vector<double>.Build.Dense(moments.Variance) * correction;
        double[] scales = ScalesOf(variances);
        return (moments.Mean, scales, variances.MapIndexed((c, variance) => variance / scales[c] / scales[c]));
    }

    private double[] ScalesOf(Vector<double> variances) =>
        [.. variances.Select(variance => Standardize && variance > 0.0 ? Math.Sqrt(variance) : 1.0)];

    private PrincipalComponentsFit Create(
        long samples, double[] mean, double[] scales, Vector<double> ofChannels, double[] variances, int rank,
        Matrix<double> directions)
    {
        if (rank == 0)
        {
            throw new ArgumentException("All samples are the same: there is no direction in which they differ.");
        }

        if (Components > rank)
        {
            throw new ArgumentException($"The samples have {rank} directions in which they differ, and {Components} "
                + $"components were asked for: ask for {rank} or fewer.");
        }

        int count = Components ?? rank;
        Matrix<double> signed = directions.SubMatrix(0, directions.RowCount, 0, count);
        for (int i = 0; i < count; i++)
        {
            Vector<double> direction = signed.Column(i);
            if (direction[direction.AbsoluteMaximumIndex()] < 0.0)
            {
                signed.SetColumn(i, -direction);
            }
        }

        return new PrincipalComponentsFit(
            samples,
            Vector<double>.Build.Dense(mean),
            Vector<double>.Build.Dense(scales),
            ofChannels,
            Vector<double>.Build.Dense(variances[..count]),
            signed);
    }
}
