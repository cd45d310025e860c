using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Probability.Sampling;

/// <summary>
/// The space that a sampler moves in, all of Rᵏ: θ = T(u), u = c + L z. T maps R onto the range of each parameter,
/// l + e^u, r − e^u or l + (r − l)/(1 + e^−u), and log |∂θ/∂u| is added to the log density; c and L, a lower triangle,
/// bring the density near a standard normal one where its center and covariance are known before. K parameters that add
/// up to 1 are y_k/S with y = e^u and S = Σ y, which is independent of them and has the gamma distribution of shape K,
/// so that there are as many u as θ, and all of R to move in.
/// </summary>
internal sealed class SamplingSpace
{
    private const double StartWidth = 2.0;

    private readonly LogDensity density;
    private readonly (double Lower, double Upper)[] bounds;
    private readonly Simplex[] simplices;
    private readonly double[] center;
    private readonly double[,]? factor;
    private readonly double[]? scales;
    private readonly double[] free;
    private readonly double[] theta;
    private readonly double[] slopes;

    /// <param name="density">p(θ).</param>
    /// <param name="start">Center and covariance of u; null for 0 and the identity.</param>
    public SamplingSpace(LogDensity density, SamplingStart? start = null)
    {
        this.density = density;
        simplices = Simplex.AllOf(density);
        bounds = [.. Simplex.BoundsOf(density, simplices)];
        Count = bounds.Length;
        (free, theta, slopes) = (new double[Count], new double[Count], new double[Count]);
        center = start?.Center.ToArray() ?? new double[Count];
        Check(start);
        if (start is not null)
        {
            Matrix<double> lower = start.Covariance.Cholesky().Factor;
            bool isDiagonal = start.Covariance.EnumerateIndexed(Zeros.AllowSkip)
                .All(each => each.Item1 == each.Item2 || each.Item3 == 0.0);
            factor = isDiagonal ? null : lower.ToArray();
            scales = isDiagonal ? lower.Diagonal().ToArray() : null;
        }
    }

    private SamplingSpace(SamplingSpace other)
    {
        (density, bounds, center, factor, scales, Count) =
            (other.density.ForChain(), other.bounds, other.center, other.factor, other.scales, other.Count);
        simplices = [.. other.simplices.Select(each => new Simplex(each.Members))];
        (free, theta, slopes) = (new double[Count], new double[Count], new double[Count]);
    }

    /// <summary>k.</summary>
    public int Count { get; }

    /// <summary>Whether center and covariance are known.</summary>
    private bool IsScaled => factor is not null || scales is not null;

    /// <summary>Draws z where a chain may start.</summary>
    public void DrawStart(ChainRandom random, Span<double> z)
    {
        for (int j = 0; j < z.Length; j++)
        {
            z[j] = IsScaled ? random.NextNormal() : StartWidth * (2.0 * random.NextDouble() - 1.0);
        }
    }

    /// <summary>The same space for another thread.</summary>
    public SamplingSpace ForChain() => new(this);

    /// <summary>Computes log p(z) and its gradient; −∞ where p is 0 or not defined.</summary>
    public double Evaluate(ReadOnlySpan<double> z, Span<double> gradient)
    {
        ToFree(z);
        double log = Constrain(free, theta);
        double value = double.IsFinite(log) ? density.Evaluate(theta, slopes) + log : double.NegativeInfinity;
        if (!double.IsFinite(value))
        {
            gradient.Clear();
            return double.NegativeInfinity;
        }

        foreach (Simplex simplex in simplices)
        {
            simplex.ToSlopes(theta, slopes);
        }

        for (int j = 0; j < Count; j++)
        {
            (double slope, double ofLog) = Slopes(j);
            slopes[j] = slopes[j] * slope + ofLog;
        }

        for (int j = 0; j < Count; j++)
        {
            double sum = 0.0;
            for (int i = j; i < Count && factor is not null; i++)
            {
                sum += factor[i, j] * slopes[i];
            }

            gradient[j] = factor is null ? slopes[j] * (scales?[j] ?? 1.0) : sum;
        }

        return value;
    }

