using Math4AI.Data.Models;
using Math4AI.Kernels;
using Math4AI.Runtime;

namespace Math4AI.Training.Learners;

/// <summary>
/// Kernel ridge regression of numbers. What is left open of γ, in exp(−γ r²), and of λ, the weight of the norm, is
/// chosen by 5-fold cross-validation: a grid, and then half steps around its best point.
/// </summary>
public sealed record RidgeLearner : Learner
{
    /// <summary>Gets the kernel; null for RBF with <see cref="Gamma"/>.</summary>
    public Kernel? Kernel { get; init; }

    /// <summary>Gets γ of the RBF kernel; null to choose it.</summary>
    public double? Gamma { get; init => field = Setting.Above(value, 0.0); }

    /// <summary>Gets λ; null to choose it.</summary>
    public double? Penalty { get; init => field = Setting.AtLeast(value, 0.0); }

    /// <summary>Gets the most samples that settings are chosen by.</summary>
    public int MaxSearchSamples { get; init => field = Setting.AtLeast(value, 2); } = 2000;

    /// <summary>Gets the most samples that are taken in a comparison of learners: time as their cube.</summary>
    public int MaxComparedSamples { get; init => field = Setting.AtLeast(value, 1); } = int.MaxValue;

    /// <inheritdoc/>
    public override string? ReasonAgainst(LearnerSamples training) =>
        base.ReasonAgainst(training) ?? KernelSettings.ReasonAgainst(training, MaxComparedSamples);

    /// <inheritdoc/>
    public override double BytesFor(LearnerSamples training) => KernelSettings.BytesOfMatrix(training);

    /// <inheritdoc/>
    public override bool TakesClasses => false;

    /// <inheritdoc/>
    public override string ToString() =>
        KernelSettings.Describe("kernel ridge", Kernel, Gamma, "λ", Penalty);

    /// <inheritdoc/>
    public override LearnerChoice Choose(
        LearnerSamples training, IProgress<LearnerProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        bool isGammaOpen = Kernel is null && Gamma is null;
        if (!isGammaOpen && Penalty is not null)
        {
            return new LearnerChoice(this, null);
        }

        double center = SupportVectorLearner.GammaOf(training.Inputs);
        RidgeLearner With(double gamma, double penalty) =>
            this with { Gamma = isGammaOpen ? gamma : Gamma, Penalty = Penalty ?? penalty };
        var validation = new CrossValidation(training, MaxSearchSamples, Seed, Kernel is null);
        SettingSearch search = validation.Search(
            ("γ", "λ"),
            KernelSettings.Gammas(isGammaOpen, Gamma, center),
            KernelSettings.Penalties(Penalty, 10.0, -4),
            (gamma, penalties, part) => penalties.Select(penalty =>
                (With(gamma, penalty) with { Kernel = validation.Distances?.Rbf(gamma) ?? Kernel })
                    .Fit(part, cancellation)),
            progress,
            cancellation);
        return new LearnerChoice(With(search.Best.Across, search.Best.Up), search);
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        cancellation.ThrowIfCancellationRequested();
        Kernel kernel = Kernel
            ?? Kernels.Kernel.Rbf(1.0 / Math.Sqrt(2.0 * (Gamma ?? SupportVectorLearner.GammaOf(training.Inputs))));
        return training.Targets is { } targets
            ? new KernelRidge
            {
                Kernel = kernel,
                Penalty = Penalty ?? 1.0,
                Center = true,
                Processes = training.Processes,
            }.Fit(training.Inputs, targets, cancellation)
            : throw new ArgumentException("Kernel ridge regression predicts numbers, and not classes: use svm.");
    }
}
