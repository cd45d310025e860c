using System.Globalization;
using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Separation;

/// <summary>
/// The map to uncorrelated components of unit variance: z = K (y − μ) with K = Λ^(−½) Eᵀ S, where C is the covariance
/// of the channels and S C S = E Λ Eᵀ with the largest eigenvalues first. Where fewer components are asked for, S = I
/// and those of the largest variance are kept (PCA). Otherwise S scales all channels to unit variance, so that their
/// units do not matter. Channels that depend on each other lead to eigenvalues that are zero up to rounding; their
/// components carry no signal and are left out.
/// </summary>
public sealed class Whitening
{
    private Whitening(Covariance covariance, Vector<double> scales, Vector<double> eigenvalues,
        Matrix<double> eigenvectors, int components, int rank)
    {
        Covariance = covariance;
        Eigenvalues = DenseVector.OfEnumerable(
            covariance.Matrix.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real).Reverse());
        Rank = rank;
        Vector<double> kept = eigenvalues.SubVector(0, components);
        Matrix<double> basis = eigenvectors.SubMatrix(0, eigenvectors.RowCount, 0, components);
        Matrix = DenseMatrix.Create(components, basis.RowCount, (i, j) => basis[j, i] / Math.Sqrt(kept[i]) * scales[j]);
        Inverse = DenseMatrix.Create(
            basis.RowCount, components, (i, j) => scales[i] > 0.0 ? basis[i, j] * Math.Sqrt(kept[j]) / scales[i] : 0.0);
    }

    /// <summary>Gets the mean and covariance of the data.</summary>
    public Covariance Covariance { get; }

    /// <summary>Gets all eigenvalues of the covariance, in descending order.</summary>
    public Vector<double> Eigenvalues { get; }

    /// <summary>Gets the number of eigenvalues that exceed the rounding error of the data.</summary>
    public int Rank { get; }

    /// <summary>Gets the whitening matrix K, components × channels.</summary>
    public Matrix<double> Matrix { get; }

    /// <summary>
    /// Gets the map back, channels × components: y − μ = Inverse · z, as far as the kept components carry y.
    /// </summary>
    public Matrix<double> Inverse { get; }

    /// <summary>Gets the share of the variance that the kept components carry, from 0 to 1.</summary>
    public double ExplainedVariance => Eigenvalues.SubVector(0, Matrix.RowCount).Sum() / Eigenvalues.Sum();

    /// <summary>Makes the unmixing W = R K from a rotation R of the white signals.</summary>
    /// <param name="rotation">R, components × components, orthogonal.</param>
    public Unmixing ToUnmixing(Matrix<double> rotation)
    {
        ArgumentNullException.ThrowIfNull(rotation);
        return new Unmixing(rotation * Matrix, Inverse * rotation.Transpose(), Covariance.Mean);
    }

    /// <summary>Finds the whitening of samples.</summary>
    /// <param name="source">The samples.</param>
    /// <param name="components">
    /// The number of components to keep; null for as many as there are independent channels.
    /// </param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer components than asked for, or the data are not finite.
    /// </exception>
    public static Whitening Of(ISampleSource source, int? components = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (components is { } wanted && (wanted < 1 || wanted > source.Channels))
        {
            throw new ArgumentException(
                wanted < 1
                    ? $"The number of sources must be 1 or more, not {wanted}."
                    : SourceCount.TooMany(wanted, source.Channels, hasMasks: false),
                nameof(components));
        }

        Covariance covariance = Covariance.Of(source, cancellation);
        int channels = source.Channels;
        Vector<double> scales = components is null
            ? UnitVariance(covariance, source)
            : DenseVector.Create(channels, 1.0);
        var eigen = DenseMatrix.Create(channels, channels, (i, j) => scales[i] * covariance.Matrix[i, j] * scales[j])
            .Evd(Symmetricity.Symmetric);
        Vector<double> values = DenseVector.Create(channels, i => eigen.EigenValues[channels - 1 - i].Real);
        Matrix<double> vectors = DenseMatrix.Create(
            channels, channels, (i, j) => eigen.EigenVectors[i, channels - 1 - j]);
        int rank = RankOf(values, covariance.Mean.PointwiseMultiply(scales), source);
        if (rank == 0)
        {
            throw NothingVaries(covariance, source);
        }

        if (components > rank)
        {
            throw new ArgumentException(
                $"{components} sources were asked for, and only {rank} of the {channels} channels "
                + (rank == 1 ? "is independent: ask for 1." : $"are independent: ask for {rank} or fewer."),
                nameof(components));
        }

        return new Whitening(covariance, scales, values, vectors, components ?? rank, rank);
    }

    /// <summary>Returns how many directions are kept, and how much of the variance.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Counted.Of(Matrix.RowCount, "direction")} of {Counted.Of(Matrix.ColumnCount, "channel")}, "
        + $"{100 * ExplainedVariance:0.##} % of the variance");

    /// <summary>
    /// Counts the eigenvalues that exceed what rounding alone leaves: the rounding of the eigenvalues (ε of float64
    /// times the largest), of the samples (ε² of the data times the largest), and of a mean much larger than the
    /// deviations.
    /// </summary>
    private static int RankOf(Vector<double> descending, Vector<double> mean, ISampleSource source)
    {
        double epsilon = double.BitIncrement(1.0) - 1.0;
        double ofArithmetic = source.Channels * epsilon * descending[0];
        double ofSamples = source.Channels * source.Epsilon * source.Epsilon
            * (descending[0] + mean.AbsoluteMaximum() * mean.AbsoluteMaximum());
        return descending.Count(value => value > 8.0 * Math.Max(ofArithmetic, ofSamples));
    }

    /// <summary>
    /// The exception for samples without variance. Such as have a mean below the root of the least number, and not 0,
    /// may vary: their squares are 0.
    /// </summary>
    private static ArgumentException NothingVaries(Covariance covariance, ISampleSource source) => new(
        covariance.Mean.AbsoluteMaximum() is > 0.0 and < 1e-150
            ? "The samples are too small for their squares to be represented: multiply all by one large number."
            : "Every channel is constant, up to the rounding of the data: there is nothing to separate.",
        nameof(source));

    /// <summary>Gets 1/σ of each channel; 0 for one that is constant up to the rounding of its samples.</summary>
    private static DenseVector UnitVariance(Covariance covariance, ISampleSource source) =>
        DenseVector.Create(source.Channels, i =>
        {
            double variance = covariance.Matrix[i, i], mean = covariance.Mean[i];
            return variance > 8.0 * source.Epsilon * source.Epsilon * mean * mean && variance > 0.0
                ? 1.0 / Math.Sqrt(variance)
                : 0.0;
        });

    /// <summary>Gets what a user should know about the components that are kept.</summary>
    internal List<string> Notes()
    {
        var notes = new List<string>();
        if (Rank < Matrix.ColumnCount)
        {
            notes.Add(
                $"Only {Rank} of the {Matrix.ColumnCount} channels {(Rank == 1 ? "is" : "are")} independent: constant "
                + "or dependent ones carry no source of their own.");
        }

        if (Matrix.RowCount < Rank)
        {
            notes.Add(
                $"{Matrix.RowCount} of {Rank} components {(Matrix.RowCount == 1 ? "is" : "are")} kept, with "
                + $"{100 * ExplainedVariance:0.##} % of the variance.");
        }

        return notes;
    }
}
