using System.Numerics.Tensors;
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
    private volatile Partition? known;

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

    // A sample has slopes by the parameters of its own group alone.
    public override bool PrefersGradient => true;

    public override void Evaluate(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian)
    {
        int all = inputs.RowCount * Outputs;
        jacobian.Clear();
        foreach (Part part in PartsOf(inputs))
        {
            double[] ofPart = new double[part.Rows.Length];
            double[] slopes = jacobian.IsEmpty ? [] : new double[checked(ofPart.Length * part.Places.Length)];
            model.Evaluate(part.Inputs, part.Of(parameters), ofPart, slopes);
            for (int i = 0; i < ofPart.Length; i++)
            {
                values[part.Rows[i]] = ofPart[i];
                for (int j = 0; j < part.Places.Length && slopes.Length > 0; j++)
                {
                    jacobian[part.Places[j] * all + part.Rows[i]] = slopes[j * ofPart.Length + i];
                }
            }
        }
    }

    public override void Gradient(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, OutputSlopes slopes, Span<double> gradient)
    {
        Part[] parts = PartsOf(inputs);
        int all = inputs.RowCount * Outputs, width = model.ParameterNames.Count;
        double[] values = new double[all], ofValues = new double[all], jacobian = new double[checked(all * width)];
        double[] own = new double[all];
        int first = 0;
        foreach (Part part in parts)
        {
            int count = part.Rows.Length;
            model.Evaluate(
                part.Inputs, part.Of(parameters), own.AsSpan(0, count), jacobian.AsSpan(first * width, count * width));
            first += count;
            for (int i = 0; i < count; i++)
            {
                values[part.Rows[i]] = own[i];
            }
        }

        slopes(values, ofValues);
        gradient.Clear();
        first = 0;
        foreach (Part part in parts)
        {
            Span<double> ofPart = own.AsSpan(0, part.Rows.Length);
            for (int i = 0; i < ofPart.Length; i++)
            {
                ofPart[i] = ofValues[part.Rows[i]];
            }

            for (int j = 0; j < width; j++)
            {
                gradient[part.Places[j]] += TensorPrimitives.Dot<double>(
                    jacobian.AsSpan(first * width + j * ofPart.Length, ofPart.Length), ofPart);
            }

            first += ofPart.Length;
        }
    }

    /// <summary>The groups of the samples, which stay known as long as the same samples are evaluated.</summary>
    private Part[] PartsOf(Matrix<double> inputs)
    {
        Partition? last = known;
        if (last is null || !ReferenceEquals(last.Inputs, inputs))
        {
            known = last = new Partition(inputs, [.. Partitioned(inputs)]);
        }

        return last.Parts;
    }

    private IEnumerable<Part> Partitioned(Matrix<double> inputs)
    {
        int samples = inputs.RowCount, columns = model.InputNames.Count;
        foreach (IGrouping<int, int> group in
            Enumerable.Range(0, samples).GroupBy(i => (int)inputs[i, columns]).OrderBy(group => group.Key))
        {
            int[] rows = [.. group];
            yield return new Part(
                [.. Enumerable.Range(0, Outputs).SelectMany(k => rows.Select(row => k * samples + row))],
                places[group.Key],
                Matrix<double>.Build.Dense(rows.Length, columns, (i, j) => inputs[rows[i], j]));
        }
    }

    /// <summary>The samples of a group.</summary>
    /// <param name="Rows">Where its outputs stand among all, one output after the other.</param>
    /// <param name="Places">Where its parameters stand among all.</param>
    /// <param name="Inputs">Its samples × inputs.</param>
    private sealed record Part(int[] Rows, int[] Places, Matrix<double> Inputs)
    {
        public double[] Of(ReadOnlySpan<double> parameters)
        {
            double[] theta = new double[Places.Length];
            for (int j = 0; j < theta.Length; j++)
            {
                theta[j] = parameters[Places[j]];
            }

            return theta;
        }
    }

    private sealed record Partition(Matrix<double> Inputs, Part[] Parts);
}
