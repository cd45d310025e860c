using Math4AI.Fitting.Distances;

namespace Math4AI.Fitting;

/// <summary>What is known of a parameter before the data: −log density is added to the cost, which must then be a −log likelihood.</summary>
public abstract class Prior
{
    /// <summary>A normal density.</summary>
    /// <param name="mean">Its mean.</param>
    /// <param name="deviation">Its standard deviation, more than 0.</param>
    public static Prior Normal(double mean, double deviation) => new FromDistance(Distance.Gaussian, mean, deviation);

    /// <summary>A Laplace density: it pulls small parameters to its centre.</summary>
    /// <param name="mean">Its centre.</param>
    /// <param name="scale">Its scale, more than 0.</param>
    public static Prior Laplace(double mean, double scale) => new FromDistance(Distance.Laplace, mean, scale);

    /// <summary>Any log density with its first two derivatives.</summary>
    /// <param name="logDensity">log p(θ), ∂ log p/∂θ and ∂² log p/∂θ².</param>
    public static Prior Of(Func<double, (double Value, double Slope, double Curvature)> logDensity)
    {
        ArgumentNullException.ThrowIfNull(logDensity);
        return new FromDensity(logDensity);
    }

    /// <summary>−log p near a value.</summary>
    internal abstract Expansion Expand(double parameter);

    /// <summary>∂²(−log p)/∂θ²; at a corner almost without end, beside one nothing.</summary>
    internal virtual double Bend(double parameter) => Expand(parameter).Curvature;

    /// <summary>The same with its corner rounded within a share of its scale; null where it has none.</summary>
    internal virtual Prior? Rounded(double share) => null;

    private sealed class FromDistance : Prior
    {
        private readonly Distance distance;
        private readonly double centre;
        private readonly double logScale;

        public FromDistance(Distance distance, double centre, double scale)
        {
            if (!(scale > 0.0 && double.IsFinite(scale)) || !double.IsFinite(centre))
            {
                throw new ArgumentOutOfRangeException(nameof(scale), scale, "A prior needs a finite centre and a scale of more than 0.");
            }

            (this.distance, this.centre, logScale) = (distance, centre, Math.Log(scale));
        }

        internal override Expansion Expand(double parameter) => distance.Expand(parameter, centre, logScale);

        internal override double Bend(double parameter)
        {
            const double Corner = 1e-6;
            return distance.Rounded(1.0) is not null && Math.Abs(parameter - centre) > Corner * Math.Exp(logScale) ? 0.0 : base.Bend(parameter);
        }

        internal override Prior? Rounded(double share) =>
            distance.Rounded(share * Math.Exp(logScale)) is { } rounded ? new FromDistance(rounded, centre, Math.Exp(logScale)) : null;
    }

    private sealed class FromDensity(Func<double, (double Value, double Slope, double Curvature)> logDensity) : Prior
    {
        internal override Expansion Expand(double parameter)
        {
            (double value, double slope, double curvature) = logDensity(parameter);
            return new Expansion(-value, -slope, Math.Max(-curvature, 1e-12 * (1.0 + slope * slope)));
        }
    }
}
