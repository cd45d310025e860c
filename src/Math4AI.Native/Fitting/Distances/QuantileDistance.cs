namespace Math4AI.Fitting.Distances;

/// <summary>
/// d = factor · (τ − [y &lt; f]) (y − f); within a width of 0 its corner may be rounded. The parabola above |r| that touches it at
/// r has the curvature 1/|r|. Source: D. Hunter and K. Lange, "Quantile regression via an MM algorithm", JCGS 9 (2000).
/// </summary>
internal sealed class QuantileDistance(double share, string name, double factor, double width = 0.0) : Distance
{
    /// <summary>τ.</summary>
    public double Share => share;

    public override string Name => name;

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double residual = predicted - observed;
        double size = Math.Abs(residual);
        (double rounded, double slope) = size >= width
            ? (size, Math.Sign(residual))
            : (0.5 * (residual * residual / width + width), residual / width);
        return new Expansion(
            factor * (0.5 * rounded + (0.5 - share) * residual),
            factor * (0.5 * slope + 0.5 - share),
            0.5 * factor / Math.Max(Math.Max(size, width), 1e-100));
    }

    internal override Distance? Rounded(double width) => new QuantileDistance(share, name, factor, width);

    /// <summary>An asymmetric Laplace density with the scale that fits best, cost / n.</summary>
    public override double LogLikelihood(double cost, int samples) =>
        samples * (Math.Log(share * (1.0 - share) * factor * samples / cost) - 1.0);
}
