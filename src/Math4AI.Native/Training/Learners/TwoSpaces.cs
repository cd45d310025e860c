using Math4AI.Data.Models;
using Math4AI.Kernels.Machines;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>
/// The two spaces of a classifier: the plane of its inputs, or of their two largest principal components where they are
/// more than two, and the feature space of its kernel, turned so that the plane that divides two classes is seen on
/// edge.
/// </summary>
/// <param name="Across">The name of the first coordinate of the input plane.</param>
/// <param name="Up">The name of the second.</param>
/// <param name="Inputs">The samples in the input plane.</param>
/// <param name="Spaces">The feature space for each pair of classes that is shown.</param>
/// <param name="Classes">The class of each sample, from 0.</param>
public sealed record TwoSpaces(
    string Across, string Up, IReadOnlyList<(double X, double Y)> Inputs, IReadOnlyList<PairSpace> Spaces,
    IReadOnlyList<int> Classes)
{
    private const int MaxSamples = 500;
    private const int MaxPairs = 3;

    /// <summary>Computes the mean of every feature over the samples of each class; 0 where a class has none.</summary>
    /// <param name="features">Samples × features.</param>
    /// <param name="classes">The class of each sample, from 0.</param>
    /// <param name="count">The number of classes.</param>
    public static IReadOnlyList<double[]> MeansOf(Matrix<double> features, IReadOnlyList<int> classes, int count)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(classes);
        return [.. Enumerable.Range(0, count).Select(of =>
        {
            int[] members = [.. Enumerable.Range(0, classes.Count).Where(i => classes[i] == of)];
            Vector<double> sum = Vector<double>.Build.Dense(features.ColumnCount);
            foreach (int i in members)
            {
                sum += features.Row(i);
            }

            return (sum / Math.Max(1, members.Length)).ToArray();
        })];
    }

    /// <summary>Looks at samples in both spaces; of many, at 500 that are evenly taken.</summary>
    /// <param name="model">The model on the inputs.</param>
    /// <param name="inputs">Samples × inputs.</param>
    /// <param name="names">The names of the inputs.</param>
    /// <param name="classes">The class of each sample, from 0; −1 where it is not known.</param>
    /// <returns>
    /// The two spaces, the second one for each pair of classes that the model divides; null where the model has no
    /// feature space, or the samples no two directions.
    /// </returns>
    public static TwoSpaces? Of(
        IRowPredictor model, Matrix<double> inputs, IReadOnlyList<string> names, IReadOnlyList<int> classes)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(classes);
        if (model is not IFeatureSpace space || inputs.RowCount < 3)
        {
            return null;
        }

        int stride = (inputs.RowCount + MaxSamples - 1) / MaxSamples;
        int[] rows = [.. Enumerable.Range(0, (inputs.RowCount + stride - 1) / stride).Select(i => i * stride)];
        Matrix<double> some = Matrix<double>.Build.DenseOfRowVectors(rows.Select(inputs.Row));
        PairSpace[] spaces = [.. space.Pairs.Take(MaxPairs).Select(pair =>
        {
            int[] members = [.. Enumerable.Range(0, rows.Length).Where(
                i => classes[rows[i]] == pair.First || classes[rows[i]] == pair.Second)];
            return members.Length < 3 || !pair.Machine.HasPlane ? null : new PairSpace(
                pair.First,
                pair.Second,
                pair.Machine.Turn(Matrix<double>.Build.DenseOfRowVectors(members.Select(some.Row))),
                [.. members.Select(i => classes[rows[i]])]);
        }).OfType<PairSpace>()];
        if (inputs.ColumnCount == 2)
        {
            return new TwoSpaces(names[0], names[1], [.. some.EnumerateRows().Select(row => (row[0], row[1]))], spaces,
                [.. rows.Select(row => classes[row])]);
        }

        Vector<double> means = some.ColumnSums() / some.RowCount;
        ThinSvd<double> svd = ThinSvd.Of(some.MapIndexed((_, column, value) => value - means[column], Zeros.Include));
        return svd.Rank < 2 ? null : new TwoSpaces(
            "first principal component of the features",
            "second",
            [.. rows.Select((_, i) => (svd.U[i, 0] * svd.S[0], svd.U[i, 1] * svd.S[1]))],
            spaces,
            [.. rows.Select(row => classes[row])]);
    }
}

/// <summary>The feature space for a pair of classes.</summary>
/// <param name="First">The class on the side of positive distances.</param>
/// <param name="Second">The other class.</param>
/// <param name="View">The samples of the two, in the turned space.</param>
/// <param name="Classes">The class of each of them.</param>
public sealed record PairSpace(int First, int Second, FeatureSpaceView View, IReadOnlyList<int> Classes);
