using System.Numerics.Tensors;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Kernels.Files;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Machines;

/// <summary>A fitted support vector function, f(x) = Σ β_i k(x_i, x) + b over the support vectors x_i.</summary>
public sealed class SupportVectorFit : IFilePredictor, IRowPredictor
{
    private const int AddedAtATime = 1024;

    private const int PredictedAtATime = 16;

    private const double SingleRounding = 1.0 / (1 << 24);

    private readonly InputScaling scaling;
    private readonly Lazy<KernelSamples> vectors;
    private readonly double[] weights;

    /// <summary>
    /// Takes a solution for samples, or for some of them by their numbers. The samples are those of every machine of a
    /// fit: a vector is copied when its machine alone is asked, and not for each machine.
    /// </summary>
    internal SupportVectorFit(MachineSamples samples, Kernel kernel, DualSolution solution, int[]? numbers)
    {
        scaling = samples.Scaling;
        Kernel = kernel;
        int[] chosen = [.. Enumerable.Range(0, solution.Weights.Length).Where(i => solution.Weights[i] != 0.0)];
        weights = [.. chosen.Select(i => solution.Weights[i])];
        Places = numbers is null ? chosen : [.. chosen.Select(i => numbers[i])];
        SupportVectors = Places;
        (Shared, Samples) = (samples.Inputs, solution.Weights.Length);
        vectors = new Lazy<KernelSamples>(() => Shared.Only(Places.AsSpan()));
        (Offset, DualObjective, Violation) = (solution.Offset, solution.Objective, solution.Violation);
        (Iterations, IsConverged) = (solution.Iterations, solution.IsConverged);
    }

    /// <summary>Takes a function that was saved: its vectors by their places among those of all machines.</summary>
    internal SupportVectorFit(
        InputScaling scaling, Kernel kernel, KernelSamples shared, int[] places, double[] weights, int[] numbers,
        SavedMachine about)
    {
        (this.scaling, Kernel, Shared, Places, this.weights) = (scaling, kernel, shared, places, weights);
        SupportVectors = Array.ConvertAll(places, place => numbers[place]);
        vectors = new Lazy<KernelSamples>(() => Shared.Only(Places.AsSpan()));
        (Samples, Offset, DualObjective) = (about.Samples, about.Offset, about.DualObjective);
        (Violation, Iterations, IsConverged) = (about.Violation, about.Iterations, about.IsConverged);
    }

    /// <summary>Gets the kernel.</summary>
    public Kernel Kernel { get; }

    /// <summary>Gets the numbers of the samples that are support vectors, from 0.</summary>
    public IReadOnlyList<int> SupportVectors { get; }

    /// <summary>Gets β, one number a support vector.</summary>
    public IReadOnlyList<double> Weights => weights;

    /// <summary>Gets the number of samples that the machine was fitted to.</summary>
    public int Samples { get; }

    /// <summary>Gets b.</summary>
    public double Offset { get; }

    /// <summary>Gets the value of the dual objective, ½ βᵀKβ − qᵀβ, which LIBSVM calls obj.</summary>
    public double DualObjective { get; }

    /// <summary>Gets by how much the conditions of Karush, Kuhn and Tucker are violated at most.</summary>
    public double Violation { get; }

    /// <summary>Gets the number of steps.</summary>
    public int Iterations { get; }

    /// <summary>Gets whether the violation is within the tolerance; otherwise the limit on steps was reached.</summary>
    public bool IsConverged { get; }

    /// <summary>Computes f(x) of new samples.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public Vector<double> Predict(Matrix<double> inputs) => Vector<double>.Build.Dense(Predict(scaling.Apply(inputs)));

    /// <summary>Gives a readable summary.</summary>
    public override string ToString() =>
        $"{SupportVectors.Count} support vectors of {Samples} samples, {Kernel}, "
        + (IsConverged
            ? $"converged after {Iterations} steps"
            : $"not converged after {Iterations} steps: raise MaxIterations or lower Penalty");

    /// <summary>
    /// Writes the function to a folder: <c>model.json</c> and <c>model.safetensors</c>, with the bits of every number.
    /// </summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="NotSupportedException">The kernel has no formula.</exception>
    /// <exception cref="IOException">A model is there already, or the disk does not take it.</exception>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    /// <summary>Reads a function that was saved.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InvalidDataException">
    /// A file is damaged, of another kind of model, or of a newer version.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SupportVectorFit Load(string folder) => SavedMachines.ReadRegressor(folder);

    /// <summary>
    /// Turns the feature space so that the plane f(x) = 0 is seen on edge: across, the distance from the plane, along
    /// the normal w = Σ β_i φ(x_i); up, of all directions at right angles to it, that in which the samples differ most.
    /// Only inner products are used, k(x, x′).
    /// </summary>
    /// <param name="inputs">x, samples × inputs; at most 2000 samples.</param>
    /// <exception cref="ArgumentException">
    /// There are too many samples, the number of inputs is another, or a number is not finite.
    /// </exception>
    /// <exception cref="InvalidOperationException">The function is constant: there is no plane.</exception>
    public FeatureSpaceView Turn(Matrix<double> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        const int MaxSamples = 2000;
        if (inputs.RowCount > MaxSamples)
        {
            throw new ArgumentException(
                $"There are {inputs.RowCount} samples; at most {MaxSamples} are turned at a time.", nameof(inputs));
        }

        KernelSamples x = scaling.Apply(inputs);
        double norm = Norm();
        if (!(norm > 0.0))
        {
            throw new InvalidOperationException("The function is the same everywhere: there is no plane that divides.");
        }

        double[] along = Array.ConvertAll(Predict(x), value => (value - Offset) / norm);
        return new FeatureSpaceView([.. along.Select(value => value + Offset / norm)], Beside(x, along), 1.0 / norm);
    }

