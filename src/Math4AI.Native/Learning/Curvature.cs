using Math4AI.LinearAlgebra;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Learning;

/// <summary>How the cost bends at a minimum, and what follows for the parameters' uncertainty.</summary>
/// <param name="Covariance">Of the free parameters.</param>
/// <param name="Sandwich">The same where the noise model does not hold; null where single samples' gradients are not known.</param>
/// <param name="Leverage">How much each observation counts in its prediction; null as before.</param>
internal sealed record Curvature(Matrix<double> Covariance, Matrix<double>? Sandwich, Vector<double>? Leverage)
{
    public static Curvature Of(FitCost cost, Minimum minimum, int degreesOfFreedom)
    {
        double[] residuals = new double[cost.Residuals];
        double[] jacobian = new double[checked(cost.Residuals * cost.Parameters)];
        double value = cost.Linearize(minimum.Parameters.AsArray(), residuals, jacobian);
        Matrix<double> j = Matrix<double>.Build.Dense(cost.Residuals, cost.Parameters, jacobian);
        Vector<double> r = Vector<double>.Build.Dense(residuals);

        Matrix<double> inverse = InverseOfSquare(cost, jacobian, residuals);
        Distance distance = cost.Problem.Distance;
        bool isSquared = distance is SquaredDistance;
        Matrix<double> hessian = isSquared || distance is QuantileDistance or LaplaceDistance
            ? 0.5 * inverse
            : InverseOrElse(Hessian(cost, minimum.Parameters), 0.5 * inverse);
        Matrix<double> scores = Scores(cost, j, r);
        Matrix<double> sandwich = hessian * scores.TransposeThisAndMultiply(scores) * hessian;
        Matrix<double> covariance = distance switch
        {
            SquaredDistance => inverse * (value / degreesOfFreedom),
            QuantileDistance quantile => quantile.Covariance(cost, minimum.Parameters.AsArray()),
            { IsLikelihood: true } => hessian,
            _ => sandwich,
        };
        Vector<double> leverage = (j * inverse).PointwiseMultiply(j).RowSums().SubVector(0, cost.Samples);
        int free = cost.Unknowns.Free.Count;
        return new Curvature(covariance.SubMatrix(0, free, 0, free), sandwich.SubMatrix(0, free, 0, free), leverage);
    }

    /// <summary>(JᵀJ)⁻¹ = R⁻¹R⁻ᵀ, without forming JᵀJ; infinite where J has not full rank.</summary>
    public static Matrix<double> InverseOfSquare(FitCost cost, double[] jacobian, double[] residuals)
    {
        var factors = new StreamedQr(cost.Parameters);
        factors.Add(jacobian, residuals);
        return InverseOfSquare(factors, cost.Parameters);
    }

    /// <summary>The same from J's triangle.</summary>
    public static Matrix<double> InverseOfSquare(StreamedQr factors, int count)
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

    /// <summary>The gradient of each sample's share of the cost, one row a sample; priors are no samples.</summary>
    private static Matrix<double> Scores(FitCost cost, Matrix<double> jacobian, Vector<double> residuals)
    {
        int samples = cost.Samples;
        bool hasScale = cost.Problem.Distance.HasScale;
        return Matrix<double>.Build.Dense(samples, cost.Parameters, (i, j) =>
            2.0 * (jacobian[i, j] * residuals[i]
                + (hasScale ? jacobian[samples + i, j] * residuals[samples + i] : 0.0)));
    }

    /// <summary>The Hessian by central differences of the exact gradient, made symmetric.</summary>
    public static Matrix<double> Hessian(Cost cost, Vector<double> at)
    {
        int count = cost.Parameters;
        Matrix<double> hessian = Matrix<double>.Build.Dense(count, count);
        double[] point = at.ToArray(), ahead = new double[count], behind = new double[count];
        for (int j = 0; j < count; j++)
        {
            double step = 1e-5 * (Math.Abs(at[j]) > 0.0 ? Math.Abs(at[j]) : 1.0);
            point[j] = at[j] + step;
            cost.Gradient(point, ahead);
            point[j] = at[j] - step;
            cost.Gradient(point, behind);
            point[j] = at[j];
            for (int i = 0; i < count; i++)
            {
                hessian[i, j] = (ahead[i] - behind[i]) / (2.0 * step);
            }
        }

        return 0.5 * (hessian + hessian.Transpose());
    }

    public static Matrix<double> InverseOrElse(Matrix<double> hessian, Matrix<double> otherwise)
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
