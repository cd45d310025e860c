using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>Inverses of matrices that say how much the samples tell about each parameter.</summary>
internal static class Inverses
{
    /// <summary>(JᵀJ)⁻¹ = R⁻¹R⁻ᵀ, without forming JᵀJ; infinite where J has not full rank.</summary>
    public static Matrix<double> OfSquare(StreamedQr factors, int count)
    {
        Matrix<double> triangle = Matrix<double>.Build.Dense(count, count, (i, k) => i <= k ? factors[i, k] : 0.0);
        for (int i = 0; i < count; i++)
        {
            // A column that the others make up up to rounding: its parameter cannot be known.
            double size = triangle.Column(i).L2Norm();
            if (Math.Abs(triangle[i, i]) <= 1e-13 * size)
            {
                return Matrix<double>.Build.Dense(count, count, double.PositiveInfinity);
            }
        }

        Matrix<double> inverse = Matrix<double>.Build.DenseIdentity(count);
        for (int column = 0; column < count; column++)
        {
            for (int i = count - 1; i >= 0; i--)
            {
                double sum = inverse[i, column];
                for (int k = i + 1; k < count; k++)
                {
                    sum -= triangle[i, k] * inverse[k, column];
                }

                inverse[i, column] = sum / triangle[i, i];
            }
        }

        return inverse * inverse.Transpose();
    }

    /// <summary>The inverse of a Hessian; another matrix where it is not positive definite.</summary>
    public static Matrix<double> OfHessianOrElse(Matrix<double> hessian, Matrix<double> otherwise)
    {
        // Parameters differ by many powers of ten; the scaled matrix does not.
        Vector<double> scale = hessian.Diagonal().Map(value => value > 0.0 ? 1.0 / Math.Sqrt(value) : double.NaN);
        if (scale.Any(double.IsNaN))
        {
            return otherwise;
        }

        Matrix<double> scaled = Matrix<double>.Build.Dense(
            hessian.RowCount, hessian.RowCount, (i, j) => hessian[i, j] * scale[i] * scale[j]);
        try
        {
            Matrix<double> inverse = scaled.Cholesky().Solve(Matrix<double>.Build.DenseIdentity(hessian.RowCount));
            return Matrix<double>.Build.Dense(
                hessian.RowCount, hessian.RowCount, (i, j) => inverse[i, j] * scale[i] * scale[j]);
        }
        catch (ArgumentException)
        {
            return otherwise;
        }
    }
}