    /// <summary>Whether the function differs between samples, so that a plane divides them.</summary>
    internal bool HasPlane => Norm() > 0.0;

    /// <summary>‖w‖ of the normal w = Σ β_i φ(x_i).</summary>
    private double Norm()
    {
        double[] ofVectors = Predict(vectors.Value);
        return Math.Sqrt(Math.Max(0.0, weights.Select((weight, i) => weight * (ofVectors[i] - Offset)).Sum()));
    }

    /// <summary>The leading principal coordinate of what the direction along the normal leaves.</summary>
    private double[] Beside(KernelSamples x, double[] along)
    {
        var gram = new GramMatrix(x.Count, x.Count);
        Kernel.Fill(x, x, gram);
        Matrix<double> rest = gram.ToMatrix();
        rest.MapIndexedInplace((i, j, value) => value - along[i] * along[j], Zeros.Include);
        Vector<double> means = rest.ColumnSums() / x.Count;
        double mean = means.Average();
        rest.MapIndexedInplace((i, j, value) => value - means[i] - means[j] + mean, Zeros.Include);
        var eigen = rest.Evd(Symmetricity.Symmetric);
        Vector<double> leading = eigen.EigenVectors.Column(x.Count - 1);
        double scale = Math.Sqrt(Math.Max(0.0, eigen.EigenValues[x.Count - 1].Real))
            * (leading[leading.AbsoluteMaximumIndex()] < 0.0 ? -1.0 : 1.0);
        return [.. leading * scale];
    }

    /// <inheritdoc/>
    public string? Warning => IsConverged
        ? null
        : $"The machine did not converge after {Iterations} steps: lower C, or standardize the inputs.";

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs) => new(Predict(inputs).ToColumnMatrix());

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files) => SavedMachines.Write(folder, files, this);

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) =>
        NumberRows.Predict(path, scaling.Inputs, x => Predict(x).ToColumnMatrix());

    internal InputScaling Scaling => scaling;

    /// <summary>Gets the samples among which the vectors are: the same for all machines of a classifier.</summary>
    internal KernelSamples Shared { get; }

    /// <summary>Gets the places of the vectors among <see cref="Shared"/>.</summary>
    internal int[] Places { get; }

    internal double[] Predict(KernelSamples x)
    {
        double[] values = new double[x.Count];
        float[] single = Array.ConvertAll(weights, weight => (float)weight);
        bool isSingle = IsExactEnough;
        int parts = Math.Min(Team.Size, x.Count);
        Team.Run(parts, part =>
        {
            (int start, int count) = Team.Part(x.Count, part, parts);
            if (!isSingle)
            {
                PredictDouble(x, start, values.AsSpan(start, count));
                return;
            }

            PredictSingle(x, start, values.AsSpan(start, count), single);
        });
        return values;
    }

    private void PredictSingle(KernelSamples x, int first, Span<double> values, float[] single)
    {
        int count = weights.Length;
        KernelColumns columns = Kernel.Columns(vectors.Value, x);
        float[] room = new float[count * PredictedAtATime];
        for (int start = 0; start < values.Length; start += PredictedAtATime)
        {
            int rows = Math.Min(PredictedAtATime, values.Length - start);
            columns.Fill(first + start, rows, room);
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<float> column = room.AsSpan(row * count, count);
                double sum = Offset;

                // Few are added in float32, the sums of them in float64.
                for (int at = 0; at < column.Length; at += AddedAtATime)
                {
                    int added = Math.Min(AddedAtATime, column.Length - at);
                    sum += TensorPrimitives.Dot(column.Slice(at, added), single.AsSpan(at, added));
                }

                values[start + row] = sum;
            }
        }
    }

    /// <summary>
    /// Gets whether Σ β_i k_i keeps 5 digits of a decision, or of the largest weight, where each k_i is rounded to
    /// float32.
    /// </summary>
    internal bool IsExactEnough => weights.Length > 0
        && TensorPrimitives.Norm<double>(weights) * SingleRounding
            <= 1e-5 * Math.Min(1.0, TensorPrimitives.MaxMagnitude<double>(weights));

    private void PredictDouble(KernelSamples x, int first, Span<double> values)
    {
        var column = new GramMatrix(weights.Length, 1);
        for (int i = 0; i < values.Length; i++)
        {
            Kernel.Fill(vectors.Value, x.Range(first + i, 1), column);
            values[i] = TensorPrimitives.Dot<double>(column.Column(0), weights) + Offset;
        }
    }
}
