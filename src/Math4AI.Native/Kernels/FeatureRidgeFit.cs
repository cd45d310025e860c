using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Features;
using Math4AI.Kernels.Files;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels;

/// <summary>A function fitted by <see cref="FeatureRidge"/>, f(x) = wᵀφ(x) + b.</summary>
public sealed class FeatureRidgeFit : IFilePredictor, IRowPredictor
{
    // Features that are held at a time, 64 MB.
    private const int ValuesAtATime = 1 << 23;

    private readonly FittedFeatures<Matrix<double>> map;
    private readonly int inputs;

    internal FeatureRidgeFit(
        string formula, FittedFeatures<Matrix<double>> map, int inputs, Matrix<double> weights,
        Vector<double> offsets) =>
        (Formula, this.map, this.inputs, Weights, Offsets) = (formula, map, inputs, weights, offsets);

    /// <summary>Gets the formula of the features.</summary>
    public string Formula { get; }

    /// <summary>Gets w, features × outputs.</summary>
    public Matrix<double> Weights { get; }

    /// <summary>Gets b, one number an output.</summary>
    public Vector<double> Offsets { get; }

    internal FittedFeatures<Matrix<double>> Map => map;

    internal int Inputs => inputs;

    /// <inheritdoc cref="Machines.SupportVectorFit.Save(string, bool)"/>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files) => SavedFeatureRidges.Write(folder, files, this);

    /// <inheritdoc cref="Machines.SupportVectorFit.Load"/>
    public static FeatureRidgeFit Load(string folder) => SavedFeatureRidges.Read(folder);

    /// <inheritdoc/>
    public RowPredictions PredictRows(Matrix<double> inputs) => new(Predict(inputs));

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => NumberRows.Predict(path, inputs, Predict);

    /// <summary>Predicts new samples.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <returns>f(x), samples × outputs.</returns>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public Matrix<double> Predict(Matrix<double> inputs)
    {
        var x = new KernelSamples(inputs, nameof(inputs));
        var predictions = Matrix<double>.Build.Dense(x.Count, Weights.ColumnCount);
        int count = Weights.RowCount, rows = Math.Min(x.Count, Math.Max(1, ValuesAtATime / count));
        double[] features = new double[GramMatrix.Elements(count, rows)];
        Matrix<double> block = Matrix<double>.Build.Dense(count, rows, features);
        for (int first = 0; first < x.Count; first += rows)
        {
            int some = Math.Min(rows, x.Count - first);
            map.Fill(x.Range(first, some).ToMatrix(), features);
            Matrix<double> found = (some == rows ? block : block.SubMatrix(0, count, 0, some))
                .TransposeThisAndMultiply(Weights);
            predictions.SetSubMatrix(first, 0, found);
        }

        predictions.MapIndexedInplace((_, output, value) => value + Offsets[output], Zeros.Include);
        return predictions;
    }

    /// <summary>Returns the formula of the features.</summary>
    public override string ToString() => $"ridge regression on {Formula}";
}
