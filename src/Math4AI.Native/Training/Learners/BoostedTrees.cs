using System.Globalization;
using Math4AI.Interop;
using Math4AI.Runtime;
using Math4AI.Training.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>
/// A training of LightGBM's under way: round after round, with the loss of samples that it does not see.
/// </summary>
internal sealed class BoostedTrees : IDisposable
{
    // Below this many numbers threads wait for each other longer than they work.
    private const int MinSharedNumbers = 200_000;

    private readonly nint training;
    private readonly nint validation;
    private readonly nint booster;
    private readonly int classes;
    private readonly double center;
    private readonly double scale = 1.0;

    /// <summary>Begins with no trees.</summary>
    /// <exception cref="DllNotFoundException">The library is not there.</exception>
    public BoostedTrees(LearnerSamples samples, LearnerSamples? held, TreesLearner settings)
    {
        classes = samples.ClassCount;
        if (samples.Targets is { } targets)
        {
            // Labels are float32: standardized, they keep their digits.
            (center, scale) = Moments.Of(targets.AsArray() ?? targets.ToArray());
            scale = scale > 0.0 ? scale : 1.0;
        }

        string parameters = Parameters(settings, (long)samples.Inputs.RowCount * samples.Inputs.ColumnCount);
        try
        {
            training = DatasetOf(samples, parameters, 0);
            TreesLibrary.Check(TreesLibrary.BoosterCreate(training, parameters, out booster));
            if (held is not null)
            {
                validation = DatasetOf(held, parameters, training);
                TreesLibrary.Check(TreesLibrary.BoosterAddValidData(booster, validation));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether the library is there.</summary>
    public static bool IsAvailable => LibraryResolver.IsAvailable(TreesLibrary.Name);

    /// <summary>Adds a round; false where no tree divides any more.</summary>
    public bool Step()
    {
        TreesLibrary.Check(TreesLibrary.BoosterUpdateOneIter(booster, out int isFinished));
        return isFinished == 0;
    }

    /// <summary>The loss of the held samples: mean −ln p, or the mean square.</summary>
    public double Loss() => TreesLibrary.Evaluate(booster);

    /// <summary>The trees so far.</summary>
    public TreesFit Fit(int inputs) => TreesFit.Parse(TreesLibrary.Text(booster), inputs, classes, center, scale);

    /// <summary>The library's own predictions, to compare ours with.</summary>
    public double[] Predict(Matrix<double> inputs) => TreesLibrary.Predict(
        booster, inputs.ToColumnMajorArray(), inputs.RowCount, inputs.ColumnCount, classes > 2 ? classes : 1);

    public void Dispose()
    {
        if (booster != 0)
        {
            _ = TreesLibrary.BoosterFree(booster);
        }

        foreach (nint dataset in new[] { validation, training }.Where(handle => handle != 0))
        {
            _ = TreesLibrary.DatasetFree(dataset);
        }
    }

    private nint DatasetOf(LearnerSamples samples, string parameters, nint like) => TreesLibrary.CreateDataset(
        samples.Inputs.ToColumnMajorArray(), samples.Inputs.RowCount, samples.Inputs.ColumnCount,
        samples.Classes is { } of
            ? [.. of.Select(value => (float)value)]
            : [.. samples.Targets!.Select(value => (float)((value - center) / scale))],
        parameters, like);

    private string Parameters(TreesLearner settings, long numbers) => string.Create(
        CultureInfo.InvariantCulture,
        $"objective={(classes > 2 ? $"multiclass num_class={classes} metric=multi_logloss"
            : classes == 2 ? "binary metric=binary_logloss" : "regression metric=l2")} "
        + $"learning_rate={settings.Rate:R} num_leaves={settings.Leaves} min_data_in_leaf={settings.MinLeafSamples} "
        + $"feature_fraction={settings.ColumnShare:R} lambda_l2={settings.Penalty:R} seed={settings.Seed} "
        + $"num_threads={(numbers < MinSharedNumbers ? 1 : Compute.Threads)} deterministic=true force_col_wise=true "
        + $"use_missing=false feature_pre_filter=false verbosity=-1");
}
