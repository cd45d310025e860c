using System.Globalization;
using Math4AI.Kernels;

namespace Math4AI.Training.Learners;

/// <summary>The two settings of a kernel machine: γ of its RBF kernel, and what an error or the norm costs.</summary>
internal static class KernelSettings
{
    /// <summary>The machine and its settings, as a line of text.</summary>
    public static string Describe(string machine, Kernel? kernel, double? gamma, string symbol, double? penalty)
    {
        string shape = kernel is null ? $"rbf, {Setting("γ", gamma)}" : $"{kernel}";
        return $"{machine}: {shape}, {Setting(symbol, penalty)}";
    }

    /// <summary>The values of γ that a search begins with: powers of 4 around a center, or the one given.</summary>
    public static double[] Gammas(bool isOpen, double? gamma, double center) => isOpen
        ? [.. Enumerable.Range(-3, 6).Select(step => center * Math.Pow(4.0, step))]
        : [gamma ?? center];

    /// <summary>The penalties that a search begins with: six powers of a base, or the one that is given.</summary>
    public static double[] Penalties(double? penalty, double power, int first) => penalty is { } given
        ? [given]
        : [.. Enumerable.Range(first, 6).Select(step => Math.Pow(power, step))];

    /// <summary>Why a learner whose time grows faster than the samples is not compared; null where it is.</summary>
    public static string? ReasonAgainst(LearnerSamples training, int most) => training.Inputs.RowCount > most
        ? $"{training.Inputs.RowCount} samples would take too long, and {most} are the most"
        : null;

    /// <summary>The bytes of a matrix of all pairs of samples.</summary>
    public static double BytesOfMatrix(LearnerSamples training) =>
        sizeof(double) * (double)training.Inputs.RowCount * training.Inputs.RowCount;

    private static string Setting(string name, double? value) => value is { } given
        ? string.Create(CultureInfo.InvariantCulture, $"{name} = {given:G4}")
        : $"{name} to be chosen";
}
