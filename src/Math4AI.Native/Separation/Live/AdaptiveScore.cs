using System.Runtime.CompilerServices;

namespace Math4AI.Separation.Live;

/// <summary>
/// The score of one source, φ(u) = a u + b g(u) with g(u) = u/(1 + |u|), that is nearest to the true one in least
/// squares: E φ u = 1 and E φ g = E g′. It serves sources of heavy and of light tails alike. Source: D.-T. Pham and P.
/// Garat, "Blind separation of mixture of independent sources through a quasi-maximum likelihood approach", IEEE
/// Transactions on Signal Processing 45 (1997).
/// </summary>
internal struct AdaptiveScore
{
    private const double MinPower = 0.01;
    private const double MinDeterminant = 1e-3;

    private double squares;
    private double products;
    private double scores;
    private double slopes;

    /// <summary>Gets a, the weight of the linear part.</summary>
    public double Linear { get; private set; }

    /// <summary>Gets b, the weight of the bounded part.</summary>
    public double Bounded { get; private set; }

    /// <summary>Gets E φ′, at least 1/E u².</summary>
    public double Slope { get; private set; }

    /// <summary>Computes g(u) of a segment u = scale · y, and its sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Sums Evaluate(ReadOnlySpan<double> y, double scale, Span<double> g)
    {
        var sums = default(Sums);
        for (int i = 0; i < y.Length; i++)
        {
            double u = scale * y[i], share = 1.0 / (1.0 + Math.Abs(u)), value = u * share;
            g[i] = value;
            sums.Squares += u * u;
            sums.Products += u * value;
            sums.Scores += value * value;
            sums.Slopes += share * share;
        }

        return sums;
    }

    /// <summary>Takes the means of a segment in.</summary>
    /// <param name="sums">Over the segment.</param>
    /// <param name="length">Its length.</param>
    /// <param name="keep">What is kept of the past.</param>
    /// <param name="weight">The weight of all segments so far, this one included.</param>
    /// <param name="trust">0 to 1: how far b is believed.</param>
    public void Add(in Sums sums, int length, double keep, double weight, double trust)
    {
        squares = keep * squares + sums.Squares / length;
        products = keep * products + sums.Products / length;
        scores = keep * scores + sums.Scores / length;
        slopes = keep * slopes + sums.Slopes / length;
        double uu = Math.Max(MinPower, squares / weight), ug = products / weight, gg = scores / weight,
            slope = slopes / weight;
        double determinant = uu * gg - ug * ug;
        Bounded = determinant < MinDeterminant * uu * gg ? 0.0 : trust * (uu * slope - ug) / determinant;
        Linear = (1.0 - Bounded * ug) / uu;
        Slope = Math.Max(Linear + Bounded * slope, 1.0 / uu);
    }

    /// <summary>Sums over a segment.</summary>
    public struct Sums
    {
        /// <summary>Σ u².</summary>
        public double Squares;

        /// <summary>Σ u g.</summary>
        public double Products;

        /// <summary>Σ g².</summary>
        public double Scores;

        /// <summary>Σ g′.</summary>
        public double Slopes;
    }
}
