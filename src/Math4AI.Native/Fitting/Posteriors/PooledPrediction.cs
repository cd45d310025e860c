using Math4AI.Fitting.Models;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// The curves of groups at draws of a hierarchy: a group among the samples has its own parameters, and another one is
/// drawn from the common prior, θ ~ N(μ, τ²).
/// </summary>
internal sealed class PooledPrediction
{
    private readonly Model model;
    private readonly int samples;
    private readonly (int[] Rows, Matrix<double> Inputs, Source[] Sources)[] groups;

    /// <exception cref="ArgumentException">
    /// A group is not among the samples and has a parameter that is neither shared nor pooled.
    /// </exception>
    public PooledPrediction(PooledPredictor of, Matrix<double> inputs, IReadOnlyList<string> labels)
    {
        model = of.Model;
        samples = inputs.RowCount;
        if (labels.Count != samples || inputs.ColumnCount != model.InputNames.Count)
        {
            throw new ArgumentException(
                $"A prediction takes a group for each sample and {FitText.Count(model.InputNames.Count, "input")}; "
                + $"there are {FitText.Count(labels.Count, "group")}, {FitText.Count(samples, "sample")} and "
                + $"{FitText.Count(inputs.ColumnCount, "input")}.");
        }

        var places =
            of.Draws.Names.Select((name, i) => (name, i)).ToDictionary(each => each.name, each => each.i);
        SampleRows.RequireFinite(inputs);
        groups = [.. Enumerable.Range(0, samples).GroupBy(i => labels[i]).Select(group =>
        {
            int[] rows = [.. group];
            return (
                rows,
                Matrix<double>.Build.Dense(rows.Length, inputs.ColumnCount, (i, j) => inputs[rows[i], j]),
                model.ParameterNames.Select(name => SourceOf(of, places, name, group.Key)).ToArray());
        })];
    }

    /// <summary>f of every sample at a draw, samples × outputs.</summary>
    public Matrix<double> At(double[] draw, System.Random random)
    {
        Matrix<double> all = Matrix<double>.Build.Dense(samples, model.Outputs);
        foreach ((int[] rows, Matrix<double> inputs, Source[] sources) in groups)
        {
            Matrix<double> part = model.EvaluateAll(
                inputs, Vector<double>.Build.Dense(sources.Length, j => sources[j].Of(draw, random)));
            for (int i = 0; i < rows.Length; i++)
            {
                all.SetRow(rows[i], part.Row(i));
            }
        }

        return all;
    }

    private static Source SourceOf(
        PooledPredictor of, Dictionary<string, int> places, string name, string group)
    {
        if (of.Fixed.TryGetValue(name, out double value))
        {
            return new Source(-1, -1, value);
        }

        if (places.TryGetValue(name, out int place) || places.TryGetValue(GroupedModel.NameOf(name, group), out place))
        {
            return new Source(place, -1, 0.0);
        }

        return of.Pooled.Contains(name)
            ? new Source(places[PooledDensity.MeanOf(name)], places[PooledDensity.DeviationOf(name)], 0.0)
            : throw IsUnknown(group, name);
    }

    /// <summary>That a group has no value of a parameter.</summary>
    public static ArgumentException IsUnknown(string group, string name) => new(
        $"The group '{group}' is not among the samples, and '{name}' is each group's own: share it or pool it to "
        + "predict other groups.");

    /// <summary>Where a parameter comes from: a number of the draw, its mean and deviation, or a constant.</summary>
    private readonly record struct Source(int Place, int Deviation, double Value)
    {
        public double Of(double[] draw, System.Random random) => Place < 0 ? Value
            : Deviation < 0 ? draw[Place]
            : Normal.Sample(random, draw[Place], draw[Deviation]);
    }
}
