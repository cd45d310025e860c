using Math4AI.Probability.Sampling;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// The posterior of groups whose parameters have a common normal prior, θ_g ~ N(μ, τ²), with μ and τ unknown. In the
/// form that is not centered, the density is one of z_g, θ_g = μ + τ z_g, where τ may be small without a funnel.
/// Source: O. Papaspiliopoulos, G. Roberts and M. Sköld, "A general framework for the parametrization of hierarchical
/// models", Statistical Science 22 (2007).
/// </summary>
internal sealed class PooledDensity : LogDensity
{
    private readonly FitDensity inner;
    private readonly int[] poolOf;
    private readonly Prior?[] priors;
    private readonly double[] natural;
    private readonly double[] slopes;

    /// <param name="inner">The density of all groups at once.</param>
    /// <param name="pooled">The pooled parameters, with the places of their groups in the density.</param>
    /// <param name="priors">The priors of their means and deviations, in the order of the names.</param>
    /// <param name="centered">Of each pooled parameter, whether the density is one of θ_g, and not of z_g.</param>
    public PooledDensity(
        FitDensity inner, IReadOnlyList<(string Name, int[] Places)> pooled, Prior?[] priors, bool[] centered)
    {
        (this.inner, this.priors, Centered, Pooled) = (inner, priors, centered, pooled);
        poolOf = [.. Enumerable.Repeat(-1, inner.Names.Count)];
        for (int k = 0; k < pooled.Count; k++)
        {
            foreach (int place in pooled[k].Places)
            {
                poolOf[place] = k;
            }
        }

        Names = [.. pooled.SelectMany(each => new[] { MeanOf(each.Name), DeviationOf(each.Name) }), .. inner.Names];
        Bounds =
        [
            .. priors.Select((prior, j) => Range(prior, isDeviation: j % 2 == 1)),
            .. inner.Bounds.Select((bounds, i) =>
                poolOf[i] < 0 ? bounds : (double.NegativeInfinity, double.PositiveInfinity)),
        ];
        (natural, slopes) = (new double[poolOf.Length], new double[poolOf.Length]);
    }

    public bool[] Centered { get; }

    public IReadOnlyList<(string Name, int[] Places)> Pooled { get; }

    public override IReadOnlyList<string> Names { get; }

    public override IReadOnlyList<(double Lower, double Upper)> Bounds { get; }

    public static string MeanOf(string name) => $"{name}.mean";

    public static string DeviationOf(string name) => $"{name}.sd";

    internal override bool IsTested => true;

    public override LogDensity ForChain() =>
        new PooledDensity((FitDensity)inner.ForChain(), Pooled, priors, Centered);

    public override double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        int extra = priors.Length;
        ToNatural(parameters, natural);
        double sum = inner.Evaluate(natural, slopes);
        gradient[..extra].Clear();
        for (int i = 0; i < poolOf.Length; i++)
        {
            gradient[extra + i] = slopes[i];
            if (poolOf[i] < 0)
            {
                continue;
            }

            int mean = 2 * poolOf[i], deviation = mean + 1;
            double tau = parameters[deviation], z = (natural[i] - parameters[mean]) / tau;
            if (Centered[poolOf[i]])
            {
                sum -= 0.5 * z * z + Math.Log(tau);
                gradient[extra + i] -= z / tau;
                gradient[mean] += z / tau;
                gradient[deviation] += (z * z - 1.0) / tau;
            }
            else
            {
                z = parameters[extra + i];
                sum -= 0.5 * z * z;
                gradient[extra + i] = tau * slopes[i] - z;
                gradient[mean] += slopes[i];
                gradient[deviation] += z * slopes[i];
            }
        }

