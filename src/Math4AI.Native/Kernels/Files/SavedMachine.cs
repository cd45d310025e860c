using Math4AI.Kernels.Machines;

namespace Math4AI.Kernels.Files;

/// <summary>What a saved support vector function is beside its arrays.</summary>
/// <param name="Samples">The number of samples that it was fitted to.</param>
/// <param name="Offset">b.</param>
/// <param name="DualObjective">The dual objective.</param>
/// <param name="Violation">By how much the optimality conditions are violated at most.</param>
/// <param name="Iterations">The steps that were taken.</param>
/// <param name="IsConverged">Whether the violation is within the tolerance.</param>
internal sealed record SavedMachine(
    int Samples, double Offset, double DualObjective, double Violation, int Iterations, bool IsConverged)
{
    /// <summary>The places of the classes that it divides; 0 and 0 for regression.</summary>
    public int First { get; init; }

    public int Second { get; init; }

    /// <summary>The sigmoid of the probabilities; null for none.</summary>
    public SavedSigmoid? Sigmoid { get; init; }

    public static SavedMachine Of(SupportVectorFit fit) =>
        new(fit.Samples, fit.Offset, fit.DualObjective, fit.Violation, fit.Iterations, fit.IsConverged);
}

/// <summary>P = 1/(1 + exp(A f + B)).</summary>
internal sealed record SavedSigmoid(double A, double B);

/// <summary>A saved machine of classes or of numbers.</summary>
/// <param name="Kernel">The formula of the kernel.</param>
/// <param name="Classes">The classes, in ascending order; empty for regression.</param>
/// <param name="Machines">The functions: one for regression, one a pair of classes otherwise.</param>
internal sealed record SavedMachineSet(string Kernel, IReadOnlyList<int> Classes, IReadOnlyList<SavedMachine> Machines);

/// <summary>A saved function of kernel ridge regression.</summary>
internal sealed record SavedRidge(string Kernel, RidgeReport? Report = null);

/// <summary>A saved Gaussian process.</summary>
/// <param name="Kernel">The formula of the kernel.</param>
/// <param name="Noise">σ² over the square of the targets' scale.</param>
/// <param name="TargetScale">What the residuals are divided by.</param>
/// <param name="Level">The constant mean.</param>
/// <param name="LogEvidence">The evidence.</param>
/// <param name="Mean">The formula of the mean; null for a constant.</param>
/// <param name="MeanInputs">The names of the mean's inputs.</param>
internal sealed record SavedProcess(
    string Kernel, double Noise, double TargetScale, double Level, double LogEvidence, string? Mean,
    IReadOnlyList<string> MeanInputs)
{
    /// <summary>u of σ²(x) = σ² exp(u·x); null where the noise is the same everywhere.</summary>
    public IReadOnlyList<double>? NoiseSlopes { get; init; }

    /// <summary>Whether the mean's parameters were given, and not estimated.</summary>
    public bool IsMeanKnown { get; init; }
}
