using Math4AI.Fitting.Solving;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Functions;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>
/// The distribution of the likelihood ratio of Laplace's density in small samples. With D the sum of |r|, D* its
/// minimum and D(c) its minimum where one parameter is c, the ratio 2n log(D(c)/D*) depends neither on the scale nor,
/// for linear models, on θ.
/// </summary>
/// <remarks>
/// <para>
/// 2 D*/s is distributed about as χ² with 2n − k degrees of freedom, since 2 Σ|ε|/s is with 2n and the minimum takes
/// k of them. 2 (D(c) − D*)/s is about B χ² with one degree, so that (D(c) − D*)/B over D*/(2n − k) is about
/// F(1, 2n − k).
/// </para>
/// <para>
/// B comes from the corner: E|ε − u| − E|ε| is u²/2 − |u|³/6 + …, and not u²/2, in units of the scale. For one
/// constant, with the median m of n samples, the order statistics of the exponential distribution give
/// 2 E[Σ|ε| − Σ|ε − m|] = 1 + (2/3) √(2/π)/√n + O(1/n). Terms of the third order add up over the samples as the
/// powers 3/2 of their leverages h, n · n^(−3/2) for the constant, so that k parameters lower 2 D/s by
/// k + (2/3) √(2/π) Σ h^(3/2), and B is the difference between the models with and without the parameter.
/// </para>
/// </remarks>
internal static class CornerProfile
{
    private static readonly double Corner = 2.0 / 3.0 * Math.Sqrt(2.0) * Constants.InvSqrtPi;

    /// <summary>B = 1 + (2/3) √(2/π) Σ (h^(3/2) − h̃^(3/2)), with the leverages without the parameter, h̃.</summary>
    /// <param name="cost">The cost.</param>
    /// <param name="at">Its minimum.</param>
    /// <param name="parameter">The place of the parameter among the free ones.</param>
    public static double Factor(IFitCost cost, double[] at, int parameter)
    {
        var factors = new StreamedQr(cost.Unknowns.Free.Count);
        cost.VisitSlopes(at, (_, _, weights, jacobian) =>
        {
            Matrix<double> rows = jacobian.MultiplyRows(Vector<double>.Build.Dense(weights));
            factors.Add(rows.ToColumnMajorArray(), new double[rows.RowCount]);
        });
        Matrix<double> inverse = Inverses.OfSquare(factors, cost.Unknowns.Free.Count);
        double sum = 0.0;
        cost.VisitSlopes(at, (_, _, weights, jacobian) =>
        {
            Matrix<double> rows = jacobian.MultiplyRows(Vector<double>.Build.Dense(weights)), spread = rows * inverse;
            Vector<double> leverage = spread.PointwiseMultiply(rows).RowSums();
            for (int i = 0; i < leverage.Count; i++)
            {
                double own = spread[i, parameter] * spread[i, parameter] / inverse[parameter, parameter];
                sum += Math.Pow(leverage[i], 1.5) - Math.Pow(Math.Max(0.0, leverage[i] - own), 1.5);
            }
        });
        return 1.0 + Corner * sum;
    }

    /// <summary>√(2n log(1 + B F/(2n − k))), with the quantile F of F(1, 2n − k).</summary>
    /// <param name="level">The confidence level.</param>
    /// <param name="factor">B.</param>
    /// <param name="observations">n.</param>
    /// <param name="degrees">n − k.</param>
    public static double Quantile(double level, double factor, double observations, double degrees)
    {
        double all = observations + degrees, student = StudentT.InvCDF(0.0, 1.0, all, 0.5 * (1.0 + level));
        return Math.Sqrt(2.0 * observations * double.LogP1(factor * student * student / all));
    }
}
