using System.Globalization;
using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Kernels.Files;
using Math4AI.Kernels.GaussianProcesses.Laplace;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>A Gaussian process with Student-t noise that was fitted to samples.</summary>
public sealed class RobustGaussianProcessFit : IFilePredictor, IRowPredictor, IProcess
{
    // Rows that are predicted at a time: kernel values of rows × samples are held.
    private const int RowsAtATime = 1024;

    private readonly Matrix<double> precision;

    internal RobustGaussianProcessFit(
        RobustTargets targets, InputScaling scaling, KernelSamples samples, Kernel kernel, StudentMode mode,
        Minimum? search)
    {
        (Targets, Scaling, Samples, Kernel, Mode, Search) = (targets, scaling, samples, kernel, mode, search);
        LogEvidence = mode.LogEvidence - samples.Count * Math.Log(targets.Spread);
        precision = mode.Precision().Matrix.ToMatrix();
    }

    /// <summary>Gets the kernel with the estimated hyperparameters, for targets over their spread.</summary>
    public Kernel Kernel { get; }

    /// <inheritdoc/>
    public IReadOnlyList<double>? LengthScales => Scaling.LengthScalesOf(Kernel);

    /// <summary>Gets log q(y), Laplace's approximation of the evidence, of the targets in their own unit.</summary>
    public double LogEvidence { get; }

    /// <summary>Gets how the search from the best start ended; null where the hyperparameters were given.</summary>
    public Minimum? Search { get; }

    /// <summary>
    /// Gets σ, the scale of the noise, in the targets' unit; where it varies, that at the mean of the inputs.
    /// </summary>
    public double NoiseScale => Targets.Spread * Math.Sqrt(Mode.Noise.Variance);

    /// <inheritdoc cref="GaussianProcessFit.NoiseSlopes"/>
    public IReadOnlyList<double> NoiseSlopes => Mode.Noise.Slopes;

    /// <summary>Gets ν, the degrees of freedom of the noise.</summary>
    public double Degrees => Mode.Degrees;

    /// <summary>
    /// Gets how much each sample counts, (ν + 1)/(ν + r²/σ²): above 1 where it lies on the function, and near 0 where
    /// it was taken for an outlier.
    /// </summary>
    public Vector<double> SampleWeights
    {
        get
        {
            double[] noise = Mode.Noise.At(Samples);
            return Vector<double>.Build.Dense(Samples.Count, i =>
            {
                double residual = Targets.Scaled[i] - Mode.Latent[i];
                return (Mode.Degrees + 1.0) / (Mode.Degrees + residual * residual / noise[i]);
            });
        }
    }

    /// <inheritdoc/>
    public string? Warning =>
        !Mode.IsConverged ? "The mode of the posterior was not found: use a kernel of smaller variance."
        : Search is { IsConverged: false }
            ? $"The search for hyperparameters did not converge: {Search.Termination.Happened}"
        : null;

    internal RobustTargets Targets { get; }

    internal InputScaling Scaling { get; }

    internal KernelSamples Samples { get; }

    internal StudentMode Mode { get; }

    /// <summary>Predicts new samples.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <returns>
    /// The mean, the deviation of the function, and that of an observation, which is infinite for ν ≤ 2.
    /// </returns>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public GaussianProcessPrediction Predict(Matrix<double> inputs)
    {
        (double[] mean, double[] variance) = Posterior(inputs);
        double share = Degrees > 2.0 ? Degrees / (Degrees - 2.0) : double.PositiveInfinity;
        Vector<double> noise = Vector<double>.Build.Dense(Mode.Noise.At(Scaling.Apply(inputs))) * share;
        Vector<double> variances = Vector<double>.Build.Dense(variance);
        return new GaussianProcessPrediction(
            Vector<double>.Build.Dense(mean) * Targets.Spread + Targets.Level,
            variances.PointwiseSqrt() * Targets.Spread,
            variances.Add(noise).PointwiseSqrt() * Targets.Spread);
    }

