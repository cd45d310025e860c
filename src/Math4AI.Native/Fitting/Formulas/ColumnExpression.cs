using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Formulas;

/// <summary>An expression over the columns of a table, such as <c>1/s^2</c> or <c>0.05*abs(y) + 0.1</c>.</summary>
internal sealed class ColumnExpression
{
    private readonly Expression expression;

    private ColumnExpression(string text, Expression expression, IReadOnlyList<string> columns)
    {
        Text = text;
        this.expression = expression;
        Columns = columns;
    }

    public string Text { get; }

    /// <summary>The columns in it.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Reads an expression; the whole text may also be the name of a column.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="names">The names of all columns.</param>
    /// <param name="use">What the expression is for, as the message says.</param>
    /// <exception cref="FormulaException">It cannot be read.</exception>
    /// <exception cref="ArgumentException">It names what is no column.</exception>
    public static ColumnExpression Parse(string text, IReadOnlyCollection<string> names, string use)
    {
        if (names.Contains(text))
        {
            return new ColumnExpression(text, new ExpressionPool(text).Name(text, 0, text.Length), [text]);
        }

        Expression expression = FormulaParser.Parse(text, 0, text.Length);
        string[] used = [.. expression.Names().Distinct()];
        string? unknown = used.FirstOrDefault(name => !names.Contains(name) && !Formula.IsConstant(name));
        return unknown is null
            ? new ColumnExpression(text, expression, [.. used.Where(names.Contains)])
            : throw new ArgumentException(
                $"There is no column '{unknown}', which the {use} '{text}' names; the columns are "
                + $"{ColumnNames.List(names)}.");
    }

    /// <summary>Returns the value of every row.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="column">The values of a column.</param>
    public Vector<double> Evaluate(int rows, Func<string, Vector<double>> column)
    {
        double[] values = new double[rows];
        new FormulaKernel(expression, Columns, []).Evaluate([.. Columns.SelectMany(column)], rows, [], values, []);
        return Vector<double>.Build.Dense(values);
    }
}
