using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Kernels.Files;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels;

/// <summary>A function fitted by <see cref="KernelRidge"/>, f(x) = Σ α_i k(x_i, x) + b.</summary>
public sealed class KernelRidgeFit : IFilePredictor, IRowPredictor
{
    // Kernel values that are held at a time, 64 MB.
    private const int ValuesAtATime = 1 << 23;

    private readonly KernelSamples samples;

    internal KernelRidgeFit(
        Kernel kernel, KernelSamples samples, Matrix<double> weights, Vector<double> offsets, RidgeReport report) =>
        (Kernel, this.samples, Weights, Offsets, Report) = (kernel, samples, weights, offsets, report);

    /// <summary>Gets the kernel.</summary>
    public Kernel Kernel { get; }

    /// <summary>Gets α, samples × outputs.</summary>
    public Matrix<double> Weights { get; }

    /// <inheritdoc cref="Machines.SupportVectorFit.Save(string, bool)"/>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files) => SavedRidges.Write(folder, files, this);

    /// <inheritdoc cref="Machines.SupportVectorFit.Load"/>
    public static KernelRidgeFit Load(string folder) => SavedRidges.Read(folder);

    /// <inheritdoc/>
    public string? Warning => IsConverged
        ? null
        : $"Conjugate gradients did not converge after {Iterations} steps: raise the penalty, or use fewer rows.";

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs) => new(Predict(inputs));

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => NumberRows.Predict(path, samples.Inputs, Predict);

    internal KernelSamples Samples => samples;

    /// <summary>
    /// Gets b, one number an output: the means of the targets, or 0 without <see cref="KernelRidge.Center"/>.
    /// </summary>
    public Vector<double> Offsets { get; }

    /// <summary>
    /// Gets the number of steps of conjugate gradients, of the output that took most; 0 for a factor in float64.
    /// </summary>
    public int Iterations => Report.Iterations;

    /// <summary>
    /// Gets ‖y − (K + λ I) α‖/‖y‖ as conjugate gradients left it, of the worst output; 0 for a factor in float64.
    /// </summary>
    public double Residual => Report.Residual;

    /// <summary>
    /// Gets whether the residual is within the tolerance; if not, raise MaxIterations, LandmarkCount or Penalty.
    /// </summary>
    public bool IsConverged => Report.IsConverged;

    internal RidgeReport Report { get; }

    /// <summary>Predicts new samples.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <returns>f(x), samples × outputs.</returns>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public Matrix<double> Predict(Matrix<double> inputs)
    {
        var x = new KernelSamples(inputs, nameof(inputs));
        if (x.Inputs != samples.Inputs)
        {
            throw new ArgumentException(
                $"The function takes {samples.Inputs} inputs, and there are {x.Inputs}.", nameof(inputs));
        }

        var predictions = Matrix<double>.Build.Dense(x.Count, Weights.ColumnCount);
        int rows = Math.Max(1, ValuesAtATime / samples.Count);
        for (int first = 0; first < x.Count; first += rows)
        {
            int count = Math.Min(rows, x.Count - first);
            var cross = new GramMatrix(samples.Count, count);
            Kernel.Fill(samples, new KernelSamples(inputs.SubMatrix(first, count, 0, x.Inputs), nameof(inputs)), cross);
            predictions.SetSubMatrix(first, 0, cross.ToMatrix().TransposeThisAndMultiply(Weights));
        }

        predictions.MapIndexedInplace((_, output, value) => value + Offsets[output], Zeros.Include);
        return predictions;
    }

    /// <summary>Returns the kernel and the number of samples.</summary>
    public override string ToString() => $"kernel ridge: {Kernel}, {Counted.Of(samples.Count, "sample")}"
        + (IsConverged ? string.Empty : "; not converged");
}
