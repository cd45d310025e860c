using Math4AI.Fitting.Distances;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Functions;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>
/// The uncertainty of a fit whose distance has a corner. The curvature of the parabola that touches |r| diverges at
/// residuals near 0 and carries no information; the uncertainty follows from ∂f/∂θ and the density of the residuals at
/// the corner. Samples come in blocks.
/// </summary>
/// <param name="free">The free parameters.</param>
/// <param name="distance">A distance whose slope is constant on both sides of its corner.</param>
/// <param name="logScale">log s, where it has a scale.</param>
internal sealed class CornerUncertainty(int free, Distance distance, double logScale)
{
    private const int MaxResiduals = 1 << 20;

    // Of Hall's and Sheather's width, by simulation with n = 12, 20 and 50: the whole is too wide there.
    private const double WidthShare = 0.65;

    private readonly (double Below, double Above) slopes = SlopesOf(distance, logScale);
    private readonly StreamedQr factors = new(free);
    private readonly Matrix<double> squares = Matrix<double>.Build.Dense(free, free);
    private List<double> residuals = [];
    private int stride = 1;
    private long rows;
    private bool areWeightsEqual = true;

    /// <summary>(Jᵀ W J)⁻¹.</summary>
    public Matrix<double> Inverse => Inverses.OfSquare(factors, free);

    /// <summary>Adds samples; those of weight 0 do not count.</summary>
    public void Add(double[] predicted, Vector<double> observed, double[] weights, Matrix<double> jacobian)
    {
        Vector<double> roots = Vector<double>.Build.Dense(predicted.Length);
        for (int i = 0; i < predicted.Length; i++)
        {
            roots[i] = Math.Sqrt(weights[i]);
            areWeightsEqual &= weights[i] is 0.0 or 1.0;
            if (weights[i] > 0.0 && rows++ % stride == 0)
            {
                residuals.Add(observed[i] - predicted[i]);
            }
        }

        if (residuals.Count > MaxResiduals)
        {
            // Every second one says as much of their density.
            residuals = [.. residuals.Where((_, i) => i % 2 == 0)];
            stride *= 2;
        }

        Matrix<double> weighted = jacobian.MultiplyRows(roots);
        factors.Add(weighted.ToColumnMajorArray(), new double[predicted.Length]);
        Matrix<double> twice = weighted.MultiplyRows(roots);
        twice.TransposeThisAndMultiply(twice).Add(squares, squares);
    }

    /// <summary>
    /// H⁻¹ (−s₋s₊ JᵀW²J) H⁻¹, H = (s₊ − s₋) p(0) JᵀWJ + K, with the slopes s₋ and s₊ beside the corner, the residuals'
    /// density p(0) from their quantiles near τ, and the priors' curvatures K; of quantiles τ(1 − τ)/p(0)²
    /// (JᵀWJ)⁻¹ JᵀW²J (JᵀWJ)⁻¹. Source: R. Koenker, "Quantile Regression" (2005), section 3.4.
    /// </summary>
    /// <param name="priors">The diagonal of K.</param>
    public Matrix<double> Sandwich(IReadOnlyList<double> priors)
    {
        double bend = Bend, spread = Information;
        if (priors.All(prior => prior == 0.0))
        {
            Matrix<double> plain = Inverse;
            return (areWeightsEqual ? plain : plain * squares * plain) * (spread / (bend * bend));
        }

        Matrix<double> inverse = InverseWith(bend, priors);
        return inverse * squares * inverse * spread;
    }

    /// <summary>−s₋s₊, the information of one sample about f where the distance is a density.</summary>
    public double Information => -slopes.Below * slopes.Above;

    /// <summary>(c JᵀWJ + K)⁻¹.</summary>
    /// <param name="factor">c.</param>
    /// <param name="priors">The diagonal of K.</param>
    public Matrix<double> InverseWith(double factor, IReadOnlyList<double> priors)
    {
        var all = new StreamedQr(free);
        all.CopyFrom(factors);
        Matrix<double> roots =
            Matrix<double>.Build.Dense(free, free, (i, j) => i == j ? Math.Sqrt(priors[i] / factor) : 0.0);
        all.Add(roots.ToColumnMajorArray(), new double[free]);
        return Inverses.OfSquare(all, free) / factor;
    }

    private double Bend => (slopes.Above - slopes.Below) * DensityAtCorner();

    private static (double Below, double Above) SlopesOf(Distance distance, double logScale)
    {
        const double Near = 1e-3;
        double below = distance.Expand(-1.0, 0.0, logScale).Slope, above = distance.Expand(1.0, 0.0, logScale).Slope;
        bool isStraight = Math.Abs(distance.Expand(Near, 0.0, logScale).Slope - above) <= Near * Math.Abs(above)
            && Math.Abs(distance.Expand(-Near, 0.0, logScale).Slope - below) <= Near * Math.Abs(below);
        return isStraight && below < 0.0 && above > 0.0
            ? (below, above)
            : throw new NotSupportedException(
                $"The distance '{distance.Name}' has a corner and is not straight on both sides of it: its standard "
                + "errors are not known; "
                + "use the bootstrap.");
    }

    /// <summary>
    /// p(0), by the difference quotient of the residuals' quantiles on both sides of τ; as many residuals as there are
    /// parameters are 0 whatever the density is, and left out. Source of the width: P. Hall and S. Sheather, "On the
    /// distribution of a studentized quantile", J. Royal Statist. Soc. B 50 (1988).
    /// </summary>
    private double DensityAtCorner()
    {
        double[] sorted = [.. residuals.OrderBy(Math.Abs).Skip(Math.Min(free, residuals.Count / 2)).Order()];
        double share = -slopes.Below / (slopes.Above - slopes.Below), normal = Normal.InvCDF(0.0, 1.0, share);
        double density = Normal.PDF(0.0, 1.0, normal), level = Normal.InvCDF(0.0, 1.0, 0.975);
        double width =
            WidthShare * Math.Cbrt(1.5 * level * level * density * density / ((2.0 * normal * normal + 1.0) * rows));
        double edge = 0.5 / rows, low = Math.Max(share - width, edge), high = Math.Min(share + width, 1.0 - edge);
        return (high - low) / (AtShare(sorted, high) - AtShare(sorted, low));
    }

    private static double AtShare(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = Math.Clamp((int)place, 0, sorted.Length - 1), above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
