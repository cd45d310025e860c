using System.Globalization;
using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Kernels.Files;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Optimization;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// A Gaussian process fitted to samples: it predicts, draws functions, and tells how well it foretells each of its own
/// samples.
/// </summary>
public sealed class GaussianProcessFit : IFilePredictor, IRowPredictor, IProcess
{
    // Rows that are predicted at a time: kernel values of rows × samples are held.
    private const int RowsAtATime = 1024;

    // Samples that a page asks the inverse of: 128 MB.
    private const int MaxInverted = 4000;

    private readonly ProcessSamples samples;
    private readonly PositiveDefiniteFactor factor;
    private readonly double[] weights;
    private readonly NoiseLaw noise;
    private readonly double[] meanParameters;
    private readonly Lazy<MeanUncertainty> ofMean;

    internal GaussianProcessFit(
        ProcessSamples samples,
        Kernel kernel,
        NoiseLaw noise,
        double[] meanParameters,
        PositiveDefiniteFactor factor,
        double[] weights,
        double logEvidence,
        Minimum? minimum)
    {
        (this.samples, this.factor, this.weights, this.noise) = (samples, factor, weights, noise);
        (Kernel, LogEvidence, Search) = (kernel, logEvidence, minimum);
        this.meanParameters = meanParameters;
        ofMean = new Lazy<MeanUncertainty>(() => MeanUncertainty.Of(samples, meanParameters, factor));
    }

    /// <summary>
    /// Gets the kernel with the estimated hyperparameters, for standardised inputs and targets of variance 1.
    /// </summary>
    public Kernel Kernel { get; }

    /// <summary>
    /// Gets σ², the estimated variance of the noise, in the targets' unit squared; where it varies, that at the mean of
    /// the inputs.
    /// </summary>
    public double NoiseVariance => noise.Variance * samples.TargetScale * samples.TargetScale;

    /// <summary>
    /// Gets u of σ²(x) = σ² exp(u·x), estimated for standardised inputs; empty where the noise is the same everywhere.
    /// </summary>
    public IReadOnlyList<double> NoiseSlopes => noise.Slopes;

    /// <summary>Computes σ²(x), the variance of the noise at new samples, in the targets' unit squared.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public Vector<double> NoiseVarianceAt(Matrix<double> inputs) =>
        Vector<double>.Build.Dense(noise.At(samples.Standardized(inputs))) * samples.TargetScale * samples.TargetScale;

    /// <summary>
    /// Gets log p(y), the evidence at the estimated hyperparameters, of the targets in their own unit.
    /// </summary>
    public double LogEvidence { get; }

    /// <summary>Gets how the search from the best start ended; null where the hyperparameters were given.</summary>
    public Minimum? Search { get; }

    /// <summary>
    /// Gets ℓ of each input in its own unit: over how much of it the function changes, so that inputs with long ones
    /// matter little; null where the kernel has none, or several for an input.
    /// </summary>
    public IReadOnlyList<double>? LengthScales => samples.Scaling.LengthScalesOf(Kernel);

    /// <summary>
    /// Gets the estimated parameters of the mean function, in the order of its model; empty without one.
    /// </summary>
    public IReadOnlyList<double> MeanParameters => meanParameters;

    /// <summary>
    /// Writes the process to a folder: its samples and hyperparameters, from which <see cref="Load"/> computes the
    /// factor of the covariance again.
    /// </summary>
    /// <exception cref="NotSupportedException">The kernel, or the mean, has no formula.</exception>
    /// <inheritdoc cref="Machines.SupportVectorFit.Save(string, bool)"/>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files) => SavedProcesses.Write(folder, files, this);

