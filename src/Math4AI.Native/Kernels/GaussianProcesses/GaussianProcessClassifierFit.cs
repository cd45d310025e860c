using System.Globalization;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Kernels.Files;
using Math4AI.Kernels.GaussianProcesses.Laplace;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>A Gaussian process fitted to classes: it predicts their probabilities.</summary>
public sealed class GaussianProcessClassifierFit : IFilePredictor, IRowPredictor
{
    // Rows that are predicted at a time: kernel values of rows × samples are held.
    private const int RowsAtATime = 1024;

    private readonly int[] names;

    internal GaussianProcessClassifierFit(
        InputScaling scaling, KernelSamples samples, int[] names, int[] places, Kernel kernel, ClassMode mode,
        Minimum? search)
    {
        (Scaling, Samples, Places, Mode, this.names) = (scaling, samples, places, mode, names);
        (Kernel, Search, LogEvidence) = (kernel, search, mode.LogEvidence);
    }

    /// <summary>Gets the classes, in ascending order.</summary>
    public IReadOnlyList<int> Classes => names;

    /// <summary>Gets the kernel of the latent functions with the estimated hyperparameters.</summary>
    public Kernel Kernel { get; }

    /// <summary>Gets log q(y), Laplace's approximation of the log probability of the classes.</summary>
    public double LogEvidence { get; }

    /// <summary>Gets how the search from the best start ended; null where the hyperparameters were given.</summary>
    public Minimum? Search { get; }

    /// <summary>
    /// Gets the latent values at the mode of the posterior: samples × 1 for two classes, of which the second has the
    /// positive ones; samples × classes for more.
    /// </summary>
    public Matrix<double> Latent => Matrix<double>.Build.Dense(Samples.Count, Mode.Functions, [.. Mode.Latent]);

    /// <inheritdoc/>
    public string? Warning =>
        !Mode.IsConverged ? "The mode of the posterior was not found: use a kernel of smaller variance."
        : Search is { IsConverged: false }
            ? $"The search for hyperparameters did not converge: {Search.Termination.Happened}"
        : null;

    internal InputScaling Scaling { get; }

    internal KernelSamples Samples { get; }

    internal int[] Places { get; }

    internal ClassMode Mode { get; }

    /// <summary>
    /// Computes the probabilities of the classes, samples × classes: the expectation over the posterior of the latent
    /// values, by quadrature for two classes (right to 1e-8), and for more over 2048 points that are the same for all
    /// samples (right to about 1e-3 where the latent variance is about 1).
    /// </summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public Matrix<double> Probabilities(Matrix<double> inputs)
    {
        KernelSamples all = Scaling.Apply(inputs);
        Matrix<double> found = Matrix<double>.Build.Dense(all.Count, names.Length);
        for (int first = 0; first < all.Count; first += RowsAtATime)
        {
            KernelSamples some = all.Range(first, Math.Min(RowsAtATime, all.Count - first));
            var cross = new GramMatrix(Samples.Count, some.Count);
            Kernel.Fill(Samples, some, cross);
            double[] prior = new double[some.Count];
            Kernel.FillDiagonal(some, prior);
            double[] probabilities = Mode.Probabilities(cross, prior);
            for (int i = 0; i < some.Count; i++)
            {
                found.SetRow(first + i, probabilities.AsSpan(i * names.Length, names.Length).ToArray());
            }
        }

        return found;
    }

    /// <summary>Predicts the most probable class of new samples; of a tie, the first.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public int[] Predict(Matrix<double> inputs) =>
        [.. Probabilities(inputs).EnumerateRows().Select(row => names[row.MaximumIndex()])];

    /// <summary>
    /// Predicts classes that are places from 0 on: probabilities, samples × (largest class + 1).
    /// </summary>
    /// <inheritdoc cref="IRowPredictor.PredictRows"/>
    public RowPredictions PredictRows(Matrix<double> inputs)
    {
        if (names[0] < 0)
        {
            throw new InvalidOperationException(
                $"The class {names[0]} is no place: classes are numbered from 0 on for predictions by rows.");
        }

        Matrix<double> found = Probabilities(inputs);
        Matrix<double> rows = Matrix<double>.Build.Dense(inputs.RowCount, names[^1] + 1);
        for (int of = 0; of < names.Length; of++)
        {
            rows.SetColumn(names[of], found.Column(of));
        }

        return new RowPredictions(rows);
    }

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => NumberRows.Predict(
        path, Scaling.Inputs,
        x => Matrix<double>.Build.DenseOfColumnArrays(Array.ConvertAll(Predict(x), of => (double)of)));

    /// <summary>
    /// Writes the process to a folder: its samples, hyperparameters and mode, from which <see cref="Load"/> computes
    /// the factors again.
    /// </summary>
    /// <inheritdoc cref="Machines.SupportVectorFit.Save(string, bool)"/>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files) => SavedClassProcesses.Write(folder, files, this);

    /// <summary>Reads a process that was saved, in the time of one step to the mode.</summary>
    /// <inheritdoc cref="Machines.SupportVectorFit.Load"/>
    public static GaussianProcessClassifierFit Load(string folder) => SavedClassProcesses.Read(folder);

    /// <summary>Gives a readable summary.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Gaussian process of {names.Length} classes: {Kernel}, log evidence {LogEvidence:G6} of {Samples.Count} "
        + $"samples");
}
