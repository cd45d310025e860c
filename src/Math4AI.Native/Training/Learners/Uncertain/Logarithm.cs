namespace Math4AI.Training.Learners.Uncertain;

/// <summary>The logarithm of positive numbers, as what networks learn in place of the numbers.</summary>
internal static class Logarithm
{
    // Below this ratio of the largest to the smallest number the logarithm is nearly a line.
    private const double MinRatio = 10.0;

    // Of the logarithms' deviations from their mean: farther away nothing is foretold, and exp stays finite.
    private const double MaxDeviations = 6.0;

    /// <summary>Whether every sample has one.</summary>
    public static bool IsThere(LearnerSamples samples) => samples.Targets is { } targets && targets.All(y => y > 0.0);

    /// <summary>Whether it is there, and is much else than a line.</summary>
    public static bool IsWorthTrying(LearnerSamples samples) =>
        IsThere(samples) && samples.Targets!.Maximum() >= MinRatio * samples.Targets!.Minimum();

    /// <summary>The samples with the logarithms of their numbers.</summary>
    public static LearnerSamples Of(LearnerSamples samples) => samples.With(samples.Targets!.Map(Math.Log));

    /// <summary>The number of an output, whose logarithms have had a mean and a deviation.</summary>
    public static double Inverse(double output, double center, double scale) =>
        Math.Exp(center + scale * Math.Clamp(output, -MaxDeviations, MaxDeviations));
}
