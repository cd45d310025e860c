using Math4AI.Interop;

namespace Math4AI.Runtime;

/// <summary>Samples for LightGBM.</summary>
/// <param name="Inputs">Samples × inputs, column after column; NaN where missing.</param>
/// <param name="Rows">The number of samples.</param>
/// <param name="Labels">A label for each.</param>
/// <param name="Weights">A weight for each; empty where all weigh the same.</param>
internal readonly record struct TreesSamples(double[] Inputs, int Rows, float[] Labels, float[] Weights)
{
    public int Columns => Inputs.Length / Rows;
}

/// <summary>
/// A training of LightGBM's under way: round after round, with the loss of samples that it does not see.
/// </summary>
internal sealed class TreesTraining : IDisposable
{
    private readonly nint training;
    private readonly nint validation;
    private readonly nint booster;

    /// <summary>Begins with no trees.</summary>
    /// <exception cref="DllNotFoundException">The library is not there.</exception>
    public TreesTraining(TreesSamples samples, TreesSamples? held, string parameters)
    {
        try
        {
            training = DatasetOf(samples, parameters, 0);
            TreesLibrary.Check(TreesLibrary.BoosterCreate(training, parameters, out booster));
            if (held is { } other)
            {
                validation = DatasetOf(other, parameters, training);
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

    /// <summary>The trees so far, as LightGBM writes them.</summary>
    public string Text => TreesLibrary.Text(booster);

    /// <summary>Adds a round; false where no tree divides any more.</summary>
    public bool Step()
    {
        TreesLibrary.Check(TreesLibrary.BoosterUpdateOneIter(booster, out int isFinished));
        return isFinished == 0;
    }

    /// <summary>The metric of the held samples.</summary>
    public double Loss() => TreesLibrary.Evaluate(booster);

    /// <summary>The library's own predictions, to compare ours with.</summary>
    public double[] Predict(TreesSamples samples, int outputs) =>
        TreesLibrary.Predict(booster, samples.Inputs, samples.Rows, samples.Columns, outputs);

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

    private static nint DatasetOf(TreesSamples samples, string parameters, nint like) => TreesLibrary.CreateDataset(
        samples.Inputs, samples.Rows, samples.Columns, (samples.Labels, samples.Weights), parameters, like);
}
