using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Functions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>
/// How uncertain a fit is whose distance has a corner. The parabola that touches |r| at the few residuals near 0 bends almost without
/// end, and says nothing: what counts is the plain ∂f/∂θ and how dense the residuals are at the corner. Samples come in blocks.
/// </summary>
/// <param name="free">The free parameters.</param>
internal sealed class CornerUncertainty(int free)
{
    private const int MostSizes = 1 << 20;

    private readonly StreamedQr factors = new(free);
    private readonly Matrix<double> squares = Matrix<double>.Build.Dense(free, free);
    private List<double> sizes = [];
    private int stride = 1;
    private long rows;
    private bool areWeightsEqual = true;

    /// <summary>(Jᵀ W J)⁻¹.</summary>
    public Matrix<double> Inverse => Curvature.InverseOfSquare(factors, free);

    /// <summary>Adds samples.</summary>
    /// <param name="jacobian">∂f/∂θ, samples × free parameters.</param>
    /// <param name="residuals">y − f.</param>
    /// <param name="weights">w; samples of 0 do not count.</param>
    public void Add(Matrix<double> jacobian, ReadOnlySpan<double> residuals, ReadOnlySpan<double> weights)
    {
        Vector<double> roots = Vector<double>.Build.Dense(residuals.Length);
        for (int i = 0; i < residuals.Length; i++)
        {
            roots[i] = Math.Sqrt(weights[i]);
            areWeightsEqual &= weights[i] is 0.0 or 1.0;
            if (weights[i] > 0.0 && rows++ % stride == 0)
            {
                sizes.Add(Math.Abs(residuals[i]));
            }
        }

        if (sizes.Count > MostSizes)
        {
            // Every second one says as much of their density.
            sizes = [.. sizes.Where((_, i) => i % 2 == 0)];
            stride *= 2;
        }

        Matrix<double> weighted = jacobian.MultiplyRows(roots);
        factors.Add(weighted.ToColumnMajorArray(), new double[residuals.Length]);
        Matrix<double> twice = weighted.MultiplyRows(roots);
        twice.TransposeThisAndMultiply(twice).Add(squares, squares);
    }

    /// <summary>
    /// τ(1 − τ)/p(0)² (JᵀWJ)⁻¹ JᵀW²J (JᵀWJ)⁻¹, with the residuals' density p(0) by the share of them within a width of 0. Source: R.
    /// Koenker, "Quantile Regression" (2005), section 3.4.
    /// </summary>
    /// <param name="share">τ.</param>
    public Matrix<double> OfQuantile(double share)
    {
        double density = DensityAtCorner();
        Matrix<double> inverse = Inverse;
        Matrix<double> shape = areWeightsEqual ? inverse : inverse * squares * inverse;
        return shape * (share * (1.0 - share) / (density * density));
    }

    /// <summary>(JᵀWJ/s² + K)⁻¹, the inverse of what a Laplace density of scale s and priors of curvatures K tell.</summary>
    /// <param name="scale">s.</param>
    /// <param name="priors">The diagonal of K.</param>
    public Matrix<double> OfLaplace(double scale, IReadOnlyList<double> priors) => InverseWith(1.0 / (scale * scale), priors);

    /// <summary>H⁻¹ (JᵀW²J/s²) H⁻¹, H = 2p(0) JᵀWJ/s + K with the residuals' own density.</summary>
    /// <param name="scale">s.</param>
    /// <param name="priors">The diagonal of K.</param>
    public Matrix<double> SandwichOfLaplace(double scale, IReadOnlyList<double> priors)
    {
        Matrix<double> inverse = InverseWith(2.0 * DensityAtCorner() / scale, priors);
        return inverse * squares * inverse / (scale * scale);
    }

    /// <summary>p(0), by the share of the residuals within a width of 0.</summary>
    private double DensityAtCorner()
    {
        double[] sorted = [.. sizes.Order()];
        double width = 1.5 * sorted[sorted.Length / 2] * Math.Pow(rows, -0.2);
        return sorted.Count(size => size <= width) / (2.0 * sorted.Length * width);
    }

    /// <summary>(c JᵀWJ + K)⁻¹.</summary>
    private Matrix<double> InverseWith(double factor, IReadOnlyList<double> priors)
    {
        var all = new StreamedQr(free);
        all.CopyFrom(factors);
        Matrix<double> roots = Matrix<double>.Build.Dense(free, free, (i, j) => i == j ? Math.Sqrt(priors[i] / factor) : 0.0);
        all.Add(roots.ToColumnMajorArray(), new double[free]);
        return Curvature.InverseOfSquare(all, free) / factor;
    }
}
