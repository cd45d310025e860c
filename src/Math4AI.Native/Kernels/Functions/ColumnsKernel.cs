using System.Globalization;
using System.Text.RegularExpressions;

namespace Math4AI.Kernels.Functions;

/// <summary>A kernel of some columns of the samples alone.</summary>
internal sealed partial class ColumnsKernel : Kernel
{
    private readonly Kernel kernel;
    private readonly int[] columns;

    public ColumnsKernel(Kernel kernel, IReadOnlyList<int> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(columns), $"The kernel {kernel} is given no columns.");
        }

        foreach (int column in columns)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(column, nameof(columns));
        }

        if (kernel.Inputs is { } inputs && inputs != columns.Count)
        {
            throw new ArgumentException($"The kernel {kernel} is for {inputs} inputs, and {columns.Count} columns were "
                + "chosen.", nameof(columns));
        }

        (this.kernel, this.columns) = (kernel, [.. columns]);
    }

    /// <summary>
    /// Replaces the numbers of columns behind kernels by names. In <c>k[0][1]</c> the first are numbers among the
    /// others, and stay.
    /// </summary>
    public static string Named(string text, IReadOnlyList<string> names) => Numbers().Replace(text, found =>
    {
        int[] numbers = [.. found.Groups[1].Value.Split(',').Select(
            part => int.Parse(part, CultureInfo.InvariantCulture))];
        return Array.TrueForAll(numbers, number => number < names.Count)
            ? $"[{string.Join(", ", numbers.Select(number => names[number]))}]"
            : found.Value;
    });

    [GeneratedRegex(@"\[([0-9]{1,9}(?:,[0-9]{1,9})*)\](?!\[)")]
    private static partial Regex Numbers();

    public override IReadOnlyList<string> ParameterNames => kernel.ParameterNames;

    public override IReadOnlyList<double> Parameters => kernel.Parameters;

    public override IReadOnlyList<double>? LengthScalesOf(int inputs)
    {
        if (kernel.LengthScalesOf(columns.Length) is not { } own)
        {
            return null;
        }

        double[] all = [.. Enumerable.Repeat(double.PositiveInfinity, inputs)];
        for (int i = 0; i < columns.Length; i++)
        {
            all[columns[i]] = Math.Min(all[columns[i]], own[i]);
        }

        return all;
    }

    public override string Formula => $"{kernel.Formula}[{string.Join(",", columns)}]";

    public override string ToString() => $"{kernel}[{string.Join(",", columns)}]";

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters) =>
        new ColumnsKernel(kernel.With(parameters), columns);

    protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram)
    {
        KernelSamples x = Only(samples);
        kernel.Fill(x, ReferenceEquals(samples, others) ? x : Only(others), gram);
    }

    protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal) =>
        kernel.FillDiagonal(Only(samples), diagonal);

    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient) =>
        kernel.AddGradient(Only(samples), weights, gradient);

    private KernelSamples Only(KernelSamples samples) =>
        columns.Max() < samples.Inputs
            ? samples.OnlyColumns(columns)
            : throw new ArgumentException($"The kernel {this} asks for column {columns.Max()}, and the samples have "
                + $"{samples.Inputs}, counted from 0.");
}
