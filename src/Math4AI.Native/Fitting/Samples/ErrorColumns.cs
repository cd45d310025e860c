using Math4AI.Data.Tables;
using Math4AI.Fitting.Formulas;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Samples;

/// <summary>The expressions of <see cref="MeasurementErrors"/> over the columns of one table.</summary>
internal sealed class ErrorColumns
{
    private readonly bool isAbsolute;
    private readonly ColumnExpression? weights;
    private readonly ColumnExpression? sigma;
    private readonly Dictionary<string, ColumnExpression> inputSigma;

    /// <exception cref="ArgumentException">They do not belong together, or one names what is no column.</exception>
    public ErrorColumns(MeasurementErrors errors, IReadOnlyCollection<string> names)
    {
        if (errors.Weights is not null && errors.Sigma is not null)
        {
            throw new ArgumentException("Weights and σ say the same, w = 1/σ²: leave out one of the two.");
        }

        if (errors.InputSigma.Count > 0 && errors.Sigma is null)
        {
            throw new ArgumentException(
                "Errors of the inputs need the standard deviation of y too: give σ as a column or a number.");
        }

        isAbsolute = errors.IsSigmaAbsolute;
        weights = errors.Weights is { } ofWeights ? ColumnExpression.Parse(ofWeights, names, "weights") : null;
        sigma = errors.Sigma is { } ofSigma ? ColumnExpression.Parse(ofSigma, names, "standard deviation") : null;
        inputSigma = errors.InputSigma.ToDictionary(
            pair => pair.Key, pair => ColumnExpression.Parse(pair.Value, names, $"standard deviation of '{pair.Key}'"));
    }

    /// <summary>The columns in them.</summary>
    public IEnumerable<string> Columns =>
        (weights?.Columns ?? []).Concat(sigma?.Columns ?? []).Concat(
            inputSigma.Values.SelectMany(each => each.Columns));

    /// <summary>The problem with the errors of its samples.</summary>
    public FitProblem Apply(FitProblem problem, NumberTable table)
    {
        if (weights is not null)
        {
            return problem with { Weights = WeightsOf(table) };
        }

        return sigma is null
            ? problem
            : problem with
            {
                Sigma = sigma.Evaluate(table.Rows, table.Column),
                SigmaText = sigma.Text,
                IsSigmaAbsolute = isAbsolute,
                InputSigma = InputSigmaOf(problem.Model.InputNames, table),
            };
    }

    private Matrix<double>? InputSigmaOf(IReadOnlyList<string> inputs, NumberTable table)
    {
        if (inputSigma.Keys.FirstOrDefault(name => !inputs.Contains(name)) is { } unknown)
        {
            throw new ArgumentException(
                $"'{unknown}' in the errors of the inputs is no input of the model; its inputs are "
                + $"{string.Join(", ", inputs)}.");
        }

        return inputSigma.Count == 0
            ? null
            : Matrix<double>.Build.DenseOfColumns(
                inputs.Select(name => inputSigma.TryGetValue(name, out ColumnExpression? expression)
                ? expression.Evaluate(table.Rows, table.Column)
                : Vector<double>.Build.Dense(table.Rows)));
    }

    private Vector<double> WeightsOf(NumberTable table)
    {
        Vector<double> values = weights!.Evaluate(table.Rows, table.Column);
        int bad = Array.FindIndex(values.ToArray(), weight => !(weight >= 0.0 && double.IsFinite(weight)));
        return bad < 0
            ? values
            : throw new ArgumentException(
                $"The weight '{weights.Text}' of row {bad + 1} is {values[bad]}: weights are finite numbers of 0 or "
                + "more.");
    }
}
