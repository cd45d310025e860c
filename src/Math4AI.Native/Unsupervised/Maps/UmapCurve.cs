using Math4AI.Optimization;
using Math4AI.Optimization.LeastSquares;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// The membership 1 / (1 + a d²ᵇ) on a map: the one of this form that is nearest, by least squares up to three spreads,
/// to 1 within the smallest distance and exp(−(d − smallest) / spread) beyond it.
/// </summary>
/// <param name="A">a.</param>
/// <param name="B">b.</param>
internal sealed record UmapCurve(double A, double B)
{
    private const int Points = 300;

    /// <summary>Finds a and b.</summary>
    public static UmapCurve Of(double minDistance, double spread)
    {
        // In units of the spread; a takes it up again.
        double least = minDistance / spread;
        var squares = SquaresCost.Of(2, Points, (parameters, residuals, jacobian) =>
        {
            (double a, double b) = (parameters[0], parameters[1]);
            for (int i = 0; i < Points; i++)
            {
                double x = 3.0 * i / (Points - 1.0), power = Math.Pow(x, 2.0 * b), member = 1.0 / (1.0 + a * power);
                residuals[i] = member - Math.Exp(Math.Min(0.0, least - x));
                if (jacobian.Length > 0)
                {
                    jacobian[i] = -power * member * member;
                    jacobian[Points + i] = x > 0.0 ? -2.0 * a * power * Math.Log(x) * member * member : 0.0;
                }
            }
        });
        Vector<double> found = Minimizer.LevenbergMarquardt()
            .Minimize(squares, Vector<double>.Build.Dense(2, 1.0)).ThrowIfNotConverged().Parameters;
        return new UmapCurve(found[0] * Math.Pow(spread, -2.0 * found[1]), found[1]);
    }
}
