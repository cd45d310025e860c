namespace Math4AI.Fitting.Distances;

/// <summary>
/// d = factor · (τ − [y &lt; f]) (y − f). The parabola above |r| that touches it at r has the curvature 1/|r|. Source:
/// D. Hunter and K. Lange, "Quantile regression via an MM algorithm", JCGS 9 (2000).
/// </summary>
internal sealed class QuantileDistance(double share, string name, double factor) : Distance
{
    public override string Name => name;

    public override bool HasCorner => true;

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double residual = predicted - observed;
        double size = Math.Abs(residual);
        return new Expansion(
            factor * (0.5 * size + (0.5 - share) * residual),
            factor * (0.5 * Math.Sign(residual) + 0.5 - share),
            0.5 * factor / Math.Max(size, 1e-100));
    }

    /// <summary>An asymmetric Laplace density with the scale that fits best, cost / n.</summary>
    public override double LogLikelihood(double cost, int samples) =>
        samples * (Math.Log(share * (1.0 - share) * factor * samples / cost) - 1.0);
}
