using Math4AI.Data.Models;
using Math4AI.Kernels.Files;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels;

/// <summary>A function fitted by <see cref="KernelRidge"/>, f(x) = Σ α_i k(x_i, x).</summary>
public sealed class KernelRidgeFit : IFilePredictor
{
    // Rows that are predicted at a time: kernel values of rows × samples are held.
    private const int RowsAtATime = 1024;

    private readonly KernelSamples samples;

    internal KernelRidgeFit(Kernel kernel, KernelSamples samples, Matrix<double> weights) =>
        (Kernel, this.samples, Weights) = (kernel, samples, weights);

    /// <summary>Gets the kernel.</summary>
    public Kernel Kernel { get; }

    /// <summary>Gets α, samples × outputs.</summary>
    public Matrix<double> Weights { get; }

    /// <inheritdoc cref="Machines.SupportVectorFit.Save"/>
    public void Save(string folder, bool replace = false) => ModelFolder.Save(folder, replace, files => SavedRidges.Write(folder, files, this));

    /// <inheritdoc cref="Machines.SupportVectorFit.Load"/>
    public static KernelRidgeFit Load(string folder) => SavedRidges.Read(folder);

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => NumberRows.Predict(path, samples.Inputs, Predict);

    internal KernelSamples Samples => samples;

    /// <summary>Predicts new samples.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <returns>f(x), samples × outputs.</returns>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public Matrix<double> Predict(Matrix<double> inputs)
    {
        var x = new KernelSamples(inputs, nameof(inputs));
        if (x.Inputs != samples.Inputs)
        {
            throw new ArgumentException($"The function takes {samples.Inputs} inputs, and there are {x.Inputs}.", nameof(inputs));
        }

        var predictions = Matrix<double>.Build.Dense(x.Count, Weights.ColumnCount);
        for (int first = 0; first < x.Count; first += RowsAtATime)
        {
            int count = Math.Min(RowsAtATime, x.Count - first);
            var cross = new GramMatrix(samples.Count, count);
            Kernel.Fill(samples, new KernelSamples(inputs.SubMatrix(first, count, 0, x.Inputs), nameof(inputs)), cross);
            predictions.SetSubMatrix(first, 0, cross.ToMatrix().TransposeThisAndMultiply(Weights));
        }

        return predictions;
    }
}
