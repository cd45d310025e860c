using Math4AI.Data.Tables;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Samples;

/// <summary>The columns of a table that a formula needs.</summary>
internal sealed class FitTable
{
    private readonly Formula formula;
    private readonly NumberTable table;
    private readonly ErrorColumns errors;
    private readonly int leftOut;

    private FitTable(Formula formula, NumberTable table, ErrorColumns errors, int leftOut) =>
        (this.formula, this.table, this.errors, this.leftOut) = (formula, table, errors, leftOut);

    /// <summary>Reads a table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="formula">The formula.</param>
    /// <param name="errors">The errors of measurement.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="where">A condition on the columns; null for all rows.</param>
    public static FitTable Read(
        string path, Formula formula, MeasurementErrors errors, NumberTableOptions? options, string? where)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(errors);
        ErrorColumns? ofErrors = null;
        Formula? condition = where is null ? null : Formula.Parse(where);
        NumberTable table = NumberTable.Read(
            path,
            names =>
            {
                FormulaNames.Check(formula, names);
                IEnumerable<string> wanted = formula.ColumnsAmong([.. names]);
                ofErrors = new ErrorColumns(errors, [.. names]);
                IEnumerable<string> ofCondition = condition is null ? [] : FormulaNames.ColumnsOf(condition, names);
                return [.. wanted.Concat(ofErrors.Columns).Concat(ofCondition).Distinct()];
            },
            options);
        NumberTable kept = Kept(path, table, condition);
        return new FitTable(formula, kept, ofErrors!, table.Rows - kept.Rows);
    }

    /// <summary>The rows of a table that meet a condition.</summary>
    /// <exception cref="ArgumentException">None does.</exception>
    public static NumberTable Kept(string path, NumberTable table, Formula? condition)
    {
        int[] rows = condition is null ? [.. Enumerable.Range(0, table.Rows)] : Rows(condition, table);
        return rows.Length == 0
            ? throw new ArgumentException($"No row of {path} meets the condition '{condition!.Text}'.")
            : rows.Length == table.Rows ? table
            : table.Select(rows);
    }

    /// <summary>The cells of a column that was kept as it is written.</summary>
    public IReadOnlyList<string> Labels(string name) => table.Labels(name);

    /// <summary>The problem of the formula over the columns.</summary>
    public FitProblem ToProblem()
    {
        var columns = formula.ColumnsAmong([.. table.Names]).ToDictionary(name => name, table.Column);
        FitTargets targets = formula.Respond(table.Names, columns);
        if (formula.SelfExplainedAmong([.. table.Names]) is { } observed)
        {
            throw new ArgumentException(
                $"The response '{observed}' stands on the right of ~ too, where it would explain itself: leave it out "
                + "there.");
        }

        string[] inputs = [.. formula.InputsAmong([.. table.Names])];
        return errors.Apply(new FitProblem
        {
            Model = Model.FromFormula(formula, inputs),
            Inputs = inputs.Length > 0
                ? Matrix<double>.Build.DenseOfColumns(inputs.Select(name => columns[name]))
                : Matrix<double>.Build.Dense(targets.Samples, 0),
            Targets = targets,
            DroppedRows = table.Dropped,
            LeftOutRows = leftOut,
        }, table);
    }

    /// <summary>The rows that meet a condition.</summary>
    private static int[] Rows(Formula condition, NumberTable table)
    {
        IReadOnlyList<string> names = condition.ColumnsAmong([.. table.Names]);
        double[] values = new double[table.Rows];
        new FormulaKernel(condition.Outputs[0], names, [])
            .Evaluate([.. names.SelectMany(table.Column)], values.Length, [], values, []);
        return [.. Enumerable.Range(0, values.Length).Where(row => values[row] != 0.0 && !double.IsNaN(values[row]))];
    }
}
