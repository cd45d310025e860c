using Math4AI.Fitting.Solving;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Functions;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>
/// The uncertainty of θ for Laplace's density in small samples, where the corner adds terms of the order 1/√n to the
/// inverse information and to the likelihood ratio.
/// </summary>
/// <remarks>
/// <para>
/// Both follow from E|ε − u| − E|ε| = u²/2 − |u|³/6 + … in units of the scale. For one constant the order statistics
/// of the exponential distribution give them exactly: with the median m of n samples,
/// n E m² = 1 + 2√(2/π)/√n + ¾/n + … and 2 E[Σ|ε| − Σ|ε − m|] = 1 + ⅔√(2/π)/√n + …. Here 1/n is the leverage h of each
/// sample. For several parameters h takes its place sample by sample: the covariance is
/// V (Σ (1 + 2√(2/π) √h + ¾h) g gᵀ) V with the inverse information V and the rows g of ∂f/∂θ, and k parameters lower
/// 2 Σ|r|/s by k + ⅔√(2/π) Σ h^(3/2).
/// </para>
/// <para>
/// 2 Σ|r|/s at the minimum is distributed about as χ² with 2n − k degrees of freedom, since 2 Σ|ε|/s is with 2n and
/// the minimum takes k of them; s is estimated by it.
/// </para>
/// </remarks>
internal sealed class LaplaceUncertainty
{
    private static readonly double First = Constants.Sqrt2 * Constants.InvSqrtPi;

    private readonly IFitCost cost;
    private readonly double[] at;
    private readonly Matrix<double> inverse;

    /// <param name="cost">The cost.</param>
    /// <param name="at">Its minimum.</param>
    public LaplaceUncertainty(IFitCost cost, double[] at)
    {
        this.cost = cost;
        this.at = at;
        var factors = new StreamedQr(cost.Unknowns.Free.Count);
        Visit(rows => factors.Add(rows.ToColumnMajorArray(), new double[rows.RowCount]));
        inverse = Inverses.OfSquare(factors, cost.Unknowns.Free.Count);
    }

    /// <summary>
    /// V (Σ (1 + 2√(2/π) √h + ¾h) g gᵀ i + K) V with V = (i JᵀWJ + K)⁻¹.
    /// </summary>
    /// <param name="inverseHessian">V.</param>
    /// <param name="information">The information i of one sample about f, 1/s².</param>
    /// <param name="priors">The diagonal of K.</param>
    public Matrix<double> Covariance(
        Matrix<double> inverseHessian, double information, IReadOnlyList<double> priors)
    {
        int count = inverseHessian.RowCount;
        Matrix<double> middle = Matrix<double>.Build.Dense(count, count, (i, j) => i == j ? priors[i] : 0.0);
        Visit(rows =>
        {
            Vector<double> leverage = (rows * inverseHessian).PointwiseMultiply(rows).RowSums() * information;
            Matrix<double> weighted = rows.MultiplyRows(
                leverage.Map(h => information * (1.0 + 2.0 * First * Math.Sqrt(h) + 0.75 * h), Zeros.Include));
            middle.Add(weighted.TransposeThisAndMultiply(rows), middle);
        });
        return inverseHessian * middle * inverseHessian;
    }

    /// <summary>
    /// B = 1 + ⅔√(2/π) Σ (h^(3/2) − h̃^(3/2)), with the leverages h̃ without a parameter: how much wider than χ² its
    /// likelihood ratio is distributed.
    /// </summary>
    /// <param name="parameter">The place of the parameter among the free ones.</param>
    public double Factor(int parameter)
    {
        double sum = 0.0;
        Visit(rows =>
        {
            Matrix<double> spread = rows * inverse;
            Vector<double> leverage = spread.PointwiseMultiply(rows).RowSums();
            for (int i = 0; i < leverage.Count; i++)
            {
                double own = spread[i, parameter] * spread[i, parameter] / inverse[parameter, parameter];
                sum += Math.Pow(leverage[i], 1.5) - Math.Pow(Math.Max(0.0, leverage[i] - own), 1.5);
            }
        });
        return 1.0 + 2.0 / 3.0 * First * sum;
    }

    /// <summary>
    /// √(2n log(1 + B F/(2n − k))), with the quantile F of F(1, 2n − k): where the root of the likelihood ratio ends an
    /// interval.
    /// </summary>
    /// <param name="level">The confidence level.</param>
    /// <param name="factor">B.</param>
    /// <param name="observations">n.</param>
    /// <param name="degrees">n − k.</param>
    public static double Quantile(double level, double factor, double observations, double degrees)
    {
        double all = observations + degrees, student = StudentT.InvCDF(0.0, 1.0, all, 0.5 * (1.0 + level));
        return Math.Sqrt(2.0 * observations * double.LogP1(factor * student * student / all));
    }

    private void Visit(Action<Matrix<double>> take) => cost.VisitSlopes(at, (_, _, weights, jacobian) =>
        take(jacobian.MultiplyRows(Vector<double>.Build.Dense(weights).PointwiseSqrt())));
}
