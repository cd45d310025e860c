namespace Math4AI.Probability.Forecasts;

/// <summary>
/// Holds the Brier score of probabilities, mean (p − o)², and its parts: reliability − resolution + uncertainty, and a
/// rest from what differs within groups. Sources: A. Murphy, "A new vector partition of the probability score", Journal
/// of Applied Meteorology 12 (1973); D. Stephenson, C. Coelho and I. Jolliffe, "Two extra components in the Brier score
/// decomposition", Weather and Forecasting 23 (2008).
/// </summary>
/// <param name="Score">The score, 0 to 1; lower is better.</param>
/// <param name="Reliability">How far groups' probabilities are from their rates; 0 is calibrated.</param>
/// <param name="Resolution">How far groups' rates are from the whole's; more is better.</param>
/// <param name="Uncertainty">The score of always predicting the rate, ō (1 − ō).</param>
public sealed record BrierParts(double Score, double Reliability, double Resolution, double Uncertainty)
{
    /// <summary>Gets what differs within groups: the score without the three parts.</summary>
    public double Rest => Score - (Reliability - Resolution + Uncertainty);
}
