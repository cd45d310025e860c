using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// How the weights of the steps are averaged. The validation loss, the best weights and the trained module are then
/// those of the average. Buffers are not averaged: they are those of the last step, but for the statistics of batch
/// norms where <see cref="UpdatesStatistics"/> is true.
/// </summary>
public sealed record WeightAverage
{
    private WeightAverage()
    {
    }

    /// <summary>Gets the share of the average that each step keeps; null for the plain mean.</summary>
    public double? Decay { get; private init; }

    /// <summary>Gets the number of the first step that counts, from 1.</summary>
    public int FirstStep { get; private init; } = 1;

    /// <summary>
    /// Gets whether a pass over the training part measures the statistics of batch norms again before each evaluation,
    /// since no step ran with the averaged weights. By default true for <see cref="Mean"/>, and false for
    /// <see cref="Exponential"/>, which stays close to the weights of the last steps.
    /// </summary>
    public bool UpdatesStatistics { get; init; }

    /// <summary>
    /// Returns the exponential moving average (EMA): a ← d a + (1 − d) θ with d = min(decay, (1 + t)/(10 + t)) at step
    /// t, so that the first weights are soon forgotten.
    /// </summary>
    /// <param name="decay">From 0 to less than 1, such as 0.999.</param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not in this range.</exception>
    public static WeightAverage Exponential(double decay = 0.999) => decay is >= 0.0 and < 1.0
        ? new WeightAverage { Decay = decay }
        : throw new ArgumentOutOfRangeException(
            nameof(decay), decay, "The decay of an average goes from 0 to less than 1.");

    /// <summary>
    /// Returns stochastic weight averaging (SWA): the mean of the weights of all steps from one on, best with
    /// <see cref="Schedule.Constant"/>. Source: P. Izmailov et al., UAI (2018).
    /// </summary>
    /// <param name="firstStep">The number of the first step that counts, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is less than 1.</exception>
    public static WeightAverage Mean(int firstStep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(firstStep, 1);
        return new WeightAverage { FirstStep = firstStep, UpdatesStatistics = true };
    }

    /// <summary>Returns the name and the settings, by which a checkpoint knows the average.</summary>
    public override string ToString() => (Decay is { } decay
        ? string.Create(CultureInfo.InvariantCulture, $"exponential {decay:R}")
        : string.Create(CultureInfo.InvariantCulture, $"mean from {FirstStep}"))
        + (UpdatesStatistics ? ", statistics measured again" : string.Empty);

    /// <summary>Returns the share of the average that is kept at a step, from 1; 0 for one that begins it.</summary>
    internal double Kept(int step) => Decay is { } decay
        ? Math.Min(decay, (step == 1 ? 0.0 : 1.0 + step) / (10.0 + step))
        : step <= FirstStep ? 0.0 : (double)(step - FirstStep) / (step - FirstStep + 1);
}

/// <summary>The average of the weights of a training.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class WeightAverageRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly WeightAverage average;
    private readonly FlatParameters<T> parameters;

    public WeightAverageRun(WeightAverage average, FlatParameters<T> parameters)
    {
        (this.average, this.parameters) = (average, parameters);
        Values = new T[parameters.Length];
        parameters.CopyTo(Values);
    }

    /// <summary>Gets the average, each parameter at its place.</summary>
    public T[] Values { get; }

    /// <summary>Counts the weights of a step.</summary>
    /// <param name="step">Its number, from 1.</param>
    public void Add(int step)
    {
        var share = T.CreateTruncating(1.0 - average.Kept(step));
        for (int i = 0; i < parameters.Segments.Count; i++)
        {
            ParameterStore.Segment segment = parameters.Segments[i];
            Span<T> mean = Values.AsSpan(segment.Start, segment.Count);
            TensorPrimitives.Lerp(mean, parameters.Of(i), share, mean);
        }
    }

    /// <summary>Exchanges the weights with the average.</summary>
    public void Exchange()
    {
        T[] weights = new T[Values.Length];
        parameters.CopyTo(weights);
        parameters.CopyFrom(Values);
        weights.CopyTo(Values, 0);
    }
}
