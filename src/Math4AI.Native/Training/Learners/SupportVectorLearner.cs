using Math4AI.Data.Models;
using Math4AI.Kernels;
using Math4AI.Kernels.Machines;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Training.Learners;

/// <summary>
/// Support vector machines. What is left open of γ, in exp(−γ r²), and of C, the cost of an error, is chosen by 5-fold
/// cross-validation: a grid in steps of 4, and then half steps around its best point.
/// </summary>
public sealed record SupportVectorLearner : Learner
{
    private const int SearchStepsPerSample = 30;

    /// <summary>Gets the kernel; null for RBF with <see cref="Gamma"/>.</summary>
    public Kernel? Kernel { get; init; }

    /// <summary>Gets γ of the RBF kernel; null to choose it.</summary>
    public double? Gamma { get; init => field = Setting.Above(value, 0.0); }

    /// <summary>Gets C; for numbers, in units of their standard deviation; null to choose it.</summary>
    public double? Penalty { get; init => field = Setting.Above(value, 0.0); }

    /// <summary>Gets the error that costs nothing, for numbers, in units of their standard deviation.</summary>
    public double Width { get; init => field = Setting.AtLeast(value, 0.0); } = 0.1;

    /// <summary>Gets whether classes have probabilities, calibrated by cross-validation.</summary>
    public bool HasProbabilities { get; init; } = true;

    /// <summary>Gets the most samples that settings are chosen by.</summary>
    public int MaxSearchSamples { get; init => field = Setting.AtLeast(value, 2); } = 2000;

    /// <summary>Gets the limit on steps of a fit.</summary>
    public int MaxIterations { get; init => field = Setting.AtLeast(value, 1); } = 10_000_000;

    /// <summary>Gets the most samples that are taken in a comparison of learners.</summary>
    public int MaxComparedSamples { get; init => field = Setting.AtLeast(value, 1); } = int.MaxValue;

    /// <inheritdoc/>
    public override bool TakesWeights => true;

    /// <inheritdoc/>
    public override string? ReasonAgainst(LearnerSamples training) =>
        base.ReasonAgainst(training) ?? KernelSettings.ReasonAgainst(training, MaxComparedSamples);

    /// <summary>Gets 2 where there are probabilities, which come from cross-validation, and otherwise 1.</summary>
    public override int MinClassSamples => HasProbabilities ? 2 : 1;

    /// <inheritdoc/>
    public override string ToString() =>
        KernelSettings.Describe("svm", Kernel, Gamma, "C", Penalty);

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

        var validation = new CrossValidation(training, MaxSearchSamples, Seed, Kernel is null);
        double center = GammaOf(training.Inputs);
        SupportVectorLearner With(double gamma, double penalty) => this with
        {
            Gamma = isGammaOpen ? gamma : Gamma,
            Penalty = Penalty ?? penalty,
            HasProbabilities = false,

            // A setting at which a fit takes longer than this is scored by where it stopped.
            MaxIterations = Math.Min(MaxIterations, SearchStepsPerSample * validation.Samples),
        };
        SettingSearch search = validation.Search(
            ("γ", "C"),
            KernelSettings.Gammas(isGammaOpen, Gamma, center),
            KernelSettings.Penalties(Penalty, 4.0, -1),
            (gamma, penalties, part) => (With(gamma, 1.0) with { Kernel = validation.Distances?.Rbf(gamma) ?? Kernel })
                .FitPath(part, penalties, cancellation),
            progress,
            cancellation);
        return new LearnerChoice(With(search.Best.Across, search.Best.Up) with
        {
            HasProbabilities = HasProbabilities,
            MaxIterations = MaxIterations,
        }, search);
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        return FitPath(training, [Penalty ?? 1.0], cancellation).First();
    }

    /// <summary>One machine at each penalty, whose searches go on from each other.</summary>
    private IEnumerable<IRowPredictor> FitPath(
        LearnerSamples training, IReadOnlyList<double> penalties, CancellationToken cancellation)
    {
        Kernel kernel = Kernel ?? Kernels.Kernel.Rbf(1.0 / Math.Sqrt(2.0 * (Gamma ?? GammaOf(training.Inputs))));
        if (training.Classes is { } classes)
        {
            return new SupportVectorClassifier
            {
                Kernel = kernel,
                Standardize = false,
                HasProbabilities = HasProbabilities,
                Seed = Seed,
                MaxIterations = MaxIterations,
                ClassWeights = training.ClassWeights is { } weights
                    ? weights.Select((weight, of) => (weight, of)).ToDictionary(pair => pair.of, pair => pair.weight)
                    : null,
            }.FitPath(training.Inputs, classes, penalties, cancellation);
        }

        // With targets y/s the machine would have C/s and ε/s: in the targets' own unit these are C s and ε s over s²
        // of the norm.
        double deviation = InUnits(training.Targets!);
        return new SupportVectorRegressor
        {
            Kernel = kernel,
            Width = Width * deviation,
            Standardize = false,
            Tolerance = 1e-3 * deviation,
            MaxIterations = MaxIterations,
        }.FitPath(
            training.Inputs, training.Targets!, [.. penalties.Select(penalty => penalty * deviation)], cancellation);
    }

    /// <summary>1/(d Var x): squared distances times γ are about 2 between samples.</summary>
    internal static double GammaOf(Matrix<double> inputs)
    {
        double variance = inputs.Enumerate().PopulationVariance();
        return 1.0 / (inputs.ColumnCount * (variance > 0.0 ? variance : 1.0));
    }

    internal static double InUnits(Vector<double> targets) =>
        targets.PopulationStandardDeviation() is > 0.0 and var deviation ? deviation : 1.0;
}