    /// <summary>
    /// Computes log p(y) of observed targets, one number a sample: the density of the noise over the posterior of the
    /// function, by the trapezoidal rule.
    /// </summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="targets">y.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together, or a number is not finite.</exception>
    public Vector<double> LogDensity(Matrix<double> inputs, Vector<double> targets) => OfEach(
        inputs, targets, (target, mean, deviation, variance) =>
            Math.Log(Targets.DensityOf(Mode, target, mean, deviation, variance)));

    /// <summary>
    /// Computes the share of observed targets within their central prediction intervals, those of the noise and of the
    /// function together; they have an end where the deviation of the noise has none.
    /// </summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="targets">y.</param>
    /// <param name="level">The probability of an interval, between 0 and 1.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not belong together, a number is not finite, or the level is not between 0 and 1.
    /// </exception>
    public double Coverage(Matrix<double> inputs, Vector<double> targets, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(level, 1.0);
        return OfEach(inputs, targets, (target, mean, deviation, variance) =>
            Targets.ProbabilityWithin(Mode, target, mean, deviation, variance) <= level ? 1.0 : 0.0).Average();
    }

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs) => Predict(inputs).ToRows();

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) =>
        GaussianProcessPrediction.OfFile(path, Scaling.Inputs, Predict);

    /// <summary>
    /// Writes the process to a folder: its samples, hyperparameters and mode, from which <see cref="Load"/> computes
    /// the factors again.
    /// </summary>
    /// <inheritdoc cref="Machines.SupportVectorFit.Save(string, bool)"/>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files) => SavedRobustProcesses.Write(folder, files, this);

    /// <summary>Reads a process that was saved, in the time of one step to the mode.</summary>
    /// <inheritdoc cref="Machines.SupportVectorFit.Load"/>
    public static RobustGaussianProcessFit Load(string folder) => SavedRobustProcesses.Read(folder);

    /// <summary>Gives a readable summary.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Gaussian process with Student-t noise: {Kernel}, σ {NoiseScale:G4}{Mode.Noise.OfInputs}, ν {Degrees:G4}, "
        + $"log evidence {LogEvidence:G6} of {Samples.Count} samples");

    /// <summary>
    /// A number for each target, from the mean and the deviation of the function and the scaled σ² there.
    /// </summary>
    private Vector<double> OfEach(
        Matrix<double> inputs, Vector<double> targets, Func<double, double, double, double, double> of)
    {
        ArgumentNullException.ThrowIfNull(targets);
        (double[] mean, double[] variance) = Posterior(inputs);
        double[] noise = Mode.Noise.At(Scaling.Apply(inputs));
        return targets.Count == mean.Length
            ? Vector<double>.Build.Dense(mean.Length, i => of(targets[i], mean[i], Math.Sqrt(variance[i]), noise[i]))
            : throw new ArgumentException(
                $"There are {targets.Count} targets for {mean.Length} samples.", nameof(targets));
    }

    /// <summary>The mean and the variance of the function, over the targets' spread.</summary>
    private (double[] Mean, double[] Variance) Posterior(Matrix<double> inputs)
    {
        KernelSamples all = Scaling.Apply(inputs);
        double[] mean = new double[all.Count], variance = new double[all.Count];
        Kernel.FillDiagonal(all, variance);
        for (int first = 0; first < all.Count; first += RowsAtATime)
        {
            int count = Math.Min(RowsAtATime, all.Count - first);
            var cross = new GramMatrix(Samples.Count, count);
            Kernel.Fill(Samples, all.Range(first, count), cross);
            GramMatrix explained = GramMatrix.Of(precision.Multiply(cross.ToMatrix()));
            for (int i = 0; i < count; i++)
            {
                mean[first + i] = TensorPrimitives.Dot<double>(cross.Column(i), Mode.Weights);
                variance[first + i] = Math.Max(
                    0.0, variance[first + i] - TensorPrimitives.Dot<double>(cross.Column(i), explained.Column(i)));
            }
        }

        return (mean, variance);
    }
}