        return sum + AddPriors(parameters, gradient);
    }

    private double AddPriors(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        double sum = 0.0;
        for (int j = 0; j < priors.Length; j++)
        {
            if (priors[j]?.Expand(parameters[j]) is { } expansion)
            {
                sum -= expansion.Value;
                gradient[j] -= expansion.Slope;
            }
        }

        return sum;
    }

    /// <summary>
    /// Computes θ of all groups, and what is not pooled, of the parameters of this density; returns their number.
    /// </summary>
    public int ToNatural(ReadOnlySpan<double> parameters, Span<double> into)
    {
        for (int i = 0; i < poolOf.Length; i++)
        {
            double value = parameters[priors.Length + i];
            into[i] = poolOf[i] < 0 || Centered[poolOf[i]]
                ? value
                : parameters[2 * poolOf[i]] + parameters[2 * poolOf[i] + 1] * value;
        }

        return poolOf.Length;
    }

    /// <summary>The inverse of <see cref="ToNatural"/>, of parameters with θ in the place of z.</summary>
    public int FromNatural(ReadOnlySpan<double> parameters, Span<double> into)
    {
        for (int i = 0; i < poolOf.Length; i++)
        {
            double value = parameters[priors.Length + i];
            into[i] = poolOf[i] < 0 || Centered[poolOf[i]]
                ? value
                : (value - parameters[2 * poolOf[i]]) / parameters[2 * poolOf[i] + 1];
        }

        return poolOf.Length;
    }

    /// <summary>Why a prior does not integrate to 1 on its parameter's range; null if all do.</summary>
    public string? WhyNoEvidence => Enumerable.Range(0, priors.Length)
        .Select(j => FitDensity.WhyNotProper(Names[j], priors[j], Bounds[j]))
        .FirstOrDefault(why => why is not null) ?? inner.WhyNoEvidenceOf(i => poolOf[i] < 0);

    /// <summary>
    /// log of the likelihood and of all priors with all constants, less what <see cref="Evaluate"/> computes of it: the
    /// same for all parameters.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// A prior does not integrate to 1 on the parameter's range.
    /// </exception>
    public double ConstantAt(ReadOnlySpan<double> parameters)
    {
        if (WhyNoEvidence is { } why)
        {
            throw new InvalidOperationException(why);
        }

        ToNatural(parameters, natural);
        return inner.ConstantAt(natural, i => poolOf[i] < 0)
            - 0.5 * Math.Log(2.0 * Math.PI) * poolOf.Count(pool => pool >= 0);
    }

    private static (double Lower, double Upper) Range(Prior? prior, bool isDeviation)
    {
        (double lower, double upper) = prior?.Support ?? (double.NegativeInfinity, double.PositiveInfinity);
        return (isDeviation ? Math.Max(0.0, lower) : lower, upper);
    }
}

/// <summary>The density of a hierarchy with the deviations of its pooled parameters held.</summary>
internal sealed class HeldDeviations : LogDensity
{
    private readonly PooledDensity whole;
    private readonly int[] kept;
    private readonly double[] all;
    private readonly double[] slopes;

    /// <param name="whole">The density of all parameters.</param>
    /// <param name="near">Parameters, of which the deviations are taken.</param>
    public HeldDeviations(PooledDensity whole, double[] near)
    {
        (this.whole, all, slopes) = (whole, [.. near], new double[near.Length]);
        kept = [.. Enumerable.Range(0, near.Length).Where(j => j >= 2 * whole.Pooled.Count || j % 2 == 0)];
        Names = Of(whole.Names);
        Bounds = Of(whole.Bounds);
    }

    public override IReadOnlyList<string> Names { get; }

    public override IReadOnlyList<(double Lower, double Upper)> Bounds { get; }

    internal override bool IsTested => true;

    /// <summary>The common means, and what is not pooled.</summary>
    public int[] Open
    {
        get
        {
            int extra = 2 * whole.Pooled.Count;
            return [.. Enumerable.Range(0, kept.Length).Where(j => kept[j] < extra
                || whole.Pooled.All(pool => !pool.Places.Contains(kept[j] - extra)))];
        }
    }

    /// <summary>What belongs to the parameters that are not held.</summary>
    public T[] Of<T>(IReadOnlyList<T> values) => [.. kept.Select(j => values[j])];

    public override double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        for (int i = 0; i < kept.Length; i++)
        {
            all[kept[i]] = parameters[i];
        }

        double value = whole.Evaluate(all, slopes);
        for (int i = 0; i < kept.Length; i++)
        {
            gradient[i] = slopes[kept[i]];
        }

        return value;
    }
}
