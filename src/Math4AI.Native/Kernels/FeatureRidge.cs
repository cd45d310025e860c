using System.Globalization;
using Math4AI.Features;
using Math4AI.Kernels.Systems;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels;

/// <summary>
/// Ridge regression on features of the inputs: minimizes Σ (y_i − b − wᵀφ(x_i))² + λ ‖w‖². With random Fourier features
/// or a Nyström map φ it does what kernel ridge regression does, in time n m² for n samples and m features, and in
/// memory m²: the features of all samples are never held.
/// </summary>
/// <remarks>
/// On features that are held it equals scikit-learn's <c>Ridge</c>. Source: A. Rahimi and B. Recht, Random features
/// for large-scale kernel machines, NIPS (2007).
/// </remarks>
public sealed record FeatureRidge
{
    /// <summary>Gets φ, such as <see cref="KernelFeatures.RandomFourier"/>; it is fitted to the inputs.</summary>
    public required FeatureMap<Matrix<double>> Features { get; init; }

    /// <summary>Gets λ, the weight of the norm: larger is smoother.</summary>
    public double Penalty { get; init => field = Setting.AtLeast(value, 0.0); } = 1.0;

    /// <summary>
    /// Gets whether features and their products are computed in float32, in half the time. Sums over blocks of samples
    /// and the solution are float64; predictions differ in about the sixth digit. Where the map would lose more than
    /// that to rounding, its features are computed in float64.
    /// </summary>
    public bool SinglePrecision { get; init; }

    /// <summary>Fits the function to samples.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="targets">y, samples × outputs.</param>
    /// <param name="cancellation">Stops between blocks of samples.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not belong together, a number is not finite, or the matrix of the features' products would not
    /// fit into memory.
    /// </exception>
    /// <exception cref="ArithmeticException">The system is not positive definite to rounding.</exception>
    public FeatureRidgeFit Fit(Matrix<double> inputs, Matrix<double> targets, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var x = new KernelSamples(inputs, nameof(inputs));
        var y = new KernelSamples(targets, nameof(targets));
        if (y.Count != x.Count || x.Count == 0)
        {
            throw new ArgumentException(
                $"There are {x.Count} samples and {y.Count} rows of targets.", nameof(targets));
        }

        FittedFeatures<Matrix<double>> map = Features.Fit(inputs);
        int count = map.Apply(inputs.SubMatrix(0, 1, 0, x.Inputs)).ColumnCount;
        _ = GramMatrix.Elements(
            count, count, sizeof(double), $"The products of {count} features with each other", "use fewer features");
        FeatureSums sums = SinglePrecision
            ? FeatureSums.Over<float>(map, count, x, y, cancellation)
            : FeatureSums.Over<double>(map, count, x, y, cancellation);
        Matrix<double> weights = Solve(sums, y.Inputs);
        return new FeatureRidgeFit(
            Features.Formula, map, x.Inputs, weights, sums.TargetMeans - weights.TransposeThisAndMultiply(sums.Means));
    }

    /// <summary>Fits the function to samples with one output.</summary>
    /// <inheritdoc cref="Fit(Matrix{double}, Matrix{double}, CancellationToken)"/>
    public FeatureRidgeFit Fit(Matrix<double> inputs, Vector<double> targets, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return Fit(inputs, targets.ToColumnMatrix(), cancellation);
    }

    private Matrix<double> Solve(FeatureSums sums, int outputs)
    {
        for (int i = 0; i < sums.Count; i++)
        {
            sums.Products[i * sums.Count + i] += Penalty;
        }

        PositiveDefiniteFactor factor = PositiveDefiniteFactor.TryFactor(sums.Products, sums.Count)
            ?? throw new ArithmeticException(string.Create(
                CultureInfo.InvariantCulture,
                $"The products of the features + {Penalty:G3} I are not positive definite to rounding: use a larger "
                + $"Penalty, or fewer features."));
        factor.Solve(sums.WithTargets);
        return Matrix<double>.Build.Dense(sums.Count, outputs, sums.WithTargets);
    }
}
