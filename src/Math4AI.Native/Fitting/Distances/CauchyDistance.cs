namespace Math4AI.Fitting.Distances;

/// <summary>d = ½ c² log(1 + (r/c)²).</summary>
internal sealed class CauchyDistance(double scale) : Distance
{
    public override string Name => $"cauchy:{Text(scale)}";

    public override Distance? Preliminary => Huber(1.345 / 2.385 * scale);

    public override Expansion Expand(double predicted, double observed, double logScale)
    {
        double residual = predicted - observed;
        double weight = 1.0 / (1.0 + residual / scale * (residual / scale));
        return new Expansion(-0.5 * scale * scale * Math.Log(weight), weight * residual, weight);
    }
}
