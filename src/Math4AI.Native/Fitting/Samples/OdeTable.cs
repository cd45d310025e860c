using Math4AI.Data.Tables;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Samples;

/// <summary>Reads the samples of a fit of differential equations from a table.</summary>
internal static class OdeTable
{
    /// <inheritdoc cref="FitProblem.ReadOde"/>
    public static FitProblem Read(
        string path,
        string equations,
        Formula observed,
        OdeModelOptions ode,
        MeasurementErrors errors,
        NumberTableOptions? options,
        string? where)
    {
        Model model = Model.FromOde(equations, observed, ode);
        Formula? condition = where is null ? null : Formula.Parse(where);
        string[] responses = [];
        ErrorColumns? ofErrors = null;
        NumberTable read = NumberTable.Read(path, names =>
        {
            CheckNames(path, names, model, ode.Time);
            responses = [.. observed.Responses.SelectMany(response => response.Names()).Where(names.Contains)
                .Distinct()];
            ofErrors = new ErrorColumns(errors, [.. names]);
            IEnumerable<string> ofCondition = condition is null ? [] : FormulaNames.ColumnsOf(condition, names);
            return [.. responses.Append(ode.Time).Concat(ofErrors.Columns).Concat(ofCondition).Distinct()];
        }, options);
        NumberTable table = FitTable.Kept(path, read, condition);
        Vector<double> times = table.Column(ode.Time);
        double first = times.Minimum(), last = times.Maximum();
        if (ode.StartTime is null && (first < 0.0 || first > last - first))
        {
            throw new ArgumentException(
                $"The times run from {first:G6} to {last:G6}, and the initial values hold at 0 unless another start "
                + "time is given: give one, such "
                + $"as {first:G6}.");
        }

        var problem = new FitProblem
        {
            Model = model,
            Inputs = times.ToColumnMatrix(),
            Targets = observed.Respond(table.Names, responses.ToDictionary(name => name, table.Column)),
            DroppedRows = read.Dropped,
            LeftOutRows = read.Rows - table.Rows,
        };
        return ofErrors!.Apply(problem, table);
    }

    private static void CheckNames(string path, IReadOnlyList<string> names, Model model, string time)
    {
        if (!names.Contains(time))
        {
            throw new ArgumentException($"{path} has no column '{time}' for the time; its columns are "
                + $"{ColumnNames.List(names)}: name one of them.");
        }

        if (model.ParameterNames.FirstOrDefault(names.Contains) is { } both)
        {
            throw new ArgumentException(
                $"'{both}' is a column and a parameter of the equations, which hold no column but the time: rename the "
                + "parameter.");
        }
    }
}
