using Math4AI.Data.Tables;
using Math4AI.Training.Learners;

namespace Math4AI.Training.Tables;

/// <summary>The decision regions of a classifier of two inputs, and rows to compare them with.</summary>
/// <param name="Across">The first input.</param>
/// <param name="Up">The second.</param>
/// <param name="Left">The minimum of the first.</param>
/// <param name="Right">The maximum of the first.</param>
/// <param name="Bottom">The minimum of the second.</param>
/// <param name="Top">The maximum of the second.</param>
/// <param name="Probabilities">Of the classes: [row from the bottom][column][class].</param>
/// <param name="Points">Rows, and their observed classes.</param>
public sealed record DecisionPlane(
    string Across,
    string Up,
    double Left,
    double Right,
    double Bottom,
    double Top,
    double[][][] Probabilities,
    IReadOnlyList<(double X, double Y, int Class)> Points)
{
    /// <summary>Evaluates a classifier over the plane of its two inputs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Rows with inputs and target.</param>
    /// <param name="size">Points along each side.</param>
    /// <returns>The plane; null where the model has not two inputs, both numbers, or predicts no classes.</returns>
    public static DecisionPlane? Of(TableModel model, Table rows, int size = 120)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Of(model.About.Encoder, model.About.Target, model.About.Classes, model.Predict, rows, size);
    }

    /// <summary>Evaluates a learner's classifier over the plane of its two inputs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Rows with inputs and target.</param>
    /// <param name="size">Points along each side.</param>
    /// <returns>The plane; null where the model has not two inputs, both numbers, or predicts no classes.</returns>
    public static DecisionPlane? Of(LearnedTable model, Table rows, int size = 120)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Of(
            model.About.Encoder, model.About.Target, model.About.Classes,
            table => model.Predict(table).Values.ToRowArrays(), rows, size);
    }

    private static DecisionPlane? Of(
        TableEncoder encoder, string target, IReadOnlyList<string> classes, Func<Table, double[][]> predict,
        Table rows, int size)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        EncodedColumn[] inputs = [.. encoder.Columns.Where(column => !column.IsConstant)];
        if (classes.Count == 0 || inputs.Length != 2 || inputs.Any(column => column.Classes.Count > 0))
        {
            return null;
        }

        (string across, string up) = (inputs[0].Name, inputs[1].Name);
        double[] x = encoder.NumbersOf(rows, inputs[0]), y = encoder.NumbersOf(rows, inputs[1]);
        IReadOnlyList<string?> observed = rows.Texts(target);
        (double X, double Y, int Class)[] points =
        [
            .. Enumerable.Range(0, rows.Rows).Where(i => double.IsFinite(x[i]) && double.IsFinite(y[i]))
                .Select(i => (x[i], y[i], classes.ToList().IndexOf(observed[i] ?? string.Empty))),
        ];
        (double left, double right) = Span(points.Select(point => point.X));
        (double bottom, double top) = Span(points.Select(point => point.Y));
        double[] columns = [.. Enumerable.Range(0, size).Select(i => left + (right - left) * (i + 0.5) / size)];
        double[][][] probabilities =
        [
            .. Enumerable.Range(0, size).Select(i => bottom + (top - bottom) * (i + 0.5) / size)
                .Select(height => predict(
                Table.OfNumbers([(across, columns), (up, [.. columns.Select(_ => height)])]))),
        ];
        return new DecisionPlane(across, up, left, right, bottom, top, probabilities, points);
    }

    private static (double From, double To) Span(IEnumerable<double> values)
    {
        double[] all = [.. values.DefaultIfEmpty(0.0)];
        double margin = all.Max() > all.Min() ? 0.08 * (all.Max() - all.Min()) : 1.0;
        return (all.Min() - margin, all.Max() + margin);
    }
}