    /// <summary>Reads a process that was saved, in time n³/3. How its search ended is not kept.</summary>
    /// <inheritdoc cref="Machines.SupportVectorFit.Load"/>
    public static GaussianProcessFit Load(string folder) => SavedProcesses.Read(folder);

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs) => Predict(inputs).ToRows();

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) =>
        GaussianProcessPrediction.OfFile(path, samples.Inputs.Inputs, Predict);

    internal ProcessSamples Samples => samples;

    internal NoiseLaw ScaledNoise => noise;

    /// <summary>Gets whether the mean's parameters were given, and not estimated.</summary>
    internal bool IsMeanKnown { get; init; }

    private MeanUncertainty? Uncertainty => IsMeanKnown || meanParameters.Length == 0 ? null : ofMean.Value;

    /// <summary>
    /// Predicts new samples. Where the parameters β of a mean function were estimated, their uncertainty counts: the
    /// variance of the function is k(x, x) − kᵀ K⁻¹ k + rᵀ (Hᵀ K⁻¹ H)⁻¹ r with k = k(X, x), H = ∂m(X)/∂β and
    /// r = ∂m(x)/∂β − Hᵀ K⁻¹ k.
    /// </summary>
    /// <remarks>Source: Rasmussen and Williams (2006), equations 2.41 and 2.42.</remarks>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public GaussianProcessPrediction Predict(Matrix<double> inputs)
    {
        (Vector<double> mean, Vector<double> variance) = Posterior(Kernel, inputs, isWhole: true);
        double scale = samples.TargetScale;
        return new GaussianProcessPrediction(
            mean * scale + samples.MeanOf(inputs, meanParameters),
            variance.PointwiseSqrt() * scale,
            variance.Add(Vector<double>.Build.Dense(noise.At(samples.Standardized(inputs)))).PointwiseSqrt() * scale);
    }

    /// <summary>
    /// Predicts one part of the function, a term k_p of a kernel that is a sum: its mean is k_p(x, X) K⁻¹ r and its
    /// variance k_p(x, x) − k_p(x, X) K⁻¹ k_p(X, x), and what estimating the mean adds. The means of all parts and the
    /// mean function add up to that of <see cref="Predict"/>.
    /// </summary>
    /// <param name="part">The part, from 0, in the order of <see cref="Kernel.Terms"/>.</param>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <returns>The part without noise: both deviations are those of the function.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The kernel has no such part.</exception>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public GaussianProcessPrediction PredictPart(int part, Matrix<double> inputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(part);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(part, Kernel.Terms.Count);
        (Vector<double> mean, Vector<double> variance) = Posterior(Kernel.Terms[part], inputs, isWhole: false);
        Vector<double> deviation = variance.PointwiseSqrt() * samples.TargetScale;
        return new GaussianProcessPrediction(mean * samples.TargetScale, deviation, deviation);
    }

    /// <inheritdoc/>
    public IReadOnlyList<GaussianProcessPrediction> PredictParts(Matrix<double> inputs) =>
        [.. Enumerable.Range(0, Kernel.Terms.Count).Select(part => PredictPart(part, inputs))];

    /// <summary>
    /// The mean and the variance of what a kernel describes, and of the mean function where it is the whole, over the
    /// targets' scale.
    /// </summary>
    private (Vector<double> Mean, Vector<double> Variance) Posterior(Kernel part, Matrix<double> inputs, bool isWhole)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        KernelSamples all = samples.Standardized(inputs);
        double[] mean = new double[all.Count], variance = new double[all.Count];
        part.FillDiagonal(all, variance);
        for (int first = 0; first < all.Count; first += RowsAtATime)
        {
            int count = Math.Min(RowsAtATime, all.Count - first);
            var cross = new GramMatrix(samples.Count, count);
            part.Fill(samples.Inputs, all.Range(first, count), cross);
            for (int i = 0; i < count; i++)
            {
                mean[first + i] = TensorPrimitives.Dot<double>(cross.Column(i), weights);
            }

            factor.SolveLower(cross.Values);
            for (int i = 0; i < count; i++)
            {
                double explained = TensorPrimitives.SumOfSquares<double>(cross.Column(i));
                variance[first + i] = Math.Max(0.0, variance[first + i] - explained);
            }

            if (Uncertainty is { } unknown)
            {
                Matrix<double>? rows = isWhole ? inputs.SubMatrix(first, count, 0, inputs.ColumnCount) : null;
                Vector<double> added = unknown.Variances(unknown.Rows(rows, cross.ToMatrix()));
                TensorPrimitives.Add<double>(variance.AsSpan(first, count), added.AsArray(), variance.AsSpan(first));
            }
        }

        return (Vector<double>.Build.Dense(mean), Vector<double>.Build.Dense(variance));
    }

    /// <summary>
    /// Computes the joint covariance of the function at new samples, in the targets' unit squared, without noise.
    /// </summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public Matrix<double> Covariance(Matrix<double> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return ScaledCovariance(Kernel, inputs, isWhole: true) * samples.TargetScale * samples.TargetScale;
    }

    private Matrix<double> ScaledCovariance(Kernel part, Matrix<double> inputs, bool isWhole)
    {
        KernelSamples x = samples.Standardized(inputs);
        var prior = new GramMatrix(x.Count, x.Count);
        part.Fill(x, x, prior);
        var cross = new GramMatrix(samples.Count, x.Count);
        part.Fill(samples.Inputs, x, cross);
        factor.SolveLower(cross.Values);
        Matrix<double> half = cross.ToMatrix();
        Matrix<double> known = prior.ToMatrix() - half.TransposeThisAndMultiply(half);
        return Uncertainty is { } unknown
            ? known + unknown.Joint(unknown.Rows(isWhole ? inputs : null, half))
            : known;
    }

    /// <summary>Draws functions from the posterior, jointly over new samples, without noise.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="draws">The number of functions.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>Samples × draws, in the targets' unit.</returns>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public Matrix<double> Draw(Matrix<double> inputs, int draws, int seed = 1) =>
        Draw(Kernel, inputs, draws, seed, isWhole: true, () => Predict(inputs).Mean);

    /// <summary>Draws one part of the function from its posterior, jointly over new samples.</summary>
    /// <param name="part">The part, from 0, in the order of <see cref="Kernel.Terms"/>.</param>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="draws">The number of functions.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>Samples × draws, in the targets' unit.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The kernel has no such part.</exception>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public Matrix<double> DrawPart(int part, Matrix<double> inputs, int draws, int seed = 1)
    {
        Vector<double> mean = PredictPart(part, inputs).Mean;
        return Draw(Kernel.Terms[part], inputs, draws, seed, isWhole: false, () => mean);
    }

    private Matrix<double> Draw(
        Kernel part, Matrix<double> inputs, int draws, int seed, bool isWhole, Func<Vector<double>> meanOf)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        ArgumentNullException.ThrowIfNull(inputs);
        Matrix<double> covariance = ScaledCovariance(part, inputs, isWhole);

        // Rounding can leave eigenvalues a little below zero: those are zero.
        var eigen = covariance.Evd(Symmetricity.Symmetric);
        Matrix<double> root = eigen.EigenVectors * Matrix<double>.Build.Diagonal(
            [.. eigen.EigenValues.Select(value => Math.Sqrt(Math.Max(0.0, value.Real)))]);
        Matrix<double> normal =
            Matrix<double>.Build.Random(inputs.RowCount, draws, new Normal(0.0, 1.0, new Random(seed)));
        Vector<double> mean = meanOf();
        return (root * normal).MapIndexed((i, _, value) => value * samples.TargetScale + mean[i]);
    }

    /// <summary>
    /// Computes the covariance (Jᵀ K⁻¹ J)⁻¹ of the mean's parameters, J = ∂m/∂β, with the hyperparameters taken as
    /// known: that of generalized least squares.
    /// </summary>
    /// <exception cref="InvalidOperationException">The process has no mean function.</exception>
    public Matrix<double> MeanCovariance()
    {
        if (samples.MeanParameters == 0)
        {
            throw new InvalidOperationException("The process has no mean function with parameters.");
        }

        return ofMean.Value.Covariance();
    }

    /// <summary>Predicts each sample from all the others, in closed form.</summary>
    /// <remarks>
    /// μ_i = y_i − α_i/Q_ii and variance 1/Q_ii with Q = K⁻¹, or Q = K⁻¹ − K⁻¹ H (Hᵀ K⁻¹ H)⁻¹ Hᵀ K⁻¹ where the
    /// parameters of a mean function are estimated from the others too. A sample that alone determines one of them is
    /// not foretold by the others: its deviation is infinite. Sources: Rasmussen and Williams (2006), equation 5.12;
    /// Dubrule, "Cross validation of kriging in a unique neighborhood", Mathematical Geology 15 (1983).
    /// </remarks>
    public GaussianProcessPrediction LeaveOneOut()
    {
        // Of a precision that cancels to less than this, no digit is known.
        const double Lost = 1e-12;
        int count = samples.Count;
        double[] inverse = new double[count * count];
        factor.Invert(inverse);
        double[] mean = samples.Residuals(meanParameters);
        double[] variance = new double[count];
        Vector<double>? taken = Uncertainty?.Precisions(factor);
        for (int i = 0; i < count; i++)
        {
            double whole = inverse[i * count + i], left = whole - (taken?[i] ?? 0.0);
            bool isForetold = !(left <= Lost * whole);
            mean[i] -= weights[i] / (isForetold ? left : whole);
            variance[i] = isForetold ? 1.0 / left : double.PositiveInfinity;
        }

        double scale = samples.TargetScale;
        double[] own = noise.At(samples.Inputs);
        Vector<double> deviation = Vector<double>.Build.Dense(variance).PointwiseSqrt() * scale;
        Vector<double> function = Vector<double>.Build.Dense(
            count, i => scale * Math.Sqrt(Math.Max(0.0, variance[i] - own[i] - samples.NoiseVariances[i])));
        return new GaussianProcessPrediction(
            Vector<double>.Build.Dense(mean) * scale + samples.MeanOfSamples(meanParameters), function, deviation);
    }

    /// <inheritdoc/>
    public (GaussianProcessPrediction Predicted, Vector<double> Observed)? FromOthers() =>
        samples.Count <= MaxInverted ? (LeaveOneOut(), samples.Targets) : null;

    /// <summary>Gives a readable summary.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Gaussian process: {Kernel}, noise variance {NoiseVariance:G4}{noise.OfInputs}, log evidence "
        + $"{LogEvidence:G6} of {samples.Count} samples");
}
