using Math4AI.Fitting.Models;
using Math4AI.Optimization;
using Math4AI.Optimization.LeastSquares;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses;

/// <summary>Where the parameters of a mean function begin.</summary>
internal static class ProcessMean
{
    /// <summary>
    /// β to begin with: where the squares of y − m(X, β) are least, since what is left is the process's to explain.
    /// </summary>
    public static double[] Start(
        Model? mean, Vector<double>? given, bool isFitted, MinimizerOptions options, Matrix<double> inputs,
        Vector<double> targets, CancellationToken cancellation)
    {
        if (mean is null)
        {
            return [];
        }

        ProcessSamples.Check(inputs, targets, mean);
        int count = mean.ParameterNames.Count;
        Vector<double> start = given ?? mean.Start ?? Vector<double>.Build.Dense(count, 1.0);
        if (start.Count != count)
        {
            throw new ArgumentException($"The mean has {count} parameters, and its start {start.Count}.");
        }

        if (!isFitted || count == 0)
        {
            return start.ToArray();
        }

        SquaresCost squares = SquaresCost.Of(count, targets.Count, (at, residuals, jacobian) =>
        {
            Vector<double> beta = Vector<double>.Build.Dense(at.ToArray());
            (mean.Evaluate(inputs, beta) - targets).AsArray().CopyTo(residuals);
            if (!jacobian.IsEmpty)
            {
                mean.Jacobian(inputs, beta).ToColumnMajorArray().CopyTo(jacobian);
            }
        });
        return Minimizer.LevenbergMarquardt().Minimize(squares, start, options, cancellation).Parameters.ToArray();
    }
}
