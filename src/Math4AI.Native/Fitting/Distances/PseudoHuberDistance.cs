namespace Math4AI.Fitting.Distances;

/// <summary>d = t² (√(1 + (r/t)²) − 1).</summary>
internal sealed class PseudoHuberDistance(double threshold) : Distance
{
    public override string Name => $"pseudo-huber:{Text(threshold)}";

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double residual = predicted - observed;
        double ratio = residual / threshold;
        double root = Math.Sqrt(1.0 + ratio * ratio);
        return new Expansion(residual * residual / (1.0 + root), residual / root, 1.0 / root);
    }
}
