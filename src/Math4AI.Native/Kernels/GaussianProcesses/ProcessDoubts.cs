using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>What makes the fit of a law and a process doubtful, in sentences.</summary>
internal static class ProcessDoubts
{
    // Rows of which the law's derivatives are compared.
    private const int MaxCompared = 4000;

    /// <summary>
    /// The parameters that can change together without a change of the law at any row; empty where each has an effect
    /// of its own, or none at all.
    /// </summary>
    public static IReadOnlyList<string> Confounded(Model law, Matrix<double> inputs, IReadOnlyList<double> parameters)
    {
        // Of columns of length 1, what is left of one beside the others where they are the same to rounding, and the
        // share that a parameter has in such a change.
        const double Nothing = 1e-12, Part = 0.1;
        int stride = (inputs.RowCount + MaxCompared - 1) / MaxCompared, rows = inputs.RowCount / stride;
        Matrix<double> some = Matrix<double>.Build.Dense(rows, inputs.ColumnCount, (i, j) => inputs[i * stride, j]);
        Matrix<double> slopes = law.Jacobian(some, Vector<double>.Build.DenseOfEnumerable(parameters));
        double[] lengths = [.. slopes.EnumerateColumns().Select(column => column.L2Norm())];
        int[] moving = [.. Enumerable.Range(0, lengths.Length).Where(
            j => lengths[j] > 0.0 && double.IsFinite(lengths[j]))];
        if (moving.Length < 2)
        {
            return [];
        }

        Matrix<double> units = Matrix<double>.Build.DenseOfColumnVectors(
            moving.Select(j => slopes.Column(j) / lengths[j]));
        var found = units.Svd();
        bool isFree = rows < moving.Length || found.S[moving.Length - 1] < Nothing * found.S[0];
        return isFree
            ? [.. moving.Where((_, k) => Math.Abs(found.VT[moving.Length - 1, k]) > Part).Select(
                j => law.ParameterNames[j])]
            : [];
    }

    /// <summary>Says which parameters cannot be told apart; null for none.</summary>
    public static string? OfConfounded(IReadOnlyList<string> names) => names.Count == 0
        ? null
        : $"The data cannot tell the parameters {string.Join(" and ", names)} apart: only what they make together is "
            + "known. Leave one of them out of the law.";

    /// <summary>Says that hyperparameters of a kernel lie where the search ends; null for none.</summary>
    /// <param name="pressed">The hyperparameters that do.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="columns">The columns of the process.</param>
    public static string? OfBounds(IReadOnlyList<int> pressed, Kernel kernel, IReadOnlyList<string> columns)
    {
        int noise = kernel.Parameters.Count;
        string[] names = [.. pressed.Where(i => i < noise).Select(i => NameOf(kernel, i, columns)).Distinct()];
        return names.Length == 0
            ? null
            : $"The data would be more probable beyond the end of the search for the {string.Join(" and the ", names)}:"
                + " take the process as a rough one. Give the law a constant or a trend that the process must not make "
                + "up for, leave a column out of gp(…), or bring the columns to a usual size.";
    }

    /// <summary>Says that the noise lies where the search ends; null where it does not.</summary>
    public static string? OfNoise(IReadOnlyList<int> pressed, Kernel kernel) =>
        pressed.Contains(kernel.Parameters.Count)
            ? "The noise lies at the end of the search: the data have less than that, or none, and the intervals are "
                + "wider than they need be."
            : null;

    private static string NameOf(Kernel kernel, int place, IReadOnlyList<string> columns)
    {
        IReadOnlyList<string> names = kernel.ParameterNames;
        int[] lengths = [.. Enumerable.Range(0, names.Count).Where(
            i => names[i].Contains("log length", StringComparison.Ordinal))];
        int length = Array.IndexOf(lengths, place);
        return length >= 0 && lengths.Length == columns.Count ? $"length scale of {columns[length]}"
            : length >= 0 ? "length scale"
            : names[place].EndsWith("log constant", StringComparison.Ordinal) ? "variance of the process"
            : names[place];
    }
}
