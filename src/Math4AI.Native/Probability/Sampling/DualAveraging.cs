namespace Math4AI.Probability.Sampling;

/// <summary>
/// Finds the step size ε at which a sampler accepts as often as it should: log ε follows the mean of what acceptance
/// lacks. Source: M. Hoffman and A. Gelman, "The No-U-Turn Sampler", JMLR 15 (2014), section 3.2.
/// </summary>
internal sealed class DualAveraging(double target)
{
    private const double Shrinkage = 0.05;
    private const double Delay = 10.0;
    private const double Forgetting = 0.75;
    private const double FirstFactor = 10.0;

    private double count;
    private double lack;
    private double aim;
    private double mean;

    /// <summary>The step size that the search settles on.</summary>
    public double Settled => Math.Exp(mean);

    /// <summary>Begins anew about a step size.</summary>
    public void Restart(double stepSize)
    {
        aim = Math.Log(FirstFactor * stepSize);
        (count, lack, mean) = (0.0, 0.0, 0.0);
    }

    /// <summary>Takes the acceptance of a step, and returns the next step size.</summary>
    public double Next(double acceptance)
    {
        count++;
        double share = 1.0 / (count + Delay);
        lack = (1.0 - share) * lack + share * (target - Math.Min(1.0, acceptance));
        double log = aim - lack * Math.Sqrt(count) / Shrinkage;
        double weight = Math.Pow(count, -Forgetting);
        mean = weight * log + (1.0 - weight) * mean;
        return Math.Exp(log);
    }
}
