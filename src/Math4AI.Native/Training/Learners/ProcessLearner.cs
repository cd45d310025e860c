using Math4AI.Data.Models;
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Learners;

/// <summary>
/// Gaussian process regression of numbers. Its hyperparameters make the training most probable; of many samples, those
/// of a part at random.
/// </summary>
public sealed record ProcessLearner : Learner
{
    /// <summary>
    /// Gets the kernel where the search begins; null for Matérn 5/2 with a length scale for each input.
    /// </summary>
    public Kernel? Kernel { get; init; }

    /// <summary>Gets σ², as a share of the targets' variance, where the search begins.</summary>
    public double NoiseVariance { get; init; } = 0.1;

    /// <summary>Gets whether hyperparameters are estimated; otherwise those given are used as they are.</summary>
    public bool Optimize { get; init; } = true;

    /// <summary>Gets the most samples that hyperparameters are estimated from; the process itself takes all.</summary>
    public int MaxSearchSamples { get; init; } = 1000;

    /// <summary>Gets the most samples that a process is fitted to: time n³, memory 8 n² bytes.</summary>
    public int MaxSamples { get; init; } = 12_000;

    /// <inheritdoc/>
    public override bool TakesClasses => false;

    /// <inheritdoc/>
    public override string ToString() =>
        $"Gaussian process: {(Kernel is { } kernel ? $"{kernel}" : "1 * matern52, a length scale for each input")}";

    /// <inheritdoc/>
    public override LearnerChoice Choose(
        LearnerSamples training, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        RequireNumbers(training);
        if (!Optimize)
        {
            return new LearnerChoice(this, null);
        }

        int[] rows = [.. Enumerable.Range(0, training.Inputs.RowCount)];
        if (rows.Length > MaxSearchSamples)
        {
            new MersenneTwister(Seed, threadSafe: false).Shuffle(rows);
            rows = [.. rows[..MaxSearchSamples].Order()];
        }

        LearnerSamples some = training.Select(rows);
        GaussianProcessFit fit = new GaussianProcess
        {
            Kernel = Kernel,
            NoiseVariance = NoiseVariance,
            Seed = Seed,
            Standardize = false,
        }.Fit(
            some.Inputs, some.Targets!, cancellation: cancellation);
        double deviation = SupportVectorLearner.InUnits(some.Targets!);
        return new LearnerChoice(this with
        {
            Kernel = fit.Kernel,
            NoiseVariance = fit.NoiseVariance / (deviation * deviation),
            Optimize = false,
        }, null);
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        RequireNumbers(training);
        return new GaussianProcess
        {
            Kernel = Kernel,
            NoiseVariance = NoiseVariance,
            Seed = Seed,
            Standardize = false,
            Optimize = Optimize,
        }.Fit(training.Inputs, training.Targets!, cancellation: cancellation);
    }

    private void RequireNumbers(LearnerSamples training)
    {
        if (training.Targets is null)
        {
            throw new ArgumentException("A Gaussian process predicts numbers here, and not classes: use svm.");
        }

        if (training.Inputs.RowCount is var count && count > MaxSamples)
        {
            throw new ArgumentException(
                $"A Gaussian process of {count} samples would take {8e-9 * count * count:0.0} GB and time as the cube "
                + $"of their number; at most {MaxSamples} "
                + "are taken: use svm, or fewer samples.");
        }
    }
}
