using Math4AI.Data.Models;
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Optimization;
using Math4AI.Runtime;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Learners;

/// <summary>
/// Gaussian processes: regression of numbers, and classification by Laplace's approximation. Hyperparameters make the
/// training most probable; of many samples, those of a part at random.
/// </summary>
public sealed record ProcessLearner : Learner
{
    // Noise changes along inputs that were standardized, or nearly so: exp(u·x) of years would be out of range.
    private const double MostForNoise = 30.0;

    // A search for the hyperparameters of many classes factors a matrix a class at each step to a mode.
    private const int MinSearchSamples = 200;

    // Of flat evidence, more steps change what is predicted by less than the noise.
    private static readonly MinimizerOptions Limits = new() { GradientTolerance = 1e-5, MaxIterations = 100 };

    /// <summary>
    /// Gets the kernel where the search begins; null for Matérn 5/2 with a length scale for each input.
    /// </summary>
    public Kernel? Kernel { get; init; }

    /// <summary>Gets σ², as a share of the targets' variance, where the search begins; classes have none.</summary>
    public double NoiseVariance { get; init => field = Setting.Above(value, 0.0); } = 0.1;

    /// <summary>
    /// Gets u of the noise of numbers, σ²(x) = σ² exp(u·x), one number an input; null where <see cref="Choose"/> finds
    /// that it is the same everywhere. The evidence decides, less half a logarithm of the samples for each slope.
    /// </summary>
    public IReadOnlyList<double>? NoiseSlopes { get; init; }

    /// <summary>
    /// Gets whether numbers have Student-t noise, which samples far off the others do not disturb; otherwise it is
    /// normal.
    /// </summary>
    public bool IsRobust { get; init; }

    /// <summary>Gets ν of Student-t noise, the degrees of freedom, where the search begins.</summary>
    public double Degrees { get; init => field = Setting.Above(value, 1.0); } = 4.0;

    /// <summary>Gets whether hyperparameters are estimated; otherwise those given are used as they are.</summary>
    public bool Optimize { get; init; } = true;

    /// <summary>Gets the number of starts of the search for the hyperparameters of numbers.</summary>
    public int Starts { get; init => field = Setting.AtLeast(value, 1); } = 3;

    /// <summary>
    /// Gets the most samples that hyperparameters are estimated from, for numbers; for classes half as many, shared by
    /// the classes, and at least 200. The process itself takes all.
    /// </summary>
    public int MaxSearchSamples { get; init => field = Setting.AtLeast(value, 2); } = 1000;

    /// <summary>
    /// Gets whether a process of numbers has inducing points; null where it has them beyond <see cref="MaxSamples"/>,
    /// or where a quarter of the memory does not hold its matrix.
    /// </summary>
    public bool? IsSparse { get; init; }

    /// <summary>
    /// Gets the most samples that a process of numbers is fitted to without inducing points: time n³, memory 8 n²
    /// bytes.
    /// </summary>
    public int MaxSamples { get; init => field = Setting.AtLeast(value, 1); } = 12_000;

    /// <summary>Gets the number of inducing points of a process of many numbers.</summary>
    public int InducingCount { get; init => field = Setting.AtLeast(value, 1); } = 1000;

    /// <summary>
    /// Gets the most samples that a process of classes, or with Student-t noise, is fitted to: its time and memory are
    /// several times those of normal noise.
    /// </summary>
    public int MaxLaplaceSamples { get; init => field = Setting.AtLeast(value, 1); } = 4000;

    /// <summary>Gets the most samples that are taken in a comparison of learners: time as their cube.</summary>
    public int MaxComparedSamples { get; init => field = Setting.AtLeast(value, 1); } = int.MaxValue;

    /// <inheritdoc/>
    public override bool TellsHowSure => true;

    /// <inheritdoc/>
    public override string? ReasonAgainst(LearnerSamples training) =>
        base.ReasonAgainst(training) ?? KernelSettings.ReasonAgainst(training, MaxComparedSamples);

