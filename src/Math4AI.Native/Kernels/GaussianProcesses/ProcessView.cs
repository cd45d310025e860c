using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// A Gaussian process as a picture shows it: the function along each input with its deviations, draws and parts, how
/// much each input matters, and whether intervals hold what they promise.
/// </summary>
/// <param name="Slices">
/// The function along each input that is shown, those that matter most first; the other inputs stand at their medians.
/// </param>
/// <param name="Importance">
/// For each input the standard deviation of its samples over its length scale: over how many length scales the samples
/// spread. Inputs with little do not move the function. Empty where the kernel has no length scale for each input.
/// </param>
/// <param name="Calibration">
/// For levels from 5 to 95 %, the share of samples within their central prediction intervals; empty without samples
/// that were predicted.
/// </param>
public sealed record ProcessView(
    IReadOnlyList<ProcessSlice> Slices, IReadOnlyList<double> Importance,
    IReadOnlyList<(double Level, double Share)> Calibration)
{
    private const int Points = 200;
    private const int Draws = 5;
    private const int MaxSlices = 4;
    private const int MaxSamples = 1000;
    private const int Levels = 19;

    /// <summary>
    /// Looks at a process over the range of samples; its calibration is that of its own samples, each from the others.
    /// </summary>
    /// <param name="process">The process.</param>
    /// <param name="inputs">Samples × inputs.</param>
    /// <param name="targets">One number a sample.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not belong together, or a number is not finite.
    /// </exception>
    public static ProcessView Of(IProcess process, Matrix<double> inputs, Vector<double> targets, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(process);
        (GaussianProcessPrediction Predicted, Vector<double> Observed)? others = process.FromOthers();
        return Of(process, inputs, targets, others?.Predicted, others?.Observed, seed);
    }

    /// <summary>Looks at a process over the range of samples.</summary>
    /// <param name="process">The process.</param>
    /// <param name="inputs">Samples × inputs.</param>
    /// <param name="targets">One number a sample.</param>
    /// <param name="held">Predictions of samples that the process has not seen; null for no calibration.</param>
    /// <param name="observed">What was observed of those.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not belong together, or a number is not finite.
    /// </exception>
    public static ProcessView Of(
        IProcess process, Matrix<double> inputs, Vector<double> targets, GaussianProcessPrediction? held,
        Vector<double>? observed, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(process);
        ProcessSamples.Check(inputs, targets, null);
        double[] deviations = [.. inputs.EnumerateColumns().Select(
            column => InputScaling.MeanAndDeviation(column.ToArray()).Deviation)];
        double[] importance = process.LengthScales is { } scales
            ? [.. deviations.Zip(scales, (deviation, scale) => deviation / scale)]
            : [];

        // Without length scales, inputs are in their own order; one that is constant has no slice.
        int[] shown =
        [
            .. Enumerable.Range(0, inputs.ColumnCount).Where(input => deviations[input] > 0.0)
                .OrderByDescending(input => importance.Length > 0 ? importance[input] : 0.0).Take(MaxSlices),
        ];
        return new ProcessView(
            [.. shown.Select(input => Slice(process, inputs, targets, input, seed))],
            importance,
            held is null || observed is null ? [] : CalibrationOf(held, observed));
    }

    /// <summary>
    /// Shows the inputs in units of their own, x · deviation + mean, where they had been standardized.
    /// </summary>
    /// <param name="units">The mean and the deviation of each input.</param>
    public ProcessView InUnits(IReadOnlyList<(double Mean, double Deviation)> units)
    {
        ArgumentNullException.ThrowIfNull(units);
        return this with
        {
            Slices =
            [
                .. Slices.Select(slice =>
                {
                    (double mean, double deviation) = units[slice.Input];
                    return slice with
                    {
                        X = [.. slice.X.Select(x => x * deviation + mean)],
                        Samples = [.. slice.Samples.Select(sample => (sample.X * deviation + mean, sample.Y))],
                    };
                }),
            ],
        };
    }

    private static IReadOnlyList<(double Level, double Share)> CalibrationOf(
        GaussianProcessPrediction held, Vector<double> observed) =>
        [.. Enumerable.Range(1, Levels).Select(i => i / (Levels + 1.0)).Select(
            level => (level, held.Coverage(observed, level)))];

    private static ProcessSlice Slice(
        IProcess process, Matrix<double> inputs, Vector<double> targets, int input, int seed)
    {
        Vector<double> column = inputs.Column(input);
        double from = column.Minimum(), to = column.Maximum();
        double[] medians = [.. inputs.EnumerateColumns().Select(values => values.Median())];
        Matrix<double> x = Matrix<double>.Build.Dense(Points, inputs.ColumnCount, (i, j) =>
            j == input ? from + (to - from) * i / (Points - 1.0) : medians[j]);
        GaussianProcessPrediction found = process.Predict(x);
        IReadOnlyList<GaussianProcessPrediction> parts = process.PredictParts(x);
        return new ProcessSlice(input, [.. x.Column(input)], found)
        {
            Draws = [.. process.Draw(x, Draws, seed)?.EnumerateColumns().Select(draw => draw.ToArray()) ?? []],
            Parts = [.. process.Kernel.Terms.Zip(parts, (term, part) => new ProcessPart($"{term}", part))],
            Law = [.. parts.Aggregate(found.Mean, (rest, part) => rest - part.Mean)],
            Samples = inputs.ColumnCount == 1 ? SamplesOf(column, targets) : [],
        };
    }

    /// <summary>The samples, or of many some that are evenly taken.</summary>
    private static (double X, double Y)[] SamplesOf(Vector<double> x, Vector<double> y)
    {
        int stride = (x.Count + MaxSamples - 1) / MaxSamples;
        return [.. Enumerable.Range(0, (x.Count + stride - 1) / stride).Select(i => (x[i * stride], y[i * stride]))];
    }
}

/// <summary>The function along one input.</summary>
/// <param name="Input">The input, from 0.</param>
/// <param name="X">Where the function is shown, in ascending order.</param>
/// <param name="Function">The function and its deviations there.</param>
public sealed record ProcessSlice(int Input, IReadOnlyList<double> X, GaussianProcessPrediction Function)
{
    /// <summary>Gets functions drawn from the posterior, each one number an x; empty for none.</summary>
    public IReadOnlyList<double[]> Draws { get; init; } = [];

    /// <summary>Gets the terms of the kernel one by one; empty where they cannot be told apart.</summary>
    public IReadOnlyList<ProcessPart> Parts { get; init; } = [];

    /// <summary>Gets what the parts leave of the function: its mean, or the law that the process corrects.</summary>
    public IReadOnlyList<double> Law { get; init; } = [];

    /// <summary>Gets the samples; empty where there are several inputs.</summary>
    public IReadOnlyList<(double X, double Y)> Samples { get; init; } = [];
}

/// <summary>One term of a kernel, along one input.</summary>
/// <param name="Kernel">The term.</param>
/// <param name="Function">What it describes, without noise.</param>
public sealed record ProcessPart(string Kernel, GaussianProcessPrediction Function);
