namespace Math4AI.Fitting.Distances;

/// <summary>d = c²/6 (1 − (1 − (r/c)²)³) where |r| ≤ c, else c²/6.</summary>
internal sealed class TukeyDistance(double threshold) : Distance
{
    public override string Name => $"tukey:{Text(threshold)}";

    public override Distance? Preliminary => Huber(1.345 / 4.685 * threshold);

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double residual = predicted - observed;
        double inside = Math.Max(0.0, 1.0 - residual / threshold * (residual / threshold));
        double weight = inside * inside;
        return new Expansion(threshold * threshold / 6.0 * (1.0 - weight * inside), weight * residual, weight);
    }
}