    /// <inheritdoc/>
    public override double BytesFor(LearnerSamples training)
    {
        const double Matrices = 3.0;
        return Matrices * KernelSettings.BytesOfMatrix(training);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"Gaussian process{Kind}{(NoiseSlopes is null ? string.Empty : ", its noise changing along the inputs")}: "
            + $"{(Kernel is { } kernel ? $"{kernel}" : "1 * matern52, a length scale for each input")}";

    /// <inheritdoc/>
    public override LearnerChoice Choose(
        LearnerSamples training, IProgress<LearnerProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        RequireFew(training);
        bool isSparse = training.Classes is null && !IsRobust && HasInducing(training);

        // Classes have no noise that could be Student's.
        ProcessLearner chosen = !Optimize
            ? this with { IsSparse = isSparse, IsRobust = IsRobust && training.Classes is null }
            : training.Classes is not null ? ChosenOfClasses(training, cancellation)
            : IsRobust ? ChosenRobust(training, cancellation)
            : ChosenOfNumbers(training, isSparse, cancellation);
        return new LearnerChoice(chosen, null);
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        RequireFew(training);
        return training.Classes is not null ? OfClasses(training, cancellation)
            : IsRobust ? Robust(training, cancellation)
            : HasInducing(training) ? Sparse(training, cancellation)
            : OfNumbers(training, cancellation);
    }

    private ProcessLearner ChosenOfClasses(LearnerSamples training, CancellationToken cancellation)
    {
        int most = Math.Max(MinSearchSamples, MaxSearchSamples / training.ClassCount);
        return this with
        {
            Kernel = OfClasses(Some(training, most), cancellation).Kernel,
            Optimize = false,
            IsRobust = false,
        };
    }

    private ProcessLearner ChosenRobust(LearnerSamples training, CancellationToken cancellation)
    {
        LearnerSamples some = Some(training, MaxSearchSamples / 2);
        ProcessLearner Of(RobustGaussianProcessFit fit) => this with
        {
            Kernel = fit.Kernel,
            NoiseVariance = fit.Mode.Noise.Variance,
            NoiseSlopes = fit.NoiseSlopes is { Count: > 0 } slopes ? slopes : null,
            Degrees = fit.Degrees,
            Optimize = false,
        };
        RobustGaussianProcessFit same = Robust(some, cancellation);
        return Of(Varying(
            Of(same), some, varying => varying.Robust(some, cancellation), fit => fit.LogEvidence, same.LogEvidence)
            ?? same);
    }

    private ProcessLearner ChosenOfNumbers(LearnerSamples training, bool isSparse, CancellationToken cancellation)
    {
        LearnerSamples some = Some(training, isSparse ? 2 * MaxSearchSamples : MaxSearchSamples);
        double deviation = SupportVectorLearner.InUnits(some.Targets!);
        ProcessLearner Of(GaussianProcessFit fit) => this with
        {
            Kernel = fit.Kernel,
            NoiseVariance = fit.NoiseVariance / (deviation * deviation),
            NoiseSlopes = fit.NoiseSlopes is { Count: > 0 } slopes ? slopes : null,
            IsSparse = isSparse,
            Optimize = false,
        };
        GaussianProcessFit same = OfNumbers(some, cancellation);
        GaussianProcessFit? varying = isSparse ? null : Varying(
            Of(same), some, varying => varying.OfNumbers(some, cancellation), fit => fit.LogEvidence,
            same.LogEvidence);
        return Of(varying ?? same);
    }

    /// <summary>
    /// The process whose noise changes along the inputs, where its evidence less the price of the slopes is more than
    /// that of one whose noise does not; otherwise null.
    /// </summary>
    private static T? Varying<T>(
        ProcessLearner same, LearnerSamples some, Func<ProcessLearner, T> fit, Func<T, double> evidence, double without)
        where T : class
    {
        int inputs = some.Inputs.ColumnCount;
        if (same.NoiseSlopes is not null || some.Inputs.Enumerate().Any(value => Math.Abs(value) > MostForNoise))
        {
            return null;
        }

        T found = fit(same with { NoiseSlopes = new double[inputs], Optimize = true, Starts = 1 });
        return evidence(found) - 0.5 * inputs * Math.Log(some.Inputs.RowCount) > without ? found : null;
    }

    private GaussianProcessFit OfNumbers(LearnerSamples training, CancellationToken cancellation) => new GaussianProcess
    {
        Kernel = Kernel,
        NoiseVariance = NoiseVariance,
        NoiseSlopes = NoiseSlopes,
        Starts = Starts,
        Seed = Seed,
        Standardize = false,
        Optimize = Optimize,
        Options = Limits,
    }.Fit(training.Inputs, training.Targets!, cancellation: cancellation);

    private string Kind => IsRobust ? " with Student-t noise"
        : IsSparse == true ? $" with {InducingCount} inducing points"
        : string.Empty;

    private bool HasInducing(LearnerSamples training)
    {
        const int ShareOfMemory = 4;
        long count = training.Inputs.RowCount, bytes = sizeof(double) * count * count;
        return IsSparse ?? count > MaxSamples || bytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / ShareOfMemory;
    }

    private SparseGaussianProcessFit Sparse(LearnerSamples training, CancellationToken cancellation) =>
        new SparseGaussianProcess
        {
            Kernel = Kernel,
            NoiseVariance = NoiseVariance,
            Seed = Seed,
            Standardize = false,
            Optimize = Optimize,
            InducingCount = InducingCount,
        }.Fit(training.Inputs, training.Targets!, cancellation: cancellation);

    private RobustGaussianProcessFit Robust(LearnerSamples training, CancellationToken cancellation) =>
        new RobustGaussianProcess
        {
            Kernel = Kernel,
            NoiseVariance = NoiseVariance,
            NoiseSlopes = NoiseSlopes,
            Degrees = Degrees,
            Starts = Math.Min(Starts, 2),
            Seed = Seed,
            Standardize = false,
            Optimize = Optimize,
        }.Fit(training.Inputs, training.Targets!, cancellation);

    private GaussianProcessClassifierFit OfClasses(LearnerSamples training, CancellationToken cancellation) =>
        new GaussianProcessClassifier
        {
            Kernel = Kernel,
            Seed = Seed,
            Standardize = false,
            Optimize = Optimize,
        }.Fit(training.Inputs, training.Classes!, cancellation);

    /// <summary>At most so many samples at random, with all classes among them.</summary>
    private LearnerSamples Some(LearnerSamples training, int most)
    {
        int[] rows = [.. Enumerable.Range(0, training.Inputs.RowCount)];
        if (rows.Length <= most)
        {
            return training;
        }

        new MersenneTwister(Seed, threadSafe: false).Shuffle(rows);
        IEnumerable<int> first = training.Classes is { } classes ? rows.DistinctBy(row => classes[row]) : [];
        return training.Select([.. first.Concat(rows).Distinct().Take(most).Order()]);
    }

    private void RequireFew(LearnerSamples training)
    {
        int count = training.Inputs.RowCount;
        if (count > MaxLaplaceSamples && (training.Classes is not null || IsRobust))
        {
            double matrices = training.Classes is null ? 6 : training.ClassCount + 4;
            throw new ArgumentException(
                $"A Gaussian process of {count} samples would take {8e-9 * matrices * count * count:0.0} GB and time "
                + $"as the cube of their number; at most {MaxLaplaceSamples} are taken: use svm, or fewer samples.");
        }
    }
}
