using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Models;

/// <summary>
/// A model of several groups at once: the last input is the number of the sample's group, some parameters are common to
/// all groups, and of the others each group has its own, called <c>name[group]</c>.
/// </summary>
internal sealed class GroupedModel : Model
{
    private readonly Model model;
    private readonly int[][] places;

    /// <param name="model">The model of one group.</param>
    /// <param name="groups">The names of the groups.</param>
    /// <param name="shared">The names of the common parameters.</param>
    /// <param name="column">The name of the column of the groups.</param>
    public GroupedModel(Model model, IReadOnlyList<string> groups, IReadOnlyCollection<string> shared, string column)
    {
        this.model = model;
        InputNames = [.. model.InputNames, column];
        string[] common = [.. model.ParameterNames.Where(shared.Contains)];
        ParameterNames =
        [
            .. common,
            .. groups.SelectMany(group => model.ParameterNames.Except(common).Select(name => NameOf(name, group))),
        ];
        var index = ParameterNames.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);
        places = [.. groups.Select(group =>
            model.ParameterNames.Select(name => index[common.Contains(name) ? name : NameOf(name, group)]).ToArray())];
    }

    public override IReadOnlyList<string> ParameterNames { get; }

    public override IReadOnlyList<string> InputNames { get; }

    public override int Outputs => model.Outputs;

    public override double Epsilon => model.Epsilon;

    public override bool IsParallel => model.IsParallel;

    public static string NameOf(string parameter, string group) => $"{parameter}[{group}]";

    public override void Evaluate(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian)
    {
        int samples = inputs.RowCount, all = samples * Outputs, columns = model.InputNames.Count;
        jacobian.Clear();
        var rowsOf = new List<int>[places.Length];
        for (int i = 0; i < samples; i++)
        {
            (rowsOf[(int)inputs[i, columns]] ??= []).Add(i);
        }

        for (int group = 0; group < places.Length; group++)
        {
            if (rowsOf[group] is not { } rows)
            {
                continue;
            }

            Matrix<double> part = Matrix<double>.Build.Dense(rows.Count, columns, (i, j) => inputs[rows[i], j]);
            double[] theta = new double[places[group].Length];
            for (int j = 0; j < theta.Length; j++)
            {
                theta[j] = parameters[places[group][j]];
            }

            int count = rows.Count * Outputs;
            double[] ofPart = new double[count], slopes = jacobian.IsEmpty ? []
                : new double[checked(count * theta.Length)];
            model.Evaluate(part, theta, ofPart, slopes);
            for (int i = 0; i < count; i++)
            {
                int row = i / rows.Count * samples + rows[i % rows.Count];
                values[row] = ofPart[i];
                for (int j = 0; j < theta.Length && slopes.Length > 0; j++)
                {
                    jacobian[places[group][j] * all + row] = slopes[j * count + i];
                }
            }
        }
    }
}
