using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Unsupervised.Factors;

/// <summary>
/// Explains samples without negative numbers (counts, spectra, pixels) as sums of k parts without negative numbers:
/// X ≈ W H with the least Σ (x − (W H))², W and H ≥ 0. Hierarchical alternating least squares, one part after the
/// other, from nonnegative singular vectors. Equals <c>sklearn.decomposition.NMF</c> with its coordinate descent.
/// Sources: A. Cichocki, A.-H. Phan, "Fast local algorithms for large scale nonnegative matrix and tensor
/// factorizations", IEICE Transactions E92-A (2009); C. Boutsidis, E. Gallopoulos, "SVD based initialization",
/// Pattern Recognition 41 (2008).
/// </summary>
/// <param name="Parts">k, the number of parts, at least 1.</param>
public sealed record NonnegativeFactorization(int Parts)
{
    /// <summary>Gets the number of parts.</summary>
    public int Parts { get; init => field = Setting.AtLeast(value, 1); } = Setting.AtLeast(Parts, 1);

    /// <summary>Gets the limit on iterations.</summary>
    public int MaxIterations { get; init => field = Setting.AtLeast(value, 1); } = 500;

    /// <summary>
    /// Gets the decrease of ‖X − W H‖² in one iteration, in units of ‖X‖², below which the iteration has converged.
    /// </summary>
    public double Tolerance { get; init => field = Setting.AtLeast(value, 0.0); } = 1e-6;

    /// <summary>Gets the seed of the start.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Finds the parts of the rows of a matrix.</summary>
    /// <param name="samples">X, samples × channels.</param>
    /// <param name="cancellation">Stops between iterations.</param>
    /// <exception cref="ArgumentException">
    /// A number is negative or not finite, or there are fewer samples or channels than parts.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public NonnegativeFactorizationFit Fit(Matrix<double> samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (Math.Min(samples.RowCount, samples.ColumnCount) < Parts)
        {
            throw new ArgumentException(
                $"{samples.RowCount} samples of {samples.ColumnCount} channels cannot show {Parts} parts: ask for "
                + "fewer.",
                nameof(samples));
        }

        double peak = NonnegativeSteps.PeakOf(samples);
        double unit = peak > 0.0 ? peak : 1.0;
        Matrix<double> x = DenseMatrix.OfMatrix(samples / unit);
        (Matrix<double> weights, Matrix<double> parts) = Start(x, cancellation);
        double least = Tolerance * TensorPrimitives.SumOfSquares<double>(((DenseMatrix)x).Values);
        var steps = new NonnegativeSteps(Parts);
        for (int iteration = 1; iteration <= MaxIterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            double decrease = steps.ImproveBoth((DenseMatrix)x, (DenseMatrix)weights, (DenseMatrix)parts);
            if (iteration == MaxIterations || decrease <= least)
            {
                return NonnegativeFactorizationFit.Of(x, unit, weights, parts, iteration, decrease <= least);
            }
        }

        throw new InvalidOperationException("The loop returns in its last round.");
    }

    /// <summary>
    /// The larger of the positive and the negative side of each pair of singular vectors, with the mean of the data
    /// where it has nothing, since a step from zero may stay there.
    /// </summary>
    private (Matrix<double> Weights, Matrix<double> Parts) Start(Matrix<double> x, CancellationToken cancellation)
    {
        RandomizedSvd svd = RandomizedSvd.Of(new MatrixSampleSource(x), Parts, seed: Seed, cancellation: cancellation);
        Matrix<double> weights = svd.LeftVectors(x), parts = svd.RightVectors.Clone();
        double fill = Math.Sqrt(TensorPrimitives.Average<double>(((DenseMatrix)x).Values) / Parts);
        for (int k = 0; k < Parts; k++)
        {
            Vector<double> left = weights.Column(k), right = parts.Column(k);
            double plus = Positive(left).L2Norm() * Positive(right).L2Norm();
            double minus = Positive(-left).L2Norm() * Positive(-right).L2Norm();
            (left, right) = plus >= minus ? (Positive(left), Positive(right)) : (Positive(-left), Positive(-right));
            double size = Math.Sqrt(svd.SingularValues[k]);
            Vector<double> Filled(Vector<double> side)
            {
                double norm = side.L2Norm();
                return side.Map(value => value > 0.0 ? size * value / norm : fill, Zeros.Include);
            }

            weights.SetColumn(k, Filled(left));
            parts.SetColumn(k, Filled(right));
        }

        return (weights, parts);
    }

    private static Vector<double> Positive(Vector<double> side) => side.PointwiseMaximum(0.0);
}
