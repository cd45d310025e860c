namespace Math4AI.Fitting.Distances;

/// <summary>d = ½ r² where |r| ≤ t, else t |r| − ½ t².</summary>
internal sealed class HuberDistance(double threshold) : Distance
{
    public override string Name => $"huber:{Text(threshold)}";

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double residual = predicted - observed;
        double size = Math.Abs(residual);
        return size <= threshold
            ? new Expansion(0.5 * residual * residual, residual, 1.0)
            : new Expansion(threshold * (size - 0.5 * threshold), Math.CopySign(threshold, residual), threshold / size);
    }
}
