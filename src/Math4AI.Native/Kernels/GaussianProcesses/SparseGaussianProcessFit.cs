using System.Globalization;
using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Fitting.Models;
using Math4AI.Kernels.Files;
using Math4AI.Kernels.GaussianProcesses.Sparse;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>A Gaussian process with inducing points that was fitted to samples; it does not hold the samples.</summary>
public sealed class SparseGaussianProcessFit : IFilePredictor, IRowPredictor, IProcess
{
    // Rows that are predicted at a time: kernel values of rows × inducing points are held.
    private const int RowsAtATime = 1024;

    private readonly double[] meanParameters;

    internal SparseGaussianProcessFit(
        ProcessSamples samples, SparseState state, double[] meanParameters, Minimum? search)
        : this(
            new SparseScales(samples.Scaling, samples.TargetScale, samples.Level, samples.Mean), state, meanParameters,
            samples.Count, -state.Cost - samples.Count * Math.Log(samples.TargetScale)) => Search = search;

    internal SparseGaussianProcessFit(
        SparseScales scales, SparseState state, double[] meanParameters, int sampleCount, double logEvidence)
    {
        (Scales, State, this.meanParameters, SampleCount) = (scales, state, meanParameters, sampleCount);
        LogEvidence = logEvidence;
    }

    /// <inheritdoc cref="GaussianProcessFit.Kernel"/>
    public Kernel Kernel => State.Kernel;

    /// <inheritdoc/>
    public IReadOnlyList<double>? LengthScales => Scales.Inputs.LengthScalesOf(Kernel);

    /// <inheritdoc cref="GaussianProcessFit.NoiseVariance"/>
    public double NoiseVariance => State.Noise * Scales.Target * Scales.Target;

    /// <summary>
    /// Gets the variational free energy, a lower bound of log p(y), of the targets in their own unit.
    /// </summary>
    public double LogEvidence { get; }

    /// <summary>Gets how the search ended; null where the hyperparameters were given.</summary>
    public Minimum? Search { get; }

    /// <inheritdoc cref="GaussianProcessFit.MeanParameters"/>
    public IReadOnlyList<double> MeanParameters => meanParameters;

    /// <summary>Gets the number of samples that the process was fitted to.</summary>
    public int SampleCount { get; }

    /// <summary>Gets the number of inducing points.</summary>
    public int InducingCount => State.Landmarks.Count;

    /// <inheritdoc/>
    public string? Warning => Search is { IsConverged: false }
        ? $"The search for hyperparameters did not converge: {Search.Termination.Happened}"
        : null;

    internal SparseScales Scales { get; }

    internal SparseState State { get; }

    /// <summary>Gets what the estimate of the mean's parameters leaves open; null where there are none.</summary>
    internal MeanUncertainty? Uncertainty { get; init; }

    /// <summary>
    /// Computes the covariance (Jᵀ K̃⁻¹ J)⁻¹ of the mean's parameters, J = ∂m/∂β, with the hyperparameters taken as
    /// known and K̃ the covariance by inducing points: that of generalized least squares.
    /// </summary>
    /// <exception cref="InvalidOperationException">No parameters of a mean function were estimated.</exception>
    public Matrix<double> MeanCovariance() => Uncertainty?.Covariance() ?? throw new InvalidOperationException(
        "No parameters of a mean function were estimated, or the process was saved without their covariance.");

    /// <summary>
    /// Predicts new samples. Where the parameters of a mean function were estimated, their uncertainty counts, as with
    /// <see cref="GaussianProcessFit.Predict"/>.
    /// </summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public GaussianProcessPrediction Predict(Matrix<double> inputs)
    {
        KernelSamples all = Scales.Inputs.Apply(inputs);
        double[] mean = new double[all.Count], variance = new double[all.Count];
        Kernel.FillDiagonal(all, variance);
        for (int first = 0; first < all.Count; first += RowsAtATime)
        {
            int count = Math.Min(RowsAtATime, all.Count - first);
            GramMatrix features = State.Landmarks.Features(all.Range(first, count));
            for (int i = 0; i < count; i++)
            {
                mean[first + i] = TensorPrimitives.Dot<double>(features.Column(i), State.Reduced);
                variance[first + i] -= TensorPrimitives.SumOfSquares<double>(features.Column(i));
            }

            Vector<double>? ofMean = Uncertainty?.Variances(Uncertainty.Rows(
                inputs.SubMatrix(first, count, 0, inputs.ColumnCount), features.ToMatrix()));
            State.Whole.SolveLower(features.Values);
            for (int i = 0; i < count; i++)
            {
                variance[first + i] = (ofMean?[i] ?? 0.0) + Math.Max(
                    0.0, variance[first + i] + TensorPrimitives.SumOfSquares<double>(features.Column(i)));
            }
        }

        Vector<double> deviations = Vector<double>.Build.Dense(variance);
        return new GaussianProcessPrediction(
            Vector<double>.Build.Dense(mean) * Scales.Target + Scales.MeanOf(inputs, meanParameters),
            deviations.PointwiseSqrt() * Scales.Target,
            deviations.Add(State.Noise).PointwiseSqrt() * Scales.Target);
    }

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs) => Predict(inputs).ToRows();

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) =>
        GaussianProcessPrediction.OfFile(path, Scales.Inputs.Inputs, Predict);

    /// <summary>Writes the process to a folder: its inducing points and what the samples say of them.</summary>
    /// <exception cref="NotSupportedException">The kernel, or the mean, has no formula.</exception>
    /// <inheritdoc cref="Machines.SupportVectorFit.Save(string, bool)"/>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files) => SavedSparseProcesses.Write(folder, files, this);

    /// <summary>Reads a process that was saved. How its search ended is not kept.</summary>
    /// <inheritdoc cref="Machines.SupportVectorFit.Load"/>
    public static SparseGaussianProcessFit Load(string folder) => SavedSparseProcesses.Read(folder);

    /// <summary>Gives a readable summary.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Gaussian process: {Kernel}, noise variance {NoiseVariance:G4}, log evidence at least {LogEvidence:G6} of "
        + $"{SampleCount} samples, {InducingCount} inducing points");
}

/// <summary>The scales of inputs and targets, and the mean function.</summary>
/// <param name="Inputs">Of the inputs.</param>
/// <param name="Target">What residuals are divided by.</param>
/// <param name="Level">The constant mean; 0 where there is a model of it.</param>
/// <param name="Mean">The mean function; null for the constant.</param>
internal sealed record SparseScales(InputScaling Inputs, double Target, double Level, Model? Mean)
{
    public Vector<double> MeanOf(Matrix<double> inputs, double[] parameters) =>
        Mean?.Evaluate(inputs, Vector<double>.Build.Dense(parameters))
            ?? Vector<double>.Build.Dense(inputs.RowCount, Level);
}