    /// <summary>θ at z.</summary>
    public void ToParameters(ReadOnlySpan<double> z, Span<double> parameters)
    {
        ToFree(z);
        Constrain(free, parameters);
    }

    /// <summary>Computes θ of u, and returns log |∂θ/∂u|.</summary>
    public double Constrain(ReadOnlySpan<double> u, Span<double> parameters)
    {
        double log = 0.0;
        for (int j = 0; j < Count; j++)
        {
            (double lower, double upper) = bounds[j];
            if (double.IsInfinity(lower) && double.IsInfinity(upper))
            {
                parameters[j] = u[j];
            }
            else if (double.IsInfinity(lower) || double.IsInfinity(upper))
            {
                parameters[j] = double.IsInfinity(upper) ? lower + Math.Exp(u[j]) : upper - Math.Exp(u[j]);
                log += u[j];
            }
            else
            {
                parameters[j] = lower + (upper - lower) / (1.0 + Math.Exp(-u[j]));
                log += Math.Log(upper - lower) - Math.Abs(u[j]) - 2.0 * double.LogP1(Math.Exp(-Math.Abs(u[j])));
            }
        }

        foreach (Simplex simplex in simplices)
        {
            log += simplex.ToShares(parameters);
        }

        return log;
    }

    /// <summary>Draws the sums S, which θ does not tell, for u that θ has been mapped to.</summary>
    public void DrawSums(double[] u, System.Random random)
    {
        foreach (Simplex simplex in simplices)
        {
            simplex.DrawSum(u, random);
        }
    }

    /// <summary>u of θ, which lies inside its bounds; where parameters add up to 1, that with S = 1.</summary>
    public double[] Unconstrain(ReadOnlySpan<double> parameters)
    {
        double[] u = new double[Count];
        for (int j = 0; j < Count; j++)
        {
            (double lower, double upper) = bounds[j];
            u[j] = (double.IsInfinity(lower), double.IsInfinity(upper)) switch
            {
                (true, true) => parameters[j],
                (false, true) => Math.Log(parameters[j] - lower),
                (true, false) => Math.Log(upper - parameters[j]),
                _ => Math.Log((parameters[j] - lower) / (upper - parameters[j])),
            };
        }

        return u;
    }

    /// <summary>∂θ_j/∂u_j and ∂ log |∂θ_j/∂u_j| / ∂u_j at the last u.</summary>
    private (double Slope, double OfLog) Slopes(int j)
    {
        (double lower, double upper) = bounds[j];
        if (double.IsInfinity(lower) && double.IsInfinity(upper))
        {
            return (1.0, 0.0);
        }

        if (double.IsInfinity(lower) || double.IsInfinity(upper))
        {
            return ((double.IsInfinity(upper) ? 1.0 : -1.0) * Math.Exp(free[j]), 1.0);
        }

        double share = 1.0 / (1.0 + Math.Exp(-free[j]));
        return ((upper - lower) * share * (1.0 - share), 1.0 - 2.0 * share);
    }

    private void ToFree(ReadOnlySpan<double> z)
    {
        for (int i = 0; i < Count; i++)
        {
            double sum = center[i];
            for (int j = 0; j <= i && factor is not null; j++)
            {
                sum += factor[i, j] * z[j];
            }

            free[i] = factor is null ? sum + z[i] * (scales?[i] ?? 1.0) : sum;
        }
    }

    private void Check(SamplingStart? start)
    {
        foreach (((double lower, double upper), string name) in bounds.Zip(density.Names))
        {
            if (!(lower < upper))
            {
                throw new ArgumentException(
                    $"The bounds of '{name}' are {lower} and {upper}: the lower one must be below the upper.");
            }
        }

        if (start is not null && (start.Center.Count != Count || start.Covariance.RowCount != Count))
        {
            throw new ArgumentException(
                $"The start is for {start.Center.Count} parameters, and the density has {Count}.");
        }
    }
}
