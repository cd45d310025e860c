using System.Text.RegularExpressions;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>A formula with a Gaussian process as one of its terms, <c>y ~ a*x + gp(x, t)</c>, taken apart.</summary>
/// <param name="Law">The formula without the process; its function uses every column that the process takes.</param>
/// <param name="Columns">The columns that the process takes.</param>
internal sealed partial record ProcessTerm(string Law, IReadOnlyList<string> Columns)
{
    // What stands for the function where the process is the only term.
    private const string Level = "level";

    /// <summary>Tells whether a formula has a Gaussian process.</summary>
    public static bool IsIn(string formula) => Opening().IsMatch(formula);

    /// <summary>Takes a formula apart.</summary>
    /// <exception cref="FormatException">
    /// There is no response or not one process, it is no term of the sum, or it names no columns.
    /// </exception>
    public static ProcessTerm Of(string formula)
    {
        ArgumentNullException.ThrowIfNull(formula);
        int tilde = formula.IndexOf('~', StringComparison.Ordinal);
        MatchCollection found = Term().Matches(formula);
        if (found.Count < Opening().Count(formula))
        {
            throw new FormatException(
                "gp( has no closing bracket, or brackets within: it takes the names of columns, as in gp(x, t): "
                + formula);
        }

        if (tilde < 0 || found.Count != 1 || found[0].Index < tilde)
        {
            throw new FormatException(
                $"A formula with a Gaussian process has a response and one gp(…), as in y ~ a*x + gp(x, t): {formula}");
        }

        string before = formula[(tilde + 1)..found[0].Index].TrimEnd();
        string after = formula[(found[0].Index + found[0].Length)..].TrimStart();
        bool isTerm = before.Count(sign => sign is '(' or '[') == before.Count(sign => sign is ')' or ']')
            && (before.Trim().Length == 0 || before[^1] == '+') && (after.Length == 0 || after[0] is '+' or '-');
        string[] columns = found[0].Groups["columns"].Value.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (!isTerm || columns.Length == 0)
        {
            throw new FormatException(
                "gp(…) takes the names of columns, and is a term of its own that is added, as in y ~ a*x + gp(x, t): "
                + formula);
        }

        if (columns.Distinct().Count() < columns.Length)
        {
            throw new FormatException($"gp({string.Join(", ", columns)}) names a column twice: name each once.");
        }

        string law = before.Trim().Length > 0 ? before[..^1] + after
            : after.Length > 0 ? after.TrimStart('+')
            : Level;
        return new ProcessTerm(
            $"{formula[..tilde]}~ {law.Trim()} + 0*({string.Join(" + ", columns)})",
            [.. columns.Select(column => column.Trim('`'))]);
    }

    [GeneratedRegex(@"(?<![\w.`])gp\s*\((?<columns>[^()]*)\)")]
    private static partial Regex Term();

    [GeneratedRegex(@"(?<![\w.`])gp\s*\(")]
    private static partial Regex Opening();
}
