using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Posteriors;

namespace Math4AI.Fitting;

/// <summary>
/// The prior density p of a parameter. −log p is added to the cost, which must then be a negative log likelihood. A
/// prior of your own derives from this class and implements <see cref="Expand"/>.
/// </summary>
public abstract class Prior
{
    /// <summary>Returns a normal prior.</summary>
    /// <param name="mean">Its mean.</param>
    /// <param name="deviation">Its standard deviation, more than 0.</param>
    public static Prior Normal(double mean, double deviation) => new FromDistance(Distance.Gaussian, mean, deviation);

    /// <summary>Returns a Laplace prior, which pulls small parameters to its center.</summary>
    /// <param name="mean">Its center.</param>
    /// <param name="scale">Its scale, more than 0.</param>
    public static Prior Laplace(double mean, double scale) => new FromDistance(Distance.Laplace, mean, scale);

    /// <summary>Returns a prior from a log density and its first two derivatives.</summary>
    /// <param name="logDensity">log p(θ), ∂ log p/∂θ and ∂² log p/∂θ².</param>
    public static Prior Of(Func<double, (double Value, double Slope, double Curvature)> logDensity) =>
        Of(logDensity, double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>Returns a prior from a log density within bounds, and 0 outside.</summary>
    /// <param name="logDensity">log p(θ), ∂ log p/∂θ and ∂² log p/∂θ², within the bounds.</param>
    /// <param name="lower">The lower bound; −∞ for none.</param>
    /// <param name="upper">The upper bound; ∞ for none.</param>
    /// <exception cref="ArgumentException">The lower bound is not below the upper.</exception>
    public static Prior Of(
        Func<double, (double Value, double Slope, double Curvature)> logDensity, double lower, double upper)
    {
        ArgumentNullException.ThrowIfNull(logDensity);
        return lower < upper
            ? new FromDensity(logDensity, lower, upper)
            : throw new ArgumentException($"The bounds of a prior are {lower} and {upper}: the lower must be below.");
    }

    /// <summary>
    /// Returns the prior of a name: <c>normal(mean, deviation)</c>, <c>lognormal</c>, <c>half_normal</c>,
    /// <c>student_t</c>, <c>half_student_t</c>, <c>cauchy</c>, <c>half_cauchy</c>, <c>laplace</c>, <c>exponential</c>,
    /// <c>gamma</c>, <c>inv_gamma</c>, <c>beta</c> or <c>uniform</c>, with the numbers that Stan has for it.
    /// </summary>
    /// <param name="text">The name and its numbers, such as <c>lognormal(-9, 1)</c>.</param>
    /// <exception cref="FormatException">
    /// There is no such prior, or its numbers are wrong; the message says how it is written.
    /// </exception>
    public static Prior Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PriorNames.Parse(text);
    }

    /// <summary>Gets the range in which the density is not 0. The default is all of R.</summary>
    public virtual (double Lower, double Upper) Support => (double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>Gets whether the density has a corner, as Laplace's has at its center. The default is false.</summary>
    public virtual bool HasCorner => false;

    /// <summary>
    /// Returns −log p and its derivatives by θ. The curvature must be 0 or more: the second derivative, or that of a
    /// parabola that lies above −log p and touches it there.
    /// </summary>
    /// <param name="parameter">θ.</param>
    public abstract Expansion Expand(double parameter);

    /// <summary>
    /// Returns ∂²(−log p)/∂θ², the information that the prior adds about θ. The default is the curvature of
    /// <see cref="Expand"/>; a prior with a corner returns 0 away from it.
    /// </summary>
    /// <param name="parameter">θ.</param>
    public virtual double Curvature(double parameter) => Expand(parameter).Curvature;

    /// <summary>Gets whether <see cref="Draw"/> does not refuse; by default it does.</summary>
    public virtual bool CanDraw => false;

    /// <summary>Draws θ. The default refuses; every prior with a name can be drawn.</summary>
    /// <param name="random">The source of random numbers.</param>
    /// <exception cref="NotSupportedException">The prior is known by its density alone.</exception>
    public virtual double Draw(System.Random random) => throw new NotSupportedException(
        $"A prior that is known by its density alone cannot be drawn: use one of the names, such as normal(0, 1), or "
        + $"override {nameof(Draw)}.");

    /// <summary>The same prior with a way to draw it, where it is known by its density alone.</summary>
    internal virtual Prior With(Func<System.Random, double> draw) => this;

    /// <summary>Returns the same prior with its corner rounded; a prior without a corner returns itself.</summary>
    /// <param name="share">The width on either side of the corner, as a share of the prior's scale.</param>
    /// <exception cref="NotSupportedException">The prior has a corner, and does not override this method.</exception>
    public virtual Prior Rounded(double share) =>
        HasCorner
            ? throw new NotSupportedException(
                $"The prior {GetType().Name} has a corner: it has to override {nameof(Rounded)}.")
            : this;

    private sealed class FromDistance : Prior
    {
        private readonly Distance distance;
        private readonly double center;
        private readonly double logScale;

        public FromDistance(Distance distance, double center, double scale)
        {
            if (!(scale > 0.0 && double.IsFinite(scale)) || !double.IsFinite(center))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(scale), scale, "A prior needs a finite center and a scale of more than 0.");
            }

            (this.distance, this.center, logScale) = (distance, center, Math.Log(scale));
        }

        public override bool HasCorner => distance.HasCorner;

        public override Expansion Expand(double parameter) => distance.Expand(parameter, center, logScale);

        public override bool CanDraw => true;

        public override double Draw(System.Random random) => distance.Draw(center, Math.Exp(logScale), random);

        public override double Curvature(double parameter)
        {
            const double Corner = 1e-6;
            return HasCorner && Math.Abs(parameter - center) > Corner * Math.Exp(logScale)
                ? 0.0
                : base.Curvature(parameter);
        }

        public override Prior Rounded(double share) =>
            HasCorner
                ? new FromDistance(distance.Rounded(share * Math.Exp(logScale)), center, Math.Exp(logScale))
                : this;
    }

    private sealed class FromDensity(
        Func<double, (double Value, double Slope, double Curvature)> logDensity,
        double lower,
        double upper,
        Func<System.Random, double>? draw = null) : Prior
    {
        public override bool CanDraw => draw is not null;

        public override double Draw(System.Random random) => draw is null ? base.Draw(random) : draw(random);

        internal override Prior With(Func<System.Random, double> drawn) =>
            new FromDensity(logDensity, lower, upper, drawn);

        public override (double Lower, double Upper) Support => (lower, upper);

        public override Expansion Expand(double parameter)
        {
            if (parameter < lower || parameter > upper)
            {
                return new Expansion(double.PositiveInfinity, 0.0, 0.0);
            }

            (double value, double slope, double curvature) = logDensity(parameter);
            return new Expansion(-value, -slope, Math.Max(-curvature, 1e-12 * (1.0 + slope * slope)));
        }
    }
}
