using Math4AI.Fitting.Models;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>
/// The samples of a Gaussian process as it works with them: inputs that may be standardised, targets over their
/// deviation.
/// </summary>
internal sealed class ProcessSamples
{
    private readonly InputScaling scaling;
    private readonly Matrix<double> raw;
    private readonly Vector<double> targets;
    private readonly Model? mean;
    private readonly double level;

    public ProcessSamples(
        Matrix<double> inputs, Vector<double> targets, Vector<double>? noiseVariances, bool isStandardized, Model? mean,
        double[] meanStart)
    {
        KernelSamples samples = Check(inputs, targets, mean);
        CheckNoise(samples, noiseVariances);
        (raw, this.targets, this.mean) = (inputs.Clone(), targets.Clone(), mean);
        scaling = new InputScaling(samples, isStandardized);
        Inputs = Standardized(inputs);
        level = mean is null ? InputScaling.MeanAndDeviation(targets.ToArray()).Mean : 0.0;
        double spread = InputScaling.MeanAndDeviation((targets - MeanOf(inputs, meanStart)).ToArray()).Deviation;
        TargetScale = spread > 0.0 ? spread : 1.0;
        NoiseVariances = noiseVariances?.Divide(TargetScale).Divide(TargetScale).ToArray() ?? new double[samples.Count];
    }

    /// <summary>Takes samples and scales that were found before.</summary>
    public ProcessSamples(
        Matrix<double> inputs, Vector<double> targets, double[] noiseVariances, InputScaling scaling,
        double targetScale, double level, Model? mean)
    {
        (raw, this.targets, this.scaling, this.level, this.mean) = (inputs, targets, scaling, level, mean);
        (NoiseVariances, TargetScale, Inputs) = (noiseVariances, targetScale, scaling.Apply(inputs));
    }

    private ProcessSamples(ProcessSamples whole, int[] rows)
    {
        (mean, scaling, level, TargetScale) = (whole.mean, whole.scaling, whole.level, whole.TargetScale);
        raw = KernelSamples.Of(
            whole.raw.AsColumnMajorArray() ?? whole.raw.ToColumnMajorArray(), whole.Count, whole.Inputs.Inputs)
            .Only(rows.AsSpan()).ToMatrix();
        targets = Vector<double>.Build.Dense(rows.Length, i => whole.targets[rows[i]]);
        (Inputs, NoiseVariances) =
            (whole.Inputs.Only(rows.AsSpan()), Array.ConvertAll(rows, row => whole.NoiseVariances[row]));
    }

    private ProcessSamples(Matrix<double> inputs, Vector<double> targets)
    {
        (raw, this.targets, Inputs, TargetScale) = (inputs, targets, new KernelSamples(inputs, nameof(inputs)), 1.0);
        scaling = new InputScaling(Inputs, isStandardized: false);
        NoiseVariances = new double[inputs.RowCount];
    }

    /// <summary>Samples that are neither shifted nor scaled.</summary>
    public static ProcessSamples AsGiven(Matrix<double> inputs, Vector<double> targets) => new(inputs, targets);

    /// <summary>Some of the samples, with the scales of all.</summary>
    public ProcessSamples Only(int[] rows) => new(this, rows);

    public KernelSamples Inputs { get; }

    public InputScaling Scaling => scaling;

    /// <summary>Gets X as it was given.</summary>
    public Matrix<double> Raw => raw;

    public Vector<double> Targets => targets;

    public Model? Mean => mean;

    /// <summary>Gets the constant mean; 0 where there is a model of it.</summary>
    public double Level => level;

    public int Count => Inputs.Count;

    public int MeanParameters => mean?.ParameterNames.Count ?? 0;

    /// <summary>Gets what residuals are divided by: the standard deviation of the targets.</summary>
    public double TargetScale { get; }

    /// <summary>Gets the known variances of the samples' noise, in units of the scaled targets.</summary>
    public double[] NoiseVariances { get; }

    public KernelSamples Standardized(Matrix<double> inputs) => scaling.Apply(inputs);

    /// <summary>m(x, β) of rows.</summary>
    public Vector<double> MeanOf(Matrix<double> inputs, ReadOnlySpan<double> meanParameters) =>
        mean?.Evaluate(inputs, Vector<double>.Build.Dense(meanParameters.ToArray()))
            ?? Vector<double>.Build.Dense(inputs.RowCount, level);

    /// <summary>m(X, β) of the samples themselves.</summary>
    public Vector<double> MeanOfSamples(ReadOnlySpan<double> meanParameters) => MeanOf(raw, meanParameters);

    /// <summary>(y − m(X, β))/s.</summary>
    public double[] Residuals(ReadOnlySpan<double> meanParameters) =>
        [.. (targets - MeanOfSamples(meanParameters)) / TargetScale];

    /// <summary>∂m/∂β over s, samples × parameters.</summary>
    public Matrix<double> MeanJacobian(ReadOnlySpan<double> meanParameters) => MeanJacobian(raw, meanParameters);

    /// <summary>
    /// How far each β moves the means of all samples by s together: what makes parameters of any size alike. 1 where
    /// the samples say nothing about one.
    /// </summary>
    public double[] MeanUnits(ReadOnlySpan<double> meanParameters) => mean is null
        ? []
        : [.. MeanJacobian(meanParameters).EnumerateColumns().Select(column =>
        {
            double largest = column.AbsoluteMaximum(), norm = largest * (column / largest).L2Norm();
            return 1.0 / norm is var unit && double.IsFinite(unit) && unit > 0.0 ? unit : 1.0;
        })];

    /// <summary>∂m/∂β over s of other rows.</summary>
    public Matrix<double> MeanJacobian(Matrix<double> inputs, ReadOnlySpan<double> meanParameters) =>
        mean!.Jacobian(inputs, Vector<double>.Build.Dense(meanParameters.ToArray())) / TargetScale;

    /// <summary>
    /// Throws where the samples, their targets and a mean do not belong together, or hold what is not finite.
    /// </summary>
    public static KernelSamples Check(Matrix<double> inputs, Vector<double> targets, Model? mean)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var samples = new KernelSamples(inputs, nameof(inputs));
        if (samples.Count < 2 || targets.Count != samples.Count)
        {
            throw new ArgumentException(
                $"There are {samples.Count} samples and {targets.Count} targets: one target a sample, and at least 2 "
                + "samples, are needed.",
                nameof(targets));
        }

        int bad = targets.ToList().FindIndex(value => !double.IsFinite(value));
        if (bad >= 0)
        {
            throw new ArgumentException($"Target {bad + 1} is {targets[bad]}, not a finite number.", nameof(targets));
        }

        return mean is null || (mean.InputNames.Count == samples.Inputs && mean.Outputs == 1)
            ? samples
            : throw new ArgumentException(
                $"The mean takes {mean.InputNames.Count} inputs and gives {mean.Outputs} outputs; {samples.Inputs} "
                + "inputs and one output are needed.",
                nameof(mean));
    }

    private static void CheckNoise(KernelSamples samples, Vector<double>? noiseVariances)
    {
        if (noiseVariances is not null
            && (noiseVariances.Count != samples.Count
                || !noiseVariances.All(value => value >= 0.0 && double.IsFinite(value))))
        {
            throw new ArgumentException(
                "One noise variance a sample, finite and not negative, is needed.", nameof(noiseVariances));
        }
    }
}
