using System.Globalization;
using System.Runtime.CompilerServices;

namespace Math4AI.Kernels;

/// <summary>Hyperparameters that are positive, and their logarithms.</summary>
internal static class Positive
{
    /// <summary>The largest logarithm of a hyperparameter: its square is a number still.</summary>
    public const double MaxLogarithm = 345.0;

    public static double Check(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > 0.0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, string.Create(
                CultureInfo.InvariantCulture, $"The {name} of a kernel is positive and finite, and not {value}."));

    public static double[] Check(
        IReadOnlyList<double> values, [CallerArgumentExpression(nameof(values))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(values, name);
        ArgumentOutOfRangeException.ThrowIfZero(values.Count, name);
        return [.. values.Select(value => Check(value, name))];
    }

    public static double[] Logarithms(params ReadOnlySpan<double> values)
    {
        double[] logarithms = new double[values.Length];
        System.Numerics.Tensors.TensorPrimitives.Log(values, logarithms);
        return logarithms;
    }

    /// <summary>e^θ, kept within the range of numbers: an optimiser may try what no kernel can be.</summary>
    public static double[] Exponentials(ReadOnlySpan<double> logarithms)
    {
        double[] values = new double[logarithms.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Math.Exp(Math.Clamp(logarithms[i], -MaxLogarithm, MaxLogarithm));
        }

        return values;
    }

    /// <summary>The numbers with every digit, so that reading them gives the same bits.</summary>
    public static string Digits(params ReadOnlySpan<double> values) =>
        string.Join(", ", values.ToArray().Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>Numbers to read, four digits of each; of very many, how many more there are.</summary>
    public static string Text(params ReadOnlySpan<double> values)
    {
        const int MaxShown = 20;
        int shown = values.Length > MaxShown ? MaxShown / 2 : values.Length;
        string text = string.Join(", ", values[..shown].ToArray().Select(
            value => value.ToString("G4", CultureInfo.InvariantCulture)));
        return shown < values.Length ? $"{text}, and {values.Length - shown} more" : text;
    }
}
