using Math4AI.Data.Tables;
using Math4AI.Probability;
using Math4AI.Training.Learners;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Explanations;

/// <summary>
/// How much a model needs a column: by how much its loss grows, −ln p of classes or the root mean square error of
/// numbers, where the column's values change places among the rows. Of two columns that say the same, either seems
/// unimportant. Source: L. Breiman, "Random forests", Machine Learning 45 (2001).
/// </summary>
/// <param name="Name">The column.</param>
/// <param name="Increase">The increase of the loss.</param>
/// <param name="Error">Its standard error, over the rows.</param>
public sealed record ColumnImportance(string Name, double Increase, double Error)
{
    private const int MaxRows = 500;
    private const int Repeats = 5;

    /// <summary>Measures every column, the most important first, by at most 500 rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Rows with inputs and target, which the model should not have seen.</param>
    /// <param name="seed">The seed of the changes of place.</param>
    /// <param name="cancellation">Stops between columns.</param>
    /// <exception cref="ArgumentException">A column or a value is missing.</exception>
    public static IReadOnlyList<ColumnImportance> Of(
        LearnedTable model, Table rows, int seed = 1, CancellationToken cancellation = default) =>
        OfModel(model, rows, seed, cancellation);

    /// <summary>Measures every column for a network, the most important first, by at most 500 rows.</summary>
    /// <param name="model">The network.</param>
    /// <param name="rows">Rows with inputs and target, which the network should not have seen.</param>
    /// <param name="seed">The seed of the changes of place.</param>
    /// <param name="cancellation">Stops between columns.</param>
    /// <exception cref="ArgumentException">A column or a value is missing.</exception>
    public static IReadOnlyList<ColumnImportance> Of(
        TableModel model, Table rows, int seed = 1, CancellationToken cancellation = default) =>
        OfModel(model, rows, seed, cancellation);

    private static IReadOnlyList<ColumnImportance> OfModel(
        IScoredModel model, Table rows, int seed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Rows < 2)
        {
            // Nothing can change places.
            return [];
        }

        rows = Some(rows, MaxRows);
        double[][] inputs = LearnedTable.Encode(model.Encoder, rows).ToRowArrays();
        Func<Matrix<double>, double[]> lossesOf = LossesOf(model, rows);
        double[] LossesAt(double[][] encoded) => lossesOf(model.PredictEncoded(Rows(encoded)));
        double[] before = LossesAt(inputs);
        var random = new MersenneTwister(seed, threadSafe: false);
        var found = new List<ColumnImportance>();
        foreach (InputGroup group in InputGroup.Of(model.Encoder))
        {
            cancellation.ThrowIfCancellationRequested();
            double[] increases = new double[before.Length];
            for (int repeat = 0; repeat < Repeats; repeat++)
            {
                double[] after = LossesAt(Shuffled(inputs, group, random));
                for (int i = 0; i < increases.Length; i++)
                {
                    increases[i] += (after[i] - before[i]) / Repeats;
                }
            }

            found.Add(Of(group.Column.Name, before, increases, model.Task));
        }

        return [.. found.OrderByDescending(each => each.Increase)];
    }

    /// <summary>The rows, each with the values that another one has in a group of inputs.</summary>
    private static double[][] Shuffled(double[][] inputs, InputGroup group, MersenneTwister random)
    {
        int[] places = [.. Enumerable.Range(0, inputs.Length)];
        random.Shuffle(places);
        return [.. inputs.Select((row, i) =>
        {
            double[] changed = [.. row];
            group.Copy(inputs[places[i]], changed);
            return changed;
        })];
    }

    internal static Matrix<double> Rows(double[][] rows) => Matrix<double>.Build.DenseOfRowArrays(rows);

    /// <summary>At most so many rows, evenly taken.</summary>
    internal static Table Some(Table rows, int most) => rows.Rows <= most
        ? rows
        : rows.Select([.. Enumerable.Range(0, most).Select(i => (int)((long)i * rows.Rows / most))]);

    private static ColumnImportance Of(string name, double[] before, double[] increases, TableTask task)
    {
        int rows = increases.Length;
        double mean = increases.Average();
        double error = rows > 1 ? Spread.Of(increases) / Math.Sqrt(rows) : 0.0;
        if (task == TableTask.Classification)
        {
            return new ColumnImportance(name, mean, error);
        }

        // Of squares: the increase of the root, and its error to first order.
        double loss = before.Average(), root = Math.Sqrt(Math.Max(0.0, loss + mean));
        return new ColumnImportance(name, root - Math.Sqrt(loss), error / (2.0 * Math.Max(root, double.Epsilon)));
    }

    private static Func<Matrix<double>, double[]> LossesOf(IScoredModel model, Table rows)
    {
        const double MinProbability = 1e-12;
        if (model.Task == TableTask.Regression)
        {
            double[] y = rows.Numbers(model.Target);
            return found => [.. y.Select((value, i) => (found[i, 0] - value) * (found[i, 0] - value))];
        }

        int[] classes = TableTraining.Observed(model.Target, model.Classes, rows);
        return found => [.. classes.Select((of, i) => -Math.Log(Math.Max(MinProbability, found[i, of])))];
    }
}
