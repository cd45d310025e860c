namespace Math4AI.Probability.Forecasts;

/// <summary>Holds an expected calibration error beside what chance alone would make of it.</summary>
/// <param name="Value">The error, 0 to 1; lower is better.</param>
/// <param name="ByChance">
/// The mean error of perfectly calibrated probabilities on as many samples: the bias of <paramref name="Value"/>.
/// </param>
/// <param name="MostByChance">The error that calibrated probabilities exceed in 5 % of samples.</param>
/// <param name="Groups">The number of groups: more of them see more, and have more bias.</param>
public sealed record CalibrationError(double Value, double ByChance, double MostByChance, int Groups)
{
    /// <summary>Gets whether the error is more than chance explains, at a level of 5 %.</summary>
    public bool IsBeyondChance => Value > MostByChance;
}

/// <summary>Describes the intervals of a group of samples with similar predicted spreads.</summary>
/// <param name="Samples">The number of samples.</param>
/// <param name="Spread">The mean predicted spread.</param>
/// <param name="Coverage">The share of intervals that hold the observation.</param>
/// <param name="Width">The mean width of the intervals.</param>
public sealed record SpreadGroup(int Samples, double Spread, double Coverage, double Width);
